"""Suppression: small counts are withheld, and so many others with them that totals do not give them back.

Source: the hypercube method of statistical offices (Repsilber; Hundepol et al., Statistical Disclosure Control, 2012,
ch. 4): each small cell is one corner of a rectangle of withheld cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def withheld(counts: Ints, units: Ints, k: int) -> Bools:
    """Which cells of a table (rows × periods, whose totals everybody may know) are withheld.

    Small: 1 to k-1 ``units`` (people). Around each a rectangle is withheld whose two neighbouring corners count k or
    more: moving d ≤ k from these two to the other two changes no total, so whoever knows every total still finds more
    than k possible values for each withheld cell. Where there is no rectangle the whole table is withheld, which leaves
    k or more values because every total, and what is left of it, is at least k. Raises ValueError for smaller totals.

    >>> withheld(np.array([[2, 9], [8, 7], [9, 50]]), np.array([[2, 9], [8, 7], [9, 50]]), 5).tolist()
    [[True, True], [True, True], [False, False]]
    """
    small = (units > 0) & (units < k)
    hidden = small.copy()
    if not small.any():
        return hidden
    if min(counts.sum(0).min(), counts.sum(1).min()) < k:
        raise ValueError("totals below k must be merged before")
    for row, column in np.argwhere(small):
        cost = np.where(hidden, 0, counts + 1)  # what is withheld anyway costs nothing; a zero costs a little
        least = cost + cost[row][None, :] + cost[:, column][:, None]
        corners = (counts[:, column] >= k)[:, None] & (counts[row] >= k)[None, :]
        corners[row] = corners[:, column] = False
        if not corners.any():
            return np.ones_like(hidden)
        other, beside = np.unravel_index(np.where(corners, least, counts.sum() * 9 + 9).argmin(), corners.shape)
        hidden[[row, other, other], [beside, column, beside]] = True
    return hidden


def components(frame: pd.DataFrame, column: str, others: Sequence[str]) -> dict[str, int]:
    """The values of a column in groups that no value of another column joins: a product to the team that sells it.

    The total of such a group can be added up from another table; so a cell is hidden behind cells of its own group
    only.
    """
    values = pd.Index(sorted(frame[column].unique()))
    labels = pd.DataFrame({"": 0}, index=values)
    for other in others:
        beside = pd.crosstab(frame[column], frame[other]).reindex(values).to_numpy() > 0
        labels[other] = scipy.sparse.csgraph.connected_components(beside.astype(int) @ beside.T.astype(int))[1]
    return dict(zip(values, labels.groupby(list(labels)).ngroup().tolist(), strict=True))


def merged(frame: pd.DataFrame, column: str, groups: Mapping[str, int], k: int, least: int) -> dict[str, int]:
    """The values that stand in a table by themselves, with their group: ``least`` cases and k people at least.

    What is left of each group joins the others: nobody, or k cases and k people. A group that cannot leave so many
    gives up its smallest value, and again.
    """
    kept: dict[str, int] = {}
    sizes = frame.groupby(column).agg(cases=("unit", "size"), people=("unit", "nunique")).sort_values("cases")
    for group in sorted(set(groups.values())):
        own = sizes[[groups[value] == group for value in sizes.index]]
        stay = [value for value, row in own.iterrows() if row.cases >= max(k, least) and row.people >= k]
        while stay:
            rest = frame[frame[column].isin(set(own.index) - set(stay))]
            if rest.empty or (len(rest) >= k and rest["unit"].nunique() >= k):
                break
            stay.pop(0)
        kept |= {str(value): group for value in stay}
    return kept
