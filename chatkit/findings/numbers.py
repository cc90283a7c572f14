"""Numbers: mobile and landline numbers, identity numbers and bank cards, however they are grouped and spelled.

Digits are found for a whole page at once and form *runs*; runs that only separators part form *windows*. A window
is judged by its digits (lead, length, checksum), by the shape of its groups, and by the word before it.
"""

from __future__ import annotations

import re
from collections.abc import Set

import numpy as np

from .beside import UPPER, thing_before
from .checksums import Flags
from .digits import Runs, Windows, among, shape_keys, spelled, windows_of
from .documents import cards, identities
from .folding import NUMERAL, PICTURE, Page, Positions
from .landlines import landlines
from .spans import Spans, joined, listed, spans

# Lengths of groups in which people write a mobile; any other grouping needs separators that nobody sees.
MOBILE_SHAPES = {
    *((3, 4, 4), (3, 8), (3, 3, 5), (3, 5, 3), (4, 3, 4), (4, 4, 3), (5, 6), (6, 5), (7, 4), (4, 7), (3, 4, 2, 2)),
    *(
        (3, 2, 2, 2, 2),
        (3, 2, 2, 4),
        (3, 2, 3, 3),
        (1, 2, 4, 4),
        (1, 3, 3, 4),
        (3, 3, 3, 2),
        (3, 1, 3, 4),
        (3, 2, 6),
        (5, 3, 3),
    ),
    *(
        (1, 2, 2, 2, 2, 2),
        (2, 2, 2, 2, 2, 1),
        (1,) * 11,
        (3, *(1,) * 8),
        (3, 4, *(1,) * 4),
        (8, 3),
        (9, 2),
        (2, 9),
        (1, 10),
    ),
}
USUAL_MOBILES = shape_keys(shape for shape in MOBILE_SHAPES if sum(shape) == 11)
ODD_SHAPES = {
    (3, 4, 4),
    (3, 8),
    (3, 3, 5),
    (4, 3, 4),
    (4, 4, 3),
    (7, 4),
    (3, 4, 2, 2),
    (1,) * 11,
}  # with . , / and the like
PHONE_CUE = re.compile(r"(?:电话|手机|号码|联系方式|打我|致电|tel)[^0-9]{0,4}$", re.IGNORECASE)


def find(page: Page, strict: Runs, wanted: Set[str]) -> Spans:
    """Mobile, landline, identity and card numbers of a page, and what is likely one although its checksum fails."""
    found = _judged(windows_of(page, strict), wanted)
    lenient = spelled(page)
    if lenient is not None:
        windows, odd = windows_of(page, lenient), np.flatnonzero(page.signs & NUMERAL)
        held = np.searchsorted(odd, windows.starts) < np.searchsorted(odd, windows.ends)
        found += _judged(windows.of(held), wanted)  # the others were judged as strict ones
    return joined(found)


def _judged(window: Windows, wanted: Set[str]) -> list[Spans]:
    found: list[Spans] = []
    size, lead = window.size, window.digit(0)
    if "PHONE" in wanted:
        found.append(
            _mobiles(window.of((size == 11) & (lead == 1) | (size == 13) & (lead == 8) | (size == 15) & (lead == 0)))
        )
    if "LANDLINE" in wanted:
        local = (size <= 8) & (lead >= 2) & (lead <= 8)
        area = (lead == 0) & (size >= 10) & (size <= 12)
        hot = ((lead == 4) | (lead == 8)) & (size == 10) | (lead == 8) & (size >= 11) & (size <= 13)
        found.append(landlines(window.of(local | area | hot)))
    if wanted & {"ID_CARD", "LIKELY_ID"}:
        found += identities(window.of((size == 15) | (size == 17) | (size == 18)), wanted)
    if wanted & {"BANK_CARD", "LIKELY_CARD"}:
        found += cards(window.of((size >= 16) & (lead >= 3) & (lead != 7) & (lead != 8)), wanted)
    return found


def _mobiles(window: Windows) -> Spans:
    """Mobile numbers among windows of eleven digits, or with a country code."""
    if not window.index.size:
        return listed([])
    lead, second = window.digit(0), window.digit(1)
    plain = (window.size == 11) & (lead == 1) & (second >= 3)
    prefixed = (window.size == 13) & (lead == 8) & (second == 6) & (window.digit(2) == 1) & (window.digit(3) >= 3)
    long = (window.size == 15) & (lead == 0) & (window.digit(2) == 8) & (window.digit(3) == 6) & (window.digit(4) == 1)
    window = window.of(plain | prefixed | long)
    if not window.index.size:
        return spans(window.index, window.index, "PHONE")
    starts, ends = window.starts, window.ends
    good = ~_glued(window.page, starts) & ~thing_before(window.page, starts)
    left, right = window.joined
    extra, begin = np.maximum(window.size - 11, 0), window.lengths
    keys = np.where(begin == extra, window.keys >> 5, window.keys - extra)  # without the country code
    usual = among(keys, USUAL_MOBILES) & ((window.gap == ord(" ")) | (window.gap == ord("-"))) & ~left & ~right
    usual |= (window.width == 2) & (begin == extra)
    for n in np.flatnonzero(good & (window.width > 1) & ~usual).tolist():
        good[n] = _mobile_shape(window, n)
    amount = right & (window.width == 1) & (window.page.codes[ends] == ord("."))
    good &= ~(amount & (window.beyond == 1) & (window.next_length <= 2))
    starts, ends, long = starts[good], ends[good], window.size[good] > 11
    starts = starts - (long & (window.page.codes[starts - 1] == ord("+")))
    for n in np.flatnonzero(long & (window.page.codes[starts - 1] == ord("("))).tolist():
        starts[n] = _with_plus(window.page, int(starts[n]))
    return spans(starts, ends, "PHONE")


def _with_plus(page: Page, start: int) -> int:
    """A start moved over the plus sign and the bracket of a country code."""
    start -= page.codes[start - 1] == ord("+")
    if page.codes[start - 1] == ord("(") and ")" in page.text[start : start + 6]:
        start -= 1
        start -= page.codes[start - 1] == ord("+")
    return start


def _glued(page: Page, starts: Positions) -> Flags:
    """Whether a capital letter stands right before (a serial number), unless it ends a word that calls for a number."""
    before = page.codes[starts - 1]
    glued = UPPER[before]
    for n in np.flatnonzero(glued).tolist():
        glued[n] = not re.search(r"(?:TEL|Tel|MOB|Mob|PHONE|DH|SJ|VX|WX|V|QQ)$", page.before(int(starts[n]), 8))
    return np.asarray(glued)


def _mobile_shape(window: Windows, n: int) -> bool:
    shape, gaps = window.shape(n), window.gaps(n)
    size = sum(shape)
    if size > 11:  # the country code stands apart or leads the first group
        extra = size - 11
        if shape[0] == extra:
            shape, gaps = shape[1:], gaps[1:]
        elif shape[0] > extra:
            shape = (shape[0] - extra, *shape[1:])
        elif sum(shape[:2]) == extra:
            shape, gaps = shape[2:], gaps[2:]
        else:
            return False
    if not gaps:
        return True
    kind = set(gaps)
    if any(re.search(r"[.,、。/·*:|+=]", gap) for gap in kind):
        plain = len(kind) == 1 and not any("," in gap for gap in kind)
        return shape in ((3, 4, 4), (4, 3, 4)) or (shape in ODD_SHAPES and plain)
    (left, before), (right, after) = window.outer(n)
    if shape != (3, 4, 4) and ((left in kind and before >= 3) or (right in kind and after >= 3)):
        return False
    if shape == (3, 4, 4) and ((left in kind and before == 4) or (right in kind and after == 4)):
        return False
    pictured = all(chr(PICTURE) in g for g in kind)
    return shape in MOBILE_SHAPES or pictured or bool(PHONE_CUE.search(window.page.before(int(window.starts[n]), 10)))
