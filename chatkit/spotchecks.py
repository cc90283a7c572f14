"""Spot checks: rows drawn for a person to judge, and what they say of the whole export."""

from __future__ import annotations

import html
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from math import comb
from random import Random
from typing import Any

import pandas as pd

from .casebook import keeper
from .errors import refuse
from .masking import Masked, masked_id
from .people import SignedIn
from .permits import Permit
from .sentences import Text, say
from .views import readable

DOUBT = 0.05  # the two-sided interval covers with at least 1 - DOUBT


@dataclass(frozen=True, repr=False)
class SpotCheck:
    """Masked rows drawn by chance (``frame``, its index the row numbers), and once judged, what was found.

    ``leaks`` is None until somebody has judged. The drawn rows are shown, and go into no record and no log.
    """

    frame: pd.DataFrame = field(compare=False)
    permit: Permit
    masked: str
    population: int
    seed: int
    leaks: int | None = None
    judged_by: str = ""

    def judge(self, leaking: Iterable[int], *, by: SignedIn) -> SpotCheck:
        """The same check with the row numbers that still show personal data, as ``by`` judges; it is logged.

        Raises ValueError for a row that was not drawn, Refused for somebody of another casebook.
        """
        casebook, rows = keeper(self.permit), set(leaking)
        with casebook.witness(by, "spot_check"):
            casebook.own(by)
            if rows - set(self.frame.index):
                raise ValueError(say("spot_check.not_drawn").line)
            judged = replace(self, leaks=len(rows), judged_by=by.id)
            if not judged.logged:
                with casebook.store.transaction():
                    casebook.append("spot_check", self.permit.request.id, {"person": by.id, "check": judged.record()})
            return judged

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval for the share of leaking rows (0 to 1) in this export. Raises ValueError before judging.

        Clopper and Pearson's (Biometrika 26, 1934) on the hypergeometric distribution of a draw without replacement
        (Buonaccorsi, The American Statistician 41, 1987): no approximation, and where all rows were drawn, one point.
        """
        if self.leaks is None:
            raise ValueError(say("spot_check.open").line)
        least, most = bounds(self.leaks, len(self.frame), self.population)
        return least / max(1, self.population), most / max(1, self.population)

    def record(self) -> dict[str, Any]:
        """What a manifest and the log hold of it: no row. Empty before judging."""
        if self.leaks is None:
            return {}
        low, high = (f"{share:.3%}" for share in self.interval)
        told = {"masked": self.masked, "rows": self.population, "n": len(self.frame), "leaks": self.leaks}
        return {**told, "low": low, "high": high, "seed": self.seed, "judged_by": self.judged_by}

    @property
    def logged(self) -> bool:
        """Whether the casebook has logged this very judgement."""
        records = keeper(self.permit).store.records("spot_check", self.permit.request.id)
        return self.record() in [record.body["check"] for record in records]

    @property
    def text(self) -> Text:
        """What was drawn, and what was judged if it was."""
        if self.leaks is None:
            return say("spot_check.drawn", n=len(self.frame), rows=self.population, seed=self.seed)
        share = f"{self.leaks / max(1, len(self.frame)):.3%}"
        return say("spot_check.judged", share=share, **self.record())

    def __str__(self) -> str:
        return str(self.text)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        names = {id: column.name.zh for id, column in keeper(self.permit).policy.columns.items()}
        with pd.option_context("display.max_colwidth", None):
            rows = readable(self.frame.drop(columns="message_id", errors="ignore")).rename(columns=names).to_html()
        return f"<p>{html.escape(self.text.line)}</p>{rows}"


def spot_check(masked: Masked, n: int = 100, seed: int = 0) -> SpotCheck:
    """Draw ``n`` rows of what was masked (all, where there are no more) for a person to judge.

    The same seed draws the same rows. Raises ValueError for n below 1, Refused for what is not masked.
    """
    casebook = keeper(getattr(masked, "permit", None))
    if not isinstance(masked, Masked):
        raise refuse(casebook.policy, "mask.required")
    if n < 1:
        raise ValueError(say("spot_check.none_drawn").line)
    frame = masked.frame.reset_index(drop=True)
    drawn = sorted(Random(seed).sample(range(len(frame)), min(n, len(frame))))
    return SpotCheck(frame.iloc[drawn], masked.permit, masked_id(masked), len(frame), seed)


@cache
def bounds(leaks: int, drawn: int, population: int) -> tuple[int, int]:
    """The least and the most leaking rows among ``population`` that go with ``leaks`` among ``drawn``.

    >>> bounds(0, 100, 100_000), bounds(3, 100, 1_000), bounds(2, 10, 10)
    ((0, 3619), (7, 82), (2, 2))
    """
    possible = range(leaks, population - drawn + leaks + 1)
    too_many = bisect_left(possible, True, key=lambda k: _at_most(leaks, k, drawn, population) <= DOUBT / 2)
    enough = bisect_left(possible, True, key=lambda k: 1 - _at_most(leaks - 1, k, drawn, population) > DOUBT / 2)
    return possible[enough], possible[too_many - 1]


def _at_most(leaks: int, leaking: int, drawn: int, population: int) -> float:
    """The chance of at most so many leaks in a draw, where so many of the population leak (in whole numbers)."""
    ways = sum(comb(leaking, x) * comb(population - leaking, drawn - x) for x in range(leaks + 1))
    return ways / comb(population, drawn)
