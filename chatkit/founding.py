"""Founding a casebook: its folder, its policy, its people, an empty log."""

from __future__ import annotations

import os
from dataclasses import asdict
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
    meta = {"kind": "real" if people else "training"}
    if people:
        roster = read_people(people, policy, keyed=True)
    else:
        pairs = [(person, keys.new_key()) for person in training_people(policy)]
        meta |= {f"roleplay.{p.id}": k.private_bytes_raw().hex() for p, k in pairs}
        roster = [Person(p.id, p.name, p.roles, keys.public_hex(k)) for p, k in pairs]
    meta["origin"] = f"chatkit/{digest([asdict(p) for p in roster])[:12]}"
    building = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")  # complete, or not there at all
    building.mkdir(parents=True, mode=0o700)
    (building / "policy.toml").write_bytes(raw)
    store = Store.create(building / FILE, meta)
    with store.transaction():
        for person in roster:
            store.put_person(person)
            store.append("enrol", person.id, asdict(person), stamp(datetime.now(UTC)))
    store.close()
    if folder.exists():
        folder.rmdir()
    building.rename(folder)
