"""A made-up class to rehearse with tonight: a real casebook, real answers and requests, invented people.

Everything follows from the seed: who knows how much, what they answer, who takes a wrong turn. Nothing is written
past the verbs that real trainees use.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

from ...disposals import destroy
from ...errors import Refused
from ...exports import export
from ...extracts import search
from ...masking import mask
from ...requests import choose_mode
from ...sentences import say
from ...spotchecks import spot_check
from ..desk.seats import Seat
from ..lessons.drills import begin, drills
from ..lessons.items import Item, mark, paper
from ..lessons.progress import record_answer
from .classes import FILE, TrainingClass, create_class, open_class, seat_of

LEARNT = 0.25  # how much likelier a right answer is after the course, on average


def rehearse(folder: str | Path, *, people: int = 12, seed: int = 7) -> TrainingClass:
    """Make a hosted class in an empty folder and let made-up trainees attend it: two tests and one drill each.

    Takes about a second a trainee; where the folder holds a class already, that one is returned. Raises BadInput where
    it holds anything else.
    """
    if (Path(folder) / FILE).exists():
        return open_class(folder)
    chance, drill = Random(f"rehearsal/{seed}"), next(iter(drills()))
    names = [say("class.number", n=n).zh for n in range(1, people + 1)]
    title = say("class.rehearsal").line
    group, _ = create_class(folder, names, title=title, drills=[drill], seed=seed)
    with closing(group.casebook()) as casebook:
        for trainee in group.trainees:
            seat, skill = seat_of(group, trainee.id, casebook), chance.uniform(0.25, 0.75)
            _test(seat, "before", skill, chance)
            _play(seat, drill, skill, chance)
            _test(seat, "after", min(0.95, skill + LEARNT), chance)
    return group


def _test(seat: Seat, stage: str, skill: float, chance: Random) -> None:
    """Answer a paper: harder items are less often right, and a wrong answer is one that somebody could give."""
    person = seat.sign_in("applicant")
    for item in paper(stage, seat.papers):
        right = chance.random() < skill - 0.12 * (item.level - 2)
        record_answer(person, stage, item, item.key if right else _wrong(item, chance))


def _wrong(item: Item, chance: Random) -> tuple[int, ...]:
    """An answer that does not earn full credit."""
    numbers = range(len(item.choices))
    while True:
        given: tuple[int, ...]
        if item.kind == "single":
            given = (chance.choice(numbers),)
        elif item.kind in ("order", "match"):
            given = tuple(chance.sample(numbers, len(numbers)))
        else:
            given = tuple(n for n in numbers if chance.random() < 0.5)
        if mark(item, given) < 1:
            return given


def _play(seat: Seat, drill: str, skill: float, chance: Random) -> None:
    """Play a drill to its end; the less somebody knows, the more wrong turns on the way."""
    play = begin(drill, seat.seed, seat.folder.parent / "drills")
    seat, wanted = seat.playing(play), play.key.narrowest
    casebook, people = seat.casebook, {role: seat.sign_in(role) for role in seat.cast}
    assert wanted, "the first drill is one in which something may be read"
    draft, asked = play.draft, wanted
    if chance.random() > skill:
        everybody = replace(wanted, reason="", customers=("*",))
        _met(lambda: casebook.apply(everybody, people["applicant"]))
    if chance.random() > skill and draft and not _met(lambda: casebook.check(draft)):
        asked = draft  # the colleague's form as it is: wider than it need be
    casebook.apply(asked, people["applicant"])
    if chance.random() > skill:
        _met(lambda: casebook.permit(asked))
    for gate in choose_mode(asked, casebook.policy)[0].gates:
        casebook.approve(asked, people[gate])
    masked = mask(search(play.chats, casebook.permit(asked)))
    if chance.random() > skill:
        _met(lambda: export(masked, seat.folder / "wrong.csv", by=people["applicant"]))
    checked = spot_check(masked, min(20, len(masked.frame)), 1) if chance.random() < skill else None
    judged = checked.judge([], by=people["applicant"]) if checked else None
    made = export(masked, seat.folder / f"{asked.id}.csv", by=people["data_security"], spot_check=judged)
    if chance.random() < skill + 0.2:
        destroy(made, by=people["data_security"], sweep=[seat.folder])
    answer = play.key.flaw.key if chance.random() < skill else _wrong(play.key.flaw, chance)
    record_answer(people["applicant"], "drill", play.key.flaw, answer)


def _met(step: Callable[[], object]) -> bool:
    """Take a step that may be refused; returns whether it was. The casebook has noted it."""
    try:
        step()
    except Refused:
        return True
    return False
