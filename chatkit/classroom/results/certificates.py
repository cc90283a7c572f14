"""Certificates of completion: what was done and measured, signed by the class, to be verified without a network.

The code carries what it certifies and the signature (Ed25519) over exactly that, so that an altered certificate
does not verify. Whose key it is must be known from elsewhere: the class's public key, which the instructor gives out.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ... import keys
from ...errors import BadInput
from ...requests import canonical
from ...sentences import Text, say
from ...typeset import typeset
from ..lessons.items import LEVELS
from .measures import share

PREFIX = "CK1"
TEST = sum(LEVELS.values())  # items of the closing test
MOST = 4096  # characters of a code that are looked at


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate states: right answers in the closing test, and the mean of each drill played (0 to 100)."""

    class_id: str
    title: str
    trainee: str
    name: str
    mode: str
    day: str
    right: int
    items: int
    drills: tuple[tuple[str, int], ...]

    @property
    def text(self) -> Text:
        """In words: what was measured, and what it does not show."""
        told = share(self.right, self.items)
        listed = "、".join(f"{drill} {points}" for drill, points in self.drills) or "—"
        values = {"name": self.name, "title": self.title, "day": self.day, "right": self.right, "items": self.items}
        values |= {"low": f"{told.low:.0%}" if told else "—", "high": f"{told.high:.0%}" if told else "—"}
        return say("certificate.text", drills=listed, **values)

    @property
    def limits(self) -> Text:
        """What it does not show; more of it where the trainees held the keys themselves."""
        return say("certificate.own_laptop" if self.mode == "own-laptop" else "certificate.hosted")


def certify(
    results: pd.DataFrame, trainee: str, *, class_id: str, title: str, mode: str, day: str, drills: Sequence[str]
) -> Certificate:
    """The certificate that a trainee's results carry.

    Completed means: every item of the closing test answered, and every drill of the class played; with what success is
    stated, not judged. Raises BadInput with what is missing.
    """
    own = results[results["trainee"] == trainee]
    after = own[(own["kind"] == "answer") & (own["stage"] == "after")]
    played = own[own["kind"] == "drill"].set_index("what")["credit"]
    lacking = [drill for drill in drills if drill not in played.index]
    if len(after) < TEST or lacking:
        raise BadInput("not_completed", trainee, items=len(after), of=TEST, drills="、".join(lacking) or "—")
    points = tuple((drill, round(100 * float(played[drill]))) for drill in drills)
    name, right = str(own["name"].iloc[0]), int((after["credit"] == 1).sum())
    return Certificate(class_id, title, trainee, name, mode, day, right, len(after), points)


def sign(certificate: Certificate, key: keys.Ed25519PrivateKey) -> str:
    """The code: ``CK1.`` content ``.`` signature, in letters that survive copying (base64 for addresses)."""
    return code_of(certificate, bytes.fromhex(keys.sign(key, canonical(asdict(certificate)))))


def code_of(certificate: Certificate, signature: bytes) -> str:
    """Content and signature as they are written."""
    return f"{PREFIX}.{_letters(canonical(asdict(certificate)))}.{_letters(signature)}"


def verify(code: str, public: str) -> Certificate | None:
    """The certificate that a code carries, if the class with this public key signed it; else None.

    Blanks and line breaks make no difference, anything else does.
    """
    parts = "".join(code.split()).split(".")
    if len(code) > MOST or len(parts) != 3 or parts[0] != PREFIX:
        return None
    try:
        content, signature = _bytes(parts[1]), _bytes(parts[2])
        told: dict[str, Any] = json.loads(content)
        certificate = Certificate(**{**told, "drills": tuple((str(d), int(p)) for d, p in told["drills"])})
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None
    whole = code_of(certificate, signature) == ".".join(parts)  # one certificate has one code
    return certificate if whole and keys.verify(public, content, signature.hex()) else None


def print_certificate(certificate: Certificate, code: str, public: str, path: str | Path) -> Path:
    """Print it as a PDF with its code and how to verify it; returns the path. Raises BadInput where there is a file."""
    path = Path(path)
    if path.exists():
        raise BadInput("file_taken", path)
    path.parent.mkdir(parents=True, exist_ok=True)
    words: Mapping[str, str] = {
        "title": say("certificate.title").zh,
        "subtitle": say("certificate.title").en,
        "notice": say("notice").zh,
        "verify": say("certificate.verify").line,
        "key": say("certificate.key", public=public).line,
    }
    told = [certificate.text.zh, certificate.text.en, certificate.limits.zh, certificate.limits.en]
    typeset("classroom/results/certificate.typ", {**words, "told": told, "name": certificate.name, "code": code}, path)
    return path


def _letters(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _bytes(letters: str) -> bytes:
    return base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
