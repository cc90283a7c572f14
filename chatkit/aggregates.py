"""Aggregates: the cases counted by one dimension, in the finest columns that small groups allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from .cases import Cases
from .changes import Shown
from .suppression import Bools, Ints, merged, withheld

OTHERS, ALL = "others", "all"
HIDDEN, ALONE = 0.1, 0.5  # a table may withhold so much, and must show so much of all under its own name


@dataclass(frozen=True)
class Table:
    """One dimension: a row for each value, the others, all; a column for each of ``days`` (first, last); the total.

    ``counts``: conversations, <NA> where withheld, and their total. ``first`` and ``length``: medians in seconds, <NA>
    where withheld or fewer than k. ``again``: the share of each row that wrote again within seven days, <NA> likewise.
    """

    dimension: str
    days: tuple[tuple[date, date], ...]
    counts: pd.DataFrame = field(repr=False)
    first: pd.DataFrame = field(repr=False)
    length: pd.DataFrame = field(repr=False)
    again: pd.Series[float] = field(repr=False)


def tabulate(cases: Cases, name: str, k: int, hidden: dict[str, Shown]) -> Table:
    """The table of one dimension ("": of all), in the finest columns that show most of it, entered in ``hidden``."""
    fresh = cases.fresh.assign(**{"": ALL})
    groups = cases.groups.get(name, {ALL: 0})
    for weeks in (1, 2, 4, cases.periods):
        columns = np.minimum(np.arange(cases.periods) // weeks, max(1, cases.periods // weeks) - 1)
        seen = (
            fresh.groupby([fresh[name].map(groups), columns[fresh["period"]]])["unit"].nunique().unstack(fill_value=0)
        )
        if weeks < cases.periods and (seen.shape[1] <= columns[-1] or seen.to_numpy().min() < k):
            continue  # a whole group would be small, and other tables add it up
        kept = merged(fresh, name, groups, k, least=2 * k * (int(columns[-1]) + 1)) if name else {ALL: 0}
        own = {value: value if value in kept else f"{OTHERS}\x1f{group}" for value, group in groups.items()}
        of = {own[value]: group for value, group in groups.items()}
        counts, mask = _masked(fresh, fresh[name].map(own), of, columns, k)
        alone = counts.loc[list(kept)].to_numpy().sum() / counts.to_numpy().sum()
        if mask.to_numpy().mean() <= HIDDEN and alone >= ALONE:
            break
    hidden[name] = Shown(columns, {value: mask.loc[value].to_numpy() for value in kept})
    totals = counts.sum(axis=1).to_dict()
    order = sorted(kept, key=lambda value: -totals[value]) if name else []
    rest = [row for row in counts.index if row not in kept]
    shown = {value: [value] for value in order} | ({OTHERS: rest} if rest else {}) | {ALL: list(counts.index)}
    blank = {n: mask.loc[rows].any().to_numpy() for n, rows in shown.items() if n != ALL}
    return _shown(name, cases, shown, cases.frame.assign(**{"": ALL})[name].map(own), columns, blank, k, of)


def _masked(
    fresh: pd.DataFrame, row: pd.Series[str], groups: Mapping[str, int], columns: Ints, k: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts by row and column, and which are withheld, each group of rows by itself."""
    by = fresh.groupby([row, columns[fresh["period"]]])["unit"]
    counts = by.size().unstack(fill_value=0).reindex(columns=range(columns[-1] + 1), fill_value=0)
    units = by.nunique().unstack(fill_value=0).reindex(columns=counts.columns, fill_value=0)
    mask = pd.DataFrame(False, index=counts.index, columns=counts.columns)
    for group in sorted(set(groups.values())):
        rows = [r for r in counts.index if groups[r] == group]
        mask.loc[rows] = withheld(counts.loc[rows].to_numpy(), units.loc[rows].to_numpy(), k)
    return counts, mask


def _shown(
    name: str,
    cases: Cases,
    shown: Mapping[str, list[str]],
    row: pd.Series[str],
    columns: Ints,
    blank: Mapping[str, Bools],
    k: int,
    groups: Mapping[str, int],
) -> Table:
    """The table as it may be seen."""
    fresh, size = cases.fresh, int(columns[-1]) + 1
    starts = [int(np.argmax(columns == n)) for n in range(size)] + [cases.periods]
    days = tuple((cases.edges[a], cases.edges[b] - timedelta(1)) for a, b in pairwise(starts))
    counts: dict[str, list[object]] = {}
    medians: dict[str, dict[str, list[object]]] = {"first": {}, "length": {}}
    for n, rows in shown.items():
        mine, whole = fresh[row[fresh.index].isin(rows)], cases.frame[row.isin(rows)]
        inside = np.bincount(columns[mine["period"]], minlength=size)
        hide = blank.get(n, np.zeros(size, dtype=bool))
        counts[n] = [*(pd.NA if h else int(c) for c, h in zip(inside, hide, strict=True)), len(mine)]
        for measure, told in medians.items():
            parts = [whole[columns[whole["period"]] == c] for c in range(size)]
            told[n] = [pd.NA if h else _median(part, measure, k) for part, h in zip(parts, hide, strict=True)]
            told[n].append(_median(whole, measure, k))
    heads = [*map(str, range(size)), "total"]
    frames = {
        measure: pd.DataFrame.from_dict(told, orient="index", columns=heads).astype("Int64")
        for measure, told in {"counts": counts, **medians}.items()
    }
    return Table(name, days, again=_again(cases, shown, row, groups, k), **frames)


def _median(rows: pd.DataFrame, measure: str, k: int) -> object:
    """In whole seconds, where k people have a value."""
    told = rows[rows[measure].notna()]
    return round(float(told[measure].median())) if told["unit"].nunique() >= k else pd.NA


def _again(
    cases: Cases, shown: Mapping[str, list[str]], row: pd.Series[str], groups: Mapping[str, int], k: int
) -> pd.Series[float]:
    """The share of each row that wrote again, in whole per cent; <NA> where it would tell of fewer than k."""
    told = dict.fromkeys(shown, np.nan)
    if "again" not in cases.frame:
        return pd.Series(told, dtype=float)
    by = cases.frame.groupby([row, "again"])["unit"]
    counts = by.size().unstack(fill_value=0).reindex(columns=[0.0, 1.0], fill_value=0)
    units = by.nunique().unstack(fill_value=0).reindex(columns=[0.0, 1.0], fill_value=0)
    hide = dict.fromkeys(counts.index, True)
    of = pd.Series({r: groups[r] for r in counts.index})
    if (units.groupby(of).sum() >= k).all(axis=None) and (counts.groupby(of).sum() >= k).all(axis=None):
        for group in sorted(of.unique()):
            rows = of.index[of == group]
            cells = withheld(counts.loc[rows].to_numpy(), units.loc[rows].to_numpy(), k)
            hide |= {row: bool(own.any()) for row, own in zip(rows, cells, strict=True)}
    for name, rows in shown.items():
        once, more = counts.loc[rows].sum()
        if (units.loc[rows].sum() >= k).all() and (name == ALL or not any(hide[row] for row in rows)):
            told[name] = round(more / (once + more), 2)
    return pd.Series(told, dtype=float)
