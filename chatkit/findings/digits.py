"""Digits: every digit of a page at once, runs of them, and the windows of runs that may be one number.

Runs that only separators part form windows. What a window holds is for numbers.py to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .checksums import Flags
from .folding import DIGIT, LETTER, NUMERAL, PICTURE, Page, Positions
from .lexicon import flags

Digits = NDArray[np.uint8]
NONE = 99  # no digit
NUMERALS = dict(
    zip("零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", [0, 0, *range(1, 10), 1, 2, *range(1, 10)], strict=True)
)
LETTERS = {"O": 0, "o": 0, "l": 1, "I": 1}


def _values(more: dict[str, int]) -> Digits:
    table = np.full(0x10000, NONE, np.uint8)
    table[0x30:0x3A] = np.arange(10)
    for sign, value in more.items():
        table[ord(sign)] = value
    return table


STRICT, LENIENT = _values({}), _values(NUMERALS | LETTERS)
ODD = STRICT != LENIENT
JOINER = flags(" -.·/\\_~,、。()\n*+:;|…=") | flags(chr(PICTURE))
MOST = 19  # runs in one window: a card written digit by digit
ALONE = -1  # in place of a separator, where there is but one group


def shape_key(shape: Sequence[int]) -> int:
    """The lengths of up to twelve groups as one number.

    >>> shape_key((3, 4)) == 3 + (4 << 5)
    True
    """
    return sum(size << 5 * n for n, size in enumerate(shape))


def shape_keys(shapes: Iterable[tuple[int, ...]]) -> Positions:
    """The keys of these shapes in order."""
    return np.array(sorted(shape_key(shape) for shape in shapes), np.int64)


def among(values: Positions, some: Positions) -> Flags:
    """Which values are some of these, which are in order.

    >>> among(np.array([1, 2, 9]), np.array([2, 4]))
    array([False,  True, False])
    """
    return np.asarray(some[np.minimum(np.searchsorted(some, values), some.size - 1)] == values)


@dataclass(frozen=True)
class Runs:
    """Digits of a page: ``at`` where each stands under a table of values; runs of adjacent ones.

    Run i holds digits ``first[i]`` to ``first[i] + lengths[i]`` and covers ``starts[i]`` to ``ends[i]``; ``joined[i]``
    says that only a few separators part it from run i + 1.
    """

    page: Page
    values: Digits
    at: Positions
    first: Positions
    lengths: Positions
    starts: Positions
    ends: Positions
    joined: Flags

    def digit(self, n: Positions) -> Digits:
        """What the digits with these numbers say."""
        return self.values[self.page.codes[self.at[np.minimum(n, self.at.size - 1)]]]

    @cached_property
    def apart(self) -> Positions:
        """How many signs stand between each run and the next (of the last: none)."""
        return np.append(self.starts[1:] - self.ends[:-1], 0)

    def of(self, keep: Positions) -> Runs:
        """Some of the runs; those whose neighbour is left out are joined to nothing."""
        neighbour = np.zeros(keep.size, np.bool_)
        neighbour[:-1] = np.diff(keep) == 1
        first, lengths, starts, ends = (c[keep] for c in (self.first, self.lengths, self.starts, self.ends))
        return Runs(self.page, self.values, self.at, first, lengths, starts, ends, self.joined[keep] & neighbour)


def runs_of(page: Page, values: Digits = STRICT) -> Runs:
    """The digits of a page under a table of values."""
    return _runs(page, values, np.flatnonzero(page.signs & (DIGIT if values is STRICT else DIGIT | NUMERAL)))


def _runs(page: Page, values: Digits, at: Positions) -> Runs:
    """The runs that digits at these places form."""
    if not at.size:
        empty = np.empty(0, np.int64)
        return Runs(page, values, at, empty, empty, empty, empty, np.empty(0, np.bool_))
    breaks = np.flatnonzero(at[1:] - at[:-1] != 1) + 1
    first = np.concatenate([[0], breaks])
    starts, ends = at[first], at[np.concatenate([breaks, [at.size]]) - 1] + 1
    lengths = ends - starts
    apart = starts[1:] - ends[:-1]
    near = np.flatnonzero(apart <= 4)
    near = near[JOINER[page.codes[ends[near]]]]
    for step in range(1, 4):
        inside = apart[near] > step
        near = near[~inside | JOINER[page.codes[ends[near] + step * inside]]]
    joined = np.zeros(starts.size, np.bool_)
    joined[near] = True
    return Runs(page, values, at, first, lengths, starts, ends, joined)


def spelled(page: Page) -> Runs | None:
    """Runs with numerals or letters for digits in them, where there are enough of them to be a number."""
    signs = page.signs
    lenient = signs & (DIGIT | NUMERAL) > 0
    odd = np.flatnonzero(signs & NUMERAL)
    odd = odd[_beside(page, lenient, odd, 1) | _beside(page, lenient, odd, -1)]
    if not odd.size:
        return None
    rows = np.unique(page.row(odd))
    stops = np.append(page.starts[1:], page.codes.size)
    sizes = stops[rows] - page.starts[rows]
    places = np.arange(int(sizes.sum())) + np.repeat(page.starts[rows] - np.cumsum(sizes) + sizes, sizes)
    runs = _runs(page, LENIENT, places[lenient[places]])
    signs = page.signs[runs.at]
    odds = np.add.reduceat((signs & DIGIT) == 0, runs.first)
    # a word such as Oil is no number: letters count only where digits are the greater part
    lettered = np.add.reduceat((signs & LETTER) > 0, runs.first)
    usable = (lettered == 0) | (runs.lengths - odds >= lettered) & (runs.lengths >= 3)
    chained = runs.joined | np.concatenate([[False], runs.joined[:-1]])
    worthy = usable & ((odds > 0) & (runs.lengths >= 7) | chained)
    if not (worthy & (odds > 0)).any():
        return None
    return runs.of(np.flatnonzero(worthy))


def _beside(page: Page, lenient: Flags, at: Positions, step: int) -> Flags:
    """Whether a digit stands beside each position, at most four separators away, on one side."""
    found, open_ = np.zeros(at.size, np.bool_), np.ones(at.size, np.bool_)
    for _ in range(5):
        at = at + step
        found |= open_ & lenient[at]
        open_ &= JOINER[page.codes[at]]
    return found


def windows_of(page: Page, runs: Runs) -> Windows:
    """The windows of 1 to MOST runs and 7 to 19 digits, told by what all of them share: computed once for a page."""
    chained = runs.joined.copy()
    chained[1:] |= runs.joined[:-1]
    index = np.flatnonzero(chained | (runs.lengths >= 7))
    runs = runs if index.size == runs.lengths.size else runs.of(index)
    total = np.concatenate([[0], np.cumsum(runs.lengths)])
    gaps = np.zeros(runs.lengths.size, np.int64)
    single = np.flatnonzero(runs.joined & (runs.apart == 1))
    gaps[single] = page.codes[runs.ends[single]]
    index, keys, gap = np.arange(runs.lengths.size), runs.lengths, np.full(runs.lengths.size, ALONE)
    parts = []
    for width in range(1, MOST + 1):
        if width > 1:
            (going,) = np.nonzero(runs.joined[index + width - 2])
            index, keys, gap = index[going], keys[going], gap[going]
            last = gaps[index + width - 2]
            gap = last if width == 2 else np.where(gap == last, gap, 0)
            if width <= 12:
                keys = keys | runs.lengths[index + width - 1] << 5 * (width - 1)
        size = total[index + width] - total[index]
        (within,) = np.nonzero(size <= 19)
        index, keys, gap, size = index[within], keys[within], gap[within], size[within]
        if not index.size:
            break
        (worth,) = np.nonzero(size >= 7)
        widths = np.full(worth.size, width)
        parts.append((index[worth], widths, size[worth], keys[worth] if width <= 12 else widths * 0, gap[worth]))
    columns = [np.concatenate([part[n] for part in parts] or [np.empty(0, np.int64)]) for n in range(5)]
    return Windows(page, runs, *columns)


@dataclass(frozen=True)
class Windows:
    """Windows, one place in each array: index of the first run, number of runs, digits in all.

    ``keys`` are the lengths of the groups (shape_key; 0 beyond twelve), ``gap`` the one sign that parts all groups
    (0 where signs differ or are several, ALONE where there is but one group).
    """

    page: Page
    runs: Runs
    index: Positions
    width: Positions
    size: Positions
    keys: Positions
    gap: Positions

    def of(self, chosen: Flags | Positions) -> Windows:
        """The windows that are chosen."""
        if chosen.dtype == np.bool_:
            chosen = np.flatnonzero(chosen)
        columns = (self.index, self.width, self.size, self.keys, self.gap)
        return Windows(self.page, self.runs, *(column[chosen] for column in columns))

    @cached_property
    def first(self) -> Positions:
        """Number of the first digit of each window."""
        return self.runs.first[self.index]

    @cached_property
    def starts(self) -> Positions:
        """Where each window starts."""
        return self.runs.starts[self.index]

    @cached_property
    def joined(self) -> tuple[Flags, Flags]:
        """Whether a separator alone parts each window from a run before it, and from one behind it."""
        before, runs = np.maximum(self.index - 1, 0), self.runs
        left = (self.index > 0) & runs.joined[before] & (self.first == runs.first[before] + runs.lengths[before])
        return left, runs.joined[self.index + self.width - 1]

    @cached_property
    def lengths(self) -> Positions:
        """How many digits the first group of each window has."""
        return np.asarray(self.runs.lengths[self.index])

    @cached_property
    def beyond(self) -> Positions:
        """How many signs stand between each window and the next run."""
        return np.asarray(self.runs.apart[self.index + self.width - 1])

    @cached_property
    def next_length(self) -> Positions:
        """How many digits the run behind each window has."""
        return np.asarray(self.runs.lengths[np.minimum(self.index + self.width, self.runs.lengths.size - 1)])

    @cached_property
    def ends(self) -> Positions:
        """Where each window ends."""
        return np.asarray(self.runs.ends[self.index + self.width - 1])

    def digit(self, n: int) -> Digits:
        """Digit n of each window."""
        return self.runs.digit(self.first + n)

    def digits(self, size: int) -> NDArray[np.int64]:
        """The first ``size`` digits of each window, a row each."""
        return self.runs.digit(self.first[:, None] + np.arange(size)).astype(np.int64)

    def shape(self, n: int) -> tuple[int, ...]:
        """The lengths of the groups of window n."""
        at = int(self.index[n])
        return tuple(self.runs.lengths[at : at + int(self.width[n])].tolist())

    def gaps(self, n: int) -> list[str]:
        """What parts the groups of window n."""
        at, text = int(self.index[n]), self.page.text
        ends, starts = self.runs.ends, self.runs.starts
        return [text[ends[i] : starts[i + 1]] for i in range(at, at + int(self.width[n]) - 1)]

    def outer(self, n: int) -> tuple[tuple[str, int], tuple[str, int]]:
        """The separators around a window with the lengths of the runs beyond; empty where nothing is joined."""
        at, text, runs = int(self.index[n]), self.page.text, self.runs
        left, right = ("", 0), ("", 0)
        if at and runs.joined[at - 1] and runs.first[at] == runs.first[at - 1] + runs.lengths[at - 1]:
            left = text[runs.ends[at - 1] : runs.starts[at]], int(runs.lengths[at - 1])
        last = at + int(self.width[n]) - 1
        if runs.joined[last]:
            right = text[runs.ends[last] : runs.starts[last + 1]], int(runs.lengths[last + 1])
        return left, right
