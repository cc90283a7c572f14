"""Scans: what rises is found where it rises, and on quiet times so seldom as is promised."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from chatkit.scans import scan


def quiet(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three hundred items in ten periods, each in one cell of eight and one of five."""
    item = np.arange(300)
    cell = np.concatenate([rng.integers(0, 8, 300), 8 + rng.integers(0, 5, 300)])
    return cell, np.concatenate([item, item]), rng.integers(0, 10, 300)


def test_more_than_its_share_is_found_in_its_periods() -> None:
    cell, item, period = quiet(np.random.default_rng(1))
    more = np.arange(300, 340)
    window, *rest = scan(
        np.concatenate([cell, np.full(40, 3)]),
        np.concatenate([item, more]),
        np.concatenate([period, np.repeat([4, 5], 20)]),
        199,
    )
    assert (window.cell, window.start, window.stop, window.p) == (3, 4, 6, 1 / 200)
    assert all(w.p > 0.05 for w in rest)


def test_later_answers_of_one_cell_are_found() -> None:
    cell, item, period = quiet(np.random.default_rng(2))
    values = np.random.default_rng(3).exponential(60, len(cell))
    values[(cell == 10) & (period[item] >= 7)] += 300
    window = scan(cell, item, period, 199, values=values)[0]
    assert (window.cell, window.start, window.stop, window.p) == (10, 7, 10, 1 / 200)


def test_a_rise_of_everything_is_no_rise_of_one_cell() -> None:
    cell, item, period = quiet(np.random.default_rng(4))
    period[:200] = 5
    assert scan(cell, item, period, 199)[0].p > 0.05


@pytest.mark.parametrize("kind", ["counts", "values"])
def test_quiet_times_are_flagged_no_more_often_than_promised(kind: str) -> None:
    """Two hundred quiet sets at 10 %: more than 31 alarms would have a chance of one in two hundred."""
    alarms = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        cell, item, period = quiet(rng)
        values = rng.exponential(60, 300)[item] if kind == "values" else None
        alarms += scan(cell, item, period, 99, values=values)[0].p <= 0.1
    assert binomtest(alarms, 200, 0.1, "greater").pvalue > 0.005
    assert alarms > 5  # nor is it deaf


@pytest.mark.parametrize("period", [[], [0, 0, 0]])
def test_one_period_or_nothing_has_no_windows(period: list[int]) -> None:
    cell = np.zeros(len(period), dtype=np.int64)
    assert scan(cell, np.arange(len(period)), np.array(period, dtype=np.int64), 9) == []
