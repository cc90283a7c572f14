"""JupyterLab for a class: in Chinese, without news and update notices, opened at the first notebook."""

from __future__ import annotations

import json
import os
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


def run(options: Sequence[str] = ()) -> int:
    """Serve the project's folder until interrupted; ``options`` go to JupyterLab. Returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="chatkit-lab-") as folder:
        config = Path(folder) / "labconfig" / "default_setting_overrides.json"
        config.parent.mkdir()
        config.write_text(json.dumps(SETTINGS), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlab", "--ServerApp.root_dir=."]
        command.append("--LabApp.default_url=/lab/tree/notebooks/00_start.ipynb")
        if getattr(os, "geteuid", lambda: 1)() == 0:
            command.append("--allow-root")
        paths = [folder, *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
        environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
        try:
            return subprocess.run([*command, *options], env=environment, check=False).returncode
        except KeyboardInterrupt:
            return 0
