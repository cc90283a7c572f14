"""Founding a casebook: its folder, its policy, its people, an empty log."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from . import keys
from .clocks import stamp
from .errors import BadInput
from .people import Person, read_people, training_people
from .requests import digest
from .rulebook import packaged, parse_policy
from .store import Store

FILE = "casebook.db"


def found(folder: str | Path, *, people: str | Path | None = None, profile: str = "recommended") -> None:
    """Make a casebook in an empty folder: a real one from a CSV roster, without one a training casebook.

    The people of a real casebook made their own keys (``python -m chatkit key``) and only the public halves stand
    in the roster. A training casebook holds made-up people and all their keys, so that anybody can play any role.
    Raises BadInput where the folder holds anything, or somebody on the roster has no key.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput("folder_taken", folder)
    raw = packaged(profile)
    policy = parse_policy(raw)
    roster = read_people(people, policy, keyed=True) if people else []
    origin = digest([asdict(person) for person in roster] if people else os.urandom(32).hex())[:12]
    meta = {"kind": "real" if people else "training", "origin": f"chatkit/{origin}"}
    building = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")  # complete, or not there at all
    building.mkdir(parents=True, mode=0o700)
    (building / "policy.toml").write_bytes(raw)
    store = Store.create(building / FILE, meta)
    now = stamp(datetime.now(UTC))
    with store.transaction():
        for person in roster:
            store.put_person(person)
            store.append("enrol", person.id, asdict(person), now)
        if not people:
            cast(store, training_people(policy), now)
    store.close()
    if folder.exists():
        folder.rmdir()
    building.rename(folder)


def cast(store: Store, people: Iterable[Person], at: str) -> None:
    """Put made-up people, each with a fresh key, on the roster of a training casebook. Inside a transaction.

    The keys stay with the casebook: whoever opens it can play them. A real casebook gets people by ``enrol`` alone.
    """
    assert store.meta("kind") == "training", "made-up people belong to training casebooks"
    for person in people:
        key = keys.new_key()
        keyed = replace(person, public_key=keys.public_hex(key))
        store.put_meta(f"roleplay.{person.id}", key.private_bytes_raw().hex())
        store.put_person(keyed)
        store.append("enrol", person.id, asdict(keyed), at)
