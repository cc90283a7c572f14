"""The desk as a person meets it: served by Voilà, worked by keyboard alone, open to everybody, on this machine only."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError

import axe_playwright_python
import pytest
from test_browser import ROOT, free_port, need_chromium, page

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
FOCUSED = """() => {
  const now = document.activeElement, labels = [...(now.labels ?? [])].map(label => label.innerText).join(" ");
  return now === document.body ? "" : (labels || now.getAttribute("aria-label") || now.innerText || "").trim();
}"""
OUTLINED = "() => parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
PANELS = ("申请", "审批", "检索", "脱敏", "导出", "销毁", "测验", "演练题", "日志")


class Served:
    """A desk that is served: its address, its process, its folder."""

    def __init__(self, folder, port, process):
        self.folder, self.address, self.process = folder, f"http://127.0.0.1:{port}/", process

    def kernels(self):
        """The process ids of its kernels."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]


@contextmanager
def serving(folder):
    """``python -m chatkit desk`` with its casebook in ``folder``; it is ended afterwards, and its kernels with it."""
    need_chromium()
    port = free_port()
    command = [sys.executable, "-m", "chatkit", "desk", f"--port={port}", "--no-browser"]
    environment = {**os.environ, "CHATKIT_DESK": str(folder / "desk"), "PYTHONPATH": str(ROOT)}
    with open(folder / "desk.log", "w") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    desk = Served(folder, port, process)
    try:
        for _ in range(240):
            with suppress(OSError):
                urllib.request.urlopen(f"{desk.address}voila/static/none", timeout=1).close()
            if (folder / "desk.log").read_text("utf-8").count("none"):  # it answers
                break
            time.sleep(0.25)
        yield desk
    finally:
        kernels = desk.kernels()
        process.terminate()
        process.wait(timeout=30)
        assert [pid for pid in kernels if Path(f"/proc/{pid}").exists()] == []


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


@contextmanager
def opened(desk):
    """The desk in a browser; fails where the page asked anything of another machine."""
    with page(desk.address, height=800) as (view, elsewhere):
        view.locator(".ck-entrance").wait_for()
        yield view
        assert elsewhere == []


def reach(view, name, *, presses=120):
    """Press Tab until what is called ``name`` has the focus; it must be seen to have it."""
    for _ in range(presses):
        view.keyboard.press("Tab")
        if name in view.evaluate(FOCUSED):
            assert view.evaluate(OUTLINED) >= 2, f"no visible focus on {name}"
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def press(view, name):
    """Reach a button and press Enter."""
    reach(view, name)
    view.keyboard.press("Enter")


def write(view, name, text):
    """Reach a field, replace what stands in it, and leave it."""
    reach(view, name)
    view.keyboard.press("Control+a")
    view.keyboard.type(text)
    view.keyboard.press("Tab")
    view.keyboard.press("Shift+Tab")


def sign_in(view, role):
    """Choose a role by the arrow keys and enter."""
    reach(view, "申请人")
    for _ in range(10):
        if view.evaluate(FOCUSED).startswith(role):
            break
        view.keyboard.press("ArrowDown")
    view.wait_for_timeout(200)
    press(view, "进入")
    view.locator(".ck-steps").wait_for()
    view.locator(".ck-card").get_by_role("heading", level=2).first.wait_for()  # the panel is open
    view.wait_for_timeout(300)  # and the focus has moved to its heading, as a person would see


def heading(view, name):
    """Wait for a panel."""
    view.get_by_role("heading", name=name, exact=True, level=2).wait_for()


def switch(view, role):
    """Leave, and come back as somebody else."""
    press(view, "换人")
    view.locator(".ck-entrance").wait_for()
    sign_in(view, role)


def fill(view, **fields):
    """The form, by the mouse, where the keyboard is not what is tested."""
    names = {
        "reason": "查询原因",
        "customers": "客户账号",
        "since": "起始日期",
        "until": "结束日期",
        "keywords": "关键词",
    }
    if "purpose" in fields:
        view.get_by_label("查询目的").select_option(fields.pop("purpose"))
    for name, text in fields.items():
        view.get_by_label(names[name], exact=True).fill(text)
        view.keyboard.press("Tab")


def violations(view):
    """The serious and critical faults that axe-core finds, each with where."""
    if not view.evaluate("() => Boolean(window.axe)"):
        view.add_script_tag(path=AXE)
    found = view.evaluate("() => axe.run()")["violations"]
    return [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found if v["impact"] in ("serious", "critical")]


def test_the_whole_method_is_carried_out_by_keyboard_alone(desk):
    with opened(desk) as view:
        sign_in(view, "申请人")
        heading(view, "写一份申请")
        reach(view, "查询目的")
        view.keyboard.press("ArrowDown")
        write(view, "查询原因", "投诉 #2023-0876")
        write(view, "客户账号", "A1234")
        write(view, "关键词", "退款")
        write(view, "起始日期", "2023-09-01")
        write(view, "结束日期", "2023-09-15")
        press(view, "先看会涉及多少")
        view.get_by_role("heading", name="会涉及多少").wait_for()
        press(view, "提交申请")
        heading(view, "审批")
        assert "审批" in view.evaluate(FOCUSED)  # the focus goes to the new panel's heading
        for role in ("部门主管", "IT 审核", "法务确认"):
            switch(view, role)
            press(view, "通过这道关卡")
            view.get_by_text(f"已通过：{role}").wait_for()
        switch(view, "申请人")
        heading(view, "检索")
        press(view, "凭许可检索")
        press(view, "去脱敏")
        heading(view, "脱敏预览与抽查")
        press(view, "脱敏并预览")
        view.get_by_role("img", name=re.compile("各类信息遮住的处数：姓名")).wait_for()
        press(view, "抽取")
        view.locator(".ck-rows input").first.wait_for()
        press(view, "判定")
        view.get_by_text("0 行还看得出个人信息").wait_for()
        switch(view, "数据安全")
        heading(view, "导出")
        reach(view, "文件格式")
        press(view, "导出")  # the button after it, not the step of that name
        view.get_by_text("核对无误").wait_for()
        press(view, "去销毁")
        heading(view, "销毁")
        press(view, "销毁 R-")
        view.get_by_text("已检查并记录").wait_for()
        press(view, "日志")
        heading(view, "日志")
        press(view, "核对日志")
        view.get_by_text("案卷完好").wait_for()
    assert list((desk.folder / "desk" / "exports").glob("*.xlsx")) == []
    assert len(list((desk.folder / "desk" / "exports").glob("*.manifest.json"))) == 1


def test_a_refusal_is_read_out_beside_its_field_which_gets_the_focus(desk):
    with opened(desk) as view:
        sign_in(view, "另一位申请人")
        fill(
            view,
            purpose="投诉处理",
            reason="王小明 13800001234",
            customers="A1234",
            since="2023-09-01",
            until="2023-09-15",
        )
        view.get_by_role("button", name="提交申请").click()
        view.get_by_role("alert").get_by_text("1 处要改：查询原因").wait_for()
        field = view.get_by_label("查询原因", exact=True)
        assert field.get_attribute("aria-invalid") == "true"
        told = " ".join(
            view.locator(f"[id='{id}']").inner_text() for id in field.get_attribute("aria-describedby").split()
        )
        assert "request.reason_personal" in told and "公司制度" in told and "《个人信息保护法》第六条" in told
        assert "查询原因" in view.evaluate(FOCUSED)


def test_after_a_killed_kernel_one_signs_in_again_and_goes_on(desk):
    with opened(desk) as view:
        sign_in(view, "申请人")
        view.get_by_role("button", name="新申请").click()
        fill(view, purpose="投诉处理", reason="投诉 #2023-0901", customers="A1235")
        view.wait_for_timeout(500)
        for pid in desk.kernels():
            os.kill(pid, 9)
        view.reload()
        view.locator(".ck-entrance").wait_for()
        sign_in(view, "申请人")
        view.get_by_text("已经恢复").wait_for()
        assert view.get_by_label("查询原因", exact=True).input_value() == "投诉 #2023-0901"
        fill(view, since="2023-09-01", until="2023-09-15")
        view.get_by_role("button", name="提交申请").click()
        heading(view, "审批")
        view.reload()
        view.locator(".ck-entrance").wait_for()
        sign_in(view, "部门主管")
        heading(view, "审批")
        view.locator(".ck-status").get_by_text("投诉 #2023-0901").wait_for()


def test_a_question_is_answered_by_keyboard_and_explained(desk):
    with opened(desk) as view:
        sign_in(view, "申请人")
        press(view, "测验")
        heading(view, "测验")
        press(view, "开始或继续")
        view.get_by_text("第 1 题，共 12 题").wait_for()
        for control in view.locator(".ck-answer :is(select, input[type=radio])").all():
            control.focus()
            view.keyboard.press("ArrowDown")
            view.keyboard.press("Space")
        view.wait_for_timeout(300)
        press(view, "交答案")
        view.locator(".ck-answer ~ .ck-say").get_by_text(re.compile("全对|得 |没有得分|还没有答完")).wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_on_any_panel_and_nothing_runs_out_of_the_page(desk, width):
    with opened(desk) as view:
        view.set_viewport_size({"width": width, "height": 800})
        assert violations(view) == []
        view.get_by_label("申请人").first.check()
        view.get_by_role("button", name="进入").click()
        view.locator(".ck-steps").wait_for()
        for name in PANELS:
            view.get_by_role("button", name=re.compile(rf"^(\S )?{name}$")).first.click()
            view.wait_for_timeout(400)
            if name == "申请":
                view.get_by_role("button", name="更多选项").click()
                view.get_by_role("button", name="提交申请").click()
                view.get_by_role("alert").wait_for()
            assert violations(view) == [], name
            assert view.evaluate("() => document.documentElement.scrollWidth") <= width, name
            assert view.locator("h1:visible").count() == 1
            assert view.locator("h2:visible").count() >= 1


def test_the_page_says_its_language_and_changes_it(desk):
    with opened(desk) as view:
        assert view.evaluate("() => document.documentElement.lang") == "zh-CN"
        view.get_by_label("English").check()
        view.get_by_role("heading", name="Sign in").wait_for()
        view.wait_for_function("() => document.documentElement.lang === 'en'", timeout=10_000)
        assert view.title() == "聊天查阅台 · chatkit"


def test_the_server_listens_on_this_machine_only_and_shows_no_file(desk):
    port = f"{int(desk.address.rsplit(':', 1)[1].strip('/')):04X}"
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if " 0A " in line]
    assert [address for address in listening if address.endswith(f":{port}")] == [f"0100007F:{port}"]
    for path in (
        "voila/files/desk.ipynb",
        "voila/files/out/desk/casebook/casebook.db",
        "api/contents",
        "files/desk.ipynb",
    ):
        with pytest.raises(HTTPError):
            urllib.request.urlopen(f"{desk.address}{path}", timeout=5)
    assert "聊天查阅台已打开" in (desk.folder / "desk.log").read_text("utf-8")
