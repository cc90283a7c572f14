"""Hints: what stands around a possible name, and what in it speaks for or against one.

The words are data (cues.toml); each belongs to a class, and names.py weighs the classes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from .folding import END, PROVINCES, RARE_HAN, Codes, Page, Positions, fold
from .lexicon import LEXICON, UNKNOWN, flags, key
from .readings import Numbers, pair
from .roster import Roster

LEFT_CLASSES = ("call", "role", "kin", "verb", "hello", "thing")
RIGHT_CLASSES = ("title", "verb", "contact", "place", "public")
EDGES = ("start", "stop", "space", "digit", "latin", "other")  # what stands there where no word of a class does
GIVEN_ENOUGH = -7.0  # log of a character's share in given names from which it may well end one: 欧阳修|远
ORGANISED = 9  # characters behind a name in which a word for a business may stand
BRANCH = re.compile(r"\([^()\uffff]{1,14}[店院校区]\)")


@dataclass(frozen=True)
class Classes:
    """Words as numbers, the class of each, and by code point whether one begins so."""

    words: Numbers
    classes: NDArray[np.int8]
    heads: NDArray[np.bool_]


@cache
def _cues() -> Mapping[str, Mapping[str, str]]:
    """The table of cue words."""
    return tomllib.loads(files(__package__).joinpath("cues.toml").read_text("utf-8"))


@cache
def hints() -> Hints:
    """The tables, built when first asked for."""
    return Hints()


class Hints:
    """What the search for names looks up: arrays by code point, sorted tables of words."""

    def __init__(self) -> None:
        surnames = LEXICON.surnames
        self.han = np.zeros(0x10000, np.bool_)
        self.han[0x4E00:0xA000] = True
        self.han[0x3400:0x4DC0] = True
        self.han[0x3007] = False
        self.single = np.full(0x10000, -99.0, np.float32)
        for surname, log in surnames.items():
            if len(surname) == 1:
                self.single[ord(surname)] = log
        pairs = sorted((key(s), log) for s, log in surnames.items() if len(s) == 2)
        self.pairs = Numbers(p for p, _ in pairs)
        self.pair_logs = np.array([log for _, log in pairs], np.float32)
        self.pair_heads = flags({s[0] for s in surnames if len(s) == 2})
        self.heads = (self.single > -90) | self.pair_heads
        table = _cues()
        self.left = _classes(table["left"], LEFT_CLASSES, reverse=True)
        self.right = _classes(table["right"], RIGHT_CLASSES, reverse=False)
        self.given = LEXICON.given.copy()
        self.given[self.han & (self.given < UNKNOWN)] = UNKNOWN
        self.given[~self.han] = -99.0
        self.given[RARE_HAN] = UNKNOWN + 3
        self.given[[ord(c) for c in "零〇壹贰叁肆伍陆柒捌玖"]] = -99.0  # numbers are spelled with them
        signs = {name: flags(text) for name, text in table["sign"].items()}
        self.function_last, self.worded, self.place_last = signs["function_last"], signs["worded"], signs["place_last"]
        self.skipped, self.listing = signs["skipped"], signs["listing"]
        for c in table["public"]["no_given"]:
            self.given[ord(c)] -= 4.0
        self.titles = Numbers(key(fold(t)) for t in table["public"]["titles"].split() if len(t) <= 3)
        self.public = Roster(f"{table['public']['people']} {table['public']['brands']}".split())
        organisations = [fold(w)[:2] for w in table["public"]["organisations"].split()]
        self.organisations = Numbers(map(key, organisations))
        self.organisation_heads = flags({w[0] for w in organisations})
        self.divisions = Numbers(key(d) for d in LEXICON.divisions if len(d) in (2, 3))
        words = f"{table['public']['never']} {table['left']['role']} {table['left']['call']}".split()
        self.never = Numbers(key(fold(w)) for w in words if 2 <= len(w) <= 4)
        self.parts = Roster(table["public"]["parts"].split())
        self.single_titles = flags(table["public"]["single_titles"].replace(" ", ""))
        self.plates = flags(PROVINCES)
        self.edge = _edges(self.han)


def _edges(han: NDArray[np.bool_]) -> NDArray[np.int8]:
    """By code point: which of EDGES it is."""
    edge = np.full(0x10000, 1, np.int8)  # punctuation and pictures
    edge[END] = 0
    edge[[ord(" "), ord("\n"), 0x200B]] = 2
    edge[48:58] = 3
    edge[65:91] = edge[97:123] = 4
    edge[han] = 5
    return edge


def _classes(table: Mapping[str, str], names: tuple[str, ...], *, reverse: bool) -> Classes:
    """Words of the classes as sorted numbers, with each word's class."""
    of: dict[int, int] = {}
    for n, name in reversed(list(enumerate(names))):
        for word in table[name].split():
            folded = fold(word)[-4:] if reverse else fold(word)[:4]
            of[key(folded[::-1] if reverse else folded)] = n
    return Classes(Numbers(of), np.array([of[w] for w in sorted(of)], np.int8), flags({chr(w & 0xFFFF) for w in of}))


def class_beside(codes: Codes, at: Positions, step: int, table: Classes) -> NDArray[np.int8]:
    """The class of the longest word of the table that begins at each position, read in the direction of ``step``."""
    found = np.full(at.size, -1, np.int8)
    (likely,) = np.nonzero(table.heads.take(codes.take(at)))
    at = at[likely]
    keys = np.zeros(at.size, np.uint64)
    for n in range(4):
        keys |= codes.take(at + n * step).astype(np.uint64) << np.uint64(16 * n)
        place = table.words.place(keys)
        held = place >= 0
        found[likely[held]] = table.classes[place[held]]
    return found


def titled(page: Page, starts: Positions, ends: Positions) -> NDArray[np.bool_]:
    """Whether each candidate stands in 《》, where works are named."""
    opens = page.codes == ord("《")
    if not opens.any():
        return np.zeros(starts.size, np.bool_)
    depth = np.cumsum(opens.astype(np.int32) - (page.codes == ord("》")))
    return np.asarray(depth[starts] > depth[page.starts[page.row(starts)] - 1])


def honoured(codes: Codes, ends: Positions) -> NDArray[np.bool_]:
    """Whether each candidate's last character begins an honorific with the character behind it: 王小明老|师."""
    return hints().titles.holds(pair(codes, ends - 1))


def organised(codes: Codes, ends: Positions) -> NDArray[np.bool_]:
    """Whether a word for a business or an institution follows in the same run of Han characters: 王朝大酒店."""
    (named,) = np.nonzero(hints().organisation_heads.take(codes[:-1]))
    named = np.append(named[hints().organisations.holds(pair(codes, named))], codes.size + ORGANISED)
    named = named[np.searchsorted(named, ends)]
    near = named < ends + ORGANISED
    for step in range(ORGANISED):
        (some,) = np.nonzero(near)
        near[some] = hints().han[codes[np.minimum(ends[some] + step, named[some])]]
    return near


def branch(page: Page, ends: Positions) -> NDArray[np.bool_]:
    """Whether brackets that name a branch follow: 金鼎轩(地坛店)."""
    said = np.zeros(ends.size, np.bool_)
    for n in np.flatnonzero(page.codes[ends] == ord("(")).tolist():
        said[n] = bool(BRANCH.match(page.text, int(ends[n])))
    return said


def public(page: Page, starts: Positions, ends: Positions) -> NDArray[np.bool_]:
    """Which candidates touch the name of somebody in history or of a brand, and are no longer name that begins so."""
    found = [(start, end) for start, end, _ in hints().public.find(page)]
    if not found:
        return np.zeros(starts.size, np.bool_)
    begin, stop = np.array(found, np.int64).T
    first, last = np.searchsorted(stop, starts, "right"), np.searchsorted(begin, ends)
    longer = (first < begin.size) & (begin[np.minimum(first, begin.size - 1)] == starts)
    longer &= ~hints().function_last[page.codes[ends - 1]]
    longer &= (stop[np.minimum(first, begin.size - 1)] < ends) & (hints().given[page.codes[ends - 1]] > GIVEN_ENOUGH)
    return np.asarray((first < last) & ~longer)
