"""Postings: where every two neighbouring signs of some thousand folded texts stand, in the order of the signs.

A word of two signs is one slice of them; of a longer one the rarest pair is looked up, and its other signs compared
there. An index of three signs, as SQLite's ``trigram`` is, finds nothing for a Chinese word of two.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy
from numpy.typing import NDArray

from . import findings
from .findings.folding import END, Codes, Positions, fold_codes

Rows = NDArray[np.bool_]
FORMAT = 2  # of what ``pack`` gives
GAP = "\x00\x00"  # between texts, wide enough that no rule of folding looks across
_MANY = 4  # places for each so many texts: it is quicker then to mark them all than to look up the text of each
_HEAD = struct.Struct("<4I")


def fold(text: str) -> str:
    """The form in which words are compared: full-width as half-width, upper as lower case.

    >>> fold("ＡＰＰ退款")
    'app退款'
    """
    return findings.fold(text).casefold()


@dataclass(frozen=True)
class Words:
    """Folded words, none of them empty, and which pairs are looked up for them: from ``low`` on and before ``high``.

    Those of word i are ``ends[i]`` to ``ends[i + 1]``, one for each two neighbours in it, two code points in 32 bits.
    For a word of one sign it is one range: of all pairs that begin with it.
    """

    signs: list[Codes]
    low: NDArray[np.uint32]
    high: NDArray[np.uint32]
    ends: list[int]

    @classmethod
    def of(cls, words: Iterable[str]) -> Words:
        """Those of the words that hold no other one: who looks for 退款 finds 退款吗 too."""
        kinds = set(words)
        sizes = set(map(len, kinds))
        signs, low, high, ends = list[Codes](), list[int](), list[int](), [0]
        for word in kinds:
            parts = (word[a : a + n] for n in sizes if n < len(word) for a in range(len(word) - n + 1))
            if not any(part in kinds for part in parts):
                signs.append(_units(word))
                pairs = zip(word, word[1:] or "\x00", strict=False)
                low += [ord(sign) << 16 | ord(beside) for sign, beside in pairs]
                high += [pair + (1 if len(word) > 1 else 1 << 16) for pair in low[ends[-1] :]]
                ends.append(len(low))
        return cls(signs, np.array(low, np.uint32), np.array(high, np.uint32), ends)


@dataclass(frozen=True)
class Postings:
    """Some thousand folded texts, and where each pair of signs stands in them.

    Text i is ``codes[starts[i] : starts[i + 1] - len(GAP)]``, with ENDs on both sides; ``first`` is the number of the
    first one. Pair i, of ``pairs`` in order, two code points in 32 bits, begins at ``places[ends[i] : ends[i + 1]]``;
    the last sign of a text has END for its neighbour.
    """

    first: int
    starts: NDArray[np.uint32]
    pairs: NDArray[np.uint32]
    ends: NDArray[np.uint32]
    places: NDArray[np.int32]
    codes: Codes

    @classmethod
    def of(cls, texts: Sequence[str], first: int) -> Postings:
        """The postings of texts of n signs, in O(n)."""
        codes, starts = _folded(texts)
        at = np.flatnonzero(codes[:-1] != END)
        pairs = (at.astype(np.int32), (codes.take(at), codes.take(at + 1)))
        table = scipy.sparse.coo_array(pairs, shape=(END + 1, END + 1))
        table.has_canonical_format = True  # the places of one pair are not added up
        table = table.tocsc().tocsr()  # put in order by the second sign, then by the first, by counting
        pair = np.repeat(np.arange(END + 1, dtype=np.uint32) << 16, np.diff(table.indptr))
        pair |= table.indices.astype(np.uint32)
        begins = np.flatnonzero(np.append(np.ones(1, np.bool_), pair[1:] != pair[:-1])[: pair.size])
        return cls(first, starts, pair.take(begins), np.append(begins, pair.size).astype(np.uint32), table.data, codes)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def sites(self, words: Words) -> Iterator[NDArray[np.int32]]:
        """For each word a place in it wherever it stands: in order, but for a word of one sign."""
        low, high = (self.ends.take(np.searchsorted(self.pairs, pairs)) for pairs in (words.low, words.high))
        sizes, low, high = (high - low).tolist(), low.tolist(), high.tolist()
        for signs, first, end in zip(words.signs, words.ends, words.ends[1:], strict=False):
            rarest = min(range(first, end), key=sizes.__getitem__)
            at = self.places[low[rarest] : high[rarest]]
            for k, sign in enumerate(signs, first - rarest):
                if k not in (0, 1):
                    at = at[self.codes.take(at + k, mode="clip") == sign]
            yield at

    def holding(self, words: Words) -> Rows:
        """Which of the texts hold any of the words."""
        found = list(self.sites(words))
        if sum(map(len, found)) * _MANY < len(self):
            rows = np.zeros(len(self), np.bool_)
            for at in found:
                rows[self.row(at)] = True
            return rows
        marks = np.zeros(self.codes.size, np.bool_)
        for at in found:
            marks[at.astype(np.intp)] = True  # thrice as fast as by a shorter index
        return np.logical_or.reduceat(marks, self.starts[:-1])

    def row(self, at: NDArray[np.int32]) -> Positions:
        """Which text, counted in the page, each place lies in."""
        return np.searchsorted(self.starts, at.astype(np.uint32), "right") - 1

    def text(self, row: int) -> str:
        """The folded text of this number in the page."""
        return self.codes[self.starts[row] : self.starts[row + 1] - len(GAP)].tobytes().decode("utf-16-le")

    def pack(self) -> bytes:
        """As bytes, whose order is little-endian; the codes follow from the rest."""
        arrays = (self.starts, self.pairs, self.ends, self.places)
        head = _HEAD.pack(self.first, self.starts.size, self.pairs.size, self.places.size)
        return b"".join([head, *(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)])

    @classmethod
    def unpack(cls, raw: bytes) -> Postings:
        """From what ``pack`` gave; the arrays look into it."""
        first, texts, pairs, places = _HEAD.unpack_from(raw)
        arrays, at = [], _HEAD.size
        for size, kind in ((texts, "<u4"), (pairs, "<u4"), (pairs + 1, "<u4"), (places, "<i4")):
            arrays.append(np.frombuffer(raw, kind, size, at))
            at += arrays[-1].nbytes
        starts, pair, ends, place = arrays
        codes = np.full(int(starts[-1]), END, np.uint16)
        codes[place.astype(np.intp)] = np.repeat((pair >> 16).astype(np.uint16), np.diff(ends))
        return cls(first, starts, pair, ends, place, codes)


def _units(word: str) -> Codes:
    """The code points of a text of the basic plane, as folded texts are."""
    return np.frombuffer(word.encode("utf-16-le"), np.uint16)


@cache
def _cases() -> tuple[Codes, Rows]:
    """For each code the one in which case does not count, and whether there are several for it (ß is ss)."""
    folded = [chr(code).casefold() for code in range(END + 1)]
    several = np.array([len(text) > 1 for text in folded])
    return np.array([ord(text[0]) for text in folded], np.uint16), several


def _folded(texts: Sequence[str]) -> tuple[Codes, NDArray[np.uint32]]:
    """The codes of a page, and where each text begins in them."""
    cases, several = _cases()
    codes = fold_codes(GAP.join(["", *texts, ""]))
    if several.take(codes).any():  # longer than the text was
        texts = list(map(fold, texts))
        codes = _units(GAP.join(["", *texts, ""])).copy()
    else:
        codes = cases.take(codes)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + len(GAP)
    starts = np.concatenate([[len(GAP)], len(GAP) + np.cumsum(lengths)])
    codes[starts - 1], codes[starts - 2] = END, END
    return codes, starts.astype(np.uint32)
