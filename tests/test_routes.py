"""Routes: the gates in order, where a request stands, and what is due by working days in China."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import Desk, complaint

import chatkit as ck
from chatkit.routes import Route, Station
from chatkit.rulebook import packaged, parse_policy
from chatkit.sentences import Text

POLICY = parse_policy(packaged())
SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["申请", "部门主管", "IT 审核", "法务确认", "检索与脱敏", "数据安全：导出", "销毁"]


def states(drawn: Route) -> str:
    return " ".join(station.state for station in drawn.stations)


def names(drawn: Route) -> list[str]:
    return [station.name.zh for station in drawn.stations]


@pytest.mark.parametrize(
    ("mode", "stations"), [("expert", NAMES), ("permission", NAMES), ("self_service", [NAMES[0], NAMES[1], *NAMES[4:]])]
)
def test_a_mode_is_drawn_with_its_gates_in_order(mode: str, stations: list[str]) -> None:
    drawn = ck.draw_mode(POLICY.modes[mode], POLICY)
    assert names(drawn) == stations
    assert set(states(drawn).split()) == {"waiting"}
    assert [text.text for text in ET.fromstring(drawn.svg()).iter(f"{SVG}text")][1::3] == stations


def test_the_route_of_the_article_is_another() -> None:
    article = parse_policy(packaged("article"))
    assert names(ck.draw_mode(article.modes["self_service"], article))[1] == "法务确认"


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ({}, "permission"),
        ({"columns": ["sent_at", "channel"]}, "self_service"),
        ({"columns": ["sent_at", "customer_id"]}, "permission"),
        ({"purpose": "abnormal_funds", "columns": ["sent_at"]}, "permission"),
        ({"recipient": "an auditor"}, "expert"),
        ({"unmask": ["PHONE"]}, "expert"),
    ],
)
def test_the_mode_follows_from_what_is_asked_and_says_why(desk: Desk, changes: dict, mode: str) -> None:
    drawn = ck.route(complaint(**changes), desk.casebook)
    assert drawn.mode.id == mode
    assert drawn.trigger is not None
    assert drawn.trigger.mode == mode
    assert drawn.trigger.reason.zh in str(drawn)
    assert drawn.trigger.reason.en in str(drawn)


def test_a_request_is_followed_from_filing_to_destruction(desk: Desk) -> None:
    request, book = complaint(), desk.casebook
    seen = [ck.route(request, book)]
    book.apply(request, desk.clerk)
    seen.append(ck.route(request, book))
    for gate in (desk.head, desk.it, desk.legal):
        book.approve(request, gate)
        seen.append(ck.route(request, book))
    permit = book.permit(request)
    seen.append(ck.route(request, book))
    masked = desk.masked(permit)
    seen.append(ck.route(request, book))
    manifest = desk.export("found.csv", masked)
    seen.append(ck.route(request, book))
    ck.destroy(manifest, by=desk.security, sweep=[])
    seen.append(ck.route(request, book))
    assert [(drawn.stage, states(drawn)) for drawn in seen] == [
        ("unfiled", "waiting waiting waiting waiting waiting waiting waiting"),
        ("filed", "done next waiting waiting waiting waiting waiting"),
        ("filed", "done done next waiting waiting waiting waiting"),
        ("filed", "done done done next waiting waiting waiting"),
        ("filed", "done done done done next waiting waiting"),
        ("granted", "done done done done next waiting waiting"),
        ("granted", "done done done done done next waiting"),
        ("exported", "done done done done done done next"),
        ("destroyed", "done done done done done done done"),
    ]
    assert [station.person for station in seen[-1].stations][:4] == ["liu.yang", "zhao.wei", "chen.jie", "sun.min"]


def test_a_request_that_was_sent_back_stops_there(desk: Desk) -> None:
    request = desk.file()
    desk.casebook.approve(request, desk.head)
    desk.casebook.reject(request, desk.it, why="范围太大")
    drawn = ck.route(request, desk.casebook)
    assert (drawn.stage, states(drawn)) == ("rejected", "done done rejected waiting waiting waiting waiting")
    assert drawn.stations[2].remark == Text("退回 chen.jie", "sent back chen.jie")
    assert "[✗ IT 审核]" in str(drawn)


def test_one_of_two_exports_still_to_be_destroyed_is_not_destroyed(desk: Desk) -> None:
    permit = desk.grant()
    first = desk.export("a.csv", desk.masked(permit))
    desk.export("b.csv", desk.masked(permit))
    ck.destroy(first, by=desk.security, sweep=[])
    assert ck.route(permit.request, desk.casebook).stage == "exported"


def test_a_permit_that_ended_unused_has_no_next_step(desk: Desk) -> None:
    permit = desk.grant()
    desk.reopen("2023-10-21T10:00")
    drawn = ck.route(permit.request, desk.casebook)
    assert (drawn.stage, "next" in states(drawn)) == ("expired", False)


def test_an_export_stays_to_be_destroyed_after_the_permit_ended(desk: Desk) -> None:
    manifest = desk.export("a.csv")
    desk.reopen("2023-10-21T10:00")
    drawn = ck.route(desk.casebook.request(manifest.request), desk.casebook)
    assert (drawn.stage, drawn.stations[-1].state) == ("exported", "next")


# ------------------------------------------------------------------------------- due, late, escalated: National Day
@pytest.mark.parametrize(
    ("filed", "answer", "done"),
    [
        ("2023-09-20T10:00", date(2023, 9, 22), date(2023, 9, 25)),
        ("2023-09-27T10:00", date(2023, 10, 7), date(2023, 10, 8)),  # 28 September, then Saturday the 7th
        ("2023-09-28T10:00", date(2023, 10, 8), date(2023, 10, 9)),
        ("2023-10-01T10:00", date(2023, 10, 8), date(2023, 10, 9)),
        ("2023-10-06T23:59", date(2023, 10, 8), date(2023, 10, 9)),
        ("2023-10-07T00:00", date(2023, 10, 9), date(2023, 10, 10)),
    ],
)
def test_answers_are_due_by_working_days_across_national_day(desk: Desk, filed: str, answer: date, done: date) -> None:
    desk.reopen(filed)
    request = desk.file()
    drawn = ck.route(request, desk.casebook)
    gate = drawn.stations[1]
    assert gate.due is not None
    assert drawn.due is not None
    assert (gate.due.day, gate.due.certain, drawn.due.day) == (answer, True, done)


@pytest.mark.parametrize(
    ("today", "late", "escalated", "remark"),
    [
        ("2023-10-07T23:59", False, False, "due 2023-10-07"),
        ("2023-10-08T00:00", True, False, "late"),
        ("2023-10-08T23:59", True, False, "late"),
        ("2023-10-09T00:00", True, True, "late, escalated"),
    ],
)
def test_a_gate_is_late_after_its_day_and_escalated_a_working_day_later(
    desk: Desk, today: str, late: bool, escalated: bool, remark: str
) -> None:
    desk.reopen("2023-09-27T10:00")
    request = desk.file()
    desk.reopen(today)
    gate = ck.route(request, desk.casebook).stations[1]
    assert (gate.late, gate.escalated, gate.remark.en) == (late, escalated, remark)


def test_the_clock_of_a_gate_starts_with_the_answer_before_it(desk: Desk) -> None:
    request = desk.file()
    desk.reopen("2023-09-27T10:00")
    desk.casebook.approve(request, desk.head)
    stations = ck.route(request, desk.casebook).stations
    assert stations[1].due is None
    assert stations[2].due is not None
    assert stations[2].due.day == date(2023, 10, 7)


def test_a_year_without_a_calendar_is_said_to_be_uncertain(desk: Desk) -> None:
    desk.reopen("2099-03-02T10:00")
    gate = ck.route(desk.file(), desk.casebook).stations[1]
    assert gate.due is not None
    assert not gate.due.certain
    assert "no calendar for that year yet" in gate.remark.en


# ----------------------------------------------------------------------------------------------------- the drawing
def test_a_drawing_is_svg_with_a_title_and_a_description(desk: Desk) -> None:
    drawn = ck.route(desk.file(), desk.casebook)
    root = ET.fromstring(drawn.svg())
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    title, described = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert described is not None
    assert title.text == drawn.title.line
    assert described.text == str(drawn)
    assert (root.get("aria-label") or "").split() == str(drawn).split()
    assert len(root.findall(f"{SVG}rect")) == 7


def test_markup_in_a_drawing_is_escaped() -> None:
    nasty = Text("<script>\"&'</script>", "<b>&</b>")
    mode = replace(POLICY.modes["permission"], name=nasty)
    trigger = replace(POLICY.triggers[0], reason=nasty)
    drawn = Route(mode, trigger, "filed", (Station(nasty, "next", '<i onclick="x">'), Station(nasty, "done", "<u>")))
    for shown in (drawn.svg(), drawn._repr_html_()):
        assert "<script" not in shown
        assert "<i " not in shown
        assert "<u>" not in shown
        assert "<b>" not in shown
    assert "<script>\"&'</script>" in [t.text for t in ET.fromstring(drawn.svg()).iter(f"{SVG}text")]


def test_colour_is_not_the_only_sign_of_where_a_request_stands(desk: Desk) -> None:
    request = desk.file()
    desk.casebook.approve(request, desk.head)
    shown = str(ck.route(request, desk.casebook)).split("\n")[1]
    assert shown.startswith("[✓ 申请] → [✓ 部门主管] → [▶ IT 审核] → [· 法务确认] → ")


def test_drawing_a_route_logs_nothing(desk: Desk, tmp_path: Path) -> None:
    before = len(desk.casebook.store.entries())
    ck.route(complaint(), desk.casebook).svg()
    assert len(desk.casebook.store.entries()) == before
