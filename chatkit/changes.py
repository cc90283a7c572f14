"""Changes: what rose, when, by how much; searched for with one false-alarm rate for the whole report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import rjieba
import scipy
from numpy.typing import NDArray

from .cases import Cases
from .scans import SEED, Window, scan
from .suppression import Bools, Ints

ALPHA = 0.05  # of all reports on times when nothing changes, so many flag anything at all
ROUNDS = 999
PAIRED = ("category", "product", "region")  # looked at two by two as well: one product in one region
TIMES = ("first", "length")
WORDS = 1_500  # the most frequent words that are looked at
Key = tuple[tuple[str, ...], tuple[str, ...]]
Bounds = tuple[float | None, float | None, float | None]
Size = tuple[float | None, float | None, float | None, tuple[int, int, int] | None]
Series: TypeAlias = "pd.Series[Any]"
Floats = NDArray[np.float64]
NOTHING: Size = (None, None, None, None)
_HAN = re.compile(r"[\u4e00-\u9fff]{2,8}")


@dataclass(frozen=True)
class Shown:
    """What a table shows: the column (0 …) of each period, and by row which columns are withheld."""

    columns: Ints
    rows: Mapping[str, Bools] = field(repr=False)


@dataclass(frozen=True)
class Change:
    """``value`` of ``dimension`` rose from ``since`` to ``until`` (both days counted) beside its own other days.

    ``measure``: volume (conversations a day), share (of all conversations), word (share that says it), first or length
    (seconds), again (share that wrote again). ``size`` is the ratio to the other days, from ``low`` to ``high`` (95 %):
    None where it would tell of fewer than k people; ``extra``: the same as conversations. ``p`` holds for all that the
    measure looked at; up to ``limit`` it is flagged. The days are picked because they stand out: ``size`` errs upwards.
    """

    measure: str
    dimension: tuple[str, ...]
    value: tuple[str, ...]
    since: date
    until: date
    p: float
    limit: float
    size: float | None = None
    low: float | None = None
    high: float | None = None
    extra: tuple[int, int, int] | None = None


def changes(cases: Cases, k: int, kept: Mapping[str, Shown], alpha: float = ALPHA) -> tuple[Change, ...]:
    """Every change that is flagged, the surest first.

    The measures share ``alpha`` among them (Bonferroni); within one, shuffles of whole conversations account for all
    cells and windows together. Somebody's second contact within seven days is no new case, where customers are known.
    ``kept``: by dimension, the rows that the tables show, with what is withheld in each.
    """
    looks = list(_looks(cases, k))
    limit = alpha / max(1, len(looks))
    found = []
    for measure, keys, windows in looks:
        for window in windows:
            if window.p <= limit:
                key = keys[window.cell]
                since, until = cases.edges[window.start], cases.edges[window.stop] - timedelta(1)
                size, low, high, extra = _size(cases, k, kept, measure, key, window)
                found.append(Change(measure, *key, since, until, window.p, limit, size, low, high, extra))
    return tuple(sorted(found, key=lambda change: change.p))


Look = tuple[str, list[Key], list[Window]]


def _looks(cases: Cases, k: int) -> Iterator[Look]:
    """Each measure with the cells that it looked at and the best window of each."""
    frame, fresh = cases.frame, cases.fresh
    counts = np.bincount(fresh["period"], minlength=cases.periods).astype(float)
    each = np.arange(cases.periods)
    lengths = np.diff([edge.toordinal() for edge in cases.edges])
    windows = scan(np.zeros_like(each), each, each, ROUNDS, values=counts / lengths, least=2)
    yield "volume", [((), ())], windows
    keys, cell, item = _cells(fresh, cases.dimensions, k)
    yield "share", keys, scan(cell, item, fresh["period"].to_numpy(), ROUNDS, least=k)
    for measure in (*TIMES, *(["again"] if "again" in frame else [])):
        told = frame[frame[measure].notna()].reset_index(drop=True)
        keys, cell, item = _cells(told, cases.dimensions, k, pairs=False)
        values = told[measure].to_numpy(dtype=float)[item]
        yield measure, keys, scan(cell, item, told["period"].to_numpy(), ROUNDS, values=values, least=k)
    if cases.texts is not None:
        held = words(cases.texts.loc[fresh.index].tolist(), k)
        cell, item = np.array(held[1], dtype=np.int64), np.array(held[2], dtype=np.int64)
        yield (
            "word",
            [(("word",), (w,)) for w in held[0]],
            scan(cell, item, fresh["period"].to_numpy(), ROUNDS, least=k),
        )


def _cells(
    frame: pd.DataFrame, dimensions: tuple[str, ...], k: int, *, pairs: bool = True
) -> tuple[list[Key], NDArray[np.int64], NDArray[np.int64]]:
    """What is looked at: each value, pairs of values, or all; by number, with the rows that are in it."""
    paired = [pair for pair in combinations(PAIRED, 2) if set(pair) <= set(dimensions)] if pairs else []
    keys: list[Key] = [] if pairs else [((), ())]
    cells, items = [] if pairs else [np.zeros(len(frame), dtype=np.int64)], [] if pairs else [np.arange(len(frame))]
    for names in [*((d,) for d in dimensions), *paired]:
        for value, places in frame.groupby(list(names)).indices.items():
            values = value if isinstance(value, tuple) else (value,)
            if len(places) >= 2 * k:
                cells.append(np.full(len(places), len(keys)))
                items.append(np.asarray(places, dtype=np.int64))
                keys.append((names, tuple(map(str, values))))
    nothing = [np.empty(0, dtype=np.int64)]
    return keys, np.concatenate(cells or nothing), np.concatenate(items or nothing)


def words(texts: list[str], k: int) -> tuple[list[str], list[int], list[int]]:
    """The words of at least 2k texts that may be told, and in which text each stands (numbers of word and of text).

    Chinese words of two characters or more that are nobody's name: what masking missed must not come out as a trend.
    """
    found: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        for word in set(rjieba.cut(text)):
            if _HAN.fullmatch(word):
                found.setdefault(word, []).append(place)
    often = sorted((w for w in found if len(found[w]) >= 2 * k and _common(w)), key=lambda w: (-len(found[w]), w))[
        :WORDS
    ]
    places = [(n, place) for n, word in enumerate(often) for place in found[word]]
    return often, [n for n, _ in places], [place for _, place in places]


@cache
def _common(word: str) -> bool:
    return all(not tag.startswith("nr") for _, tag in rjieba.tag(word))


def _size(cases: Cases, k: int, kept: Mapping[str, Shown], measure: str, key: Key, window: Window) -> Size:
    """How much it rose, with the 95 % interval; Nones where the counts would give small groups away."""
    names, values = key
    frame = cases.frame if measure in (*TIMES, "again") else cases.fresh
    inside = frame["period"].between(window.start, window.stop - 1)
    mine = pd.Series(True, index=frame.index)
    for name, value in zip(names, values, strict=True):
        mine &= _holds(cases, frame, value) if name == "word" else frame[name] == value
    one, two = frame[mine & inside], frame[mine & ~inside]
    if measure in TIMES:
        one, two = one[one[measure].notna()], two[two[measure].notna()]
        if not (_many(one, k) and _many(two, k)):
            return NOTHING
        return (*_ratio_of_medians(one[measure].to_numpy(), two[measure].to_numpy()), None)
    if measure == "again":
        told = all(_many(f[f["again"] == x], k) for f in (one, two) for x in (0, 1))
        return (*_ratio_of_shares(one["again"], two["again"]), None) if told else NOTHING
    if not _many(one, k) or not all(_many(rest, k) for rest in _rests(cases, frame, kept, key, mine, inside, window)):
        return NOTHING
    span = [(cases.edges[b] - cases.edges[a]).days for a, b in ((window.start, window.stop), (0, -1))]
    exposure = (
        (span[0], span[1] - span[0]) if measure == "volume" else ((~mine & inside).sum(), (~mine & ~inside).sum())
    )
    if len(two) and not _many(two, k):  # as if there had been as many as are never told: errs downwards
        return None, _ratio_of_rates(len(one), k - 1, *exposure)[1], None, None
    size, low, high = _ratio_of_rates(len(one), len(two), *exposure)
    extra, least, most = (round(len(one) * (1 - 1 / ratio)) if ratio else len(one) for ratio in (size, low, high))
    return size, low, high, (extra, least, most)


def _many(rows: pd.DataFrame, k: int) -> bool:
    return bool(len(rows) >= k and rows["unit"].nunique() >= k)


def _rests(
    cases: Cases, frame: pd.DataFrame, kept: Mapping[str, Shown], key: Key, mine: Series, inside: Series, window: Window
) -> Iterator[pd.DataFrame]:
    """What the published totals leave beside the counts of a change: each of these must be k or more."""
    (name, *more), (value, *_) = key if key[0] else (("",), ("all",))
    if more:  # one product in one region: the product elsewhere, the region's other products
        for n, v in zip(*key, strict=True):
            yield frame[(frame[n] == v) & ~mine & inside]
    elif name in kept and value in kept[name].rows:
        columns, hidden = kept[name].columns, kept[name].rows[value]
        run = range(window.start, window.stop)
        touched = {int(columns[n]) for n in run}
        cut = {c for c in touched if any(columns[n] == c for n in range(len(columns)) if n not in run)}
        if hidden[list(touched)].any():
            yield frame[:0]
        parts = frame[mine & frame["period"].map(dict(enumerate(columns))).isin(cut)]
        yield from (part for _, part in parts.groupby(inside))
    elif name in kept:  # one of the others of its group
        group = cases.groups[name]
        others = frame[name].map(lambda v: group[v] == group[value] and v not in kept[name].rows) & ~mine
        yield from (frame[others & inside], frame[others & ~inside])


def _holds(cases: Cases, frame: pd.DataFrame, word: str) -> Series:
    assert cases.texts is not None
    return cases.texts[frame.index].map(lambda text: word in text and word in rjieba.cut(text)).astype(bool)


def _ratio_of_rates(one: int, two: int, among: int, among_two: int) -> Bounds:
    """The ratio of two counts to what they are counted among. Exact: given both, one is binomial (Clopper–Pearson)."""
    bounds = scipy.stats.binomtest(one, one + two).proportion_ci(0.95, "exact")
    odds = [share / (1 - share) * among_two / among if share < 1 else None for share in (bounds.low, bounds.high)]
    return (one / two * among_two / among if two else None), odds[0], odds[1]


def _ratio_of_shares(one: Series, two: Series) -> Bounds:
    """The ratio of two shares, with Katz's interval."""
    risk = scipy.stats.contingency.relative_risk(int(one.sum()), len(one), int(two.sum()), len(two))
    bounds = risk.confidence_interval(0.95)
    return float(risk.relative_risk), float(bounds.low), float(bounds.high)


def _ratio_of_medians(one: Floats, two: Floats) -> Bounds:
    """The ratio of two medians, with the percentile bootstrap's interval."""
    drawn = scipy.stats.bootstrap(
        (one, two),
        lambda a, b, axis: np.median(a, axis=axis) / np.maximum(np.median(b, axis=axis), 1),
        n_resamples=999,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(np.median(one) / max(1.0, np.median(two))), float(drawn.low), float(drawn.high)
