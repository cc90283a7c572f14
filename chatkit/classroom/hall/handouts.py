"""Hand-outs: slips with personal codes to cut up, and for trainees' own laptops a pack each."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ...errors import BadInput
from ...sentences import say
from ...typeset import typeset
from ..desk.seats import ENROLMENT
from .classes import TrainingClass, seat_seed
from .codes import whose

PLACE = Path("out") / "desk"


def print_slips(
    group: TrainingClass, codes: Mapping[str, str], path: Path, *, address: str = "", fingerprint: str = ""
) -> Path:
    """Print the slips as PDF, six a page, readable by its owner alone; returns the path.

    ``address`` and ``fingerprint`` are those of a hosted desk. Raises BadInput where there is such a file: the codes
    of a class are printed once.
    """
    if path.exists():
        raise BadInput("file_taken", path)
    lines = [say("handout.secret")]
    if address:
        lines = [say("handout.address", address=address), say("handout.warning"), *lines]
    else:
        lines = [say("handout.pack"), *lines]
    slips = [{"trainee": t.id, "name": t.name, "code": codes[t.id]} for t in group.trainees]
    told = [say("handout.fingerprint").line, fingerprint[:48], fingerprint[48:]] if fingerprint else []
    shown = [text for line in lines for text in (line.zh, line.en)]
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    typeset(
        "classroom/hall/handout.typ", {"title": group.title, "slips": slips, "lines": shown, "fingerprint": told}, path
    )
    return path


def write_packs(group: TrainingClass, folder: Path) -> list[Path]:
    """Write a pack for each trainee (``t07.zip``): the enrolment and instructions. Returns their paths.

    The enrolment holds the hash of the code: a pack that is copied is of no use without the slip.
    """
    folder.mkdir(parents=True, exist_ok=True)
    instructions = (resources.files("chatkit.classroom.hall") / "own_laptop.txt").read_bytes()
    made = []
    for trainee in group.trainees:
        told = {
            **{"class": group.id, "title": group.title, "trainee": trainee.id, "name": trainee.name},
            **{"seed": seat_seed(group.seed, trainee.id, 1), "papers": group.seed, "drills": list(group.drills)},
            **{"salt": group.salt, "code": trainee.code},
        }
        path = folder / f"{trainee.id}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(ENROLMENT, json.dumps(told, ensure_ascii=False, indent=1))
            file.writestr("READ-ME-说明.txt", instructions)
        made.append(path)
    return made


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a pack says: class, trainee, name."""

    group: str
    trainee: str
    name: str


def join(pack: str | Path, code: str, folder: str | Path = PLACE) -> Enrolled:
    """Put a trainee's enrolment beside their own desk, in ``folder``; joining again changes nothing.

    Raises BadInput for a file that is no pack, a code that is not this trainee's, or a desk that joined otherwise.
    """
    try:
        with zipfile.ZipFile(pack) as file:
            raw = file.read(ENROLMENT)
        told: dict[str, Any] = json.loads(raw)
        trainee, salt, known = told["trainee"], bytes.fromhex(told["salt"]), {told["trainee"]: told["code"]}
        enrolled = Enrolled(told["class"], trainee, told["name"])
    except FileNotFoundError:
        raise BadInput("no_file", pack) from None
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError):
        raise BadInput("pack_faulty", pack) from None
    if whose(code, salt, known) != trainee:
        raise BadInput("code_unknown", pack)
    place = Path(folder) / ENROLMENT
    if place.exists() and place.read_bytes() != raw:
        raise BadInput("file_taken", place)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(raw)
    return enrolled


def enrolled(folder: str | Path = PLACE) -> dict[str, Any]:
    """The enrolment in a desk's folder. Raises BadInput where no class was joined there."""
    try:
        told: dict[str, Any] = json.loads((Path(folder) / ENROLMENT).read_text("utf-8"))
    except FileNotFoundError:
        raise BadInput("not_joined", folder) from None
    return told
