"""Indexes: where every two neighbouring signs of an export stand, built once and kept sealed beside the casebook.

From two neighbouring characters on, every Chinese word is found: one of two characters is a pair, a longer one is made
of pairs. An index of three, as SQLite's ``trigram`` is, finds nothing for a word of two.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from . import findings
from .casebook import Casebook, signed_in
from .chats import Chats
from .errors import BadInput, refuse
from .findings.folding import END, Positions
from .matches import GAP, Folded, Page, batches, kept
from .people import SignedIn
from .requests import short_id
from .seals import seal, unseal
from .sentences import say

_HEAD = struct.Struct("<4I")
_OPENED: WeakKeyDictionary[Casebook, dict[str, Index]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Postings:
    """Where the pairs of one page stand: pair i in ``rows[ends[i - 1] : ends[i]]``, a row once for each time.

    ``pairs`` are in order, two code points in 32 bits; ``rows`` are numbers in the page, of which ``first`` is the
    export's; ``lengths`` are signs of each text.
    """

    first: int
    lengths: NDArray[np.uint32]
    pairs: NDArray[np.uint32]
    ends: NDArray[np.uint32]
    rows: NDArray[np.uint16]

    @classmethod
    def of(cls, page: Page) -> Postings:
        """The postings of a page of n signs, in O(n log n)."""
        sizes = np.diff(page.starts)
        letters = _letters().take(page.codes)
        at = np.flatnonzero(letters[:-1] & letters[1:])
        row = np.repeat(np.arange(len(page), dtype=np.uint64), sizes)[at - page.starts[0]]
        pair = (page.codes[at].astype(np.uint64) << np.uint64(16)) | page.codes[at + 1]
        keys = np.sort((pair << np.uint64(16)) | row)
        pairs = (keys >> np.uint64(16)).astype(np.uint32)
        ends = np.append(np.flatnonzero(pairs[1:] != pairs[:-1]), pairs.size - 1)[: pairs.size]
        lengths = (sizes - len(GAP)).astype(np.uint32)
        return cls(page.first, lengths, pairs[ends], (ends + 1).astype(np.uint32), keys.astype(np.uint16))

    def pack(self) -> bytes:
        """As bytes, whose order is little-endian."""
        arrays = (self.lengths, self.pairs, self.ends, self.rows)
        head = _HEAD.pack(self.first, self.lengths.size, self.pairs.size, self.rows.size)
        return b"".join([head, *(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)])

    @classmethod
    def unpack(cls, raw: bytes) -> Postings:
        """From what ``pack`` gave; the arrays look into it."""
        first, rows, pairs, times = _HEAD.unpack_from(raw)
        parts, at = [], _HEAD.size
        for size, kind in ((rows, "<u4"), (pairs, "<u4"), (pairs, "<u4"), (times, "<u2")):
            parts.append(np.frombuffer(raw, kind, size, at))
            at += parts[-1].nbytes
        return cls(first, *parts)


@dataclass(frozen=True)
class Index:
    """The index of one export: of ``rows`` messages, in pages. It shows nothing by itself: ``rank`` asks it."""

    id: str
    rows: int
    pages: tuple[Postings, ...] = field(repr=False)

    def __str__(self) -> str:
        return str(say("index.told", id=self.id, rows=self.rows))

    def lengths(self) -> NDArray[np.uint32]:
        """How many signs each message has."""
        return np.concatenate([np.zeros(0, np.uint32), *(page.lengths for page in self.pages)])

    def places(self, pair: str) -> Positions:
        """The rows that hold two neighbouring letters or digits, in order, each as often as it holds them."""
        wanted, found = (ord(pair[0]) << 16) | ord(pair[1]), [np.zeros(0, np.int64)]
        for page in self.pages:
            at = int(np.searchsorted(page.pairs, wanted))
            if at < page.pairs.size and page.pairs[at] == wanted:
                rows = page.rows[int(page.ends[at - 1]) if at else 0 : int(page.ends[at])]
                found.append(rows.astype(np.int64) + page.first)
        return np.concatenate(found)


@cache
def _letters() -> NDArray[np.bool_]:
    """Which codes are letters, characters or digits."""
    return np.array([chr(code).isalnum() or chr(code) == "_" for code in range(END + 1)])


def build_index(chats: Chats, *, by: SignedIn) -> Index:
    """The index of an export: the sealed one, or a new one, sealed in the casebook that ``by`` signed in to.

    Nothing is shown, so it takes no permit; it is logged who built it. The index of an older state of the same export
    is destroyed. It holds what the messages hold and has to be destroyed with them (``drop_index``). Raises Refused
    for somebody who is not of this casebook.
    """
    casebook = signed_in(by)
    with casebook.witness(by, "index"):
        casebook.own(by)
        if casebook.policy.profile == "article" and not chats.fictional:
            raise refuse(casebook.policy, "export.article_profile")
        id = index_id(chats)
        if id in standing_indexes(casebook):
            try:
                return open_index(casebook, chats)
            except BadInput:  # lost or damaged: build it again
                casebook.store.forget(_secret(id))
        _OPENED.setdefault(casebook, {}).pop(id, None)
        about = {"person": by.id, "source": chats.source, "rows": len(chats.frame)}
        with casebook.store.transaction():
            casebook.append("index_started", id, about)
            key = casebook.store.secret(_secret(id))
        folded = kept(chats.frame["text"], "folded", lambda arrow: Folded(batches(arrow)))
        if folded is None:
            folded = Folded(batches(_arrow(chats.frame["text"])))
        seal(_path(casebook, id), key, (Postings.of(page).pack() for page in folded.pages))
        with casebook.store.transaction():
            casebook.append("index", id, about)
        _destroy(casebook, by, _of_source(casebook, chats).keys() - {id})
        return open_index(casebook, chats)


def drop_index(chats: Chats, *, by: SignedIn) -> list[str]:
    """Destroy every index of this export, also of older states of it; the ids of those that there were.

    Their keys are overwritten first, so that no copy of a file can be opened. Raises Refused for a stranger.
    """
    casebook = signed_in(by)
    with casebook.witness(by, "index"):
        casebook.own(by)
        return _destroy(casebook, by, {*_of_source(casebook, chats), *({index_id(chats)} & _begun(casebook))})


def open_index(casebook: Casebook, chats: Chats) -> Index:
    """The sealed index of exactly these messages, opened once a session.

    Raises BadInput that says what is the matter: none was built, one was begun and not finished, the export has
    changed since (stale), the file is gone or damaged.
    """
    id, standing = index_id(chats), standing_indexes(casebook)
    path, source = _path(casebook, id), Path(chats.source or "chats")
    if id not in standing:
        if id in _begun(casebook):
            raise BadInput("index_unfinished", source)
        if older := _of_source(casebook, chats):
            raise BadInput("index_stale", source, before=list(older.values())[-1], now=len(chats.frame))
        raise BadInput("index_none", source)
    if not path.exists():
        raise BadInput("index_lost", path)
    opened = _OPENED.setdefault(casebook, {})
    if id not in opened:
        try:
            with casebook.store.transaction():
                key = casebook.store.secret(_secret(id))
            opened[id] = Index(id, standing[id], tuple(Postings.unpack(part) for part in unseal(path, key) if part))
        except BadInput:
            raise BadInput("index_damaged", path) from None
    return opened[id]


def standing_indexes(casebook: Casebook) -> dict[str, int]:
    """The ids of the indexes that were finished and not destroyed, and of how many messages each is."""
    ended = {record.ref: record.n for record in casebook.store.records("index_dropped")}
    made = casebook.store.records("index")
    return {record.ref: int(record.body["rows"]) for record in made if record.n > ended.get(record.ref, -1)}


def index_id(chats: Chats) -> str:
    """The same messages in the same order have the same index. O(size), once for each column that stays as it is."""
    columns = [chats.frame[name] for name in ("message_id", "conversation_id", "text")]
    hashes = [kept(column, "sha256", _digest) or _digest(_arrow(column)) for column in columns]
    return short_id("I", [findings.VERSION, *hashes])


def _digest(arrow: pa.ChunkedArray) -> str:
    """SHA-256 of texts and of their lengths, however they are chunked."""
    sizes, texts = hashlib.sha256(), hashlib.sha256()
    for chunk in arrow.chunks:
        array = chunk.fill_null("").cast(pa.large_string())
        offsets = np.frombuffer(array.buffers()[1], np.int64, len(array) + 1, array.offset * 8)
        sizes.update(np.diff(offsets).tobytes())
        texts.update((array.buffers()[2] or pa.py_buffer(b""))[int(offsets[0]) : int(offsets[-1])])
    return f"{sizes.hexdigest()}{texts.hexdigest()}"


def _arrow(column: pd.Series[str]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(list(map(str, column)), pa.large_string())])


def _path(casebook: Casebook, id: str) -> Path:
    return casebook.folder / f"index-{id}.sealed"


def _secret(id: str) -> str:
    return f"index {id}"


def _begun(casebook: Casebook) -> set[str]:
    """The ids of the indexes that somebody began to build and that were not destroyed since."""
    ended = {record.ref: record.n for record in casebook.store.records("index_dropped")}
    begun = casebook.store.records("index_started")
    return {record.ref for record in begun if record.n > ended.get(record.ref, -1)}


def _of_source(casebook: Casebook, chats: Chats) -> dict[str, int]:
    """The begun or finished indexes of an export of this name, the latest last, and of how many messages each is."""
    begun, known = casebook.store.records("index_started"), _begun(casebook)
    mine = [record for record in begun if record.ref in known and record.body["source"] == chats.source]
    return {record.ref: int(record.body["rows"]) for record in mine}


def _destroy(casebook: Casebook, by: SignedIn, ids: set[str]) -> list[str]:
    """Destroy indexes: the key, then the file, then it is logged."""
    for id in sorted(ids):
        casebook.store.forget(_secret(id))
        _path(casebook, id).unlink(missing_ok=True)
        _OPENED.setdefault(casebook, {}).pop(id, None)
        with casebook.store.transaction():
            casebook.append("index_dropped", id, {"person": by.id})
    return sorted(ids)
