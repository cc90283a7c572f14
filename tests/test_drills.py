"""Drills: the same seed plays the same, another plays another; the key follows from the data and the policy."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playing import GATES

import chatkit as ck
from chatkit.casebook import shipped_policy
from chatkit.classroom.lessons import drills as module
from chatkit.classroom.lessons.drills import Play, begin, drills
from chatkit.extracts import record_keys, within
from chatkit.requests import choose_mode, problems

every_drill = pytest.mark.parametrize("id", list(drills()))
TODAY = date(2023, 9, 20)


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Play]:
    folder = tmp_path_factory.mktemp("plays")
    return {id: begin(id, 11, folder) for id in drills()}


def facts(play: Play) -> tuple[object, ...]:
    """Everything of a play but where it lies."""
    key = play.key
    return (play.case, play.story, play.task, play.draft, play.chats.sha256, key.needed, key.narrowest, key.flaw)


def test_there_are_drills_of_three_levels_for_the_five_cases_the_questions_and_the_funds() -> None:
    levels = Counter(drill.level for drill in drills().values())
    assert len(drills()) >= 10 and set(levels) == {1, 2, 3} and min(levels.values()) >= 3
    cases = Counter(drill.case for drill in drills().values())
    assert cases["M36"] == 5 and cases["M37"] >= 8 and cases["M41"] == 2


@every_drill
def test_the_same_seed_gives_the_same_story_and_key_in_another_folder(
    id: str, plays: dict[str, Play], tmp_path: Path
) -> None:
    assert facts(begin(id, 11, tmp_path)) == facts(plays[id])


@every_drill
def test_another_seed_gives_another_story_other_data_and_another_key(
    id: str, plays: dict[str, Play], tmp_path: Path
) -> None:
    other, first = begin(id, 12, tmp_path), plays[id]
    assert other.case != first.case and other.story != first.story
    assert other.chats.sha256 != first.chats.sha256 and other.chats.fictional
    assert other.key.narrowest != first.key.narrowest or id == "withdrawn"
    assert other.key.flaw.id == f"{id}-12"


@every_drill
def test_the_narrowest_request_may_be_filed_and_reaches_exactly_what_is_needed(id: str, plays: dict[str, Play]) -> None:
    play = plays[id]
    if id == "withdrawn":
        assert play.key.narrowest is None and play.key.needed == frozenset() and play.draft
        return
    assert play.key.narrowest is not None
    assert problems(play.key.narrowest, shipped_policy(), TODAY) == ()
    found = play.chats.frame[within(play.chats.frame, play.key.narrowest)]
    assert set(record_keys(found)) == play.key.needed and len(found) >= 5
    assert choose_mode(play.key.narrowest, shipped_policy())[0].id == play.key.mode
    assert (
        play.case in play.key.narrowest.reason
        and play.case in play.story.zh
        and play.case in play.task.zh + play.story.zh
    )


@pytest.mark.parametrize("id", [d.id for d in drills().values() if d.cast.get("earlier")])
def test_the_tempting_range_shows_more_than_the_case_needs(id: str, plays: dict[str, Play]) -> None:
    narrowest = plays[id].key.narrowest
    assert narrowest is not None
    wide = replace(narrowest, since="2023-07-01", until="2023-12-31")
    frame = plays[id].chats.frame
    assert set(record_keys(frame[within(frame, wide)])) > plays[id].key.needed


@pytest.mark.parametrize("id", [d.id for d in drills().values() if d.cast.get("namesakes") and d.id != "withdrawn"])
def test_one_line_of_the_ledger_alone_has_the_city_and_the_day_of_the_story(id: str, plays: dict[str, Play]) -> None:
    narrowest, lines = plays[id].key.narrowest, [x.split() for x in plays[id].story.zh.splitlines() if "**" in x]
    assert narrowest is not None and len(lines) == 1 + drills()[id].cast["namesakes"]
    assert len({name for _, name, _, _ in lines}) == 1
    (mine,) = [line for line in lines if line[0] == narrowest.customers[0]]
    assert [line for line in lines if line[2:] == mine[2:]] == [mine]


@every_drill
def test_the_question_has_right_and_wrong_options(id: str, plays: dict[str, Play]) -> None:
    item = plays[id].key.flaw
    assert 0 < len(item.key) < len(item.options) and item.level == drills()[id].level
    assert len({option.text for option in item.options}) == len(item.options)


def test_every_question_that_depends_on_the_seed_has_several_right_answers_over_seeds(tmp_path: Path) -> None:
    for id in ("funds", "lawful", "abnormal", "dispute", "temp-file", "refusal"):
        items = [begin(id, seed, tmp_path).key.flaw for seed in range(3)]
        assert len({tuple(str(item.choices[n]) for n in item.key) for item in items}) > 1, id


def test_what_the_form_breaks_is_what_the_policy_refuses_and_nothing_it_refuses_is_left_out(
    plays: dict[str, Play],
) -> None:
    for play in plays.values():
        item = play.key.flaw
        if item.kind == "form":
            assert play.draft is not None and item.form == play.draft
            refused = {refusal.rule.id for refusal in problems(play.draft, shipped_policy(), TODAY)}
            assert {item.options[n].rule for n in item.key} == refused


def test_the_card_ending_stands_in_the_masked_conversation(plays: dict[str, Play], tmp_path: Path) -> None:
    play = plays["funds"]
    casebook = ck.Casebook.open(tmp_path / "casebook", clock="2023-09-20T10:00")
    assert play.key.narrowest is not None
    casebook.apply(play.key.narrowest, casebook.sign_in("liu.yang"))
    for person in GATES.values():
        casebook.approve(play.key.narrowest, casebook.sign_in(person))
    masked = ck.mask(ck.search(play.chats, casebook.permit(play.key.narrowest)))
    (right,) = play.key.flaw.key
    texts = " ".join(masked.frame["text"])
    assert play.key.flaw.choices[right].zh in texts
    assert [n for n, tail in enumerate(play.key.flaw.choices) if f"*{tail.zh}" in texts.replace(" ", "")] == [right]


def test_the_intruder_is_found_in_the_log_of_the_casebook_that_was_left_behind(plays: dict[str, Play]) -> None:
    play = plays["abnormal"]
    found = ck.Casebook.open(play.folder / "found")
    counts = found.log().query("rules != ''")["person"].value_counts()
    found.close()
    (right,) = play.key.flaw.key
    assert play.key.flaw.choices[right].zh == counts.index[0] and counts.iloc[0] == 4 and counts.iloc[1] == 1


def test_neither_a_play_nor_its_text_shows_the_key(plays: dict[str, Play]) -> None:
    for play in plays.values():
        assert play.key.flaw.why.zh not in str(play) and play.key.flaw.why.en not in repr(play)
        assert not any(shown in repr(play) + str(play.key) for shown in ("needed=", "narrowest=", "flaw="))


def test_the_proofs_lie_at_hand_where_the_mode_asks_for_them(plays: dict[str, Play]) -> None:
    play = plays["vip"]
    assert play.key.narrowest is not None and set(play.papers) == {"outside_contract", "impact_assessment"}
    assert dict(play.key.narrowest.evidence) == {name: ck.fingerprint(path) for name, path in play.papers.items()}


def test_the_garbled_export_is_no_utf8_and_is_read_all_the_same(plays: dict[str, Play]) -> None:
    (file,) = (plays["garbled"].folder / "chats").glob("*.csv")
    with pytest.raises(UnicodeDecodeError):
        file.read_bytes().decode("utf-8")
    assert len(plays["garbled"].chats.frame) > 1000


def test_a_drill_that_does_not_exist_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        begin("no-such-drill", 1, tmp_path)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"level": 4}, "level"),
        ({"rows": ["M99"]}, "rows"),
        ({"cast": {"mood": ["bad"]}}, "cast"),
        ({"ask": {"purpose": "curiosity"}}, "purpose"),
        ({"title": {"zh": "只有中文"}}, "en"),
    ],
)
def test_a_faulty_drill_is_refused_when_it_is_read(change: dict[str, object], fault: str) -> None:
    node: dict[str, object] = {
        "id": "x", "case": "M36", "level": 1, "rows": ["M13"], "cast": {}, "flaw": {}, "ask": {"purpose": "complaint"},
        **{name: {"zh": "甲", "en": "a"} for name in ("title", "story", "task")},
    }  # fmt: skip
    rubric = {"zh": "评分", "en": "graded"}
    assert module._drill(node, rubric).id == "x"
    with pytest.raises((ValueError, KeyError), match=fault):
        module._drill({**node, **change}, rubric)
