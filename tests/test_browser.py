"""What a person sees: JupyterLab in Chinese at the first notebook, and nothing asked of the network."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
]


def need_chromium():
    """Without a browser these tests are skipped on a user's machine and fail in CI."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing: .ci/run installs it")
        pytest.skip("chromium is not installed (Debian: apt install chromium)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def lab(folder: Path):
    """``python -m chatkit lab`` served for ``folder``, with settings of its own; gives the address."""
    port = free_port()
    settings = {
        name: str(folder / ".jupyter" / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    command = [sys.executable, "-m", "chatkit", "lab", "--no-browser", f"--port={port}", "--IdentityProvider.token="]
    environment = {**os.environ, **settings, "JUPYTERLAB_SETTINGS_DIR": str(folder / ".jupyter" / "settings")}
    with open(folder / "lab.log", "w") as output:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.5)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


@contextmanager
def page(address: str, *, height: int = 900):
    """A browser page at that address, and the requests it made to anywhere else."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        view = browser.new_page(viewport={"width": 1280, "height": height})
        view.set_default_timeout(60_000)
        elsewhere: list[str] = []
        local = re.compile(r"(?:http|ws)://127\.0\.0\.1[:/]|data:|blob:")
        view.on("request", lambda request: None if local.match(request.url) else elsewhere.append(request.url))
        view.goto(address)
        yield view, elsewhere
        browser.close()


def copy_of_the_project(folder: Path) -> Path:
    shutil.copytree(
        ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns("out", ".ipynb_checkpoints")
    )
    shutil.copytree(ROOT / "synthetic_data" / "sample", folder / "synthetic_data" / "sample")
    return folder


def test_lab_opens_in_chinese_at_the_first_notebook_and_asks_nothing_of_the_network(tmp_path):
    need_chromium()
    with lab(copy_of_the_project(tmp_path)) as address, page(address) as (view, elsewhere):
        view.wait_for_selector(".jp-Notebook h1")
        assert view.url.endswith("/lab/tree/notebooks/00_start.ipynb")
        assert view.get_by_role("menuitem", name="文件", exact=True).count() == 1
        assert re.search("[\u4e00-\u9fff]", view.locator(".jp-Notebook h1").first.inner_text())
        assert elsewhere == []
