"""Readings: how well characters read as words, for many places of a page at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .folding import Codes, Page, Positions
from .lexicon import LEXICON

Floats = NDArray[np.float32]
LEFT, RIGHT = 4, 4  # characters around a candidate that are read with it
LONGEST = 4
WIDTH = LEFT + LONGEST + RIGHT


def pair(codes: Codes, at: Positions) -> Positions:
    """Each character and the one behind it as one number."""
    return np.asarray(codes[at].astype(np.int64) << 16 | codes[at + 1])


def packed(codes: Codes, starts: Positions, sizes: Positions) -> NDArray[np.uint64]:
    """Each stretch of up to four characters as one number, as words are in the lexicon."""
    keys = np.zeros(starts.size, np.uint64)
    for step in range(LONGEST):
        inside = np.where(step < sizes, codes[np.minimum(starts + step, codes.size - 1)], 0)
        keys += inside.astype(np.uint64) << np.uint64(16 * step)
    return keys


def place_in(table: NDArray[np.generic], keys: NDArray[np.generic]) -> Positions:
    """Place of each key in a sorted table, -1 where it is not there."""
    place = np.minimum(np.searchsorted(table, keys), table.size - 1)
    return np.where(table[place] == keys, place, -1)


def as_word(codes: Codes, starts: Positions, sizes: Positions) -> Floats:
    """The log of each stretch's share as one word; -99 where it is none."""
    return LEXICON.words.logs(packed(codes, starts, sizes))


def as_words(codes: Codes, starts: Positions, sizes: Positions) -> Floats:
    """The best reading of each stretch's first three characters by itself, as words."""
    one, two, three = (codes[starts + step].astype(np.uint64) for step in range(3))
    first, second, third = (LEXICON.unigrams[codes[starts + step]] for step in range(3))
    words, pair = LEXICON.words.logs, one | two << np.uint64(16)
    both = np.maximum(words(pair), first + second)
    rest = np.maximum(words(two | three << np.uint64(16)), second + third)
    whole = np.maximum(words(pair | three << np.uint64(32)), np.maximum(both + third, first + rest))
    return np.where(sizes == 2, both, np.where(sizes == 3, whole, np.float32(-99)))


def in_words(page: Page, starts: Positions, sizes: Positions) -> tuple[Floats, Floats]:
    """What the characters of each candidate weigh when read as words, and what cutting the text around it costs.

    Viterbi over a window around each candidate, all candidates at once: log-likelihood of the best reading of the
    whole window, less those of the best readings up to the candidate and from its end on.
    """
    codes, words = page.codes, LEXICON.words
    marked = np.zeros(codes.size, np.bool_)
    marked[starts] = True
    (places,) = np.nonzero(marked)
    number = np.empty(codes.size, np.int64)
    number[places] = np.arange(places.size)
    back = number[starts]
    narrow = codes[np.minimum(places[:, None] + np.arange(-LEFT, LONGEST + RIGHT), codes.size - 1)]
    window = narrow.astype(np.uint64)
    logs = np.full((WIDTH, 5, places.size), -99.0, np.float32)
    keys = np.zeros_like(window)
    for size in range(1, 5):
        upto = WIDTH - size + 1
        keys[:, :upto] += window[:, size - 1 :] << np.uint64(16 * (size - 1))
        if size == 1:
            logs[:, 1] = LEXICON.unigrams[narrow].T
        else:
            logs[:upto, size] = words.logs(keys[:, :upto].ravel()).reshape(places.size, upto).T
    ahead = [np.zeros(places.size, np.float32)]
    for k in range(1, WIDTH + 1):
        ahead.append(np.max([ahead[k - size] + logs[k - size, size] for size in range(1, min(4, k) + 1)], axis=0))
    behind = {WIDTH: np.zeros(places.size, np.float32)}
    for k in range(WIDTH - 1, LEFT, -1):
        behind[k] = np.max([behind[k + size] + logs[k, size] for size in range(1, min(4, WIDTH - k) + 1)], axis=0)
    after = np.stack([behind[LEFT + size] for size in range(1, LONGEST + 1)])[sizes - 1, back]
    whole, before = ahead[WIDTH][back], ahead[LEFT][back]
    inside = np.full(starts.size, 0.0, np.float32)  # the best reading of the candidate alone
    for size in (2, 3, 4):
        steps = [np.zeros(places.size, np.float32)]
        for k in range(1, size + 1):
            steps.append(np.max([steps[k - s] + logs[LEFT + k - s, s] for s in range(1, min(4, k) + 1)], axis=0))
        inside = np.where(sizes == size, steps[size][back], inside)
    reading = whole - before - after
    return reading, reading - inside
