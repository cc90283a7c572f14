"""Licence plates and passports, with whatever people put between their signs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from .beside import ASCII_LETTER, WORDLIKE, around, run
from .folding import DIGIT, LETTER, PICTURE, Page, Positions
from .folding import PLATE as PROVINCE
from .lexicon import flags

PART = r"[ \-·._/\u2b50\n~,。、]"  # what people put between the signs of a number that nobody is to find
PLATE = re.compile(
    rf"[\u4e00-\u9fff] ?[A-HJ-NP-Z](?:{PART}|•){{0,2}}"
    rf"(?:[A-HJ-NP-Z0-9](?:{PART}?[A-HJ-NP-Z0-9]){{4,5}}|[A-HJ-NP-Z0-9](?:{PART}?[A-HJ-NP-Z0-9]){{3}} ?[挂学警港澳试超领])(?![A-Za-z0-9])",
    re.IGNORECASE,
)
PASSPORT = re.compile(rf"[A-Z](?:{PART}?[A-Z])?(?:{PART}?[0-9OoIl]){{7,8}}(?![A-Za-z0-9])", re.IGNORECASE)
SURE_PASSPORT = re.compile(
    r"(?:[EGeg][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|e[a-hj-np-z][0-9]{7}|(?:DE|SE|PE|MA|H|K)[0-9]{7,8})$"
)
PARTS = flags(" -·._/\n~,。、") | flags(chr(PICTURE))


def plates(page: Page) -> Iterator[tuple[int, int, str]]:
    """Number plates: a province, a letter, five signs or six."""
    province = page.where(PROVINCE)
    behind = page.codes[province + 1]
    behind = np.where(behind == ord(" "), page.codes[np.minimum(province + 2, page.codes.size - 1)], behind)
    for at in province[ASCII_LETTER[behind]].tolist():
        match = PLATE.match(page.after(at, 20))
        if match and len(re.findall(r"[0-9]", match[0])) >= 2 and not _mixed(match[0]):
            yield at, at + match.end(), "PLATE"


def _mixed(plate: str) -> bool:
    """Whether capitals and small letters stand side by side, as no plate has them."""
    letters = re.sub(r"[^A-Za-z]", "", plate)
    return letters != letters.upper() and letters != letters.lower()


def passports(page: Page) -> Iterator[tuple[int, int, str]]:
    """Passports and travel permits by their letters, and others behind a word that names them."""
    for at in _likely_passports(page).tolist():
        if match := PASSPORT.match(page.after(at, 24)):
            cue = re.search(r"护照|通行证|passport|证件", page.before(at, 14), re.IGNORECASE)
            plain = re.sub(r"[^A-Za-z0-9]", "", match[0])
            thing = re.search(r"[单编件码]号?[是为:： ]{0,2}$", page.before(at, 5)) and not cue
            if cue or (SURE_PASSPORT.match(plain) and not thing and not re.search(r"[._/,。、\n]", match[0])):
                yield at, at + match.end(), "PASSPORT"


def _likely_passports(page: Page) -> Positions:
    """Where a letter begins a word of one or two letters and seven or eight digits, signs between them or not."""
    signs = page.signs
    letter, word = signs & LETTER > 0, signs & (LETTER | DIGIT) > 0
    at = np.flatnonzero(letter[1:] & ~word[:-1]) + 1
    at = at[at < signs.size - 8]
    at = at[(signs[at + 1] | signs[at + 2] | signs[at + 3]) & DIGIT > 0]
    before = page.codes[at - 1]
    at = at[(before != ord("-")) & (before != ord("_"))]
    near = around(page, at, 1, 11)
    size = 1 + run(WORDLIKE[near])
    behind = near[np.arange(at.size), np.minimum(size - 1, 9)]
    parted = (size < 10) & PARTS[behind]
    at = at[parted | (size >= 8) & (size <= 10)]
    return np.asarray(at[DIGITLIKE[around(page, at, 1, 20)].sum(axis=1) >= 7])


DIGITLIKE = flags("0123456789OoIl")
