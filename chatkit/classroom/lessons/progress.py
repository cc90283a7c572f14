"""What a trainee did, kept in the casebook's own log: answers, steps, and the retests that are due.

An answer stands where every other act stands, in the tamper-evident log; nothing is kept beside it. A trainee may
act as several people of a casebook, so what is read back is asked for by a set of ids.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from ...casebook import Casebook, signed_in
from ...clocks import china_day, moment
from ...people import SignedIn
from .items import LEVELS, Item, items, mark

RETESTS = {"day1": 1, "day7": 7, "day30": 30}  # days after the first answer of the stage "after"
COLUMNS = ("at", "person", "stage", "item", "answer", "credit")


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody was in a lesson or drill: ``place`` is its id, ``step`` a word that the place understands."""

    at: str
    person: str
    place: str
    step: str


@dataclass(frozen=True, slots=True)
class Retest:
    """A test that is due since that day, and the items last answered without full credit, which it draws on."""

    stage: str
    due: date
    missed: tuple[str, ...]


def record_answer(by: SignedIn, stage: str, item: Item, answer: Sequence[int]) -> float:
    """Mark an answer and put it into the log; returns its credit, 0 to 1.

    The same answer again right after itself is not logged twice. Raises ValueError for what is no answer to the item,
    Refused for somebody who is not signed in to this casebook.
    """
    casebook = signed_in(by)
    body = {"person": by.id, "stage": stage, "item": item.id, "answer": list(answer)}
    credit = mark(item, answer)
    with casebook.witness(by, "answer"), casebook.store.transaction():
        casebook.own(by)
        before = [r.body for r in casebook.store.records("answer", item.id) if r.body["person"] == by.id]
        body["credit"] = f"{credit:.4f}"  # as text: a canonical record holds no floats
        if not before or before[-1] != body:
            casebook.append("answer", item.id, body)
    return credit


def answers(casebook: Casebook, person_ids: Collection[str]) -> pd.DataFrame:
    """Every answer of these people in the log's order, with its number there (``n``), time (UTC) and credit."""
    rows = [r for r in casebook.store.records("answer") if r.body["person"] in person_ids]
    times = _times(casebook) if rows else []
    frame = pd.DataFrame([{"at": times[r.n], **r.body} for r in rows], columns=list(COLUMNS))
    frame["at"] = pd.to_datetime(frame["at"], utc=True).astype("datetime64[us, UTC]")
    frame["answer"] = pd.Series([tuple(given) for given in frame["answer"]], dtype="object")
    frame = frame.astype({"person": "str", "stage": "str", "item": "str", "credit": "float64"})
    return frame.set_index(pd.Index([r.n for r in rows], name="n", dtype="int64"))


def record_step(by: SignedIn, place: str, step: str) -> None:
    """Put into the log where somebody is, so that after a lost kernel they go on from there."""
    casebook = signed_in(by)
    with casebook.witness(by, "step"), casebook.store.transaction():
        casebook.own(by)
        before = [r.body for r in casebook.store.records("step", place) if r.body["person"] == by.id]
        if not before or before[-1]["step"] != step:
            casebook.append("step", place, {"person": by.id, "place": place, "step": step})


def last_step(casebook: Casebook, person_ids: Collection[str], place: str = "") -> Step | None:
    """Where these people were last, anywhere or in one place; None where they have not begun."""
    steps = [r for r in casebook.store.records("step", place) if r.body["person"] in person_ids]
    return Step(_times(casebook)[steps[-1].n], **steps[-1].body) if steps else None


def missed(casebook: Casebook, person_ids: Collection[str]) -> tuple[str, ...]:
    """The items whose last answer earned less than full credit, in the order in which they were last answered."""
    known = {item.id for item in items()}  # the questions of drills are of their own world and are not asked again
    last = answers(casebook, person_ids).drop_duplicates("item", keep="last")
    return tuple(last["item"][(last["credit"] < 1) & last["item"].isin(known)])


def due_retests(casebook: Casebook, person_ids: Collection[str], today: date) -> tuple[Retest, ...]:
    """The retests that one trainee, known by these ids, should have sat by ``today`` and has not finished.

    They fall 1, 7 and 30 days after the course, which ends with the first answer of the stage ``after``; before that
    nothing is due. A retest is finished when as many different items as a paper holds were answered.
    """
    given = answers(casebook, person_ids)
    ended = given["at"][given["stage"] == "after"]
    if ended.empty:
        return ()
    done = given.groupby("stage")["item"].nunique()
    first, open_items = china_day(ended.iloc[0].to_pydatetime()), missed(casebook, person_ids)
    days = {stage: first + timedelta(days) for stage, days in RETESTS.items()}
    full = sum(LEVELS.values())
    return tuple(Retest(s, day, open_items) for s, day in days.items() if day <= today and done.get(s, 0) < full)


def _times(casebook: Casebook) -> list[str]:
    """When each entry of the log was made; read from the log itself, not from what it commits to."""
    return [moment(json.loads(entry)["at"]).isoformat() for entry in casebook.store.entries()]
