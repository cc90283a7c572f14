"""Reads the sentence patterns of ``trades/*.toml`` into beats, scripts and categories.

The language of a pattern is told at the top of ``trades/common.toml``.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
TRADES = ("shop", "course", "bank", "telecom")
TYPES = ("image", "voice", "video", "file", "link", "location", "emotion")

_SLOT = re.compile(r"\{([A-Za-z_0-9.]+)\}")
_TYPE = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Line:
    """One message to be filled in: `parts` are (literal, slot, entity), "" where there is none."""

    type: str
    parts: tuple[tuple[str, str, str], ...]
    constant: str | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one turn says: `whole` as it is mostly sent, `pieces` as it is sent by somebody who presses enter early."""

    whole: tuple[Line, ...]
    pieces: tuple[Line, ...]
    slipped: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """`paired` turns say the alternative with the number that the turn before said, so that answers fit questions."""

    speaker: str
    chance: float
    paired: bool
    patterns: tuple[Pattern, ...]


Beat = tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of matter; `script` is (name of beat or group, chance) in the order of play."""

    name: str
    purposes: tuple[str, ...]
    weight: float
    script: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """One invented firm: its words, its beats (with the common ones) and its categories by purpose."""

    name: str
    letter: str
    provider: str
    weight: float
    products: tuple[str, ...]
    teams: tuple[str, ...]
    beats: dict[str, tuple[tuple[str, Beat], ...]]
    categories: tuple[Category, ...]


def read(name: str) -> dict[str, Any]:
    """The TOML file `name` beside this module."""
    with open(FOLDER / name, "rb") as file:
        return tomllib.load(file)


def line(text: str) -> Line:
    """Compiles one message.

    >>> line("我手机号{PHONE}").parts
    (('我手机号', 'PHONE', 'PHONE'), ('', '', ''))
    """
    kind = "text"
    if (match := _TYPE.match(text)) and match[1] in TYPES:
        kind, text = match[1], text[match.end() :]
    pieces = _SLOT.split(text)
    parts = []
    for literal, slot in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        entity = slot.partition(".")[0]
        parts.append((literal, slot, entity if entity.isupper() else ""))
    return Line(kind, tuple(parts), text if len(parts) == 1 else None)


def pattern(text: str, slips: dict[str, str]) -> Pattern:
    """Compiles one alternative: ``||`` always parts two messages, ``|`` may; a slip changes its literals once."""
    forced = text.split("||")
    whole = tuple(line(piece.replace("|", "，")) for piece in forced)
    pieces = tuple(line(piece) for part in forced for piece in part.split("|"))
    slipped: tuple[Line, ...] = ()
    for right, wrong in slips.items():
        if right in text:
            slipped = tuple(line(piece.replace("|", "，")) for piece in text.replace(right, wrong, 1).split("||"))
            break
    return Pattern(whole, pieces, slipped)


def _chance(name: str) -> tuple[str, float]:
    """(name, chance) of "name?0.4"; no question mark means always."""
    name, _, chance = name.partition("?")
    return name, float(chance or 1)


def _beat(turns: list[list[str]], slips: dict[str, str]) -> Beat:
    made: list[Turn] = []
    for speaker, *texts in turns:
        who, chance = _chance(speaker)
        paired, who = who.endswith("="), who.removesuffix("=")
        if paired and len(texts) != len(made[-1].patterns):
            raise ValueError(f"a paired turn needs {len(made[-1].patterns)} alternatives: {texts}")
        made.append(
            Turn(who, chance, paired, tuple(pattern(text, slips if who == "customer" else {}) for text in texts))
        )
    return tuple(made)


@cache
def trades() -> tuple[Trade, ...]:
    """All trades, compiled once. Raises KeyError where a script names a beat that does not exist."""
    slips = read("words.toml")["slips"]
    common = read("trades/common.toml")
    result = []
    for file in TRADES:
        raw = read(f"trades/{file}.toml")
        beats = {name: _beat(turns, slips) for name, turns in (common["beats"] | raw["beats"]).items()}
        groups = common["groups"] | raw.get("groups", {})
        known: dict[str, tuple[tuple[str, Beat], ...]] = {name: ((name, beat),) for name, beat in beats.items()}
        known |= {name: tuple((member, beats[member]) for member in members) for name, members in groups.items()}
        categories = tuple(
            Category(c["name"], tuple(c["purposes"]), c["weight"], tuple(map(_chance, c["script"])))
            for c in raw["category"]
        )
        if missing := {name for category in categories for name, _ in category.script} - set(known):
            raise KeyError(f"{file}: no such beats: {sorted(missing)}")
        result.append(
            Trade(
                raw["name"],
                raw["letter"],
                raw["provider"],
                raw["weight"],
                tuple(raw["products"]),
                tuple(raw["teams"]),
                known,
                categories,
            )
        )
    return tuple(result)


def count() -> int:
    """How many different sentences customers, agents, robots and the system have to choose from."""
    slips: dict[str, str] = {}
    files = [read("trades/common.toml"), *(read(f"trades/{name}.toml") for name in TRADES)]
    beats = [_beat(turns, slips) for raw in files for turns in raw["beats"].values()]
    return len({choice for beat in beats for turn in beat for choice in turn.patterns})


def cumulative(weights: list[float]) -> list[float]:
    """Running sums that end at exactly 1.0, to be searched with one uniform number."""
    total, sums = sum(weights), [0.0]
    for weight in weights:
        sums.append(sums[-1] + weight / total)
    assert all(low <= high for low, high in pairwise(sums))
    return [*sums[1:-1], 1.0]
