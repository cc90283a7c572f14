"""Answers and steps stand in the casebook's own log: they survive, they verify, and retests come from them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import chatkit as ck
from chatkit.classroom.lessons.items import find, items, mark, paper
from chatkit.classroom.lessons.progress import answers, due_retests, last_step, missed, record_answer, record_step
from chatkit.founding import FILE

ONE, OTHER = find("M13-1"), find("M13-2")
CLERK = ("liu.yang",)
Opener = Callable[..., ck.Casebook]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Opener]:
    """Opens the one casebook of a test, on whatever day; all are closed at the end."""
    opened: list[ck.Casebook] = []

    def on(day: str = "2023-09-20") -> ck.Casebook:
        opened.append(ck.Casebook.open(tmp_path / "casebook", clock=f"{day}T10:00"))
        return opened[-1]

    yield on
    for casebook in opened:
        casebook.close()


def test_an_answer_is_marked_and_stands_in_the_log(book: Opener) -> None:
    casebook = book()
    clerk = casebook.sign_in("liu.yang")
    assert record_answer(clerk, "before", ONE, [0]) == 1.0
    assert record_answer(clerk, "before", OTHER, [3]) == 0.0
    log = casebook.log()
    assert list(log["event"][-2:]) == ["作答 · answered"] * 2
    assert list(log["about"][-2:]) == ["M13-1", "M13-2"]
    assert set(log["person"][-2:]) == {"liu.yang"}
    assert casebook.verify() == []


def test_answers_survive_a_lost_kernel(book: Opener) -> None:
    first = book()
    record_answer(first.sign_in("liu.yang"), "before", find("M41-3"), [1, 0, 2, 3, 4])
    first.close()
    again = answers(book(), CLERK)
    (row,) = again.itertuples()
    assert (row.person, row.stage, row.item, row.answer) == ("liu.yang", "before", "M41-3", (1, 0, 2, 3, 4))
    assert row.credit == pytest.approx(0.8) == mark(find("M41-3"), row.answer)
    assert str(row.at) == "2023-09-20 02:00:00+00:00"


def test_no_answers_are_an_empty_table_of_the_same_columns(book: Opener) -> None:
    casebook = book()
    empty = answers(casebook, CLERK)
    record_answer(casebook.sign_in("liu.yang"), "before", ONE, [0])
    full = answers(casebook, CLERK)
    assert empty.empty and list(empty.columns) == list(full.columns)
    assert list(empty.dtypes) == list(full.dtypes)
    assert answers(casebook, ["wu.ting"]).empty


def test_an_altered_answer_shows(book: Opener, tmp_path: Path) -> None:
    casebook = book()
    record_answer(casebook.sign_in("liu.yang"), "after", ONE, [1])
    casebook.close()
    with sqlite3.connect(tmp_path / "casebook" / FILE) as db:
        (body,) = db.execute("SELECT body FROM records WHERE event = 'answer'").fetchone()
        better = json.dumps({**json.loads(body), "answer": [0], "credit": "1.0000"})
        db.execute("UPDATE records SET body = ? WHERE event = 'answer'", [better])
    db.close()
    assert book().verify() == ["record_altered"]


def test_the_log_itself_holds_no_answer(book: Opener) -> None:
    casebook = book()
    record_answer(casebook.sign_in("liu.yang"), "before", ONE, [0])
    entry = json.loads(casebook.store.entries()[-1])
    assert set(entry) == {"n", "at", "event", "record"} and entry["event"] == "answer"


def test_the_same_answer_again_is_not_logged_twice_and_another_is(book: Opener) -> None:
    casebook = book()
    clerk = casebook.sign_in("liu.yang")
    for answer in ([1], [1], [0], [0], [1]):
        record_answer(clerk, "before", ONE, answer)
    record_answer(clerk, "day1", ONE, [1])
    record_answer(casebook.sign_in("wu.ting"), "before", ONE, [1])
    assert list(answers(casebook, CLERK)["answer"]) == [(1,), (0,), (1,), (1,)]
    assert len(answers(casebook, ["liu.yang", "wu.ting"])) == 5


def test_what_is_no_answer_is_not_logged(book: Opener) -> None:
    casebook = book()
    entries = len(casebook.store.entries())
    with pytest.raises(ValueError, match="M13-1"):
        record_answer(casebook.sign_in("liu.yang"), "before", ONE, [9])
    assert len(casebook.store.entries()) == entries


def test_nobody_answers_without_having_signed_in() -> None:
    with pytest.raises(ck.Refused) as refused:
        record_answer("liu.yang", "before", ONE, [0])  # type: ignore[arg-type]
    assert refused.value.rules == ("person.elsewhere",)


def test_a_step_is_found_again_after_a_lost_kernel(book: Opener) -> None:
    first = book()
    clerk = first.sign_in("liu.yang")
    for place, step in (("02_search", "2.3"), ("drill-funds", "ask"), ("02_search", "2.4"), ("02_search", "2.4")):
        record_step(clerk, place, step)
    first.close()
    again = book()
    anywhere, there = last_step(again, CLERK), last_step(again, CLERK, "drill-funds")
    assert anywhere is not None and (anywhere.place, anywhere.step) == ("02_search", "2.4")
    assert there is not None and (there.person, there.step, there.at) == (
        "liu.yang",
        "ask",
        "2023-09-20T02:00:00+00:00",
    )
    assert last_step(again, ["wu.ting"]) is None and last_step(again, CLERK, "05_destroy") is None
    assert len(again.store.records("step")) == 3
    assert again.verify() == []


def test_what_was_missed_is_told_by_the_last_answer(book: Opener) -> None:
    casebook = book()
    clerk = casebook.sign_in("liu.yang")
    for item, answer in ((ONE, [1]), (OTHER, [0]), (find("L25-1"), [2]), (ONE, [0]), (OTHER, [1])):
        record_answer(clerk, "before", item, answer)
    assert missed(casebook, CLERK) == ("L25-1", "M13-2")


def finish(casebook: ck.Casebook, stage: str) -> None:
    """Every item of that trainee's test, answered right."""
    clerk = casebook.sign_in("liu.yang")
    for item in paper(stage, 1, missed(casebook, CLERK)):
        record_answer(clerk, stage, item, item.key)


def test_retests_fall_due_one_seven_and_thirty_days_after_the_course(book: Opener) -> None:
    casebook = book()
    finish(casebook, "before")
    assert due_retests(casebook, CLERK, date(2030, 1, 1)) == ()
    finish(casebook, "after")
    end = date(2023, 9, 20)
    due = {n: [r.stage for r in due_retests(casebook, CLERK, end + timedelta(n))] for n in (0, 1, 6, 7, 29, 30)}
    assert due == {
        0: [],
        1: ["day1"],
        6: ["day1"],
        7: ["day1", "day7"],
        29: ["day1", "day7"],
        30: ["day1", "day7", "day30"],
    }
    assert [r.due for r in due_retests(casebook, CLERK, end + timedelta(30))] == [
        date(2023, 9, 21),
        date(2023, 9, 27),
        date(2023, 10, 20),
    ]


def test_a_retest_that_was_sat_is_due_no_more_and_one_half_done_still_is(book: Opener) -> None:
    finish(book(), "after")
    later = book("2023-09-27")
    finish(later, "day1")
    assert [r.stage for r in due_retests(later, CLERK, date(2023, 9, 27))] == ["day7"]
    clerk = later.sign_in("liu.yang")
    for item in paper("day7", 1)[:11]:
        record_answer(clerk, "day7", item, item.key)
    assert [r.stage for r in due_retests(later, CLERK, date(2023, 9, 27))] == ["day7"]


def test_a_retest_names_what_was_missed_and_draws_it(book: Opener) -> None:
    casebook = book()
    finish(casebook, "after")
    wrong = next(item for item in paper("after", 1) if item.kind == "single")
    record_answer(casebook.sign_in("liu.yang"), "after", wrong, [3 if len(wrong.options) > 3 else 2])
    (retest,) = due_retests(casebook, CLERK, date(2023, 9, 21))
    assert retest.missed == (wrong.id,)
    assert paper(retest.stage, 1, retest.missed)[0] == wrong


def test_several_people_of_one_trainee_count_together_and_other_trainees_apart(book: Opener) -> None:
    casebook = book()
    record_answer(casebook.sign_in("liu.yang"), "after", ONE, [1])
    record_answer(casebook.sign_in("zhao.wei"), "after", ONE, [0])
    record_answer(casebook.sign_in("wu.ting"), "after", OTHER, [1])
    assert missed(casebook, ["liu.yang", "zhao.wei"]) == ()
    assert missed(casebook, ["wu.ting"]) == ("M13-2",)


def test_every_item_can_be_answered_in_a_casebook(book: Opener) -> None:
    casebook = book()
    clerk = casebook.sign_in("liu.yang")
    for item in items():
        assert record_answer(clerk, "before", item, item.key) == 1.0
    assert list(answers(casebook, CLERK)["item"]) == [item.id for item in items()]


def test_the_question_of_a_drill_is_not_asked_again_in_a_retest(book: Opener) -> None:
    clerk = book().sign_in("liu.yang")
    own = replace(ONE, id="keep-3")
    assert record_answer(clerk, "drill", own, [1]) == 0.0
    assert missed(clerk.casebook, CLERK) == ()
