"""Grading: nothing done is 0, the narrowest correct run 100, and each single fault costs exactly its part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playing import CAST, CLOCK, answer, perform

import chatkit as ck
from chatkit.classroom.lessons.drills import Play, begin, drills
from chatkit.classroom.lessons.grading import WEIGHTS, Grade, grade
from chatkit.extracts import record_keys, within
from chatkit.requests import canonical

PEOPLE = frozenset({*CAST, "ma.li", "he.jun", "wu.ting"})


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Play:
    return begin("trail", 7, tmp_path_factory.mktemp("play"))


@pytest.fixture
def after(play: Play, tmp_path: Path) -> Callable[[str], Grade]:
    """The grade of a run with one fault."""

    def graded(fault: str) -> Grade:
        casebook = perform(tmp_path / f"cb-{fault}", play, fault)
        assert casebook.verify() == []
        given = grade(casebook, play, PEOPLE)
        casebook.close()
        return given

    return graded


def lost(given: Grade) -> dict[str, float]:
    """The parts that did not get all, and what they cost."""
    return {part.name: part.weight - part.points for part in given.parts if part.credit < 1}


@pytest.mark.parametrize("id", list(drills()))
def test_the_narrowest_correct_run_gets_100_and_doing_nothing_0(id: str, tmp_path: Path) -> None:
    play = begin(id, 5, tmp_path)
    done, idle = perform(tmp_path / "done", play), ck.Casebook.open(tmp_path / "idle", clock=CLOCK)
    assert grade(done, play, PEOPLE).score == 100
    assert grade(idle, play, PEOPLE).score == 0
    assert all(part.reason.zh and part.reason.en for part in grade(idle, play, PEOPLE).parts)


@pytest.mark.parametrize(
    ("fault", "part"),
    [
        ("own_gate", "gates"),
        ("unmasked", "masking"),
        ("no_spot_check", "masking"),
        ("extra_column", "masking"),
        ("wrong_executor", "export"),
        ("late", "destruction"),
        ("standing", "destruction"),
        ("moved", "destruction"),
        ("wrong_answer", "flaw"),
        ("no_answer", "flaw"),
    ],
)
def test_a_single_fault_costs_exactly_its_part(fault: str, part: str, after: Callable[[str], Grade]) -> None:
    given = after(fault)
    assert lost(given) == {part: WEIGHTS[part]}
    assert given.score == 100 - WEIGHTS[part]


def test_asking_too_widely_costs_the_share_that_was_not_needed(play: Play, after: Callable[[str], Grade]) -> None:
    given, frame = after("wide"), play.chats.frame
    assert play.key.narrowest is not None
    seen = record_keys(frame[within(frame, replace(play.key.narrowest, since="2023-06-25"))])
    assert len(seen) > len(play.key.needed)
    assert given.part("narrowness").credit == len(play.key.needed) / len(seen)
    assert set(lost(given)) == {"narrowness"}


def test_too_little_is_no_answer_either(play: Play, after: Callable[[str], Grade]) -> None:
    given = after("keyword")
    assert 0 < given.part("narrowness").credit < 1 and set(lost(given)) == {"narrowness"}


def test_the_wrong_customer_gets_nothing_for_narrowness(play: Play, after: Callable[[str], Grade]) -> None:
    given = after("customer")
    assert given.part("narrowness").credit == 0 and set(lost(given)) == {"narrowness"}


def test_the_wrong_mode_costs_the_gates(after: Callable[[str], Grade], tmp_path: Path) -> None:
    play = begin("download", 3, tmp_path)
    casebook = perform(tmp_path / "casebook", play, "text_column")
    assert grade(casebook, play, PEOPLE).part("gates").credit == 0


def test_reading_after_a_refusal_costs_what_was_not_to_be_read(tmp_path: Path) -> None:
    play = begin("withdrawn", 3, tmp_path)
    casebook = perform(tmp_path / "casebook", play, "read")
    given = grade(casebook, play, PEOPLE)
    assert lost(given) == {"narrowness": 40, "gates": 40} and given.score == 20


def test_a_refusal_by_itself_costs_nothing_and_is_told(play: Play, after: Callable[[str], Grade]) -> None:
    given = after("asks_early")
    assert given.score == 100 and "gate.role" in given.refusals


def test_the_first_answer_counts(play: Play, tmp_path: Path) -> None:
    casebook = perform(tmp_path / "casebook", play, "wrong_answer")
    answer(casebook, play, play.key.flaw.key)
    assert grade(casebook, play, PEOPLE).part("flaw").credit == 0


def test_what_others_did_in_the_same_casebook_is_not_this_trainees(play: Play, tmp_path: Path) -> None:
    casebook = perform(tmp_path / "casebook", play)
    assert grade(casebook, play, ["t07.applicant", "t07.legal"]).score == 0


def test_a_play_on_other_data_earns_nothing(play: Play, tmp_path: Path) -> None:
    casebook = perform(tmp_path / "casebook", begin("trail", 8, tmp_path))
    assert grade(casebook, play, PEOPLE).score == 0


def test_faults_of_the_next_drill_in_the_same_casebook_do_not_count(play: Play, tmp_path: Path) -> None:
    perform(tmp_path / "casebook", play).close()
    casebook = perform(tmp_path / "casebook", begin("funds", 7, tmp_path), "unmasked")
    assert grade(casebook, play, PEOPLE).score == 100


def test_a_grade_says_what_it_is_drawn_from(play: Play, tmp_path: Path) -> None:
    casebook = perform(tmp_path / "casebook", play)
    given, records = grade(casebook, play, PEOPLE), casebook.store.records()
    events = {part.name: {records[n].event for n in part.drawn} for part in given.parts}
    assert events["narrowness"] == {"search"} and events["gates"] == {"permit"} and events["flaw"] == {"answer"}
    assert events["destruction"] == {"export", "destroy"} and "spot_check" in events["masking"]
    assert "100" in str(given) and "<table>" in given._repr_html_()


def test_a_forged_signature_on_a_permit_costs_the_gates(play: Play, tmp_path: Path) -> None:
    casebook = perform(tmp_path / "casebook", play)
    (record,) = casebook.store.records("permit")
    body = {**record.body, "application": {**record.body["application"], "signature": "00" * 64}}
    with casebook.store.transaction():
        casebook.store._db.execute("UPDATE records SET body = ? WHERE n = ?", [canonical(body).decode(), record.n])
    assert lost(grade(casebook, play, PEOPLE)) == {"gates": 15}
