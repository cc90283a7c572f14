"""Seats: where one trainee sits, with a casebook, a cast of people to play, and chats to work on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import synthetic_data

from ...casebook import Casebook
from ...chats import Chats
from ...people import SignedIn
from ...sources import read_chats

if TYPE_CHECKING:
    from ..lessons.drills import Play

CLOCK = "2023-09-20T10:00"  # the generated chats are of 2023, and a lesson never expires
ENROLMENT = "enrolment.json"  # what a class gave to a trainee who works on their own machine
SAMPLE = {"conversations": 44, "seed": 62}  # the same bytes as the sample that ships beside the generator
OWN_CAST = {
    "applicant": "liu.yang",
    "second_applicant": "wu.ting",
    "department_head": "zhao.wei",
    "it_review": "chen.jie",
    "legal": "sun.min",
    "data_security": "gao.fei",
}


@dataclass(frozen=True)
class Seat:
    """One trainee's place. ``cast`` says who plays which role (role id → person id on the casebook's roster).

    The roles are those of the policy, and ``second_applicant`` for lessons about other people's requests. ``folder``
    is where this seat's exports go. ``play`` is the drill that is being played, None on the ordinary sample. Several
    seats may share one casebook: whatever a seat shows is to be limited to the people of its cast. ``seed`` is this
    seat's own (its drills), ``papers`` the whole class's (its tests: the same items for all, or no item can be judged);
    ``drills`` are those chosen for the class, none meaning all.
    """

    trainee: str
    name: str
    casebook: Casebook = field(repr=False)
    cast: Mapping[str, str]
    chats: Chats = field(repr=False)
    folder: Path
    play: Play | None = None
    seed: int = 7
    papers: int = 7
    drills: tuple[str, ...] = ()

    @property
    def people(self) -> frozenset[str]:
        """The person ids of the cast."""
        return frozenset(self.cast.values())

    @property
    def tag(self) -> str:
        """What tells this seat's requests from those of the other seats of its casebook; empty where it has its own."""
        applicant = self.cast["applicant"]
        return "" if applicant == OWN_CAST["applicant"] else applicant.rpartition(".")[0]

    def sign_in(self, role: str) -> SignedIn:
        """The person of the cast who plays ``role``, signed in. Raises KeyError for a role that the cast lacks."""
        return self.casebook.sign_in(self.cast[role])

    def playing(self, play: Play) -> Seat:
        """The same seat with a drill's chats and story."""
        return replace(self, play=play, chats=play.chats)


def own_seat(folder: str | Path) -> Seat:
    """A seat for one person on their own machine: a training casebook and the sample, in ``folder``.

    Both are made where they are not there yet, and found again where they are. An enrolment in the folder (see
    ``handouts.join``) says whose seat it is and with which seeds. Raises BadInput for a folder whose casebook or chats
    were damaged.
    """
    folder = Path(folder).absolute()
    casebook, data = Casebook.open(folder / "casebook", clock=CLOCK), folder / "chats"
    if not (data / "FICTION.txt").exists():
        synthetic_data.write(data, format="csv", **SAMPLE)
    name = casebook.people()[OWN_CAST["applicant"]].name
    seat = Seat("own", name, casebook, OWN_CAST, read_chats(data), folder / "exports")
    if not (folder / ENROLMENT).exists():
        return seat
    told = json.loads((folder / ENROLMENT).read_text("utf-8"))
    given = {name: told[name] for name in ("trainee", "name", "seed", "papers")}
    return replace(seat, **given, drills=tuple(told["drills"]))
