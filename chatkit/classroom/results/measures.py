"""What a small class can tell: shares, correlations and gains, each with its 95 % interval and never without."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

import scipy

LEAST = 5  # people below whom no statistics of single items are given: they would be about somebody


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def text(self, form: str = ".0%") -> str:
        """As it is printed.

        >>> Interval(0.5, 0.25, 0.75).text()
        '50% [25%, 75%]'
        """
        return f"{self.value:{form}} [{self.low:{form}}, {self.high:{form}}]"


def share(k: int, n: int) -> Interval | None:
    """The share k of n (Wilson, JASA 22, 1927); None of nothing.

    >>> share(10, 10).text(".2f"), share(0, 0)
    ('1.00 [0.72, 1.00]', None)
    """
    if n == 0:
        return None
    found = scipy.stats.binomtest(k, n).proportion_ci(0.95, "wilson")
    return Interval(k / n, float(found.low), float(found.high))


def correlation(x: Sequence[float], y: Sequence[float]) -> Interval | None:
    """Pearson's r with Fisher's interval (Metron 1, 1921): z = artanh r, standard error 1/√(n−3).

    None for fewer than five pairs, and where all of one side are equal: there is nothing to correlate.

    >>> correlation([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]).text(".2f")
    '0.83 [0.05, 0.98]'
    """
    if len(x) < LEAST or len(set(x)) == 1 or len(set(y)) == 1:
        return None
    found = scipy.stats.pearsonr(x, y)
    low, high = found.confidence_interval(0.95)
    return Interval(float(found.statistic), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Gain:
    """How the same people did before and after, as means of shares (0 to 1).

    ``difference`` is the difference of the group's means (paired t). ``closed`` is the part of what the group lacked
    that it made up: (after − before) / (1 − before), of the group's means, as a ratio of means (Cochran, Sampling
    Techniques, 1977, 6.3). The mean of each person's own ratio is not used: it is biased, weighs those most who had
    the least left to gain, and does not exist for whoever began with full marks.
    """

    people: int
    before: float
    after: float
    difference: Interval
    closed: Interval | None


def gain(before: Sequence[float], after: Sequence[float]) -> Gain | None:
    """The gain of people measured twice, in the same order. None for fewer than two.

    >>> made = gain([0.5, 0.25, 0.5, 0.75], [0.75, 0.75, 1.0, 0.75])
    >>> made.difference.text(".2f"), made.closed.text(".2f")
    ('0.31 [-0.07, 0.69]', '0.62 [0.16, 1.09]')
    """
    n = len(before)
    if n < 2:
        return None
    t, root = float(scipy.stats.t.ppf(0.975, n - 1)), math.sqrt(n)
    moved = [b - a for a, b in zip(before, after, strict=True)]
    half = t * stdev(moved) / root
    lacked, left = [1 - a for a in before], [1 - b for b in after]
    closed = None
    if mean(lacked) > 0:
        ratio = mean(left) / mean(lacked)
        off = [b - ratio * a for a, b in zip(lacked, left, strict=True)]
        reach = t * stdev(off) / mean(lacked) / root
        closed = Interval(1 - ratio, 1 - ratio - reach, 1 - ratio + reach)
    return Gain(n, mean(before), mean(after), Interval(mean(moved), mean(moved) - half, mean(moved) + half), closed)
