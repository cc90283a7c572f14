"""Folding: many texts as one array of code points, one for one, so that every offset found is an offset of the text.

Full-width and circled digits become digits, traditional characters simplified ones, dashes hyphens, spaces spaces,
whatever is invisible one sign and whatever is a picture another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .lexicon import LEXICON

Positions = NDArray[np.int64]
Codes = NDArray[np.uint16]

END = 0xFFFF  # stands after each text; a text's own becomes U+FFFD
VOID = 0x200B  # invisible: zero-width characters, variation selectors, the keycap
PICTURE = 0x2B50  # emoji and other pictures
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
    for first in (0x2460, 0x2474, 0x2488, 0x2776, 0x2780, 0x278A, 0x24F5):  # ① ⑴ ⒈ ❶ ➀ ➊ ⓵
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
for _first in (0x2460, 0x2474, 0x2488, 0x2776, 0x2780, 0x278A, 0x24F5):
    CIRCLED[_first : _first + 9] = True


def fold_codes(text: str) -> Codes:
    """The folded code points of a text, one for each character.

    >>> fold_codes("１３８ ①②號").tobytes().decode("utf-16-le")
    '138 12号'
    """
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = FOLD[wide.astype(np.uint16)]
    circled = CIRCLED[wide.astype(np.uint16)]
    if circled.any():  # a lone one numbers a list: ②16412345678
        (at,) = np.nonzero(circled)
        beside = np.diff(at) <= 2
        alone = ~(np.append(beside, False) | np.insert(beside, 0, False))
        codes[at[alone]] = PICTURE
    if wide.size and wide.max() > 0xFFFF:
        (at,) = np.nonzero(wide > 0xFFFF)
        beyond = wide[at]
        codes[at] = np.where((beyond >= 0x20000) & (beyond < 0x40000), RARE_HAN, PICTURE)
        digits = (beyond >= 0x1D7CE) & (beyond <= 0x1D7FF)  # mathematical digits, five kinds of ten
        codes[at[digits]] = 0x30 + (beyond[digits] - 0x1D7CE) % 10
        tags = (beyond >= 0xE0000) & (beyond <= 0xE0FFF)  # invisible
        codes[at[tags]] = VOID
    return codes


def fold(text: str) -> str:
    """The folded text, as long as the text."""
    return fold_codes(text).tobytes().decode("utf-16-le")


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


@dataclass(frozen=True)
class Page:
    """Some thousand texts in one array: ``codes`` folded, each text followed by END; text i begins at ``starts[i]``.

    ``first`` is the number of the first text. Invisible signs are left out; ``origin`` says where in the texts, laid
    end to end, each position stands (None where nothing was left out). The array has a margin of END before the first text, so that what looks
    back needs no test for the beginning.
    """

    codes: Codes
    starts: Positions
    first: int
    origin: Positions | None = None

    MARGIN = 16

    def original(self, starts: Positions, ends: Positions) -> tuple[Positions, Positions, Positions]:
        """Spans of the page as spans of its texts: number of the text, start and end in it.

        The invisible signs of a keycap belong to the digit before them.
        """
        row = self.row(starts)
        if self.origin is None:
            begins = self.starts[row]
            return row + self.first, starts - begins, ends - begins
        begins = self.origin[self.starts[row] - 1] + 1
        last = self.origin[ends - 1]
        hidden = self.origin[ends] - last - 1  # left out behind the last character
        capped = (ends - starts > 1) & (hidden == 2)
        return row + self.first, self.origin[starts] - begins, last + 1 + hidden * capped - begins

    @cached_property
    def text(self) -> str:
        """The page as one string, position for position."""
        return self.codes.tobytes().decode("utf-16-le")

    def row(self, at: Positions) -> Positions:
        """Which text (counted in the page) each position lies in."""
        return np.searchsorted(self.starts, at, "right") - 1

    def any_between(self, table: NDArray[np.bool_], first: Positions, last: Positions) -> NDArray[np.bool_]:
        """Whether a character of the table stands from each ``first`` on and before ``last``."""
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
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(lengths + 1) + Page.MARGIN
    codes = np.empty(int(ends[-1] if len(texts) else Page.MARGIN) + Page.MARGIN, np.uint16)
    codes[: Page.MARGIN] = codes[-Page.MARGIN :] = END
    codes[Page.MARGIN : codes.size - Page.MARGIN - 1] = fold_codes("\x00".join(texts)) if len(texts) else []
    codes[ends - 1] = END
    starts = ends - lengths - 1
    seen = codes != VOID
    if seen.all():
        return Page(codes, starts, first)
    origin = np.flatnonzero(seen)
    return Page(codes[origin], _squeezed(origin, ends), first, origin)


def _squeezed(origin: Positions, ends: Positions) -> Positions:
    """Where each text begins once the invisible signs are left out: right behind the END of the one before."""
    stops = np.searchsorted(origin, ends - 1)
    return np.concatenate([[Page.MARGIN], stops[:-1] + 1])


def pages(texts: Sequence[str]) -> Iterator[Page]:
    """The texts in pages that fit a processor's cache."""
    at = 0
    while at < len(texts):
        to, size = at, 0
        while to < len(texts) and to < at + ROWS and size < CHARACTERS:
            upto = min(to + 1024, at + ROWS)
            size += sum(map(len, texts[to:upto]))
            to = upto
        yield page_of(texts[at:to], at)
        at = to
