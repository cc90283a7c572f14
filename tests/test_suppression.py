"""Suppression: whoever knows every published figure, and how the firm is built, cannot work out a small group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from chatkit import changes
from chatkit.aggregates import ALL, OTHERS, Table, tabulate
from chatkit.cases import Cases, _edges, _without_small
from chatkit.changes import Shown
from chatkit.scans import Window
from chatkit.suppression import components, merged, withheld

K = 5


def bounds(counts: np.ndarray, hidden: np.ndarray) -> list[tuple[int, int]]:
    """For each withheld cell what it may be, by linear programming on all totals and all that is shown."""
    cells = np.argwhere(hidden)
    rows = [[float(r == line) for r, _ in cells] for line in range(counts.shape[0])]
    columns = [[float(c == line) for _, c in cells] for line in range(counts.shape[1])]
    known = np.where(hidden, counts, 0)
    totals = [*known.sum(1), *known.sum(0)]
    found = []
    for n in range(len(cells)):
        goal = np.eye(len(cells))[n]
        low, high = (scipy.optimize.linprog(s * goal, A_eq=rows + columns, b_eq=totals).fun * s for s in (1, -1))
        found.append((round(low), round(high)))
    return found


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    """Counts whose totals are all k or more."""
    shape = draw(st.tuples(st.integers(2, 5), st.integers(2, 5)))
    cell = st.one_of(st.integers(0, 6), st.integers(0, 40))
    counts = np.array(draw(st.lists(cell, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))).reshape(shape)
    counts[counts.sum(1) < K, 0] += K
    counts[0, counts.sum(0) < K] += K
    return counts


@settings(max_examples=150, deadline=None)
@given(tables())
def test_each_withheld_cell_may_be_k_and_more_different_numbers(counts: np.ndarray) -> None:
    hidden = withheld(counts, counts, K)
    assert hidden[(counts > 0) & (counts < K)].all()
    for (low, high), true in zip(bounds(counts, hidden), counts[hidden], strict=True):
        assert low <= true <= high
        assert high - low >= K
        assert high >= K  # not even that it is small is certain


def test_without_the_cells_beside_it_a_total_would_give_a_small_one_back() -> None:
    counts = np.array([[2, 9, 9], [8, 7, 9], [9, 50, 9]])
    alone = counts < K
    assert bounds(counts, alone) == [(2, 2)]
    assert withheld(counts, counts, K).sum() == 4


def test_a_table_without_small_cells_withholds_nothing() -> None:
    assert not withheld(np.array([[5, 0], [6, 9]]), np.array([[5, 0], [6, 9]]), K).any()


def test_many_conversations_of_few_people_are_small() -> None:
    counts, people = np.array([[30, 20], [20, 30]]), np.array([[2, 20], [20, 30]])
    assert withheld(counts, people, K).all()


def test_a_table_that_hides_nothing_in_its_totals_is_asked_for() -> None:
    with pytest.raises(ValueError, match="merged before"):
        withheld(np.array([[1, 1], [9, 9]]), np.array([[1, 1], [9, 9]]), K)


def test_where_there_is_no_rectangle_the_whole_table_is_withheld() -> None:
    counts = np.array([[4, 4], [3, 3]])
    assert withheld(counts, counts, K).all()
    assert all(high - low >= K for low, high in bounds(counts, withheld(counts, counts, K)))


def test_values_that_hang_together_are_one_group() -> None:
    frame = pd.DataFrame({"product": ["a", "b", "c", "c"], "team": ["x", "x", "y", "z"], "region": ["n"] * 4})
    groups = components(frame, "product", ["team", "region"])
    assert groups["a"] == groups["b"] != groups["c"]
    assert set(components(frame, "region", ["product"]).values()) == {0}


def test_what_is_merged_is_nobody_or_k_people_in_every_group() -> None:
    frame = pd.DataFrame({"team": ["x"] * 20 + ["y"] * 6 + ["z"] * 2 + ["q"] * 9, "unit": range(37)})
    assert merged(frame, "team", {"x": 0, "y": 0, "z": 0, "q": 1}, K, 5) == {"x": 0, "q": 1}


# ------------------------------------------------------------------------ an attacker who has every table at once
TRADES = {"p1": "t1", "p2": "t1", "p3": "t1", "p4": "t2", "p5": "t2", "p6": "t2"}


@st.composite
def firms(draw: st.DrawFn) -> Cases:
    """Two trades with their own products and teams, two regions, four weeks."""
    n = draw(st.integers(200, 500))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    product = rng.choice(list(TRADES), n, p=rng.dirichlet([1.5] * 6))
    weeks = {p: rng.dirichlet([0.7] * 4) for p in TRADES}  # each product has its own busy weeks
    period = np.array([rng.choice(4, p=weeks[p]) for p in product])
    frame = pd.DataFrame({"period": period, "unit": np.arange(n), "product": product})
    team = rng.choice([0, 1], n, p=[0.8, 0.2])
    frame["team"] = [f"{TRADES[p]}{'ab'[x]}" for p, x in zip(product, team, strict=True)]
    frame["region"] = rng.choice(["n", "s"], n, p=[0.85, 0.15])
    frame[["first", "length"]] = 1.0
    begin = pd.Timestamp("2023-09-04").date()
    kept, groups = _without_small(frame, ("product", "team", "region"), K)
    edges = _edges(begin, (pd.Timestamp(begin) + pd.Timedelta(days=27)).date())
    return Cases(kept.reset_index(drop=True), edges, ("product", "team", "region"), groups, None, False, False)


def published(cases: Cases) -> tuple[dict[str, Table], dict[str, Shown]]:
    """The tables in the finest columns that are safe, however much of them is withheld."""
    hidden: dict[str, Shown] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chatkit.aggregates.HIDDEN", 1.0)
        patch.setattr("chatkit.aggregates.ALONE", 0.0)
        return {name: tabulate(cases, name, K, hidden) for name in ("", *cases.dimensions)}, hidden


@settings(max_examples=25, deadline=None)
@given(firms(), st.integers(0, 2), st.integers(1, 2))
def test_all_tables_and_a_change_together_leave_each_withheld_cell_open(cases: Cases, start: int, weeks: int) -> None:
    """The attacker knows which team sells what, solves for every combination, and still cannot narrow a cell down."""
    shown, hidden = published(cases)
    frame, window = cases.frame, Window(0, start, start + weeks, 0.001)
    kinds = sorted({*zip(frame["product"], frame["team"], frame["region"], strict=True)})
    every = [(*kind, period) for kind in kinds for period in range(cases.periods)]
    equations, totals, targets = [], [], []
    for name, table in shown.items():
        at = {"product": 0, "team": 1, "region": 2}.get(name, 0)
        named = [row for row in table.counts.index if row not in (ALL, OTHERS)]
        columns = hidden[name].columns
        for row in table.counts.index:
            for column, value in zip([*range(len(table.days)), None], table.counts.loc[row], strict=True):
                mine = [
                    float(
                        (row == ALL or (row == OTHERS and e[at] not in named) or e[at] == row)
                        and (column is None or columns[e[3]] == column)
                    )
                    for e in every
                ]
                if value is not pd.NA:
                    equations.append(mine)
                    totals.append(int(value))
                elif row != OTHERS:
                    targets.append(mine)
    for name in cases.dimensions:  # and the exact number behind every change whose size would be told
        for value in sorted(frame[name].unique()):
            mine, inside = frame[name] == value, frame["period"].between(window.start, window.stop - 1)
            rests = changes._rests(cases, frame, hidden, ((name,), (value,)), mine, inside, window)
            if changes._many(frame[mine & inside], K) and all(changes._many(rest, K) for rest in rests):
                at = ("product", "team", "region").index(name)
                equations.append([float(e[at] == value and window.start <= e[3] < window.stop) for e in every])
                totals.append(int((mine & inside).sum()))
                break
    for goal in targets:
        spans = [scipy.optimize.linprog(s * np.array(goal), A_eq=equations, b_eq=totals) for s in (1, -1)]
        assert all(s.success for s in spans)
        assert -spans[1].fun - spans[0].fun >= K - 1e-6
