"""Reads the sentence patterns of ``trades/*.toml`` into beats, scripts and categories.

The language of a pattern is told at the top of ``trades/common.toml``.
"""

import re
import zlib
from dataclasses import dataclass
from functools import cache

from .files import read
from .spellings import surroundings

TRADES = ("shop", "course", "bank", "telecom")
TYPES = ("image", "voice", "video", "file", "link", "location", "emotion")

_SLOT = re.compile(r"\{([A-Za-z_0-9.]+)\}")
_TYPE = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Line:
    """One message to be filled in: `parts` are (literal, slot, entity, spelling), "" where there is none.

    A spelling stands there where the words around the slot decide it already.
    """

    type: str
    parts: tuple[tuple[str, str, str, str], ...]
    constant: str | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one turn says: `whole` as it is mostly sent, `pieces` as it is sent by somebody who presses enter early.

    `odd` patterns may be said instead, by people who write a number in an odd place.
    """

    whole: tuple[Line, ...]
    pieces: tuple[Line, ...]
    slipped: tuple[Line, ...]
    held_back: bool
    odd: "tuple[Pattern, ...]"


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


def line(text: str) -> Line:
    """Compiles one message.

    >>> line("我手机号{PHONE}").parts
    (('我手机号', 'PHONE', 'PHONE', ''), ('', '', '', ''))
    >>> line("tel{PHONE}").parts[0]
    ('tel', 'PHONE', 'PHONE', 'glued_letters')
    """
    kind = "text"
    if (match := _TYPE.match(text)) and match[1] in TYPES:
        kind, text = match[1], text[match.end() :]
    pieces = _SLOT.split(text)
    literals, slots = pieces[::2], pieces[1::2]
    entities = [name if (name := slot.partition(".")[0]).isupper() else "" for slot in slots]
    spelled = [entity and surroundings(place, literals, slots) for place, entity in enumerate(entities)]
    parts = tuple(zip(literals, [*slots, ""], [*entities, ""], [*spelled, ""], strict=True))
    return Line(kind, parts, text if not slots else None)


def held_back(text: str) -> bool:
    """Whether the pattern `text` is kept from those who tune a detector: one in four, by a hash of what it says.

    >>> held_back("{PHONE}，你查吧"), held_back("我手机号{PHONE}")
    (False, True)
    """
    return zlib.crc32(text.encode()) % 4 == 2


def pattern(text: str, slips: dict[str, str], odd: dict[str, list[str]]) -> Pattern:
    """Compiles one alternative: ``||`` always parts two messages, ``|`` may; a slip changes its literals once."""
    forced = text.split("||")
    whole = tuple(line(piece.replace("|", "，")) for piece in forced)
    pieces = tuple(line(piece) for part in forced for piece in part.split("|"))
    slipped: tuple[Line, ...] = ()
    for right, wrong in slips.items():
        if right in text:
            slipped = tuple(line(piece.replace("|", "，")) for piece in text.replace(right, wrong, 1).split("||"))
            break
    slots = "" if text.startswith("<") else "|".join(_SLOT.findall(text))
    others = tuple(pattern(other, {}, {}) for other in odd.get(slots, ()))
    return Pattern(whole, pieces, slipped, held_back(text), others)


def _chance(name: str) -> tuple[str, float]:
    """(name, chance) of "name?0.4"; no question mark means always."""
    name, _, chance = name.partition("?")
    return name, float(chance or 1)


def _beat(turns: list[list[str]], slips: dict[str, str], odd: dict[str, list[str]]) -> Beat:
    made: list[Turn] = []
    for speaker, *texts in turns:
        who, chance = _chance(speaker)
        paired, who = who.endswith("="), who.removesuffix("=")
        if paired and len(texts) != len(made[-1].patterns):
            raise ValueError(f"a paired turn needs {len(made[-1].patterns)} alternatives: {texts}")
        given = (slips, odd) if who == "customer" else ({}, {})
        made.append(Turn(who, chance, paired, tuple(pattern(text, *given) for text in texts)))
    return tuple(made)


def beats(raw: dict[str, list[list[str]]], slips: dict[str, str] | None = None) -> dict[str, Beat]:
    """Compiles the beats of a file by name, with the slips and the odd places that common.toml and words.toml know."""
    odd, slips = read("trades/common.toml")["odd"], slips or read("words.toml")["slips"]
    return {name: _beat(turns, slips, odd) for name, turns in raw.items()}


def script(names: list[str]) -> tuple[tuple[str, float], ...]:
    """The names of beats with their chances.

    >>> script(["open", "note?0.4"])
    (('open', 1.0), ('note', 0.4))
    """
    return tuple(map(_chance, names))


@cache
def trades() -> tuple[Trade, ...]:
    """All trades, compiled once. Raises KeyError where a script names a beat that does not exist."""
    slips = read("words.toml")["slips"]
    common = read("trades/common.toml")
    result = []
    for file in TRADES:
        raw = read(f"trades/{file}.toml")
        made = beats(common["beats"] | raw["beats"], slips)
        groups = common["groups"] | raw.get("groups", {})
        known: dict[str, tuple[tuple[str, Beat], ...]] = {name: ((name, beat),) for name, beat in made.items()}
        known |= {name: tuple((member, made[member]) for member in members) for name, members in groups.items()}
        categories = tuple(
            Category(c["name"], tuple(c["purposes"]), c["weight"], script(c["script"])) for c in raw["category"]
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


def sentences() -> tuple[str, ...]:
    """The different sentences that people and machines have to choose from, as they are written."""
    files = [read("trades/common.toml"), *(read(f"trades/{name}.toml") for name in TRADES)]
    turns = [turn[1:] for raw in files for beat in raw["beats"].values() for turn in beat]
    return tuple(dict.fromkeys(text for texts in [*turns, *files[0]["odd"].values()] for text in texts))
