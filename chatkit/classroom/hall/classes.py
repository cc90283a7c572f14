"""A class: its folder, its trainees with personal codes, one casebook for all, and a seat for each.

``class.json`` names the trainees and holds hashes of their codes; ``class.key`` signs certificates and never leaves
the instructor's machine. In a hosted class the casebook holds an own cast of made-up people for every trainee; a
reset seats a trainee anew, with another cast and seed, and what was done before stays in the log.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ipywidgets as w

import synthetic_data

from ... import keys
from ...casebook import Casebook
from ...clocks import stamp
from ...encoding import csv_rows
from ...errors import BadInput
from ...founding import cast
from ...people import Person
from ...requests import letters
from ...sentences import say
from ...sources import read_chats
from ..desk.desk import Desk
from ..desk.seats import CLOCK, Seat
from .codes import hashed, new_code, whose

MODES = ("hosted", "own-laptop")
FILE, KEY = "class.json", "class.key"
CONVERSATIONS = 44  # as many as in the sample that ships
MOST = 60  # trainees: two machines' worth, see the README
ROLES = {"applicant": "applicant", "second_applicant": "applicant"}  # the other roles of a cast are called as they are
OTHERS = ("department_head", "it_review", "legal", "data_security")


@dataclass(frozen=True, slots=True)
class Trainee:
    """One person who learns: ``id`` such as ``t07``, the name on the list, and the hash of the personal code."""

    id: str
    name: str
    code: str


@dataclass(frozen=True)
class TrainingClass:
    """A class as its folder says. ``drills`` are the ids of the drills chosen, ``public`` verifies certificates."""

    folder: Path
    id: str
    title: str
    mode: str
    made_at: str
    drills: tuple[str, ...]
    seed: int
    salt: str = field(repr=False)
    public: str = field(repr=False)
    trainees: tuple[Trainee, ...] = field(repr=False)

    def trainee(self, id: str) -> Trainee:
        """The trainee of that id. Raises BadInput for an id that the class lacks."""
        for trainee in self.trainees:
            if trainee.id == id:
                return trainee
        raise BadInput("no_trainee", self.folder / FILE, trainee=id)

    def whose(self, code: str) -> str:
        """The id of the trainee whose personal code it is, or the empty string. Takes about 40 ms."""
        return whose(code, bytes.fromhex(self.salt), {t.id: t.code for t in self.trainees})

    def casebook(self) -> Casebook:
        """The one casebook of a hosted class. Raises BadInput where it is gone."""
        if not (self.folder / "casebook" / "casebook.db").exists():
            raise BadInput("no_casebook", self.folder / "casebook")
        return Casebook.open(self.folder / "casebook", clock=CLOCK)

    def key(self) -> keys.Ed25519PrivateKey:
        """The key that signs certificates. Raises BadInput where it is gone."""
        try:
            return keys.Ed25519PrivateKey.from_private_bytes(bytes.fromhex((self.folder / KEY).read_text("ascii")))
        except (OSError, ValueError):
            raise BadInput("no_class_key", self.folder / KEY) from None


def read_trainees(path: str | Path) -> list[str]:
    """The names in a CSV with a column ``name`` (or 姓名), in its order. Raises BadInput with the line at fault."""
    path = Path(path)
    with open(path, "rb") as file:
        column = "姓名" if "姓名" in file.readline().decode("utf-8-sig", "replace") else "name"
    names = []
    for line, row in csv_rows(path, (column,)):
        if not (name := row[column].strip()) or name in names:
            raise BadInput("trainee_doubled", path, line)
        names.append(name)
    if not names:
        raise BadInput("empty", path)
    return names


def create_class(
    folder: str | Path,
    trainees: Sequence[str],
    *,
    title: str = "",
    mode: str = "hosted",
    drills: Iterable[str] = (),
    seed: int | None = None,
) -> tuple[TrainingClass, Mapping[str, str]]:
    """Make a class in an empty folder; returns it and the codes by trainee, which are kept nowhere else.

    ``trainees`` are names, at most 60. ``seed`` makes the same data again; the codes differ every time. Raises
    BadInput where the folder holds anything, and ValueError for another mode or nobody to teach.
    """
    folder = Path(folder).absolute()
    if mode not in MODES or not 0 < len(trainees) <= MOST:
        raise ValueError(f"mode {mode!r} of {MODES}, {len(trainees)} trainees of 1 to {MOST}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput("folder_taken", folder)
    salt, key = secrets.token_bytes(16), keys.new_key()
    codes = {f"t{n:02d}": new_code() for n in range(1, len(trainees) + 1)}
    made = TrainingClass(
        folder=folder,
        id=f"C-{letters(secrets.token_bytes(4), 6)}",
        title=title or say("class.untitled").line,
        mode=mode,
        made_at=stamp(datetime.now(UTC)),
        drills=tuple(drills),
        seed=secrets.randbelow(1_000_000) if seed is None else seed,
        salt=salt.hex(),
        public=keys.public_hex(key),
        trainees=tuple(
            Trainee(id, name, hashed(code, salt)) for (id, code), name in zip(codes.items(), trainees, strict=True)
        ),
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(folder / KEY, key.private_bytes_raw().hex())
    if mode == "hosted":
        casebook = Casebook.open(folder / "casebook", clock=CLOCK)
        for trainee in made.trainees:
            _seat(made, casebook, trainee, 1)
        casebook.close()
    record = {k: v for k, v in asdict(made).items() if k != "folder"}
    write_private(folder / FILE, json.dumps(record, ensure_ascii=False, indent=1))  # last: complete, or no class
    return made, codes


def recode(group: TrainingClass, trainee: str) -> str:
    """Give a trainee a new personal code, for instance for a lost slip; returns it. The old one is void at once."""
    code, file = new_code(), group.folder / FILE
    record = json.loads(file.read_text("utf-8"))
    for known in record["trainees"]:
        if known["id"] == group.trainee(trainee).id:
            known["code"] = hashed(code, bytes.fromhex(group.salt))
    draft = file.with_name(f".{FILE}.{os.getpid()}.tmp")
    write_private(draft, json.dumps(record, ensure_ascii=False, indent=1))
    draft.replace(file)
    return code


def open_class(folder: str | Path) -> TrainingClass:
    """The class in that folder. Raises BadInput where there is none, or its file was damaged."""
    folder = Path(folder).absolute()
    try:
        record: dict[str, Any] = json.loads((folder / FILE).read_text("utf-8"))
        trainees = tuple(Trainee(**trainee) for trainee in record.pop("trainees"))
        return TrainingClass(folder, **{**record, "drills": tuple(record["drills"])}, trainees=trainees)
    except FileNotFoundError:
        raise BadInput("no_class", folder) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput("class_faulty", folder / FILE) from None


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone can read. Raises BadInput where there is one already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput("file_taken", path) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def seat_seed(seed: int, trainee: str, round: int) -> int:
    """The seed of one seat: of the class's, the trainee and how often they were seated.

    >>> seat_seed(7, "t01", 1), seat_seed(7, "t01", 2), seat_seed(7, "t02", 1)
    (191347595, 139352313, 624851862)
    """
    return int.from_bytes(hashlib.sha256(f"{seed}/{trainee}/{round}".encode()).digest()[:4]) >> 1


def reset(group: TrainingClass, trainee: str, casebook: Casebook) -> int:
    """Seat a trainee anew: a fresh cast, seed and folder. Returns how often they have been seated by then.

    Nothing is deleted: what the earlier cast did stays in the log and no longer counts for the score.
    """
    return _seat(group, casebook, group.trainee(trainee), len(casebook.store.records("seat", trainee)) + 1)


def _seat(group: TrainingClass, casebook: Casebook, trainee: Trainee, round: int) -> int:
    prefix = trainee.id if round == 1 else f"{trainee.id}-{round}"
    roles = {**ROLES, **dict(zip(OTHERS, OTHERS, strict=True))}
    names = casebook.policy.roles
    people = [
        Person(f"{prefix}.{seat}", say("class.cast", seat=prefix, role=names[role]).zh, (role,), "")
        for seat, role in roles.items()
    ]
    with casebook.store.transaction():
        cast(casebook.store, people, stamp(casebook.now()))
        body = {"trainee": trainee.id, "round": round, "seed": seat_seed(group.seed, trainee.id, round)}
        casebook.append("seat", trainee.id, {**body, "cast": {s: f"{prefix}.{s}" for s in roles}})
    return round


def seat_of(group: TrainingClass, trainee: str, casebook: Casebook | None = None) -> Seat:
    """The seat where a trainee of a hosted class sits now, found again after any interruption."""
    person, casebook = group.trainee(trainee), casebook or group.casebook()
    now = casebook.store.records("seat", trainee)[-1].body
    folder = exports_of(group, trainee, casebook).parent
    if not (folder / "chats" / "FICTION.txt").exists():
        synthetic_data.write(folder / "chats", conversations=CONVERSATIONS, seed=now["seed"], format="csv")
    return Seat(
        trainee,
        person.name,
        casebook,
        now["cast"],
        read_chats(folder / "chats"),
        folder / "exports",
        seed=now["seed"],
        papers=group.seed,
        drills=group.drills,
    )


def exports_of(group: TrainingClass, trainee: str, casebook: Casebook) -> Path:
    """The folder in which the exports of a trainee's present seat lie."""
    round = casebook.store.records("seat", group.trainee(trainee).id)[-1].body["round"]
    return group.folder / "seats" / f"{trainee}-{round}" / "exports"


def hosted_seat(folder: str | Path, code: str) -> Seat:
    """The seat in the class ``folder`` that a personal code opens. Raises BadInput for a code that opens none."""
    group = open_class(folder)
    if not (trainee := group.whose(code)):
        raise BadInput("code_unknown", group.folder)
    return seat_of(group, trainee)


def seat_here() -> Seat | None:
    """The seat that the server of a hosted class gave to this process; None outside a class.

    The server alone sets both variables, after it has checked the code; what a browser sends is overwritten.
    """
    folder, trainee = os.environ.get("CHATKIT_CLASS", ""), os.environ.get("HTTP_X_CHATKIT_SEAT", "")
    return seat_of(open_class(folder), trainee) if folder and trainee else None


def desk_here() -> Any:
    """The desk of the seat that the server gave to this process, as a widget, with the way to one's own exports.

    Raises BadInput outside a class.
    """
    if (seat := seat_here()) is None:
        raise BadInput("no_class", Path(os.environ.get("CHATKIT_CLASS", ".")))
    links = f'<p><a href="/exports/" target="_blank">{say("host.exports").line}</a>'
    return w.VBox([Desk(seat).box, w.HTML(f'{links} · <a href="/logout">{say("host.leave").line}</a></p>')])


def safe_name(name: str) -> str:
    """A file name as it may be asked for from a seat: no folders, nothing hidden. Empty where it is neither.

    >>> safe_name("退款.csv"), safe_name("../t02-1/exports/x.csv"), safe_name(".x.tmp")
    ('退款.csv', '', '')
    """
    return name if re.fullmatch(r"[^./\\\x00][^/\\\x00]*", name) else ""
