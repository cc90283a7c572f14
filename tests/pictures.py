"""Make the README's pictures: ``make pictures``. They are taken from the real thing."""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from playwright.sync_api import TimeoutError
from test_browser import copy_of_the_project, lab, page
from test_browser_desk import fill, opened, serving, sign_in
from trending import masked_world

import chatkit as ck
import synthetic_data
from chatkit.plots import plots

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


def trends() -> None:
    """What rose in a made-up half year with four stories hidden in it."""
    with masked_world(2, synthetic_data.STORIES) as masked:
        rose = next(plot for plot in plots(ck.aggregate(masked)) if plot.title.zh.startswith("什么变多了"))
        (PICTURES / "trends.svg").write_text(rose.svg, "utf-8")
        print(rose.alt)


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


def desk() -> None:
    """The desk: the form with what it would touch, a refusal beside its field, the route, the masked preview."""

    def shoot(name: str) -> None:
        view.mouse.move(0, 0)
        view.wait_for_timeout(700)
        view.screenshot(path=PICTURES / f"desk_{name}.png")

    form = {"customers": "A1234", "since": "2023-09-01", "until": "2023-09-15", "keywords": "退款"}
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served, opened(served) as view:
        sign_in(view, "申请人")
        fill(view, purpose="投诉处理", reason="王小明 13800001234 要求退款", **form)
        view.get_by_role("button", name="提交申请").click()
        view.get_by_role("alert").wait_for()
        shoot("refusal")
        fill(view, reason="投诉 #2023-0876")
        view.get_by_role("button", name="先看会涉及多少").click()
        view.get_by_role("heading", name="会涉及多少").wait_for()
        view.set_viewport_size({"width": 1280, "height": 1060})
        shoot("form")
        view.set_viewport_size({"width": 1280, "height": 800})
        view.get_by_role("button", name="提交申请").click()
        for role in ("部门主管", "IT 审核", "法务确认"):
            view.get_by_role("button", name="换人").click()
            view.locator(".ck-entrance").wait_for()
            sign_in(view, role)
            if role == "法务确认":
                shoot("route")
            view.get_by_role("button", name="通过这道关卡").click()
            view.get_by_text(f"已通过：{role}").wait_for()
        view.get_by_role("button", name="换人").click()
        view.locator(".ck-entrance").wait_for()
        sign_in(view, "申请人")
        view.get_by_role("button", name="凭许可检索").click()
        view.get_by_role("button", name="去脱敏").click()
        view.get_by_role("button", name="脱敏并预览").click()
        view.get_by_role("heading", name="预览", exact=True).wait_for()
        view.set_viewport_size({"width": 1280, "height": 1060})
        shoot("masked")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    desk()
    route()
    trends()
    notebook("02_search", "scope.customer")
