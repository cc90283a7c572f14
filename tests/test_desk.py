"""The desk without a browser: every panel is driven through its widgets, and the casebook is looked at."""

from __future__ import annotations

import ast
import csv
import html
import io
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import ipywidgets as w
import pytest
from ipywidgets.widgets.widget import _instances

from chatkit.casebook import Casebook, shipped_policy
from chatkit.classroom.desk import applications, drafts
from chatkit.classroom.desk.desk import Desk
from chatkit.classroom.desk.drawings import bars, route_drawing
from chatkit.classroom.desk.pieces import attempt, notice, piece
from chatkit.classroom.desk.seats import OWN_CAST, Seat, own_seat
from chatkit.classroom.desk.sittings import states
from chatkit.classroom.desk.words import Words, desk_sentences
from chatkit.classroom.hall.classes import create_class, reset, seat_of
from chatkit.classroom.lessons.items import paper
from chatkit.errors import Refused
from chatkit.requests import Request
from chatkit.routes import route

ROOT = Path(__file__).parent.parent
FAMILY = sorted((ROOT / "chatkit" / "classroom" / "desk").glob("*.py"))
FORM = {
    "purpose": "complaint",
    "reason": "投诉 #2023-0876",
    "customers": "A1234",
    "since": "2023-09-01",
    "until": "2023-09-15",
    "keywords": "退款",
}
TOLD = ("value", "description", "placeholder", "tooltip", "_options_labels")
GATES = ("department_head", "it_review", "legal")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Nothing of one test's page is left for the next."""
    yield
    w.Widget.close_all()


@pytest.fixture(scope="session")
def chats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, made once."""
    folder = tmp_path_factory.mktemp("sample")
    own_seat(folder).casebook.close()
    return folder / "chats"


@pytest.fixture
def seat(tmp_path: Path, chats: Path) -> Iterator[Seat]:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "chats").symlink_to(chats)
    made = own_seat(tmp_path / "own")
    yield made
    made.casebook.close()


@pytest.fixture
def desk(seat: Seat) -> Desk:
    return Desk(seat)


def sit(desk: Desk, role: str) -> Desk:
    """Sign in by the page's own controls."""
    if desk.sitting:
        desk.leave.click()
    desk.role.value = role
    desk.enter.click()
    return desk


def fill(desk: Desk, **fields: str) -> applications.Application:
    """The form, filled in."""
    form = desk.panels["apply"]
    assert isinstance(form, applications.Application)
    for name, value in fields.items():
        form.fields[name].control.value = value
    return form


def filed(desk: Desk, **changes: str) -> Request:
    """A request of the applicant's, filed at the desk."""
    fill(sit(desk, "applicant"), **FORM | changes).file.click()
    assert desk.sitting and desk.sitting.request
    return desk.sitting.request


def granted(desk: Desk, **changes: str) -> Request:
    """The same, with every gate's approval."""
    request = filed(desk, **changes)
    for gate in GATES:
        sit(desk, gate).panels["approve"].approve.click()
    return request


def masked(desk: Desk, **changes: str) -> Request:
    """The same, searched and masked by the applicant."""
    request = granted(desk, **changes)
    sit(desk, "applicant").panels["search"].search.click()
    desk.panels["search"].onward.click()
    desk.panels["mask"].mask.click()
    return request


def shown(desk: Desk) -> str:
    """Every word on the page, markup taken out."""
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", " ".join(pieces(desk.box)), flags=re.DOTALL)


def pieces(box: w.Widget) -> Iterator[str]:
    """The texts of a widget and of what is in it, as far as it is shown."""
    if getattr(box, "layout", None) is not None and box.layout.display == "none":
        return
    for name in ("value", "description"):
        if isinstance(text := getattr(box, name, ""), str):
            yield text
    yield from (str(label) for label, _ in getattr(box, "options", ()))
    for child in getattr(box, "children", ()):
        yield from pieces(child)


def events(casebook: Casebook) -> list[str]:
    return [record.event for record in casebook.store.records()]


# ------------------------------------------------------------------------------------------------ the whole method


def test_the_whole_method_is_carried_out_at_the_desk_and_stands_in_the_log(desk: Desk, seat: Seat) -> None:
    request = masked(desk)
    sit(desk, "data_security")
    assert desk.open == "export"
    desk.panels["export"].export.click()
    assert (seat.folder / f"{request.id}.xlsx").exists()
    assert "核对无误" in shown(desk)
    desk.panels["export"].onward.click()
    (entry,) = desk.panels["destroy"].list.children
    entry.children[1].children[0].click()
    assert not (seat.folder / f"{request.id}.xlsx").exists()
    assert "已检查并记录" in shown(desk)
    kept = [event for event in events(seat.casebook) if event not in ("enrol", "policy", "search", "mask")]
    assert kept == ["apply", *["approve"] * 3, "permit", "export_started", "export", "destroy_started", "destroy"]
    assert set(states(request, seat.casebook).values()) == {"done"}
    desk.beside["log"].click()
    desk.panels["log"].verify.click()
    assert "案卷完好" in shown(desk)


def test_the_stepper_tells_how_far_the_request_has_come(desk: Desk) -> None:
    def steps() -> list[str]:
        return [step.description for step in desk.steps.values()]

    sit(desk, "applicant")
    assert steps() == ["1 申请", "2 审批", "3 检索", "4 脱敏", "5 导出", "6 销毁"]
    masked(desk)
    assert steps() == ["✓ 申请", "✓ 审批", "✓ 检索", "✓ 脱敏", "5 导出", "6 销毁"]
    assert desk.steps["export"].tooltip == "下一步"


# ---------------------------------------------------------------------------------------------------------- the form


def test_faults_stand_beside_their_fields_with_rule_kind_and_basis(desk: Desk) -> None:
    form = fill(
        sit(desk, "applicant"), **FORM | {"reason": "王小明 13800001234", "since": "2023/9/1", "keywords": "退"}
    )
    form.file.click()
    assert [name for name, field in form.fields.items() if field.blamed] == ["reason", "since", "keywords"]
    told = " ".join(pieces(form.fields["reason"].box))
    assert "request.reason_personal" in told and "公司制度" in told and "《个人信息保护法》第六条" in told
    assert 'role="alert"' in form._say.value and "查询原因、关键词、起始日期" in form._say.value
    assert "apply" not in events(desk.seat.casebook)


def test_every_rule_of_the_form_has_a_field_to_stand_beside() -> None:
    asked = {rule for rule in shipped_policy().rules if rule.startswith("request.")}
    elsewhere = {"request.none", "request.duplicate"}  # said of a filed request, above the form
    assert asked - elsewhere == set(applications.FIELD) | {"request.dates"}  # which names its field itself


def test_a_fault_in_the_folded_part_unfolds_it(desk: Desk) -> None:
    form = fill(sit(desk, "applicant"), **FORM, use_days="400")
    assert not form.more.value
    form.file.click()
    assert form.more.value and form.fields["use_days"].blamed


def test_what_a_request_touches_is_told_before_it_is_filed_and_small_counts_are_withheld(desk: Desk) -> None:
    fill(sit(desk, "applicant"), **FORM).estimate.click()
    told = shown(desk)
    assert "少于 5" in told and "5+" in told and "权限申请调取，因为要看聊天正文" in told
    assert events(desk.seat.casebook)[-1] == "estimate"
    assert "apply" not in events(desk.seat.casebook)


def test_the_form_makes_the_request_that_was_meant(desk: Desk) -> None:
    form = fill(
        sit(desk, "applicant"), **FORM | {"customers": "A1234、A1235", "keywords": "退款，课程 顾问", "without": "测试"}
    )
    asked = form.request
    assert asked.customers == ("A1234", "A1235")
    assert asked.keywords == ("退款", "课程 顾问")
    assert asked.without == ("测试",)
    assert asked.columns == () and asked.basis == "" and asked.use_days == 30


def test_columns_that_are_ticked_off_are_not_asked_for(desk: Desk) -> None:
    form = fill(sit(desk, "applicant"), **FORM | {"keywords": ""})
    columns = form.fields["columns"]
    columns._ticks["text"].value = False  # type: ignore[union-attr]
    assert form.request.columns == ("conversation_id", "sent_at", "role", "recalled")


def test_a_proof_is_kept_by_its_fingerprint_and_its_content_nowhere(desk: Desk) -> None:
    form = fill(sit(desk, "applicant"), **FORM, recipient="某审计机构")
    form.file.click()
    assert form.fields["evidence"].blamed
    for proof in ("outside_contract", "impact_assessment"):
        form._proofs._which.value = proof
        file = {
            "name": "x.pdf",
            "type": "",
            "size": 3,
            "content": memoryview(b"abc"),
            "last_modified": datetime(2023, 9, 1),
        }
        form._proofs.upload.value = (file,)
        assert form._proofs.upload.value == ()
    form.file.click()
    assert desk.sitting and desk.sitting.request
    hashed = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert dict(desk.sitting.request.evidence) == {"outside_contract": hashed, "impact_assessment": hashed}


# ---------------------------------------------------------------------------------------------------------- refusals


def test_the_applicant_cannot_approve_and_is_told_why(desk: Desk) -> None:
    filed(desk)
    desk.panels["approve"].approve.click()
    told = shown(desk)
    assert "被拒绝" in told and "gate.role" in told and "公司制度" in told and "《个人信息保护法》第五十一条" in told


def test_a_search_without_a_permit_is_refused_with_the_gates_still_open(desk: Desk) -> None:
    filed(desk)
    desk.steps["search"].click()
    desk.panels["search"].search.click()
    assert "permit.open_gates" in shown(desk) and "部门主管、IT 审核、法务确认" in shown(desk)


def test_the_applicant_cannot_export(desk: Desk) -> None:
    masked(desk)
    desk.steps["export"].click()
    desk.panels["export"].export.click()
    assert "export.executor" in shown(desk) and "<progress" not in desk.panels["export"]._bar.value


def test_with_no_request_chosen_every_step_is_refused_and_says_so(desk: Desk) -> None:
    sit(desk, "legal")
    assert "还没有选定申请" in shown(desk)
    for step, act in (("approve", "approve"), ("search", "search"), ("mask", "mask"), ("export", "export")):
        desk.moved(step)
        getattr(desk.panels[step], act).click()
        assert "request.none" in shown(desk), step


def test_a_request_sent_back_tells_the_applicant_why_and_is_refused_from_then_on(desk: Desk) -> None:
    request = filed(desk)
    panel = sit(desk, "department_head").panels["approve"]
    panel.reject.click()
    assert "请写明理由" in shown(desk) and "reject" not in events(desk.seat.casebook)
    panel.why.control.value = "范围太宽"
    panel.reject.click()
    assert desk.steps["approve"].description == "✗ 审批"
    sit(desk, "applicant").choose(request)
    assert "范围太宽" in shown(desk)
    desk.steps["search"].click()
    desk.panels["search"].search.click()
    assert "permit.rejected" in shown(desk)


def test_the_same_request_of_another_applicant_is_refused(desk: Desk) -> None:
    filed(desk)
    fill(sit(desk, "second_applicant"), **FORM).file.click()
    assert "request.duplicate" in shown(desk)


def test_trainees_of_a_hosted_class_who_copy_the_example_are_not_in_each_others_way(tmp_path: Path) -> None:
    group, _ = create_class(tmp_path / "class", ["甲", "乙"], seed=3)
    casebook, reasons = group.casebook(), []
    for trainee in ("t01", "t02", "t01"):  # the last one seated anew: the first cast's requests stay in the casebook
        desk = sit(Desk(seat_of(group, trainee, casebook)), "applicant")
        form = fill(desk, **FORM)
        fill(desk, reason=form.fields["reason"].control.placeholder.removeprefix("例：")).file.click()
        assert "request." not in shown(desk)
        reasons.append(desk.sitting.request.reason)
        if trainee == "t02":
            reset(group, "t01", casebook)
    assert reasons == [f"{FORM['reason']}-{tag}" for tag in ("t01", "t02", "t01-2")]
    assert "座位号 t01-2" in " ".join(pieces(form.fields["reason"].box))
    casebook.close()


def test_the_first_form_says_what_to_write_and_the_others_do_not(desk: Desk) -> None:
    assert "照各栏里灰色的例子填" in shown(sit(desk, "applicant"))
    filed(desk)
    desk.new.click()
    assert "照各栏里灰色的例子填" not in shown(desk)


def test_a_wrong_date_is_told_by_the_name_that_the_form_gives_it(desk: Desk) -> None:
    form = fill(sit(desk, "applicant"), **FORM | {"since": "2023年9月1日"})
    form.file.click()
    assert "起始日期“2023年9月1日”不是有效日期" in shown(desk)


def test_a_purpose_not_chosen_is_told_by_the_names_that_the_form_offers(desk: Desk, seat: Seat) -> None:
    form = fill(sit(desk, "applicant"), **FORM | {"purpose": ""})
    form.file.click()
    (told,) = re.findall("请从制度里选一个查询目的：(.*?)。", shown(desk))
    assert told == "、".join(name for name, id in form.fields["purpose"].control.options if id)
    with pytest.raises(Refused, match="（complaint）"):  # whoever writes Python needs the id
        seat.casebook.check(form.request)


def test_a_wrong_date_is_told_in_python_with_the_keyword_in_brackets(seat: Seat) -> None:
    with pytest.raises(Refused) as no:
        seat.casebook.check(Request("complaint", "投诉 #2023-0876", ("A1234",), "1/9", "2/9"))
    assert [r.text.zh.partition("“")[0] for r in no.value.refusals] == ["起始日期（since）", "结束日期（until）"]
    assert [r.text.en.partition(" “")[0] for r in no.value.refusals] == ["First day (since)", "Last day (until)"]


def test_people_are_shown_by_name_and_id_wherever_the_desk_names_them(desk: Desk, seat: Seat) -> None:
    told = list(pieces(desk.box))
    masked(desk)
    desk.panels["mask"].draw.click()
    desk.panels["mask"].judge.click()
    desk.panels["export"].export.click()  # refused: whoever asked does not export
    told += [panel._say.value for panel in desk.panels.values() if hasattr(panel, "_say")] + [*pieces(desk.box)]
    sit(desk, "data_security").panels["export"].export.click()
    for step in ("approve", "export", "destroy", "log"):
        desk.moved(step)
        told += pieces(desk.box)
    page = html.unescape(re.sub("</text><text[^>]*>", "", " ".join(told)))  # a name and its id in two lines
    for id in seat.people - {"wu.ting"}:  # who has nothing to do here
        named = f"{seat.casebook.people()[id].name}（{id}）"
        assert page.count(named) == page.count(id) > 1, id


def test_an_export_says_where_its_file_lies(desk: Desk, seat: Seat) -> None:
    masked(desk)
    sit(desk, "data_security").panels["export"].export.click()
    assert f"文件在这台电脑的文件夹里：{seat.folder}" in shown(desk) and list(seat.folder.glob("*.xlsx"))


def test_an_unforeseen_fault_is_told_without_its_content() -> None:
    say = piece()

    def fails() -> None:
        raise RuntimeError("13800001234")

    with pytest.raises(RuntimeError):
        attempt(fails, say, Words("zh"))
    assert "RuntimeError" in say.value and "13800001234" not in say.value and 'role="alert"' in say.value


# --------------------------------------------------------------------------------------------- masking and spot check


def test_the_masked_preview_counts_draws_and_shows_no_personal_value(desk: Desk, chats: Path) -> None:
    masked(desk, keywords="")
    told = desk.panels["mask"]._preview.value
    assert "<svg" in told and 'role="img"' in told and "手机号" in told and "<table" in told
    kept = [str(value) for each in _instances.values() for name, value in each.get_state().items() if name in TOLD]
    states = "\n".join(kept)
    assert "164****0876" in states
    found = personal(chats)
    assert len(found) > 100
    assert [value for value in found if value in states] == []


def personal(chats: Path) -> set[str]:
    """Every personal value of the sample, by the generator's own labels, that could not stand there by chance."""
    tables = [
        csv.DictReader(io.StringIO((chats / f"{name}.csv").read_text("utf-8"))) for name in ("messages", "labels")
    ]
    texts, labels = {row["message_id"]: row["text"] for row in tables[0]}, list(tables[1])
    values = {texts[row["message_id"]][int(row["start"]) : int(row["end"])] for row in labels}
    return {value for value in values if len(value) > 2}


def test_a_spot_check_judged_by_the_applicant_goes_into_the_manifest(desk: Desk, seat: Seat) -> None:
    masked(desk)
    panel = desk.panels["mask"]
    panel.draw.click()
    assert len(panel.drawn.children) == 8
    panel.drawn.children[0].value = True
    panel.judge.click()
    assert "刘洋（虚构）（liu.yang） 看了随机抽出的 8 行" in shown(desk) and "判定其中 1 行" in shown(desk)
    sit(desk, "data_security").panels["export"].export.click()
    (body,) = [record.body["manifest"] for record in seat.casebook.store.records("export")]
    assert (body["spot_check"]["n"], body["spot_check"]["leaks"], body["spot_check"]["judged_by"]) == (8, 1, "liu.yang")


def test_a_second_spot_check_draws_other_rows(desk: Desk) -> None:
    masked(desk, keywords="")
    panel = desk.panels["mask"]
    drawn = []
    for _ in range(2):
        panel.draw.click()
        drawn.append([row.description for row in panel.drawn.children])
        panel.judge.click()
    assert drawn[0] != drawn[1]


# ---------------------------------------------------------------------------------------- language, and going on again


def test_the_desk_speaks_one_language_and_keeps_to_it(desk: Desk, seat: Seat) -> None:
    desk.language.value = "en"
    assert "Sign in" in shown(desk)
    request = masked(desk)
    sit(desk, "data_security").panels["export"].export.click()
    assert "exported and verified" in shown(desk)
    desk.moved("approve")
    desk.panels["approve"].approve.click()
    told = shown(desk)
    assert "is no gate of this route" in told and "Company policy (method M03" in told
    for own in (request.reason, *(person.name for person in seat.casebook.people().values()), "、"):
        told = told.replace(own, "")
    assert re.findall(r"[\u4e00-\u9fff]+", told) == ["退款"]  # the keyword that was asked for


def test_every_sentence_of_the_desk_has_two_languages_and_the_same_slots() -> None:
    for name, text in desk_sentences().items():
        slots = [sorted(re.findall(r"\{(\w+)\}", language)) for language in (text.zh, text.en)]
        assert slots[0] == slots[1], name
        assert text.zh and text.en and not re.search("[\u4e00-\u9fff]", re.sub("退款|课时|测试", "", text.en)), name


def test_no_sentence_of_the_desk_is_left_over() -> None:
    code = "".join(
        path.read_text("utf-8") for path in [*FAMILY, ROOT / "chatkit" / "classroom" / "hall" / "serving.py"]
    )
    made = {"step", "state", "stage", "title", "label", "help", "example", "format", "paper", "role", "progress"}
    unused = [name for name in desk_sentences() if name.split(".")[0] not in made and f'"{name}"' not in code]
    assert {
        name for name in unused if not re.match(r"form\.(messages|conversations|customers)|log\.|drill\.", name)
    } == set()


def test_a_form_half_written_is_there_again_after_a_lost_kernel(desk: Desk, seat: Seat) -> None:
    fill(sit(desk, "applicant"), purpose="complaint", reason="投诉 #2023-0876", use_days="10")
    again = sit(Desk(seat), "applicant")
    form = fill(again)
    assert form.request.reason == "投诉 #2023-0876" and form.request.use_days == 10
    assert "已经恢复" in shown(again)
    assert drafts.kept(seat.sign_in("second_applicant")) == {}


def test_a_draft_is_gone_once_the_request_is_filed_and_stands_in_no_record(desk: Desk, seat: Seat) -> None:
    fill(sit(desk, "applicant"), **FORM | {"reason": "王小明 13800001234"})
    assert "13800001234" in (seat.casebook.folder / "drafts" / "liu.yang.json").read_text("utf-8")
    fill(desk, reason=FORM["reason"]).file.click()
    assert not (seat.casebook.folder / "drafts" / "liu.yang.json").exists()
    assert "13800001234" not in json.dumps([r.body for r in seat.casebook.store.records()], ensure_ascii=False)


@pytest.mark.parametrize(
    "damage", ["", "{", "[1]", '{"purpose": "no such purpose", "match": "x"}', '{"columns": ["x"]}']
)
def test_a_damaged_draft_leaves_an_empty_form(desk: Desk, seat: Seat, damage: str) -> None:
    (seat.casebook.folder / "drafts").mkdir()
    (seat.casebook.folder / "drafts" / "liu.yang.json").write_text(damage, "utf-8")
    assert fill(sit(desk, "applicant")).request == Request("", "", (), "", "")


def test_after_a_lost_kernel_each_person_lands_where_the_request_waits_for_them(desk: Desk, seat: Seat) -> None:
    filed(desk)
    assert sit(Desk(seat), "department_head").open == "approve"
    for gate in GATES:
        sit(desk, gate).panels["approve"].approve.click()
    again = sit(Desk(seat), "applicant")
    assert again.open == "search"
    again.panels["search"].search.click()
    assert sit(Desk(seat), "applicant").open == "mask"
    again.moved("mask")
    again.panels["mask"].mask.click()
    again = sit(Desk(seat), "data_security")
    assert again.open == "export"
    again.panels["export"].export.click()
    assert sit(Desk(seat), "data_security").open == "destroy"


def test_what_other_seats_of_the_casebook_did_is_not_shown(desk: Desk, seat: Seat) -> None:
    other = seat.casebook.sign_in("ma.li")
    seat.casebook.apply(Request("complaint", "投诉 #2023-9999", ("A1235",), "2023-09-01", "2023-09-02"), other)
    sit(desk, "department_head")
    desk.beside["log"].click()
    assert "9999" not in shown(desk) and "ma.li" not in shown(desk)


# ------------------------------------------------------------------------------------------------ questions and drills


def test_questions_are_answered_one_by_one_and_gone_on_with_after_a_lost_kernel(desk: Desk, seat: Seat) -> None:
    sit(desk, "applicant")
    desk.beside["quiz"].click()
    quiz = desk.panels["quiz"]
    quiz.begin.click()
    assert "第 1 题，共 12 题" in shown(desk)
    answer_right(quiz.question)
    assert "全对" in shown(desk) and "法律表" in shown(desk)
    again = sit(Desk(seat), "applicant")
    again.beside["quiz"].click()
    assert "第 2 题，共 12 题" in shown(again)
    assert [record.body["credit"] for record in seat.casebook.store.records("answer")] == ["1.0000"]


def test_a_paper_can_be_answered_to_the_end(desk: Desk, seat: Seat) -> None:
    sit(desk, "applicant")
    desk.beside["quiz"].click()
    quiz = desk.panels["quiz"]
    quiz.begin.click()
    for _ in range(12):
        answer_right(quiz.question)
        quiz.next.click()
    assert "12 题，得 100%" in shown(desk)
    assert len(seat.casebook.store.records("answer")) == 12


def test_an_answer_that_is_not_complete_is_not_taken(desk: Desk, seat: Seat) -> None:
    sit(desk, "applicant")
    desk.beside["quiz"].click()
    quiz = desk.panels["quiz"]
    quiz.begin.click()
    while quiz.question._item.kind not in ("single", "order", "match"):
        answer_right(quiz.question)
        quiz.next.click()
    before = len(seat.casebook.store.records("answer"))
    quiz.question.answer.click()
    assert "还没有答完" in shown(desk) and len(seat.casebook.store.records("answer")) == before


def answer_right(question: object) -> None:
    """Give the right answer by the controls that are shown."""
    item, controls = question._item, question._controls.children  # type: ignore[attr-defined]
    if item.kind == "single":
        controls[0].value = item.key[0]
    elif item.kind in ("order", "match"):
        for box, n in zip(controls, item.key, strict=True):
            box.children[0].value = n
    else:
        for tick in controls[0].children[1].children:
            tick.value = tick.description in {item.choices[n].zh for n in item.key}
    question.answer.click()  # type: ignore[attr-defined]


def test_a_drill_gives_its_own_data_and_story_and_is_still_there_after_a_lost_kernel(desk: Desk, seat: Seat) -> None:
    sit(desk, "applicant")
    sample = desk.seat.chats.sha256
    desk.beside["drill"].click()
    desk.panels["drill"].begin.click()
    assert desk.seat.play and desk.seat.play.drill.id == "student"
    assert desk.seat.chats.sha256 != sample and desk.seat.play.case in shown(desk)
    again = sit(Desk(seat), "applicant")
    assert again.seat.play and again.seat.play.case == desk.seat.play.case
    again.beside["drill"].click()
    again.panels["drill"].stop.click()
    assert again.seat.play is None and again.seat.chats.sha256 == sample
    assert sit(Desk(seat), "applicant").seat.play is None


def test_only_the_drills_of_the_class_are_offered_and_its_papers_are_asked(seat: Seat) -> None:
    desk = sit(Desk(replace(seat, drills=("trail", "vip"), papers=5)), "applicant")
    assert [id for _, id in desk.panels["drill"].drill.control.options] == ["vip", "trail"]
    desk.beside["quiz"].click()
    desk.panels["quiz"].begin.click()
    assert desk.panels["quiz"].question._item.id == paper("before", 5)[0].id


def test_a_drill_played_right_at_the_desk_is_graded_from_the_log(desk: Desk, seat: Seat) -> None:
    sit(desk, "applicant")
    desk.beside["drill"].click()
    desk.panels["drill"].begin.click()
    assert desk.seat.play
    answer_right(desk.panels["drill"].question)
    asked = desk.seat.play.key.narrowest
    assert asked
    desk.choose(None)
    fields = {
        "purpose": asked.purpose,
        "reason": f"投诉 {desk.seat.play.case}",
        "customers": "、".join(asked.customers),
    }
    form = fill(desk, **fields, since=asked.since, until=asked.until, use_days=str(asked.use_days))
    form.file.click()
    for gate in GATES:
        sit(desk, gate).panels["approve"].approve.click()
    sit(desk, "applicant").panels["search"].search.click()
    desk.moved("mask")
    mask = desk.panels["mask"]
    mask.mask.click()
    mask.rows.control.value = 50
    mask.draw.click()
    mask.judge.click()
    sit(desk, "data_security").panels["export"].export.click()
    desk.moved("destroy")
    desk.panels["destroy"].list.children[0].children[1].children[0].click()
    desk.beside["drill"].click()
    desk.panels["drill"].grade.click()
    assert "现在 100 分" in shown(desk)


# ----------------------------------------------------------------------------------------------------- what it is not


def test_the_desk_holds_no_rule_it_never_makes_a_refusal_and_compares_with_no_policy_value() -> None:
    for path in FAMILY:
        name, tree = path.stem, ast.parse(path.read_text("utf-8"))
        called = {getattr(n.func, "id", getattr(n.func, "attr", "")) for n in ast.walk(tree) if isinstance(n, ast.Call)}
        assert not called & {"refuse", "refusal", "Refusal", "Refused", "problems"}, name
        raised = [ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Raise) and n.exc is not None]
        assert raised == [], name
        read = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        assert not read & {"limit", "cap_rows", "range_days", "rules", "operators", "retention", "triggers"}, name


def test_every_control_has_a_description(desk: Desk) -> None:
    sit(desk, "applicant")
    for step in desk.panels:
        desk.moved(step)
    lacking = [
        widget
        for widget in _instances.values()
        if isinstance(
            widget, w.Button | w.Text | w.Dropdown | w.Checkbox | w.RadioButtons | w.FileUpload | w.ToggleButton
        )
        and not widget.description
    ]
    assert lacking == []


def test_what_a_person_typed_is_shown_as_text_and_never_as_markup(desk: Desk) -> None:
    filed(desk, reason="投诉 <img src=x onerror=alert(1)> 0876")
    desk.beside["log"].click()
    desk.moved("approve")
    html = " ".join(str(each.value) for each in _instances.values() if isinstance(each, w.HTML))
    assert "&lt;img src=x" in html and "<img src=x" not in html
    assert notice("<b>") == '<div class="ck-notice ck-good" role="status">&lt;b&gt;</div>'


def test_drawings_carry_their_words(seat: Seat) -> None:
    request = Request("complaint", "投诉 #2023-0876", ("A1234",), "2023-09-01", "2023-09-15")
    drawn = route_drawing(route(request, seat.casebook), Words("en"))
    assert 'aria-label="permission request (medium risk): not filed：· apply（waiting） →' in drawn
    assert not re.search("[\u4e00-\u9fff]", drawn.replace("：", "").replace("（", "").replace("）", ""))
    counted = bars({"手机号": 3, "姓名": 12}, "处数")
    assert 'aria-label="处数：姓名 12，手机号 3"' in counted and '<th scope="row">姓名</th><td>12</td>' in counted


def test_the_own_seat_has_the_cast_that_the_roles_of_the_policy_ask_for(seat: Seat) -> None:
    people = seat.casebook.people()
    assert {role for role in shipped_policy().roles} <= set(OWN_CAST)
    assert all(role in people[person].roles for role, person in OWN_CAST.items() if role != "second_applicant")
    assert seat.sign_in("legal").id == "sun.min" and len(seat.people) == 6


def test_the_own_seats_chats_are_the_sample_that_ships(chats: Path) -> None:
    for name in ("messages.csv", "conversations.csv", "customers.csv"):
        assert (chats / name).read_bytes() == (ROOT / "synthetic_data" / "sample" / name).read_bytes()


def test_the_notebook_of_the_desk_only_opens_it_and_holds_no_output() -> None:
    notebook = json.loads((ROOT / "notebooks" / "desk.ipynb").read_text("utf-8"))
    words, code = notebook["cells"]
    assert words["cell_type"] == "markdown" and code["outputs"] == [] and code["execution_count"] is None
    assert "".join(code["source"]) == "from chatkit.classroom import open_desk\n\nopen_desk()"
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}


def test_the_desk_and_its_page_are_installed_with_the_kit() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    shipped = project["package-data"]
    for package in ("lessons", "results", "desk", "hall"):
        folder = ROOT / "chatkit" / "classroom" / package
        kept = {path for pattern in shipped[f"chatkit.classroom.{package}"] for path in folder.glob(pattern)}
        assert f"chatkit.classroom.{package}" in project["packages"]
        assert {path for path in folder.rglob("*.*") if path.suffix not in (".py", ".pyc")} == kept, package
