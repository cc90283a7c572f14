"""Drafts: a form that somebody has not filed yet, kept beside the casebook so that a lost page loses nothing.

A draft is no record: it is overwritten while one types and gone once the request is filed, because what is written
by mistake, somebody's number in the reason, must not stay for ever in a log that only grows.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ...people import SignedIn


def keep(person: SignedIn, fields: Mapping[str, Any]) -> None:
    """Keep the form as ``person`` has filled it so far: whole, or as it was before."""
    path = _path(person)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(fields, ensure_ascii=False), "utf-8")
    temporary.chmod(0o600)
    temporary.replace(path)


def kept(person: SignedIn) -> dict[str, Any]:
    """What was kept for ``person``; empty where nothing was, or where it cannot be read any more."""
    try:
        fields = json.loads(_path(person).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return fields if isinstance(fields, dict) else {}


def drop(person: SignedIn) -> None:
    """Forget the draft."""
    _path(person).unlink(missing_ok=True)


def _path(person: SignedIn) -> Any:
    return person.casebook.folder / "drafts" / f"{person.id}.json"
