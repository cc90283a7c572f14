"""Submissions: a trainee's casebook as one file to hand in, and what such a file turns out to be.

A sound submission shows that its log and its records agree and belong to that trainee's seat. It cannot show who sat
there: in a training casebook on a trainee's own machine the trainee holds every key, and whoever holds the keys can
fabricate a history that verifies. Where that matters, hold the class on one machine whose keys no trainee has.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ... import log
from ...casebook import Casebook
from ...errors import BadInput
from ...founding import FILE
from ...rulebook import packaged
from ...sentences import Text, say
from ...store import SCHEMA
from ..lessons.drills import begin
from ..lessons.grading import Grade, grade

NOTE, POLICY = "submission.json", "policy.toml"
MEMBERS = (NOTE, POLICY, FILE)
MOST = 64 * 2**20  # bytes of all members together, unpacked: a long course leaves a tenth of it


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Who belongs to a class and with which seed (trainee → seed).

    ``checkpoints`` are signed heads of trainees' logs that were kept elsewhere during the class, where there are any;
    ``policy`` are the bytes of the policy that the class works under.
    """

    class_id: str
    seeds: Mapping[str, int]
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    policy: bytes = field(default_factory=packaged, repr=False)


@dataclass(frozen=True, repr=False)
class Submission:
    """What a handed-in file turned out to be: sound, altered, truncated, foreign, copied or unreadable, and why.

    Only a sound one has a ``casebook`` (a copy of its own, gone after ``close``) and, once scored, ``grades``.
    """

    file: str
    status: str
    reason: Text
    trainee: str = ""
    seed: int = 0
    casebook: Casebook | None = None
    grades: tuple[Grade, ...] = ()
    _room: TemporaryDirectory[str] | None = None

    @property
    def sound(self) -> bool:
        """Whether it can be scored."""
        return self.status == "sound"

    def __str__(self) -> str:
        status = say(f"submission.status.{self.status}")
        lines = [f"{self.file}：{status.line}", self.reason.zh, self.reason.en]
        return "\n".join([*lines, *([say("submission.limit").line] if self.sound else [])])

    __repr__ = __str__

    def close(self) -> None:
        """Close the copy of the casebook and remove it."""
        if self.casebook and self._room:
            self.casebook.close()
            self._room.cleanup()


def pack(casebook: Casebook, trainee: str, seed: int, class_id: str, path: str | Path) -> Path:
    """Write a training casebook as one file to hand in; the hand-in stands in its log. Returns the path.

    Raises BadInput for a real casebook, which is nobody's homework, and for one that somebody else has handed in.
    """
    path, told = Path(path), {"trainee": trainee, "seed": seed, "class": class_id}
    if not casebook.training:
        raise BadInput("submission_real", casebook.folder)
    if any(record.body != told for record in casebook.store.records("hand_in")):
        raise BadInput("submission_taken", casebook.folder)
    with casebook.store.transaction():
        casebook.append("hand_in", trainee, told)
    checkpoint = casebook.checkpoint()  # before the copy is made: what is logged meanwhile is in the copy, not missing
    with TemporaryDirectory(prefix="chatkit-") as room:
        snapshot = Path(room, FILE)
        with closing(sqlite3.connect(casebook.store.path)) as own, closing(sqlite3.connect(snapshot)) as copy:
            own.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        members = {FILE: snapshot.read_bytes(), POLICY: (casebook.folder / POLICY).read_bytes()}
    note = {**told, "checkpoint": checkpoint, "sha256": {n: _hash(data) for n, data in members.items()}}
    members[NOTE] = json.dumps(note, ensure_ascii=False, indent=1).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    temporary.replace(path)
    return path


class _Verdict(Exception):
    """What a submission turned out to be, where it is not sound."""

    def __init__(self, status: str, why: str, **values: object) -> None:
        self.status, self.reason = status, say(f"submission.{status}.{why}", **values)
        super().__init__(why)


def read_submission(path: str | Path, enrolment: Enrolment, *, handed_in_by: str = "") -> Submission:
    """Find out what a handed-in file is. It never raises for a bad file: what is wrong stands in the result.

    ``handed_in_by`` is who handed it in; unless given, the file's name says it where that is a trainee's id. Nothing
    is unpacked under a name that the file chooses, and nothing beyond MOST bytes.
    """
    path, told = Path(path), dict[str, Any]()
    room = TemporaryDirectory(prefix="chatkit-")
    try:
        members = _members(path)
        told.update(_note(members[NOTE]))
        _belongs(told, enrolment, handed_in_by or (path.stem if path.stem in enrolment.seeds else ""))
        casebook = _casebook(members, told, enrolment, Path(room.name))
    except _Verdict as verdict:
        room.cleanup()
        return Submission(path.name, verdict.status, verdict.reason, str(told.get("trainee", "")), told.get("seed", 0))
    except Exception as fault:  # of a file made by anybody: whatever is wrong with one, the others are read
        room.cleanup()
        reason = say("submission.unreadable.other", fault=type(fault).__name__)
        return Submission(path.name, "unreadable", reason, str(told.get("trainee", "")))
    reason = say("submission.sound.why", n=len(casebook.store.entries()))
    return Submission(path.name, "sound", reason, told["trainee"], told["seed"], casebook, _room=room)


def read_submissions(paths: Iterable[str | Path], enrolment: Enrolment) -> tuple[Submission, ...]:
    """Read all of them. One casebook handed in under two names is a copy, and nobody can tell from it whose."""
    read = [read_submission(path, enrolment) for path in paths]
    owners = Counter(key for key, _ in {(s.casebook.store.meta("public"), s.trainee) for s in read if s.casebook})
    found = []
    for submission in read:
        if submission.casebook and owners[submission.casebook.store.meta("public")] > 1:
            submission.close()
            twice = say("submission.copied.twice")
            submission = replace(submission, status="copied", reason=twice, casebook=None, _room=None)
        found.append(submission)
    return tuple(found)


def score(submission: Submission, drills: Iterable[str]) -> Submission:
    """The same submission with a grade for each drill, on data made anew from its trainee's seed.

    One that is not sound comes back as it is. Raises KeyError for a drill that does not exist; records that cannot be
    graded make the submission unreadable and raise nothing.
    """
    if not submission.casebook or not submission._room:
        return submission
    plays = [begin(drill, submission.seed, submission._room.name) for drill in drills]
    try:
        people = submission.casebook.people().keys()
        grades = tuple(grade(submission.casebook, play, people) for play in plays)
    except Exception as fault:  # a sealed record may hold anything where the trainee holds the keys
        submission.close()
        reason = say("submission.unreadable.other", fault=type(fault).__name__)
        return replace(submission, status="unreadable", reason=reason, casebook=None, _room=None)
    return replace(submission, grades=grades)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _members(path: Path) -> dict[str, bytes]:
    """The three members of a submission, read into memory within bounds."""
    size = path.stat().st_size
    if not 0 < size <= MOST:
        raise _Verdict("unreadable", "large" if size else "empty", most=MOST // 2**20)
    try:
        with zipfile.ZipFile(path) as file:
            held = file.infolist()
            if sorted(info.filename for info in held) != sorted(MEMBERS):
                raise _Verdict("unreadable", "members")
            if sum(info.file_size for info in held) > MOST:
                raise _Verdict("unreadable", "large", most=MOST // 2**20)
            read = {}
            for info in held:
                with file.open(info) as member:
                    read[info.filename] = member.read(MOST)  # no more than the size that it declared
            return read
    except zipfile.BadZipFile as fault:
        if "CRC" in str(fault):
            raise _Verdict("altered", "damaged") from None
        raise _Verdict("unreadable", "no_zip") from None
    except zlib.error:
        raise _Verdict("altered", "damaged") from None


def _note(data: bytes) -> dict[str, Any]:
    """What the submission says of itself."""
    try:
        note = json.loads(data)
        kinds = {"trainee": str, "seed": int, "class": str, "checkpoint": str, "sha256": dict}
        if all(type(note[name]) is kind for name, kind in kinds.items()):
            return {name: note[name] for name in kinds}
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise _Verdict("unreadable", "note")


def _belongs(told: Mapping[str, Any], enrolment: Enrolment, by: str) -> None:
    """Raise where a submission is another class's or another trainee's."""
    if told["class"] != enrolment.class_id or told["trainee"] not in enrolment.seeds:
        raise _Verdict("foreign", "class", class_id=told["class"][:40], trainee=told["trainee"][:40])
    if by and by != told["trainee"]:
        raise _Verdict("copied", "name", by=by, trainee=told["trainee"])
    if told["seed"] != enrolment.seeds[told["trainee"]]:
        copied = told["seed"] in enrolment.seeds.values()
        raise _Verdict(*(("copied", "seed") if copied else ("foreign", "seed")), seed=told["seed"])


def _casebook(members: Mapping[str, bytes], told: Mapping[str, Any], enrolment: Enrolment, room: Path) -> Casebook:
    """The casebook, opened in a folder of its own. Raises where its log was cut, changed or is somebody else's."""
    if members[POLICY] != enrolment.policy:
        raise _Verdict("altered", "policy")
    for name in (FILE, POLICY):
        (room / name).write_bytes(members[name])
    intact = all(told["sha256"].get(name) == _hash(members[name]) for name in (FILE, POLICY))
    try:
        _plain(room / FILE)
        casebook = Casebook.open(room)
    except (sqlite3.DatabaseError, BadInput):
        raise _Verdict("altered", "database") from None
    try:
        public, entries = casebook.store.meta("public"), casebook.store.entries()
        heads = [casebook.store.head(), told["checkpoint"], enrolment.checkpoints.get(told["trainee"], "")]
        known = [head for note in heads if (head := log.read_checkpoint(note, public))]
        if any(head.size > len(entries) for head in known):
            raise _Verdict("truncated", "log", held=len(entries), size=max(head.size for head in known))
        claims = [record.body for record in casebook.store.records("hand_in")]
        if foreign := [c for c in claims if c != {name: told[name] for name in ("trainee", "seed", "class")}]:
            raise _Verdict("copied", "log", trainee=str(foreign[0].get("trainee", ""))[:40])
        if len(known) < 2 or not intact or not claims:
            raise _Verdict("altered", "database")
        if faults := {fault for note in heads[1:] for fault in casebook.verify(note)}:
            raise _Verdict("altered", "log", faults=say(f"verify.{min(faults)}"))
        return casebook
    except (sqlite3.DatabaseError, KeyError, ValueError, TypeError):
        casebook.close()
        raise _Verdict("altered", "database") from None
    except _Verdict:
        casebook.close()
        raise


def _plain(path: Path) -> None:
    """Raise DatabaseError unless the file has the tables of a casebook and nothing that acts by itself."""
    with closing(sqlite3.connect(":memory:")) as fresh, closing(sqlite3.connect(path)) as own:
        own.execute("PRAGMA trusted_schema = OFF")
        fresh.executescript(SCHEMA)
        asked = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
        if own.execute(asked).fetchall() != fresh.execute(asked).fetchall():
            raise sqlite3.DatabaseError("these are not the tables of a casebook")
        if own.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the file is damaged")
