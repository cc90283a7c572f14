"""Matches: which texts of a column hold a word, by arrays of folded code points that are kept as long as the column."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from . import findings
from .findings.folding import CHARACTERS, END, Codes, Positions, fold_codes
from .needles import Needles, units, where

T = TypeVar("T")
Rows = NDArray[np.bool_]
ROWS = 16_384  # of a page: what is made of it on the way fits the processor's cache
GAP = "\x00\x00"  # between texts, wide enough that no rule of folding looks across
SHARE = 8  # a column is folded whole, and kept, where at least one row of so many is asked for


def fold(text: str) -> str:
    """The form in which words are compared: full-width as half-width, upper as lower case.

    >>> fold("ＡＰＰ退款")
    'app退款'
    """
    return findings.fold(text).casefold()


@dataclass(frozen=True)
class Page:
    """Some thousand folded texts: text i is ``codes[starts[i] : starts[i + 1] - len(GAP)]``, with ENDs on both sides.

    ``first`` is the number of the first one. ``codes`` has the signs of all and twice END for each and one more;
    ``starts`` one entry for each and one more.
    """

    first: int
    codes: Codes
    starts: Positions

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows_at(self, at: Positions) -> Rows:
        """Which of the texts these places, in order, belong to."""
        if at.size > len(self):
            return np.diff(np.searchsorted(at, self.starts)) > 0
        found = np.zeros(len(self), np.bool_)
        found[np.searchsorted(self.starts, at, "right") - 1] = True
        return found

    def text(self, row: int) -> str:
        """The folded text of this number in the page."""
        return self.codes[self.starts[row] : self.starts[row + 1] - len(GAP)].tobytes().decode("utf-16-le")


class Folded:
    """Texts in pages. ``holding`` answers for all of them at once: n signs and w words cost O(n + w), in numpy."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        """From batches of texts, each of at most ``ROWS``; they are read once and not kept."""
        self.pages: list[Page] = []
        self.rows = 0
        for batch in texts:
            for part in _parts(batch):
                self.pages.append(_page(part, self.rows))
                self.rows += len(part)

    @cached_property
    def common(self) -> NDArray[np.int64]:
        """About how often each code stands in the texts (65,536 numbers), from a sample."""
        sampled = [page.codes[::16] for page in self.pages]
        return np.bincount(np.concatenate([*sampled, np.zeros(0, np.uint16)]), minlength=END + 1)

    def holding(self, words: Iterable[str], among: Rows | None = None) -> Rows:
        """Which texts hold any of the words; of a phrase, parts that a few signs or blanks may part.

        ``among`` leaves out texts that are not asked for. The answer has one entry for each text.
        """
        among = np.ones(self.rows, np.bool_) if among is None else among
        plain, found = set[str](), np.zeros(self.rows, np.bool_)
        for word in set(map(fold, words)):
            parts = word.split()
            if not parts:
                return among.copy()
            if len(parts) == 1:
                plain.add(parts[0])
            else:
                found |= self._phrase(parts, among)
        return (found | self._any(plain, among)) & among if plain else found

    def _phrase(self, parts: list[str], among: Rows) -> Rows:
        """Which of the texts hold the parts one after another, with at most three signs that are no letters between."""
        for part in sorted(set(parts), key=len, reverse=True):
            among = among & self._any({part}, among)
        pattern, found = re.compile(r"\W{0,3}".join(map(re.escape, parts))), np.zeros(self.rows, np.bool_)
        for page in self.pages:
            for row in np.flatnonzero(among[page.first : page.first + len(page)]).tolist():
                found[page.first + row] = pattern.search(page.text(row)) is not None
        return found

    def _any(self, words: set[str], among: Rows) -> Rows:
        """Which texts hold any of these folded words, which are not empty; of ``among`` at least."""
        found, single = np.zeros(self.rows, np.bool_), units("".join(w for w in words if len(w) == 1))
        longer = [units(word) for word in words if len(word) > 1]
        ways = [Needles.of(longer, self.common, step) for step in (1, -1) if longer]
        ways.sort(key=lambda way: way.density)
        for page in self.pages:
            here = slice(page.first, page.first + len(page))
            if among[here].any():
                for at in (where(page.codes, single), *(ways[0].places(page.codes) if ways else ())):
                    found[here] |= page.rows_at(at)
        return found


@cache
def _cases() -> tuple[Codes, Rows]:
    """For each code the one in which case does not count, and whether there are several for it (ß is ss)."""
    folded = [chr(code).casefold() for code in range(END + 1)]
    several = np.array([len(text) > 1 for text in folded])
    return np.array([ord(text[0]) for text in folded], np.uint16), several


def _page(texts: Sequence[str], first: int) -> Page:
    cases, several = _cases()
    codes = fold_codes(GAP.join(["", *texts, ""]))
    if several.take(codes).any():  # longer than the text was
        texts = list(map(fold, texts))
        codes = units(GAP.join(["", *texts, ""])).copy()
    else:
        codes = cases.take(codes)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + len(GAP)
    starts = np.concatenate([[len(GAP)], len(GAP) + np.cumsum(lengths)])
    codes[starts - 1], codes[starts - 2] = END, END
    return Page(first, codes, starts)


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in parts of not too many characters."""
    while len(texts):
        sizes = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
        end = max(1, int(np.searchsorted(sizes, CHARACTERS)))
        yield texts[:end]
        texts = texts[end:]


# ---- what is kept with a column

_KEPT: dict[tuple[int, str], tuple[weakref.ref[Any], list[int], pa.ChunkedArray, Any]] = {}


def kept(column: pd.Series[Any], name: str, make: Callable[[pa.ChunkedArray], T], *, only: bool = False) -> T | None:
    """What ``make`` gives for a column of Arrow strings, made once and kept under ``name`` until the column is gone.

    A cell that has changed since makes it anew. None for a column of Python objects, which tells no change, and with
    ``only`` for what was not made before.
    """
    if not isinstance(column.dtype, pd.StringDtype) or column.dtype.storage != "pyarrow":
        return None
    owner, arrow = column.array, pa.chunked_array(column)
    places = [buffer.address for chunk in arrow.chunks for buffer in chunk.buffers() if buffer is not None]
    key = (id(owner), name)
    if (held := _KEPT.get(key)) and held[0]() is owner and held[1] == places and len(held[2]) == len(arrow):
        return held[3]  # type: ignore[no-any-return]
    if only:
        return None
    made = make(arrow)
    _KEPT[key] = (weakref.ref(owner, lambda _: _KEPT.pop(key, None)), places, arrow, made)
    return made


def batches(arrow: pa.ChunkedArray) -> Iterator[list[str]]:
    """The texts of an Arrow column, some thousand at a time."""
    for at in range(0, len(arrow), ROWS):
        yield [text or "" for text in arrow.slice(at, ROWS).to_pylist()]


def holding(column: pd.Series[Any], words: Iterable[str], among: Rows) -> Rows:
    """Which texts of a column, of those in ``among``, hold any of the words.

    A column of which much is asked is folded whole, once; of another only what is asked for.
    """
    few = int(among.sum()) * SHARE < len(among)
    folded = kept(column, "folded", lambda arrow: Folded(batches(arrow)), only=few)
    if folded is not None:
        return folded.holding(words, among)
    texts = [str(text) for text in column.to_numpy(object)[among]]
    found = among.copy()
    found[among] = Folded(texts[at : at + ROWS] for at in range(0, len(texts), ROWS)).holding(words)
    return found
