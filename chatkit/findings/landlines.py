"""Landlines: numbers of the fixed network and of hotlines, with area code, extension and whatever stands between."""

from __future__ import annotations

import re

import numpy as np

from .beside import QQ_SIGNS, UPPER, WORDLIKE, pairs, pairs_of, thing_before
from .checksums import Flags, born, is_date
from .digits import ALONE, Windows, among, shape_keys
from .folding import END, Page, Positions
from .lexicon import flags
from .spans import Spans, joined, listed, spans

# Area code (its zero included) and the groups after it.
LANDLINE_SHAPES = {
    *(
        (10,),
        (11,),
        (12,),
        (3, 8),
        (4, 8),
        (4, 7),
        (3, 4, 4),
        (4, 4, 4),
        (4, 3, 4),
        (4, 4, 3),
        (3, 7),
        (3, 3, 5),
        (1, 2, 8),
    ),
    *((3, 2, 2, 2, 2), (3, 3, 4), (4, 2, 2, 2, 2)),
}
HOTLINE_SHAPES = {(10,), (3, 3, 4), (3, 4, 3), (3, 7), (6, 4), (4, 3, 3), (3, 2, 2, 3), (1, 2, 7)}
LOCAL_SHAPES = {(7,), (8,), (4, 4), (3, 4), (4, 3), (2, 2, 2, 2)}
LANDLINE_KEYS, HOTLINE_KEYS, LOCAL_KEYS = map(shape_keys, (LANDLINE_SHAPES, HOTLINE_SHAPES, LOCAL_SHAPES))
CUE_MOST = 14  # characters from the last one of LOCAL_CUE's words to the number, where no other number stands between
LOCAL_CUE = re.compile(
    r"(?:电话|座机|固话|固定电话|传真|总机|分机|话机|办公室|打到|号码|来电|打|拨|tel|TEL|Tel)[^0-9\u4e00-\u9fff]{0,3}(?:是|为|改成|打|:|的|只有一个是)?[^0-9\u4e00-\u9fff]{0,3}(?:[2-8][0-9]{6,7}[-、,/; ]{1,3}){0,3}$"
)
LOCAL_LASTS, LOCAL_ALONE, LOCAL_FIRSTS = flags("话机真室到码电打拨lL"), flags("打拨"), flags("电座固传总分话公打号来eE")
LOCAL_PAIRS = pairs_of("电话 座机 固话 传真 总机 分机 话机 公室 打到 号码 来电".split())
HAN = np.zeros(0x10000, np.bool_)
HAN[0x4E00:0xA000] = True
LOOSE, COPULA = ~HAN & ~flags("0123456789") & ~flags([chr(END)]), flags("是为的")
WALKED = LOOSE | flags("是为改成打的只有一个")
EXTENDING, BEGUN = flags("-转分eE#"), flags("(+")
EXTENSION = re.compile(r" ?(?:-|转|分机号?|ext\.?|EXT\.?|#) ?(?:转|分机|分机号)? ?[0-9]{1,5}(?![0-9]|[-:.][0-9])")


def landlines(window: Windows) -> Spans:
    """Landline and hotline numbers among windows of seven to thirteen digits."""
    if not window.index.size:
        return listed([])
    page, size, lead, second, third = window.page, window.size, window.digit(0), window.digit(1), window.digit(2)
    wide = np.where((lead == 0) & ((second == 1) & (third == 0) | (second == 2)), 3, 4)
    local = window.runs.digit(window.first + wide)
    rest = size - wide
    area = (lead == 0) & (second >= 1) & ((rest == 7) | (rest == 8)) & (local >= 2) & (local <= 8)
    hot = (size == 10) & ((lead == 4) | (lead == 8)) & (second == 0) & (third == 0)
    near = ((size == 7) | (size == 8)) & (lead >= 2) & (lead <= 8)
    near &= among(window.keys, LOCAL_KEYS)
    near &= (window.gap == ord(" ")) | (window.gap == ord("-")) | (window.gap == ALONE) | (window.gap == 0)
    abroad = (size >= 11) & (size <= 13) & (lead == 8) & (second == 6) & (page.codes[window.starts - 1] == ord("+"))
    area &= among(window.keys, LANDLINE_KEYS)
    hot &= among(window.keys, HOTLINE_KEYS)
    good = (area | hot | near | abroad & (window.width > 1)) & ~UPPER[page.codes[window.starts - 1]]
    good &= ~WORDLIKE[page.codes[window.ends]]
    window, wide = window.of(good), wide[good]
    short = window.size <= 8
    window, wide = (
        window.of(keep := short & _local_cue(window) | ~short & ~thing_before(page, window.starts)),
        wide[keep],
    )
    starts, ends, good = window.starts, window.ends, np.zeros(window.size.size, np.bool_)
    usual = _usual_landlines(window, wide)
    for n in np.flatnonzero(~usual).tolist():
        good[n] = _landline_shape(window, n, int(wide[n]))
    good |= usual
    behind = np.where(
        page.codes[ends] == ord(" "), page.codes[np.minimum(ends + 1, page.codes.size - 1)], page.codes[ends]
    )
    odd = EXTENDING[behind] | BEGUN[page.codes[starts - 1]]
    plain = good & ~odd
    found = [spans(starts[plain], ends[plain], "LANDLINE")]
    for n in np.flatnonzero(good & odd).tolist():
        start, end = _with_extension(page, int(starts[n]), int(ends[n]), int(window.size[n]))
        found.append(listed([(start, end, "LANDLINE")]))
    return joined(found)


def _local_cue(window: Windows) -> Flags:
    """Whether a word that calls for a number may stand before each window, other such numbers between them."""
    codes, found = window.page.codes, np.zeros(window.size.size, np.bool_)
    far, place, at = window.joined[0], np.arange(found.size), window.starts
    for step in range(1, 41):
        at = at - 1
        signs = codes[np.maximum(at, 1)]
        hit = LOCAL_LASTS[signs]
        if hit.any():
            hit[hit] = LOCAL_ALONE[signs[hit]] | LOCAL_FIRSTS[codes[np.maximum(at[hit], 1) - 1]]
            found[place[hit]] = True
        on = WALKED[signs] & ~hit & (far | (step < CUE_MOST))
        on |= (signs >= 0x30) & (signs <= 0x39) & far & ~hit
        place, at, far = place[on], at[on], far[on]
        if not place.size:
            break
    return found


def _usual_landlines(window: Windows, wide: Positions) -> Flags:
    """Which windows are written as most landline numbers are."""
    codes, starts, lead = window.page.codes, window.starts, window.digit(0)
    hyphened = (window.gap == ord(" ")) | (window.gap == ord("-"))
    bracketed = (window.gap == ord(")")) | (window.gap == ord("("))
    single = window.width == 1
    begin = window.lengths
    area = (lead == 0) & (single | (hyphened | bracketed) & ((begin == wide) | (begin == 1)))
    hot = (window.size == 10) & (lead != 0) & (codes[starts - 1] != ord("+")) & (single | hyphened)
    hot &= ~window.page.any_between(QQ_SIGNS, starts - 8, starts)
    left, right = window.joined
    local = (window.size <= 8) & (single | hyphened) & ~left & ~right & ~((window.size == 8) & (lead == 2))
    at = starts - 1
    for _ in range(3):
        at = at - LOOSE[codes[at]]
    at = at - COPULA[codes[at]]
    local &= LOCAL_ALONE[codes[at]] | among(pairs(window.page, at), LOCAL_PAIRS)
    return np.asarray(area | hot | local)


def _landline_shape(window: Windows, n: int, wide: int) -> bool:
    """Whether the groups of a window are those in which people write a landline number."""
    page, start, shape, gaps = window.page, int(window.starts[n]), window.shape(n), window.gaps(n)
    size, lead = sum(shape), int(window.runs.digit(window.first[n]))
    if size <= 8:
        (left, _), (right, beyond) = window.outer(n)
        if (
            shape not in LOCAL_SHAPES
            or set(gaps) - {" ", "-"}
            or (left and left not in " ,、/;")
            or (right == "-" and beyond > 5)
        ):
            return False
        return bool(LOCAL_CUE.search(page.before(start, 40))) and not (lead == 2 and size == 8 and _dated(window, n))
    if lead == 0:
        if shape not in LANDLINE_SHAPES or shape[0] not in (wide, size, 1):
            return False
        called = bool(LOCAL_CUE.search(page.before(start, 40)))
        return all(len(gap) <= 3 and (called or not re.search(r"[/、,:]", gap)) for gap in gaps)
    if page.codes[start - 1] == ord("+"):
        return shape[0] == 2 and shape[1] in (2, 3)
    if re.search(r"[qQ扣鹅][^0-9]{0,6}$", page.before(start, 8)):
        return False
    return shape in HOTLINE_SHAPES and all(re.fullmatch(r"[- ]{1,3}", gap) for gap in gaps)


def _with_extension(page: Page, start: int, end: int, size: int) -> tuple[int, int]:
    """A landline number's span with its extension, and with the bracket or plus sign before it."""
    if extension := EXTENSION.match(page.after(end, 12)):
        digits = len(re.sub(r"[^0-9]", "", extension[0]))
        if not (extension[0][0] in "- " and (digits > 4 or (size <= 8 and digits < 3))):
            end += extension.end()
    if (page.codes[start - 1] == ord("(") and ")" in page.text[start:end]) or page.codes[start - 1] == ord("+"):
        start -= 1
    return start, end


def _dated(window: Windows, n: int) -> bool:
    one = np.arange(window.index.size) == n
    digits = window.of(one).digits(8)
    return bool(is_date(*born(digits, (0, 4), (4, 6), (6, 8)))[0])
