"""The casebook's one file: sealed records and the log that commits to them, written in one transaction.

An entry of the log holds the time, the event and a salted hash of its record, and nothing else: no chat text, no
name, no keyword. The record can be checked against the log, and the log can be published without it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import keys, log
from .errors import BadInput
from .people import Person
from .requests import canonical, frozen

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE people (id TEXT PRIMARY KEY, person TEXT NOT NULL);
CREATE TABLE log (n INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE records (
    n INTEGER PRIMARY KEY, event TEXT NOT NULL, ref TEXT NOT NULL, body TEXT NOT NULL, salt BLOB NOT NULL
);
CREATE INDEX records_by_ref ON records (ref, event);
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, peaks BLOB NOT NULL, note TEXT NOT NULL
);
CREATE TABLE seen (permit TEXT, record TEXT, applicant TEXT, mode TEXT, at TEXT, PRIMARY KEY (permit, record));
CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One sealed record: its number in the log, the event, what it is about, and its content."""

    n: int
    event: str
    ref: str
    body: dict[str, Any]


class Store:
    """One SQLite file. Many processes may write; each transaction is on the disk before it is answered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")
        except sqlite3.DatabaseError:
            raise BadInput("casebook_unreadable", path) from None

    @classmethod
    def create(cls, path: Path, meta: Mapping[str, str]) -> Store:
        """A new file with an empty log, and a key of its own that signs the log's checkpoints."""
        store, key = cls(path), keys.new_key()
        store._db.executescript(SCHEMA)
        rows = {**meta, "log_key": key.private_bytes_raw().hex(), "public": keys.public_hex(key)}
        store._db.executemany("INSERT INTO meta VALUES (?, ?)", rows.items())
        store._db.execute("INSERT INTO head VALUES (1, 0, x'', '')")
        return store

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def meta(self, name: str) -> str:
        """One of the settings the casebook was made with."""
        return str(self._db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()[0])

    def put_meta(self, name: str, value: str) -> None:
        """Add a setting, inside a transaction. Raises sqlite3.IntegrityError for one that is there."""
        self._db.execute("INSERT INTO meta VALUES (?, ?)", [name, value])

    def people(self) -> dict[str, Person]:
        """The roster, by id."""
        rows = self._db.execute("SELECT person FROM people ORDER BY id").fetchall()
        people = (Person(**frozen(json.loads(row))) for (row,) in rows)
        return {person.id: person for person in people}

    def put_person(self, person: Person) -> None:
        """Add a person to the roster, or change one."""
        fields = {name: getattr(person, name) for name in Person.__slots__}
        self._db.execute("REPLACE INTO people VALUES (?, ?)", [person.id, canonical(fields).decode()])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing: what is appended inside stands together, or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def append(self, event: str, ref: str, body: Mapping[str, object], at: str) -> Record:
        """Seal a record and log its commitment. Call it inside a transaction."""
        size, packed, _ = self._db.execute("SELECT size, peaks, note FROM head").fetchone()
        salt, sealed = os.urandom(16), canonical(body)
        entry = canonical({"n": size, "at": at, "event": event, "record": _commitment(salt, event, ref, sealed)})
        peaks = [packed[i : i + 32] for i in range(0, len(packed), 32)]
        grown = log.grow(peaks, size, log.leaf_hash(entry))
        key = keys.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.meta("log_key")))
        head = log.sign_checkpoint(self.meta("origin"), size + 1, log.crown(grown), key)
        self._db.execute("INSERT INTO log VALUES (?, ?)", [size, entry])
        self._db.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?)", [size, event, ref, sealed.decode(), salt])
        self._db.execute("UPDATE head SET size = ?, peaks = ?, note = ?", [size + 1, b"".join(grown), head.note])
        return Record(size, event, ref, dict(body))

    def records(self, event: str = "", ref: str = "") -> list[Record]:
        """The sealed records in order, all or of one event and of one thing."""
        rows = self._db.execute(
            "SELECT n, event, ref, body FROM records WHERE (? = '' OR event = ?) AND (? = '' OR ref = ?) ORDER BY n",
            [event, event, ref, ref],
        )
        return [Record(n, e, r, json.loads(body)) for n, e, r, body in rows]

    def entries(self) -> list[bytes]:
        """The log, entry by entry, as raw bytes."""
        return [row for (row,) in self._db.execute("SELECT CAST(entry AS BLOB) FROM log ORDER BY n")]

    def head(self) -> str:
        """The latest checkpoint: a signed note to be kept elsewhere. Empty before the first entry."""
        return str(self._db.execute("SELECT note FROM head").fetchone()[0])

    def last_time(self) -> str:
        """The time of the last entry, or the empty string."""
        row = self._db.execute("SELECT entry FROM log ORDER BY n DESC LIMIT 1").fetchone()
        return str(json.loads(row[0])["at"]) if row else ""

    def verify(self, note: str = "") -> list[str]:
        """What is wrong with the log, as names of sentences; empty when entries, records and checkpoint agree.

        ``note`` is a checkpoint that was kept elsewhere; without one the stored head is used, which cannot show
        that the tail was cut together with the head.
        """
        faults, entries = [], self.entries()
        public = self.meta("public")
        if not log.verify_log(entries, self.head(), public):
            faults.append("log_altered")
        if note and not log.verify_log(entries, note, public):
            faults.append("checkpoint_disagrees")
        head = log.read_checkpoint(self.head(), public)
        if head is not None and head.size != len(entries):
            faults.append("log_altered")
        rows = self._db.execute("SELECT n, event, ref, body, salt FROM records ORDER BY n").fetchall()
        if [r[0] for r in rows] != list(range(len(entries))):
            faults.append("record_missing")
        for n, event, ref, body, salt in rows:
            if n < len(entries) and not _commits(entries[n], n, event, ref, body, salt):
                faults.append("record_altered")
        return sorted(set(faults))

    def mark_seen(self, permit: str, applicant: str, mode: str, at: str, records: Iterable[str]) -> None:
        """Note which distinct records a permit has shown."""
        self._db.executemany(
            "REPLACE INTO seen VALUES (?, ?, ?, ?, ?)", ((permit, r, applicant, mode, at) for r in records)
        )

    def seen_by(self, applicant: str, mode: str, since: str) -> set[str]:
        """The distinct records that one applicant has been shown in one mode since that time."""
        rows = self._db.execute(
            "SELECT DISTINCT record FROM seen WHERE applicant = ? AND mode = ? AND at >= ?", [applicant, mode, since]
        )
        return {record for (record,) in rows}

    def seen_under(self, permit: str) -> set[str]:
        """The distinct records that one permit has shown."""
        return {r for (r,) in self._db.execute("SELECT record FROM seen WHERE permit = ?", [permit])}

    def secret(self, name: str) -> bytes:
        """The 32 secret bytes called ``name``, made when first asked for."""
        self._db.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", [name, os.urandom(32)])
        return bytes(self._db.execute("SELECT value FROM secrets WHERE name = ?", [name]).fetchone()[0])

    def forget(self, name: str) -> None:
        """Destroy a secret: overwritten in the file, and the write-ahead log cut."""
        self._db.execute("DELETE FROM secrets WHERE name = ?", [name])
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _commitment(salt: bytes, event: str, ref: str, sealed: bytes) -> str:
    return hashlib.sha256(salt + canonical([event, ref]) + sealed).hexdigest()


def _commits(entry: bytes, n: int, event: str, ref: str, body: str, salt: bytes) -> bool:
    """Whether the log's entry stands for exactly this record."""
    try:
        fields = json.loads(entry)
        return bool(
            fields["n"] == n
            and fields["event"] == event
            and fields["record"] == _commitment(salt, event, ref, body.encode())
        )
    except (ValueError, KeyError, TypeError):
        return False
