"""Serving: the desk as a page of its own, by Voilà; the page asks nothing of any other machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from traitlets.config import Config

from ...errors import BadInput
from ...typeset import FONT
from ..desk.words import Words

LOOPBACK = "127.0.0.1"
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]  # others break on the page
IDLE = 120  # seconds after which a kernel that no page is connected to is ended; the casebook holds what was done
DESK = Path(__file__).parents[3] / "notebooks" / "desk.ipynb"


def serve(notebook: str | Path = DESK, *, port: int = 0, address: str = LOOPBACK, options: Sequence[str] = ()) -> None:
    """Serve ``notebook`` until interrupted; port 0 takes a free one, ``options`` go to Voilà.

    Settings, kernels' files and the template stand in a folder of this process's own, so nobody's configuration of
    Jupyter changes the page. Raises BadInput where there is no such notebook.
    """
    notebook = Path(notebook).absolute()
    if not notebook.is_file():
        raise BadInput("no_file", notebook)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that kernels are shut down and the folder goes
    port = port or free_port(address)
    with tempfile.TemporaryDirectory(prefix="chatkit-desk-") as folder:
        os.environ.update(settings(Path(folder)))
        from voila.app import Voila  # reads the settings as it is imported

        print(Words("zh")("desk.served", address=f"http://{address}:{port}/"))
        print(Words("en")("desk.served", address=f"http://{address}:{port}/"), flush=True)
        config = Config()
        config.Voila.update(ip=address, port=port, log_level="WARN")
        config.VoilaConfiguration.update(template="desk", extension_allowlist=EXTENSIONS)
        config.MappingKernelManager.update(cull_idle_timeout=IDLE, cull_interval=IDLE // 4)
        if os.name == "posix":  # kernels behind a socket in a private folder, not behind ports that others can reach
            config.ConnectionFileMixin.transport = "ipc"
        Voila.launch_instance([str(notebook), *options], config=config)


def serve_class(folder: str | Path, *, port: int, address: str) -> None:
    """Serve the desk to the hosted class in ``folder`` until interrupted; see ``hosting.host``."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="chatkit-desk-") as place:
        os.environ.update(settings(Path(place)))
        from .hosting import host  # Voilà reads the settings as it is imported

        host(folder, port=port, address=address)


def free_port(address: str = LOOPBACK) -> int:
    """A port that nothing listens at now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def settings(folder: Path) -> dict[str, str]:
    """Folders for Jupyter with the desk's template and its typeface; returns the environment that names them."""
    template = folder / "data" / "voila" / "templates" / "desk"
    with as_file(files("chatkit.classroom.hall") / "template") as source:
        shutil.copytree(source, template)
    (template / "static").mkdir()
    shutil.copyfile(FONT, template / "static" / "desk.otf")
    names = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    return {"JUPYTER_PATH": str(folder / "data"), **{name: str(folder / below) for name, below in names.items()}}
