"""Chat records in one form, whatever export they came from."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from .requests import letters
from .sentences import say

# The record form. Times are UTC; role is customer, agent, robot or system; what a source lacks is empty.
COLUMNS = (
    *("message_id", "conversation_id", "customer_id", "sent_at", "role", "actor", "channel"),
    *("category", "product", "region", "team", "type", "text", "recalled", "internal_note"),
)
TYPES = frozenset(
    "text image voice video file link location emotion system card chatrecord mixed markdown news docmsg weapp todo"
    " vote collect redpacket external_redpacket meeting calendar agree disagree voiptext voip_doc_share "
    "meeting_voice_call sphfeed qydiskfile".split()
)
_HALF = re.compile("[\ud800-\udfff]")  # half a character, left by a cut escape
CELL_MOST = 1_000_000  # characters; a longer cell is no chat message and is set aside


@dataclass(frozen=True)
class Chats:
    """A chat export in the record form.

    ``frame`` has the columns of COLUMNS, one row a message, in the order of time. ``set_aside`` holds what could
    not be used (line, reason, raw row), counted and never exported; ``notes`` counts what else was noticed.
    ``names`` are people's names that the source gives beside the chats, for masking. ``fictional`` is True only
    for data stamped as generated.
    """

    frame: pd.DataFrame = field(repr=False)
    set_aside: pd.DataFrame = field(repr=False)
    notes: tuple[tuple[str, int], ...]
    source: str
    format: str
    sha256: str
    names: frozenset[str] = field(repr=False)
    fictional: bool

    def __repr__(self) -> str:
        return f"Chats({str(self).splitlines()[1]})"

    def __str__(self) -> str:
        counts = {"messages": len(self.frame), "aside": len(self.set_aside)}
        for column in ("conversation", "customer"):
            counts[f"{column}s"] = self.frame[f"{column}_id"].nunique()
        return str(say("chats", source=self.source, format=self.format, **counts))


def row_id(*parts: object) -> str:
    """An id for a row whose source gives none: the same content, the same id."""
    hashed = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return letters(hashed, 16)


class Gathering:
    """Collects the messages of one file: a row is taken, or set aside with its line and the reason."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._aside: list[tuple[int, str, str]] = []
        self._ids: set[tuple[str, str]] = set()
        self._recalled: set[str] = set()
        self.notes = Counter[str]()
        self.names: set[str] = set()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def empty(self) -> bool:
        """Whether there was no row at all, neither taken nor set aside."""
        return not self._rows and not self._aside

    def aside(self, line: int, reason: str, raw: object) -> None:
        """Set a row aside."""
        self._aside.append((line, reason, str(raw)[:CELL_MOST]))

    def recall(self, message_id: str) -> None:
        """Mark a message as recalled: it is kept, because it was sent."""
        self._recalled.add(message_id)
        self.notes["recalled"] += 1

    def take(self, line: int, sent_at: datetime | None, values: Mapping[str, Any], raw: object) -> None:
        """Take a message, unless its time, its text or its id says that it cannot be used."""
        text = str(values.get("text", ""))
        key = (str(values.get("conversation_id", "")), str(values["message_id"]))
        reason = (
            "date"
            if sent_at is None
            else "cell_too_long"
            if len(text) > CELL_MOST
            else "nul"
            if any("\x00" in str(v) for v in values.values())
            else "damaged"
            if "\ufffd" in text or any(_HALF.search(str(v)) for v in values.values())
            else "duplicate"
            if key in self._ids
            else ""
        )
        if reason:
            self.aside(line, reason, raw)
            return
        self._ids.add(key)
        kind = str(values.get("type") or "text")
        if kind not in TYPES:
            self.notes["unknown_type"] += 1
        filled = {"sent_at": sent_at, "recalled": False, "internal_note": False, **values, "type": kind, "text": text}
        self._rows.append(tuple(filled.get(column, "") for column in COLUMNS))

    def chats(self, source: str, format: str, sha256: str, fictional: bool) -> Chats:
        """Everything gathered, in the order of time (rows of one instant stay in the file's order)."""
        frame = pd.DataFrame(self._rows, columns=list(COLUMNS))
        frame["sent_at"] = pd.to_datetime(frame["sent_at"], utc=True).astype("datetime64[ms, UTC]")
        for column in set(COLUMNS) - {"sent_at", "recalled", "internal_note"}:
            frame[column] = frame[column].astype(str)
        frame["recalled"] = frame["recalled"].astype(bool) | frame["message_id"].isin(self._recalled)
        frame["internal_note"] = frame["internal_note"].astype(bool)
        frame = frame.sort_values("sent_at", kind="stable", ignore_index=True)
        aside = pd.DataFrame(self._aside, columns=["line", "reason", "raw"])
        names = frozenset(n for n in self.names if len(n) > 1)
        return Chats(frame, aside, tuple(sorted(self.notes.items())), source, format, sha256, names, fictional)
