"""JupyterLab for a class: in Chinese, without news and update notices, opened at the first notebook."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SETTINGS = {
    "@jupyterlab/translation-extension:plugin": {"locale": "zh_CN"},
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension:tracker": {
        "windowingMode": "none"
    },  # short lessons: the browser's search finds all
}
HIDDEN = {"disabledExtensions": {"@jupyter/nbgrader": True}}  # an instructor's buttons have no place in a lesson


def run(options: Sequence[str] = ()) -> int:
    """Serve the project's folder until interrupted; ``options`` go to JupyterLab. Returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="chatkit-lab-") as folder:
        config = Path(folder) / "labconfig"
        config.mkdir()
        for name, told in (("default_setting_overrides", SETTINGS), ("page_config", HIDDEN)):
            (config / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlab", "--ServerApp.root_dir=."]
        command.append("--LabApp.default_url=/lab/tree/notebooks/00_start.ipynb")
        if getattr(os, "geteuid", lambda: 1)() == 0:
            command.append("--allow-root")
        paths = [folder, *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
        environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
        server = subprocess.Popen([*command, *options], env=environment)
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())  # it ends its kernels, and then itself
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:  # the server got it too, and asks whether to stop
                continue
