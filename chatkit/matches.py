"""Matches: which texts of a column hold a word, by postings that are kept as long as the column."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from .findings.folding import CHARACTERS, Positions
from .postings import GAP, Postings, Rows, Words, fold

T = TypeVar("T")
ROWS = 65_536  # of a page, so that what is made of it fits the processor's cache
SHARE = 8  # a column is folded whole, and kept, where at least one row of so many is asked for


@dataclass(frozen=True)
class Folded:
    """Texts in pages of postings; they answer for all of them at once."""

    pages: tuple[Postings, ...]

    @classmethod
    def of(cls, batches: Iterable[Sequence[str]]) -> Folded:
        """From batches of texts, which are read once and not kept. O(size)."""
        pages, rows = list[Postings](), 0
        for part in (part for batch in batches for part in _parts(batch)):
            pages.append(Postings.of(part, rows))
            rows += len(part)
        return cls(tuple(pages))

    def __len__(self) -> int:
        return sum(map(len, self.pages))

    def holding(self, words: Iterable[str], among: Rows | None = None) -> Rows:
        """Which texts hold any of the words; of a phrase, parts that a few signs or blanks may part.

        ``among`` leaves out texts that are not asked for. The answer has one entry for each text. n texts and words
        that stand at m places cost O(n + m).
        """
        among = np.ones(len(self), np.bool_) if among is None else among
        plain, found = set[str](), np.zeros(len(self), np.bool_)
        for word in set(map(fold, words)):
            parts = word.split()
            if not parts:
                return among.copy()
            if len(parts) == 1:
                plain.add(parts[0])
            else:
                found |= self._phrase(parts, among)
        return found | self._any(plain, among)

    def _phrase(self, parts: list[str], among: Rows) -> Rows:
        """Which of the texts hold the parts one after another, with at most three signs that are no letters between."""
        for part in set(parts):
            among = self._any({part}, among)
        pattern, found = re.compile(r"\W{0,3}".join(map(re.escape, parts))), np.zeros(len(self), np.bool_)
        for page in self.pages:
            for row in np.flatnonzero(among[page.first : page.first + len(page)]).tolist():
                found[page.first + row] = pattern.search(page.text(row)) is not None
        return found

    def _any(self, words: set[str], among: Rows) -> Rows:
        """Which of the texts hold any of these folded words, which are not empty."""
        found, sought = np.zeros(len(self), np.bool_), Words.of(words)
        for page in self.pages:
            here = slice(page.first, page.first + len(page))
            if words and among[here].any():
                found[here] = page.holding(sought) & among[here]
        return found

    def times(self, word: str) -> tuple[Positions, NDArray[np.int64]]:
        """The texts that hold a folded word of at least two signs, in order, and at how many places it begins."""
        sought = Words.of([word])
        rows = np.concatenate(
            [np.zeros(0, np.int64), *(page.first + page.row(at) for page in self.pages for at in page.sites(sought))]
        )
        begins = np.flatnonzero(np.diff(rows, prepend=-1))
        return rows[begins], np.diff(begins, append=rows.size)

    def lengths(self) -> NDArray[np.uint32]:
        """How many signs each text has."""
        sizes = [np.diff(page.starts) - np.uint32(len(GAP)) for page in self.pages]
        return np.concatenate([np.zeros(0, np.uint32), *sizes])


Sealed = Callable[[], Folded | None]  # what a sealed index holds, if there is one


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


def holding(column: pd.Series[Any], words: Iterable[str], among: Rows, sealed: Sealed = lambda: None) -> Rows:
    """Which texts of a column, of those in ``among``, hold any of the words.

    A column of which much is asked is folded whole, once, or taken as ``sealed`` gives it; of another only the rows.
    """
    few = int(among.sum()) * SHARE < len(among)
    folded = kept(column, "folded", lambda arrow: sealed() or Folded.of(batches(arrow)), only=few)
    if folded is not None:
        return folded.holding(words, among)
    texts = [str(text) for text in column.to_numpy(object)[among]]
    found = among.copy()
    found[among] = Folded.of(texts[at : at + ROWS] for at in range(0, len(texts), ROWS)).holding(words)
    return found
