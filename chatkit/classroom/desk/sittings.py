"""Sittings: who works at the desk in which language, on which request, and how far that request has come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ...casebook import Casebook
from ...extracts import Extract, search
from ...manifests import Manifest, standing
from ...masking import Masked, mask, masked_id
from ...people import SignedIn
from ...requests import Request, choose_mode
from ...routes import route
from ...spotchecks import SpotCheck, spot_check
from .seats import Seat
from .words import Words

STEPS = ("apply", "approve", "search", "mask", "export", "destroy")


@dataclass
class Sitting:
    """One person at the desk. What is not derived from the casebook (``masked``) can be made again from it."""

    seat: Seat
    words: Words
    role: str
    person: SignedIn
    request: Request | None = None
    masked: dict[str, Masked] = field(default_factory=dict, repr=False)

    @property
    def casebook(self) -> Casebook:
        """The seat's casebook."""
        return self.seat.casebook

    @property
    def chosen(self) -> Request:
        """The request that is being worked on. Refused (by the casebook) where none has been filed."""
        return self.request or self.casebook.request("-")  # no request has this id

    def requests(self) -> list[Request]:
        """What the people of this seat have filed, newest first."""
        filed = [r for r in self.casebook.store.records("apply") if r.body["act"]["person"] in self.seat.people]
        return [Request(**record.body["request"]) for record in reversed(filed)]

    def search(self) -> Extract:
        """What the chosen request's permit finds."""
        return search(self.seat.chats, self.casebook.permit(self.chosen))

    def mask(self) -> Masked:
        """The same, masked; the masked rows are kept for this sitting."""
        made = mask(self.search())
        self.masked[self.chosen.id] = made
        return made

    def judged(self, masked: Masked) -> SpotCheck | None:
        """The latest spot check of these rows that the casebook holds, judged; it is drawn again by its seed."""
        records = self.casebook.store.records("spot_check", masked.permit.request.id)
        told = [record.body["check"] for record in records if record.body["check"]["masked"] == masked_id(masked)]
        if not told:
            return None
        drawn = spot_check(masked, told[-1]["n"], told[-1]["seed"])
        return replace(drawn, leaks=told[-1]["leaks"], judged_by=told[-1]["judged_by"])

    def standing(self) -> list[Manifest]:
        """What the people of this seat asked for, was exported, and is not destroyed."""
        return [manifest for manifest in standing(self.casebook) if manifest.applicant in self.seat.people]


def states(request: Request | None, casebook: Casebook) -> dict[str, str]:
    """Each of STEPS with how it stands: done, next, rejected or waiting."""
    if request is None:
        return dict(zip(STEPS, ("next", *["waiting"] * 5), strict=True))
    stations = [station.state for station in route(request, casebook).stations]
    masked = "done" if casebook.store.records("mask", request.id) else "waiting"
    told = dict(zip(STEPS, (stations[0], _together(stations[1:-3]), stations[-3], masked, *stations[-2:]), strict=True))
    if told["search"] == "done" and masked == "waiting":
        told |= {"mask": "next", "export": "waiting"}
    return told


def _together(gates: list[str]) -> str:
    """Several gates as one step."""
    return next((state for state in ("rejected", "next", "waiting") if state in gates), "done")


def where(request: Request | None, casebook: Casebook) -> str:
    """The step at which a request stands: the first that is not done."""
    return next((step for step, state in states(request, casebook).items() if state != "done"), STEPS[-1])


def awaits(request: Request, sitting: Sitting) -> bool:
    """Whether a request waits for whoever sits at the desk."""
    casebook, person = sitting.casebook, sitting.person
    mode, _ = choose_mode(request, casebook.policy)
    application, answers = casebook.acts(request)
    match next((step for step, state in states(request, casebook).items() if state == "next"), ""):
        case "approve":
            gate = next(gate for gate in mode.gates if gate not in {act.role for act in answers})
            return gate in person.person.roles
        case "search" | "mask":
            return application.person == person.id
        case "export" | "destroy":
            return mode.executor in person.person.roles
        case _:
            return False
