"""Chat records in one form, whatever export they came from."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .encoding import CELL_MOST, unescape
from .requests import letters
from .sentences import say

# The record form. Times are UTC; role is customer, agent, robot or system; what a source lacks is empty.
# The last three say where a record comes from. They stay with the chats: no policy names them, so no permit can give
# them and no export holds them.
PROVENANCE = ("source", "sent_as_given", "raw_hash")
COLUMNS = (
    *("message_id", "conversation_id", "customer_id", "sent_at", "role", "actor", "channel"),
    *("category", "product", "region", "team", "type", "text", "recalled", "internal_note"),
    *PROVENANCE,
)
TYPES = frozenset(
    "text image voice video file link location emotion system card chatrecord mixed markdown news docmsg weapp todo"
    " vote collect redpacket external_redpacket meeting calendar agree disagree voiptext voip_doc_share "
    "meeting_voice_call sphfeed qydiskfile".split()
)
_WRITTEN = tuple(c for c in COLUMNS if c not in {"sent_at", "recalled", "internal_note", "source", "raw_hash"})
_FLAGS = ("recalled", "internal_note")
_ROWS, _CHARACTERS = 1_024, 16_000_000  # so much is held as Python objects before it is packed
_BATCHES = 64  # so many packs are joined
_MARK = "\x1f"  # between cells: no text has it


@dataclass(frozen=True)
class Chats:
    """A chat export in the record form.

    ``frame`` has the columns of COLUMNS, one row a message, in the order of time. ``raw_hash`` is the SHA-256 of the
    row as it stood in the file (see ``Gathering.take``). ``set_aside`` holds what could not be used (line, reason, raw
    row), counted and never exported; ``notes`` counts what else was noticed. ``names`` are people's names that the
    source gives beside the chats, for masking. ``fictional`` is True only for data stamped as generated.
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
    """An id for what has none in its source: the same parts, the same id."""
    hashed = hashlib.sha256(_MARK.join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return letters(hashed, 16)


def raw_text(raw: object) -> str:
    """A row as it is hashed and set aside: text as it is, the cells of a table parted by U+001F."""
    if isinstance(raw, bytes):
        return raw.decode()
    cells = list(raw.values()) if isinstance(raw, Mapping) else raw
    return _MARK.join(map(str, cells)) if isinstance(cells, list) else str(cells)


class Gathering:
    """Collects the messages of one file: a row is taken, or set aside with its line and the reason.

    Rows are packed into Arrow columns as they come, and what makes a row unusable is looked for in whole columns: a
    file of any length takes about twice the memory of its frame.
    """

    def __init__(self) -> None:
        self._held: list[tuple[int, int | None, Mapping[str, Any], object]] = []
        self._room = _CHARACTERS
        self._loose: list[pa.RecordBatch] = []  # small ones, before they are joined
        self._packed: list[pa.RecordBatch] = []
        self._taken = 0
        self._aside: list[tuple[int, str, str]] = []
        self._recalled: set[str] = set()
        self.notes = Counter[str]()
        self.names: set[str] = set()

    def __len__(self) -> int:
        self._pack()
        return self._taken

    @property
    def empty(self) -> bool:
        """Whether there was no row at all, neither taken nor set aside."""
        return not self._held and not self._taken and not self._aside

    def aside(self, line: int, reason: str, raw: object) -> None:
        """Set a row aside."""
        self._aside.append((line, reason, raw_text(raw)[:CELL_MOST]))

    def recall(self, message_id: str) -> None:
        """Mark a message as recalled: it is kept, because it was sent."""
        self._recalled.add(message_id)
        self.notes["recalled"] += 1

    def take(self, line: int, sent_at: int | None, values: Mapping[str, Any], raw: object) -> None:
        """Take a message, unless its time, its text or its id says that it cannot be used.

        ``sent_at`` is in milliseconds since 1970; None where the source's time is none. ``values`` are columns of the
        record form; ``raw`` is the line without its end, or the row's cells: its hash is kept, and
        gives the message its id where the source gives none.
        """
        self._held.append((line, sent_at, values, raw))
        self._room -= len(raw if type(raw) is bytes else values["text"])
        if self._room < 0 or len(self._held) == _ROWS:
            self._pack()

    def _pack(self) -> None:
        """Turn the rows held into columns, without those that cannot be used."""
        if not self._held:
            return
        lines, sent, values, raws = zip(*self._held, strict=True)
        hashes = [hashlib.sha256(r if type(r) is bytes else _bytes(r)).digest() for r in raws]
        columns = _columns(values)
        if "" in columns["message_id"]:  # the same row, the same id
            ids = zip(columns["message_id"], hashes, strict=True)
            columns["message_id"] = [given or letters(hashed, 16) for given, hashed in ids]
        together = {c: _together(columns, c) for c in _WRITTEN if c in columns}
        if "\\u" in together["text"]:
            columns["text"] = [unescape(text) for text in columns["text"]]
            together["text"] = "".join(columns["text"])
        columns["raw_hash"] = [hashed.hex() for hashed in hashes]
        columns["sent_at"] = sent
        columns["line"] = lines
        columns["key"] = list(map(hash, zip(columns["message_id"], columns["conversation_id"], strict=True)))
        if reasons := _unusable(columns, together, sent):
            for n, reason in reasons.items():
                self.aside(lines[n], reason, raws[n])
            good = [n for n in range(len(lines)) if n not in reasons]
            columns = {c: [column[n] for n in good] for c, column in columns.items()}
            together = {}
        taken = len(columns["type"])
        self._taken += taken
        arrays = {
            c: _array(column, together.get(c) or "".join(column))
            if _SCHEMA.field(c).type == pa.large_string()
            else pa.array(column, _SCHEMA.field(c).type)
            for c, column in columns.items()
        }
        for c in (*_WRITTEN, *_FLAGS):
            if c not in arrays:
                arrays[c] = pa.repeat(pa.scalar("" if c in _WRITTEN else False, _SCHEMA.field(c).type), taken)
        self._loose.append(pa.RecordBatch.from_arrays([arrays[name] for name in _SCHEMA.names], schema=_SCHEMA))
        if len(self._loose) == _BATCHES:
            self._packed, self._loose = [*self._packed, pa.concat_batches(self._loose)], []
        self._held, self._room = [], _CHARACTERS

    def _doubled(self, table: pa.Table) -> list[int]:
        """The rows whose message stands in the table before: set aside, with their ids, time and words.

        Where no two hashes are equal, no two messages are; only those whose hashes are equal are compared.
        """
        keys = table["key"].to_numpy()
        ordered = np.sort(keys)
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        suspect = np.flatnonzero(np.isin(keys, twice)) if len(twice) else np.empty(0, np.int64)
        shown = table.select(["line", "message_id", "conversation_id", "sent_as_given", "text"]).take(suspect)
        seen, doubled = set[tuple[str, str]](), list[int]()
        for row, line, *told in zip(suspect.tolist(), *(c.to_pylist() for c in shown.columns), strict=True):
            if (key := (told[0], told[1])) in seen:
                doubled.append(row)
                self.aside(line, "duplicate", told)
            seen.add(key)
        return doubled

    def chats(self, source: str, format: str, sha256: str, fictional: bool) -> Chats:
        """Everything gathered, in the order of time (rows of one instant stay in the file's order)."""
        self._pack()
        table = pa.Table.from_batches([*self._packed, *self._loose], schema=_SCHEMA)
        self._packed, self._loose = [], []
        doubled, sent = self._doubled(table), table["sent_at"].to_numpy()
        order = None
        if doubled or (sent[1:] < sent[:-1]).any():
            order = np.argsort(sent, kind="stable")
            order = order[~np.isin(order, doubled)]
        columns = {}
        for name in (*_WRITTEN, "sent_at", *_FLAGS, "raw_hash"):  # one by one: no two are held twice
            column, table = table[name], table.drop_columns([name])
            columns[name] = column if order is None else column.take(pa.array(order))
        text = {pa.large_string(): pd.StringDtype(na_value=np.nan)}
        frame = pa.table(columns).to_pandas(types_mapper=text.get, split_blocks=True)
        frame["source"] = pd.Categorical([source] * len(frame))
        frame["recalled"] |= frame["message_id"].isin(self._recalled)
        if unknown := int((~frame["type"].isin(TYPES)).sum()):
            self.notes["unknown_type"] += unknown
        aside = pd.DataFrame(sorted(self._aside, key=itemgetter(0)), columns=["line", "reason", "raw"])
        names = frozenset(n for n in self.names if len(n) > 1)
        notes = tuple(sorted(self.notes.items()))
        return Chats(frame[list(COLUMNS)], aside, notes, source, format, sha256, names, fictional)


_SCHEMA = pa.schema(
    [(c, pa.large_string()) for c in _WRITTEN]
    + [("sent_at", pa.timestamp("ms", "UTC")), *((c, pa.bool_()) for c in _FLAGS), ("raw_hash", pa.large_string())]
    + [("line", pa.int64()), ("key", pa.int64())]  # until it is known what is doubled
)


def _bytes(raw: object) -> bytes:
    return (raw if type(raw) is str else raw_text(raw)).encode("utf-8", "surrogatepass")


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[Any]]:
    """The columns that rows have: as text, and flags as they are; what one row lacks is empty."""
    form = (*_WRITTEN, *_FLAGS)
    columns: dict[str, Sequence[Any]] = {}
    try:  # rows of one file mostly have the same keys
        if len(set(map(len, rows))) == 1:
            columns = {c: [row[c] for row in rows] for c in form if c in rows[0]}
    except KeyError:
        columns = {}
    if not columns:
        columns = {c: [row.get(c, "") for row in rows] for c in form}
    for c in ("message_id", "conversation_id", "text", "type"):
        columns.setdefault(c, [""] * len(rows))
    for c in _FLAGS:
        if c in columns:
            columns[c] = [flag is True for flag in columns[c]]
    if "" in columns["type"]:
        columns["type"] = [kind or "text" for kind in columns["type"]]
    return columns


def _array(column: Sequence[str], together: str) -> pa.Array:
    """A column of text for Arrow; where all of it is ASCII, made of its cells in a row in one go."""
    if not together.isascii() or _MARK in together:
        return pa.array(column, pa.large_string())
    marked = np.frombuffer(_MARK.join(column).encode(), np.uint8)
    ends = np.zeros(len(column) + 1, np.int64)
    ends[1:-1] = np.flatnonzero(marked == ord(_MARK)) - np.arange(len(column) - 1)
    ends[-1] = len(together)
    return pa.LargeStringArray.from_buffers(len(column), pa.py_buffer(ends), pa.py_buffer(together.encode()))


def _together(columns: dict[str, Sequence[Any]], c: str) -> str:
    """The cells of a column in a row; what is no text in it becomes text."""
    try:
        return "".join(columns[c])
    except TypeError:
        columns[c] = [str(cell) for cell in columns[c]]
        return "".join(columns[c])


def _halved(text: str) -> bool:
    """Whether half a character, left by a cut escape, stands in a text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _unusable(
    columns: Mapping[str, Sequence[str]], together: Mapping[str, str], sent: Sequence[int | None]
) -> dict[int, str]:
    """Why which rows cannot be used, by their number; whole columns are looked through before single cells."""
    found: dict[int, str] = {}

    def look(column: Sequence[str], reason: str, wrong: Any) -> None:
        for n, cell in enumerate(column):
            if wrong(cell):
                found.setdefault(n, reason)

    if None in sent:
        found |= {n: "date" for n, moment in enumerate(sent) if moment is None}
    if max(map(len, columns["text"])) > CELL_MOST:
        look(columns["text"], "cell_too_long", lambda cell: len(cell) > CELL_MOST)
    for c, cells in together.items():
        if "\x00" in cells:
            look(columns[c], "nul", lambda cell: "\x00" in cell)
    for c, cells in together.items():
        if not cells.isascii() and _halved(cells):
            look(columns[c], "damaged", _halved)
    if "\ufffd" in together["text"]:
        look(columns["text"], "damaged", lambda cell: "\ufffd" in cell)
    return found
