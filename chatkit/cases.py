"""Cases: masked messages as one row a conversation: when, about what, how soon answered. No row of it is ever shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from .clocks import CHINA
from .masking import Masked
from .requests import day
from .suppression import components

DIMENSIONS = ("category", "product", "region", "channel", "team")
NEEDED = ("conversation_id", "sent_at", "role")
SOON = pd.Timedelta(days=7)  # who writes again within so long, writes again


@dataclass(frozen=True)
class Cases:
    """``frame``: period (0 …), unit (whom k counts), first and length (seconds; NaN if never), again, the dimensions.

    ``edges`` are the first days of the periods (weeks) and the day after the last. ``texts``: the words of customers, a
    string a case, or None. ``people`` says whether k counts customers (True) or conversations.
    """

    frame: pd.DataFrame = field(repr=False)
    edges: tuple[date, ...]
    dimensions: tuple[str, ...]
    groups: Mapping[str, Mapping[str, int]] = field(repr=False)
    texts: pd.Series[str] | None = field(repr=False)
    people: bool
    left_out: bool

    @property
    def fresh(self) -> pd.DataFrame:
        """The cases that are not somebody's second within seven days; all, where customers are not known."""
        return self.frame[self.frame["again"] == 0] if "again" in self.frame else self.frame

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return len(self.edges) - 1


def gather(masked: Masked, k: int) -> Cases:
    """One case a conversation of the permit's days, by weeks, without the groups that are too small for any figure.

    first: from a customer's first message to the first answer of an agent. length: from the first message to the last.
    Neither is known where all messages of every conversation bear one time.
    again: the same customer had written within seven days before (missing without the column customer_id).
    """
    rows = masked.frame.sort_values("sent_at", kind="stable")
    begin, end = day(masked.permit.request.since), day(masked.permit.request.until)
    assert begin and end, "a filed request has dates"
    by = rows.groupby("conversation_id", sort=False)
    frame = pd.DataFrame({"opened": by["sent_at"].first(), "closed": by["sent_at"].last()})
    asked = rows[rows["role"] == "customer"].groupby("conversation_id")["sent_at"].first()
    since = asked.reindex(rows["conversation_id"]).set_axis(rows.index)  # NaT where no customer has written
    answers = rows[(rows["role"] == "agent") & (rows["sent_at"] >= since)]
    frame["first"] = (answers.groupby("conversation_id")["sent_at"].first() - asked).dt.total_seconds()
    frame["length"] = (frame["closed"] - frame["opened"]).dt.total_seconds()
    if frame["length"].max() == 0:  # the source tells days alone
        frame[["first", "length"]] = np.nan
    people = "customer_id" in rows
    frame["unit"] = by["customer_id"].first() if people else frame.index
    if people:
        frame["again"] = (frame["opened"] - frame.groupby("unit")["closed"].shift()).le(SOON).astype(float)
    dimensions = tuple(name for name in DIMENSIONS if name in rows)
    for name in dimensions:
        frame[name] = by[name].first().replace("", "—")
    days = (frame["opened"].dt.tz_convert(CHINA).dt.tz_localize(None) - pd.Timestamp(begin)).dt.days.to_numpy()
    texts = None
    if "text" in rows:
        said = rows[(rows["role"] == "customer") & (rows["type"] == "text" if "type" in rows else True)]
        texts = said.groupby("conversation_id")["text"].agg("\n".join).reindex(frame.index).fillna("")
    edges = _edges(begin, end)
    starts = np.array([(edge - begin).days for edge in edges])
    frame["period"] = np.clip(np.searchsorted(starts, days, "right") - 1, 0, len(edges) - 2)
    kept, groups = _without_small(frame, dimensions, k)
    left_out = len(kept) < len(frame)
    chosen = None if texts is None else texts[kept.index].reset_index(drop=True)
    return Cases(kept.reset_index(drop=True), edges, dimensions, groups, chosen, people, left_out)


def _edges(begin: date, end: date) -> tuple[date, ...]:
    """Whole weeks; the days that are left at the end join the last."""
    weeks = max(1, ((end - begin).days + 1) // 7)
    return (*(begin + timedelta(days=7 * n) for n in range(weeks)), end + timedelta(days=1))


def _without_small(
    frame: pd.DataFrame, dimensions: tuple[str, ...], k: int
) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
    """The cases without the groups of values that have fewer than k people; and the groups that are left."""
    while True:
        groups = {d: components(frame, d, [o for o in dimensions if o != d]) for d in dimensions}
        fresh = frame[frame["again"] == 0] if "again" in frame else frame
        small = np.zeros(len(frame), dtype=bool)
        for name in dimensions:
            people = fresh.groupby(fresh[name].map(groups[name]))["unit"].agg(["nunique", "size"]).min(axis=1)
            small |= ~frame[name].map(groups[name]).map(people >= k).eq(True).to_numpy()
        if not small.any():
            return frame, groups
        frame = frame[~small]
