"""Readings: how well characters read as words, for many places of a page at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .folding import Codes, Positions
from .lexicon import LEXICON

Floats = NDArray[np.float32]
LEFT, RIGHT = 4, 4  # characters around a candidate that are read with it
LONGEST = 4
WIDTH = LEFT + LONGEST + RIGHT
HALF = WIDTH // 2


def pair(codes: Codes, at: Positions) -> NDArray[np.uint64]:
    """Each character and the one behind it as one number, as words are in the lexicon."""
    return np.asarray(codes[at].astype(np.uint64) | codes[at + 1].astype(np.uint64) << np.uint64(16))


def packed(codes: Codes, starts: Positions, sizes: Positions) -> NDArray[np.uint64]:
    """Each stretch of up to four characters as one number, as words are in the lexicon."""
    keys = np.zeros(starts.size, np.uint64)
    for step in range(LONGEST):
        inside = codes.take(starts + step) * (step < sizes)
        keys += inside.astype(np.uint64) << np.uint64(16 * step)
    return keys


class Numbers:
    """Sorted numbers, and a sieve by which most of what is none of them is told at once."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.sorted = np.array(sorted(set(numbers)), np.uint64)
        self._sieve = np.zeros(1 << 16, np.bool_)
        self._sieve[self._mixed(self.sorted)] = True

    @staticmethod
    def _mixed(keys: NDArray[np.uint64]) -> Positions:
        return ((keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(48)).view(np.int64)

    def place(self, keys: NDArray[np.uint64]) -> Positions:
        """Place of each key among the numbers, -1 where it is none of them."""
        places = np.full(keys.size, -1, np.int64)
        likely = np.flatnonzero(self._sieve.take(self._mixed(keys)))
        keys = keys[likely]
        place = np.minimum(np.searchsorted(self.sorted, keys), self.sorted.size - 1)
        places[likely] = np.where(self.sorted[place] == keys, place, -1)
        return places

    def holds(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which keys are among the numbers."""
        return self.place(keys) >= 0


def as_word(codes: Codes, starts: Positions, sizes: Positions) -> Floats:
    """The log of each stretch's share as one word; -99 where it is none."""
    return LEXICON.words.logs(packed(codes, starts, sizes))


class Reading:
    """What the characters near candidates weigh as words: each word is looked up once, each stretch read once.

    ``_best[n]``: for each of these places the log-likelihood of the best reading of the n characters from there on.
    """

    def __init__(self, codes: Codes, starts: Positions) -> None:
        near = np.zeros(codes.size + WIDTH, np.bool_)
        near[starts] = True
        for step in (1, 2, 4, 4):  # from LEFT characters before a candidate to LONGEST + RIGHT behind its start
            near[step:] |= near[:-step].copy()
        at = np.flatnonzero(near[LEFT : LEFT + codes.size])
        self._number = np.zeros(codes.size, np.int64)
        self._number[at] = np.arange(at.size)
        logs = np.full((5, at.size + WIDTH), -99, np.float32)  # by size: the word that begins at each place
        keys, han = np.zeros(at.size, np.uint64), np.ones(at.size, np.bool_)
        for size in range(1, 5):
            sign = codes.take(np.minimum(at + (size - 1), codes.size - 1))
            one = LEXICON.unigrams.take(sign)
            han &= one < 0  # nothing else is part of a word
            keys |= sign.astype(np.uint64) << np.uint64(16 * (size - 1))
            if size == 1:
                logs[1, : at.size] = one
            else:
                (some,) = np.nonzero(han)
                logs[size, some] = LEXICON.words.logs(keys[some])
        self._logs, self._best = logs, np.zeros((HALF + 1, at.size), np.float32)
        self._best[1] = logs[1, : at.size]
        for k in range(2, HALF + 1):
            best = self._best[k]
            np.add(self._best[k - 1], logs[1, k - 1 : k - 1 + at.size], out=best)
            for size in range(2, min(4, k) + 1):
                np.maximum(best, self._best[k - size] + logs[size, k - size : k - size + at.size], out=best)

    def alone(self, starts: Positions, sizes: Positions) -> Floats:
        """The best reading of each candidate by itself."""
        return np.asarray(self._best[sizes, self._number[starts]])

    def amid(self, starts: Positions, sizes: Positions) -> Floats:
        """What the characters of each candidate weigh when read with those around them.

        The best reading of a window around it, less those of the windows up to it and from its end on.
        """
        at = self._number[starts]
        best, begin = self._best, at - LEFT
        whole = best[HALF].take(begin) + best[HALF].take(begin + HALF)  # halves, or a word over the middle
        for size in range(2, LONGEST + 1):
            for first in range(HALF - size + 1, HALF):
                rest = best[WIDTH - first - size].take(begin + (first + size))
                np.maximum(whole, best[first].take(begin) + self._logs[size].take(begin + first) + rest, out=whole)
        return np.asarray(whole - best[LEFT].take(begin) - best[LONGEST + RIGHT - sizes, at + sizes])
