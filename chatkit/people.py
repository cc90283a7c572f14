"""People: the roster with roles and public keys, and somebody who has signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import keys
from .clocks import china_time
from .encoding import csv_rows
from .errors import BadInput
from .policy import Policy
from .requests import canonical, is_hex32
from .sentences import listed

HEADER = ("id", "name", "roles", "public_key")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the roster. ``public_key`` is 64 hexadecimal characters; roles are ids of the policy.

    ``former`` are earlier keys with the roles of that time and until when: what was signed with them still stands.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    public_key: str
    active: bool = True
    former: tuple[tuple[str, tuple[str, ...], str], ...] = ()


def read_people(path: str | Path, policy: Policy, *, keyed: bool = False) -> list[Person]:
    """Read a roster: CSV with ``id, name, roles`` (joined by ``;``) and, if made, ``public_key``.

    Raises BadInput with the line for a missing column, an unknown role, a doubled id or a malformed key, and, where
    all must be ``keyed``, for people without a key.
    """
    people: dict[str, Person] = {}
    for line, row in csv_rows(Path(path), HEADER[:3]):
        roles = tuple(r.strip() for r in row["roles"].split(";") if r.strip())
        person = Person(row["id"].strip(), row["name"].strip(), roles, row.get("public_key", "").strip())
        if not roles or set(roles) - set(policy.roles):
            raise BadInput("role_unknown", path, line, choices=listed(policy.roles))
        if not person.id or person.id in people:
            raise BadInput("person_doubled", path, line)
        if person.public_key and not is_hex32(person.public_key):
            raise BadInput("key_malformed", path, line)
        people[person.id] = person
    if not people:
        raise BadInput("empty", path)
    if keyed and (keyless := [person.id for person in people.values() if not person.public_key]):
        raise BadInput("key_missing", path, people=listed(keyless))
    return list(people.values())


def training_people(policy: Policy) -> list[Person]:
    """The made-up people of a training casebook."""
    with as_file(files("chatkit") / "people.csv") as path:
        return read_people(path, policy)


@dataclass(frozen=True, repr=False)
class Act:
    """Something a person did, signed by that person: ``subject`` is the SHA-256 of what it was done to.

    ``roleplay`` is True for acts of a training casebook, where one person plays every role.
    """

    kind: str
    subject: str
    person: str
    role: str
    at: str
    roleplay: bool
    note: str = ""
    signature: str = ""

    def __repr__(self) -> str:
        play = "，演练 · role-play" if self.roleplay else ""
        return f"Act({self.kind} as {self.role} by {self.person}, {china_time(self.at)}{play})"

    def message(self) -> bytes:
        """The bytes that are signed: everything but the signature."""
        return canonical({k: v for k, v in self.__dict__.items() if k != "signature"})


@dataclass(frozen=True)
class SignedIn:
    """A person who has signed in to one casebook and can sign acts there."""

    person: Person
    roleplay: bool
    casebook: Any = field(repr=False, compare=False)
    key: Ed25519PrivateKey = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """The person's id on the roster."""
        return self.person.id

    def sign(self, kind: str, subject: str, role: str, at: str, note: str = "") -> Act:
        """The signed act."""
        act = Act(kind, subject, self.id, role, at, self.roleplay, note)
        return Act(**{**act.__dict__, "signature": keys.sign(self.key, act.message())})


def genuine(act: Act, subject: str, people: Mapping[str, Person]) -> bool:
    """Whether the act is that person's, on exactly this subject, and unaltered."""
    person = people.get(act.person)
    if person is None or act.subject != subject:
        return False
    times = [
        (person.public_key, person.roles),
        *((key, roles) for key, roles, until in person.former if act.at <= until),
    ]
    allowed = (key for key, roles in times if act.role in ("applicant", *roles))
    return any(keys.verify(key, act.message(), act.signature) for key in allowed)
