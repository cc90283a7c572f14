"""Scans: which runs of periods stand out, with a false-alarm rate that holds for all that was looked at together.

Source: the space-time permutation scan (Kulldorff et al., PLoS Medicine 2 (2005) e59) with Westfall and Young's
single-step maximum over everything scanned; for times, the same with sums of ranks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray
from tqdm.auto import tqdm

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SEED = 20230901  # the shuffles are the same each time: the same rows give the same report


@dataclass(frozen=True)
class Window:
    """Cell number ``cell`` stands out from period ``start`` up to, not including, ``stop``.

    ``p``: the chance of a value like this anywhere in the scan where nothing changes.
    """

    cell: int
    start: int
    stop: int
    p: float


def scan(
    cell: Ints, item: Ints, period: Ints, rounds: int, *, values: Floats | None = None, least: int = 5
) -> list[Window]:
    """The best window of each cell, those with the smallest p first.

    ``period`` (items,) says when each item was; ``cell`` and ``item`` (entries,) which cells each item belongs to.
    Without ``values`` a window stands out where the cell has more than its share of all items of these periods; with
    ``values`` (entries,) where they are larger than the cell's own others. If nothing changes, every order of the
    periods is as likely: ``rounds`` shuffles of whole items, which keep what hangs together, give the largest value by
    chance, so P(any p ≤ a) ≤ a for the whole scan. ``least``: a window, and what is left, has so many entries.
    """
    periods, cells = int(period.max(initial=0)) + 1, int(cell.max(initial=-1)) + 1
    if periods < 2 or not cells:
        return []
    runs = [(a, b) for a in range(periods) for b in range(a + 1, periods + 1) if b - a < periods]
    starts, stops = np.array(runs).T
    measure = _Shares(cell, period, cells, starts, stops, least) if values is None else None
    ranked = _ranks(cell, values, cells) if values is not None else None

    def statistic(when: Ints) -> Floats:
        place = cell * periods + when[item]
        inside = _windows(np.bincount(place, minlength=cells * periods), periods, starts, stops)
        if measure is not None:
            return measure(inside)
        assert ranked is not None
        centred, sizes, spread = ranked
        sums = _windows(np.bincount(place, centred, cells * periods), periods, starts, stops)
        rest = sizes[:, None] - inside
        scale = np.sqrt(np.maximum(inside * rest, 1) / np.maximum(sizes[:, None] - 1, 1)) * spread[:, None]
        usable = (inside >= least) & (rest >= least) & (spread[:, None] > 0)
        told: Floats = np.where(usable, sums / np.where(scale > 0, scale, 1), -np.inf)
        return told

    observed = statistic(period)
    rng = np.random.default_rng(SEED)
    bar = tqdm(range(rounds), desc="趋势检验 · testing trends", delay=1, leave=False)
    chance = np.sort([statistic(rng.permutation(period)).max() for _ in bar])
    best = observed.argmax(axis=1)
    top = observed[np.arange(cells), best]
    p = (1 + rounds - np.searchsorted(chance, top)) / (1 + rounds)
    found = [Window(c, int(starts[best[c]]), int(stops[best[c]]), float(p[c])) for c in range(cells)]
    return sorted((w for w in found if top[w.cell] > 0), key=lambda w: w.p)


def _windows(per_period: NDArray[np.generic], periods: int, starts: Ints, stops: Ints) -> Floats:
    """Sums (cells × windows) of what falls into each window."""
    rows = per_period.reshape(-1, periods).astype(float)
    running = np.concatenate([np.zeros((len(rows), 1)), rows.cumsum(axis=1)], axis=1)
    told: Floats = running[:, stops] - running[:, starts]
    return told


class _Shares:
    """Kulldorff's log-likelihood ratio of counts in windows, against the share of all items that the windows hold."""

    def __init__(self, cell: Ints, period: Ints, cells: int, starts: Ints, stops: Ints, least: int) -> None:
        every = np.bincount(period)
        self.sizes = np.bincount(cell, minlength=cells).astype(float)[:, None]
        self.share = _windows(every, len(every), starts, stops) / len(period)
        self.least = least

    def __call__(self, inside: Floats) -> Floats:
        expected, rest = self.sizes * self.share, self.sizes - inside
        left = np.maximum(self.sizes - expected, 1e-12)
        ratio = inside * np.log(np.maximum(inside, 1e-12) / np.maximum(expected, 1e-12))
        ratio += rest * np.log(np.maximum(rest, 1e-12) / left)
        told: Floats = np.where((inside > expected) & (inside >= self.least), ratio, -np.inf)
        return told


def _ranks(cell: Ints, values: Floats, cells: int) -> tuple[Floats, Floats, Floats]:
    """Each entry's rank within its cell less the mean; the sizes of the cells; the spread of their ranks."""
    sizes = np.bincount(cell, minlength=cells).astype(float)
    centred = np.zeros(len(values))
    for c in range(cells):
        own = cell == c
        centred[own] = scipy.stats.rankdata(values[own]) - (sizes[c] + 1) / 2
    spread = np.sqrt(np.bincount(cell, centred**2, cells) / np.maximum(sizes, 1))
    return centred, sizes, spread
