"""Indexes: the postings of an export, made once and kept sealed beside the casebook, which every search asks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import pyarrow as pa

from . import findings
from .casebook import Casebook, signed_in
from .chats import Chats
from .errors import BadInput, refuse
from .matches import Folded, batches, kept
from .people import SignedIn
from .postings import FORMAT, Postings
from .requests import short_id
from .seals import seal, unseal
from .sentences import say
from .store import Record

_OPENED: WeakKeyDictionary[Casebook, dict[str, Index]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Index:
    """The index of one export: of ``rows`` messages. It shows nothing by itself: ``search`` and ``rank`` ask it."""

    id: str
    rows: int
    folded: Folded = field(repr=False)

    def __str__(self) -> str:
        return str(say("index.told", id=self.id, rows=self.rows))


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
        text = chats.frame["text"]
        folded = kept(text, "folded", _fold) or _fold(_arrow(text))
        seal(_path(casebook, id), key, (page.pack() for page in folded.pages))
        with casebook.store.transaction():
            casebook.append("index", id, about)
        _destroy(casebook, by, _of_source(casebook, chats).keys() - {id})
        made = _OPENED.setdefault(casebook, {})[id] = Index(id, len(chats.frame), folded)
        return made


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
            pages = tuple(Postings.unpack(part) for part in unseal(path, key) if part)
            opened[id] = Index(id, standing[id], Folded(pages))
        except BadInput:
            raise BadInput("index_damaged", path) from None
    return opened[id]


def ready(casebook: Casebook, chats: Chats) -> Folded | None:
    """What the sealed index of exactly these messages holds; None without one that opens."""
    try:
        return open_index(casebook, chats).folded if standing_indexes(casebook) else None
    except BadInput:
        return None


def standing_indexes(casebook: Casebook) -> dict[str, int]:
    """The ids of the indexes that were finished and not destroyed, and of how many messages each is."""
    return {record.ref: int(record.body["rows"]) for record in _live(casebook, "index")}


def index_id(chats: Chats) -> str:
    """The same messages in the same order have the same index. O(size), once for each column that stays as it is."""
    columns = [chats.frame[name] for name in ("message_id", "conversation_id", "text")]
    hashes = [kept(column, "sha256", _digest) or _digest(_arrow(column)) for column in columns]
    return short_id("I", [findings.VERSION, FORMAT, *hashes])


def _digest(arrow: pa.ChunkedArray) -> str:
    """SHA-256 of texts and of their lengths, however they are chunked."""
    sizes, texts = hashlib.sha256(), hashlib.sha256()
    for chunk in arrow.chunks:
        array = chunk.fill_null("").cast(pa.large_string())
        offsets = np.frombuffer(array.buffers()[1], np.int64, len(array) + 1, array.offset * 8)
        sizes.update(np.diff(offsets).tobytes())
        texts.update((array.buffers()[2] or pa.py_buffer(b""))[int(offsets[0]) : int(offsets[-1])])
    return f"{sizes.hexdigest()}{texts.hexdigest()}"


def _fold(arrow: pa.ChunkedArray) -> Folded:
    return Folded.of(batches(arrow))


def _arrow(column: pd.Series[str]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(list(map(str, column)), pa.large_string())])


def _path(casebook: Casebook, id: str) -> Path:
    return casebook.folder / f"index-{id}.sealed"


def _secret(id: str) -> str:
    return f"index {id}"


def _live(casebook: Casebook, event: str) -> list[Record]:
    """The records of this event about indexes that were not destroyed since."""
    ended = {record.ref: record.n for record in casebook.store.records("index_dropped")}
    return [record for record in casebook.store.records(event) if record.n > ended.get(record.ref, -1)]


def _begun(casebook: Casebook) -> set[str]:
    return {record.ref for record in _live(casebook, "index_started")}


def _of_source(casebook: Casebook, chats: Chats) -> dict[str, int]:
    """The begun or finished indexes of an export of this name, the latest last, and of how many messages each is."""
    mine = [record for record in _live(casebook, "index_started") if record.body["source"] == chats.source]
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
