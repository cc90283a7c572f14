"""Make the README's pictures: ``make pictures``. They are taken from the real thing."""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from playwright.sync_api import TimeoutError
from test_browser import copy_of_the_project, lab, page

import chatkit as ck

PICTURES = Path(__file__).parent.parent / "notebooks" / "pictures"


def route() -> None:
    """Where the README's request stands after two gates."""
    with tempfile.TemporaryDirectory() as folder:
        casebook = ck.Casebook.open(Path(folder) / "casebook", clock="2023-09-20T10:00")
        request = ck.Request(
            purpose="complaint",
            reason="投诉 #2023-0876",
            customers=["A1234"],
            since="2023-09-01",
            until="2023-09-15",
            keywords=["退款"],
        )
        casebook.apply(request, casebook.sign_in("liu.yang"))
        for gate in ("zhao.wei", "chen.jie"):
            casebook.approve(request, casebook.sign_in(gate))
        (PICTURES / "route.svg").write_text(ck.route(request, casebook).svg() + "\n", "utf-8")
        casebook.close()


def notebook(name: str, words: str) -> None:
    """The notebook in JupyterLab after all its cells were run, scrolled to ``words``."""
    with (
        tempfile.TemporaryDirectory() as folder,
        lab(copy_of_the_project(Path(folder))) as address,
        page(f"{address}/lab/tree/notebooks/{name}.ipynb", height=820) as (view, _),
    ):
        view.wait_for_selector(".jp-Notebook .jp-Cell")
        view.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        wanted = view.locator(".jp-OutputArea-output", has_text=words).first
        for _ in range(5):  # a click before the kernel answers is lost
            view.get_by_role("menuitem", name="运行", exact=True).click()
            view.get_by_text("运行所有单元格", exact=True).click()
            with suppress(TimeoutError):
                wanted.wait_for(timeout=20_000)
                break
        wanted.scroll_into_view_if_needed()
        view.wait_for_timeout(1_000)
        view.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    route()
    notebook("02_search", "scope.customer")
