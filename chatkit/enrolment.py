"""Enrolment: joiners, leavers, new keys and new roles, signed and logged person by person."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from .casebook import signed_in
from .clocks import stamp
from .people import SignedIn, read_people
from .requests import digest

ROLE = "data_security"


def enrol(people: str | Path, *, by: SignedIn) -> None:
    """Replace the roster by a CSV: newcomers are added, keys and roles changed, leavers set inactive.

    Done by data security. What was signed with an earlier key, in an earlier role, still stands. Raises Refused for
    anybody else, BadInput for a faulty roster or somebody without a key; the roster then stays as it was.
    """
    casebook = signed_in(by)
    with casebook.witness(by, "enrol"):
        casebook.must_execute(by, ROLE, "enrol")
        coming = {person.id: person for person in read_people(people, casebook.policy, keyed=True)}
        with casebook.store.transaction():
            present, now = casebook.people(), stamp(casebook.now())
            for known in present.values():
                person = coming.get(known.id, replace(known, active=False))
                same = (person.public_key, person.roles) == (known.public_key, known.roles)
                past = () if same else ((known.public_key, known.roles, now),)
                coming[known.id] = replace(person, former=(*known.former, *past))
            for person in coming.values():
                if person != present.get(person.id):
                    act = by.sign("enrol", digest(asdict(person)), ROLE, now)
                    casebook.store.put_person(person)
                    casebook.append("enrol", person.id, {**asdict(person), "act": asdict(act)})
