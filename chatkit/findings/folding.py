"""Folding: many texts as one array of code points, one for one, so that every offset found is an offset of the text.

Full-width and circled digits become digits, traditional characters simplified ones, dashes hyphens, spaces spaces,
whatever is invisible one sign and whatever is a picture another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .lexicon import LEXICON

Positions = NDArray[np.int64]
Codes = NDArray[np.uint16]

END = 0xFFFF  # stands after each text; a text's own becomes U+FFFD
VOID = 0x200B  # invisible: zero-width characters, variation selectors, the keycap
PICTURE = 0x2B50  # emoji and other pictures
CIRCLED_ONES = (0x2460, 0x2474, 0x2488, 0x2776, 0x2780, 0x278A, 0x24F5)  # ① ⑴ ⒈ ❶ ➀ ➊ ⓵, eight more digits behind each
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"  # as number plates begin
RARE_HAN = 0x3400  # stands for the Han characters outside the basic plane
ROWS, CHARACTERS = 16_384, 4_000_000  # a page holds at most so many texts; it is closed once it has so many characters


def _ranges(table: Codes, to: int, *ranges: tuple[int, int]) -> None:
    for first, last in ranges:
        table[first : last + 1] = to


def _table() -> Codes:
    table = np.arange(0x10000, dtype=np.uint16)
    for traditional, simplified in LEXICON.folds:
        table[traditional] = simplified
    table[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
    for first in CIRCLED_ONES:
        pictures = range(first, first + 9)
        table[pictures.start : pictures.stop] = np.arange(0x31, 0x3A)
    _ranges(table, PICTURE, (0x2190, 0x21FF), (0x2300, 0x23FF), (0x2600, 0x2775), (0x2793, 0x27BF), (0x2B00, 0x2BFF))
    for zero in (0x24EA, 0x24FF, 0x2070, 0x2080):
        table[zero] = 0x30
    table[[0xB9, 0xB2, 0xB3]] = [0x31, 0x32, 0x33]
    table[0x2074:0x207A] = np.arange(0x34, 0x3A)
    table[0x2081:0x208A] = np.arange(0x31, 0x3A)
    _ranges(table, ord("-"), (0x2010, 0x2015), (0x2212, 0x2212), (0xFE58, 0xFE58), (0xFE63, 0xFE63))
    _ranges(table, ord(" "), (0x09, 0x09), (0xA0, 0xA0), (0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F))
    _ranges(table, ord(" "), (0x3000, 0x3000))
    _ranges(table, ord("\n"), (0x0B, 0x0D), (0x85, 0x85), (0x2028, 0x2029))
    _ranges(table, VOID, (0xAD, 0xAD), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x20E3, 0x20E3))
    _ranges(table, VOID, (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0x180E, 0x180E), (0x61C, 0x61C))
    _ranges(table, 0xFFFD, (0xD800, 0xDFFF), (0xFFFE, 0xFFFF))
    return table


FOLD = _table()
CIRCLED = np.zeros(0x10000, np.bool_)  # digits in circles and brackets
for _first in CIRCLED_ONES:
    CIRCLED[_first : _first + 9] = True


PICTURED = (0x2460, 0x2794)  # between these stand the circled digits


def fold_codes(text: str) -> Codes:
    """The folded code points of a text, one for each character.

    >>> fold_codes("１３８ ①②號").tobytes().decode("utf-16-le")
    '138 12号'
    """
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    low = wide.astype(np.uint16)
    codes = FOLD.take(low)
    few = low - np.uint16(PICTURED[0]) < PICTURED[1] - PICTURED[0]
    if few.any() and (at := (at := np.flatnonzero(few))[CIRCLED[low[at]]]).size:
        beside = np.diff(at) <= 2  # a lone one numbers a list: ②16412345678
        alone = ~(np.append(beside, False) | np.insert(beside, 0, False))
        codes[at[alone]] = PICTURE
    if wide.max(initial=0) > 0xFFFF:
        (at,) = np.nonzero(wide > 0xFFFF)
        beyond = wide[at]
        codes[at] = np.where((beyond >= 0x20000) & (beyond < 0x40000), RARE_HAN, PICTURE)
        digits = (beyond >= 0x1D7CE) & (beyond <= 0x1D7FF)  # mathematical digits, five kinds of ten
        codes[at[digits]] = 0x30 + (beyond[digits] - 0x1D7CE) % 10
        tags = (beyond >= 0xE0000) & (beyond <= 0xE0FFF)  # invisible
        codes[at[tags]] = VOID
    return codes


FOLDS = {code: int(to) for code, to in enumerate(FOLD.tolist()) if code != to}
INTRICATE = re.compile("[\u2460-\u2793\U00010000-\U0010ffff]")  # what one sign alone does not tell


def fold(text: str) -> str:
    """The folded text, as long as the text."""
    return fold_codes(text).tobytes().decode("utf-16-le") if INTRICATE.search(text) else text.translate(FOLDS)


def seen(text: str) -> str:
    """A text as it stands in a page: folded, without what nobody sees."""
    return fold(text).replace(chr(VOID), "")


def place_of(text: str, at: int) -> int:
    """Where in a text the character stands that has this place in ``seen(text)``; an end lies behind the one before.

    >>> place_of("1\u200b2", 1)
    2
    """
    places = [n for n, sign in enumerate(fold(text)) if sign != chr(VOID)]
    return places[at] if at < len(places) else len(text)


# What a sign may be good for, one bit each: recognisers look only where such a sign stands.
DIGIT, LETTER, NUMERAL, MARK, CUE, PLATE, LINK = (1 << n for n in range(7))


def _signs() -> NDArray[np.uint8]:
    table = np.zeros(0x10000, np.uint8)
    for bit, signs in (
        (DIGIT, "0123456789"),
        (LETTER, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        (NUMERAL, "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖OolI"),  # digits in other spellings
        (MARK, "@#艾[({"),
        (CUE, "微威薇维徽溦扣企球蔻抠友绿卫加鹅vVwWqQ"),
        (PLATE, PROVINCES + "使"),
        (LINK, "后末尾接再加跟剩中和二另"),
    ):
        table[[ord(sign) for sign in signs]] |= bit
    return table


SIGNS = _signs()


@dataclass(frozen=True)
class Page:
    """Some thousand texts in one array: ``codes`` folded, each text followed by END; text i begins at ``starts[i]``.

    ``first`` is the number of the first text, ``said`` the texts themselves, end to end, each followed by a sign more.
    Invisible signs are left out of ``codes``: ``voids`` says before which of its positions each stood. The array has
    a margin of END before the first text, so that what looks back needs no test for the beginning.
    """

    codes: Codes
    starts: Positions
    first: int
    said: str = ""
    voids: Positions | None = None

    MARGIN = 16

    def places(self, at: Positions) -> Positions:
        """Where in ``said`` the characters at these positions stand."""
        if self.voids is None:
            return at - self.MARGIN
        return at + np.searchsorted(self.voids, at, "right") - self.MARGIN

    def spans(self, starts: Positions, ends: Positions) -> tuple[Positions, Positions]:
        """Spans of the page as spans of ``said``; the invisible signs of a keycap belong to the digit before them."""
        if self.voids is None:
            return starts - self.MARGIN, ends - self.MARGIN
        last = self.places(ends - 1)
        hidden = self.places(ends) - last - 1  # left out behind the last character
        return self.places(starts), last + 1 + hidden * ((ends - starts > 1) & (hidden == 2))

    @cached_property
    def begins(self) -> Positions:
        """Where in ``said`` each text begins."""
        return self.places(self.starts - 1) + 1

    def original(self, starts: Positions, ends: Positions) -> tuple[Positions, Positions, Positions]:
        """Spans of the page as spans of its texts: number of the text, start and end in it."""
        row = self.row(starts)
        begins = self.begins[row]
        starts, ends = self.spans(starts, ends)
        return row + self.first, starts - begins, ends - begins

    @cached_property
    def unfolded(self) -> NDArray[np.uint32]:
        """The code points of ``said``."""
        return np.frombuffer(self.said.encode("utf-32-le", "surrogatepass"), np.uint32)

    @cached_property
    def signs(self) -> NDArray[np.uint8]:
        """What each sign may be good for."""
        return SIGNS.take(self.codes)

    @cached_property
    def rare(self) -> Positions:
        """Where signs stand that may begin a find or call for one."""
        return np.flatnonzero(self.signs & (MARK | CUE | PLATE | LINK))

    def where(self, bits: int) -> Positions:
        """Where signs with one of these bits (none but those of ``rare``) stand."""
        return self.rare[self.signs[self.rare] & bits > 0]

    @cached_property
    def text(self) -> str:
        """The page as one string, position for position."""
        return self.codes.tobytes().decode("utf-16-le")

    def row(self, at: Positions) -> Positions:
        """Which text (counted in the page) each position lies in."""
        return np.searchsorted(self.starts, at, "right") - 1

    def any_between(self, table: NDArray[np.bool_], first: Positions, last: Positions) -> NDArray[np.bool_]:
        """Whether a character of the table stands from each ``first`` on and before ``last``."""
        first = np.maximum(first, 0)
        most = int((last - first).max(initial=0))
        if first.size * most < self.codes.size // 2:
            places = np.minimum(first[:, None] + np.arange(most), np.minimum(last, self.codes.size)[:, None] - 1)
            return np.asarray(table[self.codes[places]].any(axis=1) & (first < last))
        (at,) = np.nonzero(table[self.codes])
        at = np.append(at, self.codes.size)
        return np.asarray(at[np.searchsorted(at, first)] < last)

    def before(self, at: int, most: int) -> str:
        """Up to ``most`` characters before a position, of the same text."""
        left = self.text[max(at - most, 0) : at]
        return left[left.rfind("\uffff") + 1 :]

    def after(self, at: int, most: int) -> str:
        """Up to ``most`` characters from a position on, of the same text."""
        return self.text[at : at + most].partition("\uffff")[0]


def page_of(texts: Sequence[str], first: int = 0) -> Page:
    """One page of all these texts."""
    return _page("\x00".join([*texts, ""]), texts, first)


def _page(said: str, texts: Sequence[str], first: int) -> Page:
    """The page of texts that have been joined already."""
    codes = np.empty(len(said) + 2 * Page.MARGIN, np.uint16)
    codes[: Page.MARGIN] = codes[-Page.MARGIN :] = END
    inner = codes[Page.MARGIN : codes.size - Page.MARGIN]
    inner[:] = fold_codes(said)
    (ends,) = np.nonzero(inner == 0)
    if ends.size != len(texts):  # a text holds that sign itself
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) - 1
    inner[ends] = END
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(texts)] + Page.MARGIN
    (hidden,) = np.nonzero(codes == VOID)
    if not hidden.size:
        return Page(codes, starts, first, said)
    voids = hidden - np.arange(hidden.size)
    return Page(_without(codes, hidden), starts - np.searchsorted(hidden, starts), first, said, voids)


def _without(codes: Codes, at: Positions) -> Codes:
    """The codes but those at these places."""
    if at.size > 1_000:
        return np.asarray(codes[codes != VOID])
    bounds = pairwise([-1, *at.tolist(), codes.size])
    return np.concatenate([codes[a + 1 : b] for a, b in bounds])


def pages(texts: Sequence[str]) -> Iterator[Page]:
    """The texts in pages that fit a processor's cache."""
    at = 0
    while at < len(texts):
        part = texts[at : at + ROWS]
        said = "\x00".join([*part, ""])
        if len(said) > CHARACTERS:
            sizes = np.cumsum(np.fromiter(map(len, part), np.int64, len(part)))
            part = part[: int(np.searchsorted(sizes, CHARACTERS)) + 1]
            said = "\x00".join([*part, ""])
        yield _page(said, part, at)
        at += len(part)
