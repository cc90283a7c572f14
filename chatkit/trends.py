"""Trends: what masked rows tell together, under a permit for decision support; never a row, never a small group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

import pandas as pd

from .aggregates import Table, tabulate
from .casebook import Casebook, keeper, shipped_policy
from .cases import NEEDED, gather
from .changes import ALPHA, TIMES, Change, Shown, changes
from .errors import refuse
from .masking import Masked
from .policy import Policy
from .requests import short_id
from .sentences import Text, listed, say, sentences

PURPOSE = "decision_support"
MEASURES = ("volume", "share", "again", "first", "length")  # in this order a report tells them; then words
MOST = (12, 5, 5)  # sentences on numbers, times and words; a person reads no more


@dataclass(frozen=True, repr=False)
class Trends:
    """What a report may say: tables by dimension, changes that are flagged, and how both were made.

    Counts are conversations that are not a customer's second within seven days; ``people`` says that k counts customers
    (else conversations, because the permit lacks them). ``alpha``: the false-alarm rate of the whole report.
    ``left_out``: groups too small for any period stand in no figure.
    """

    permit_id: str
    request_id: str
    since: date
    until: date
    k: int
    people: bool
    left_out: bool
    alpha: float
    tables: Mapping[str, Table]
    changes: tuple[Change, ...]
    names: frozenset[str] = field(repr=False, compare=False)
    roleplay: bool
    fictional: bool
    casebook: Casebook = field(compare=False)

    @property
    def id(self) -> str:
        """The same figures have the same id."""
        shown = [[name, table.counts.fillna(-1).astype(int).to_numpy().tolist()] for name, table in self.tables.items()]
        return short_id("T", [self.permit_id, str(self.alpha), shown, [str(change) for change in self.changes]])

    @property
    def policy(self) -> Policy:
        """The policy under which the figures were made."""
        return self.casebook.policy

    @property
    def text(self) -> Text:
        """What the figures are, and how far they can be trusted."""
        unit = say("trends.people" if self.people else "trends.conversations")
        more = [say(f"trends.{m}") for m, on in (("once", self.people), ("left_out", self.left_out)) if on]
        added = Text("".join(m.zh for m in more), "".join(m.en for m in more))
        test = say("trends.tested", alpha=f"{self.alpha:.0%}", n=len(self.changes)) if self.tested else self.nothing
        values = {"since": self.since, "until": self.until, "permit": self.permit_id, "k": self.k, "unit": unit}
        return say("trends.about", **values, more=added, test=test)

    @property
    def tested(self) -> bool:
        """Whether there are two weeks at least, so that one can be compared with the other."""
        return self.until - self.since >= timedelta(days=13)

    @property
    def nothing(self) -> Text:
        """What it means that no change is flagged."""
        return say("trends.nothing" if self.tested else "trends.untested")

    def __str__(self) -> str:
        return "\n".join([str(self.text), *(f"{n}. {text.line}" for n, text in enumerate(findings(self), 1))])

    __repr__ = __str__


def aggregate(masked: Masked, *, alpha: float = ALPHA) -> Trends:
    """The trends of masked rows: volume, categories, words, answers, resolution, repeats; by product, region and so on.

    ``alpha`` (0 to 1) is the share of reports on quiet times that flag anything; below 0.006 there are too few shuffles
    to flag anything at all. Raises Refused for what is not masked or not under a live decision-support permit, for rows
    without conversation, time and speaker, and where all rows together are of fewer than 2k people.
    """
    book = getattr(getattr(masked, "permit", None), "casebook", None)
    if not isinstance(masked, Masked):
        if not isinstance(book, Casebook):
            raise refuse(shipped_policy(), "mask.required")
        with book.witness("", "trends"):
            raise refuse(book.policy, "mask.required")
    casebook, permit = keeper(masked.permit), masked.permit
    policy, request, k = casebook.policy, permit.request, casebook.policy.limit.suppress_below
    with casebook.witness(permit, "trends"):
        casebook.holds(permit)
        if request.purpose != PURPOSE:
            raise refuse(policy, "trends.purpose", purpose=policy.purposes[request.purpose].name)
        if policy.profile == "article" and not masked.fictional:
            raise refuse(policy, "export.article_profile")
        if strangers := len(set(masked.records) - casebook.store.seen_under(permit.id)):
            raise refuse(policy, "export.rows", count=strangers)
        timed = isinstance(masked.frame.get("sent_at", pd.Series(dtype=object)).dtype, pd.DatetimeTZDtype)
        if missing := [c for c in NEEDED if c not in masked.frame or (c == "sent_at" and not timed)]:
            raise refuse(policy, "trends.columns", columns=listed(policy.columns[c].name for c in missing))
        cases = gather(masked, k)
        if cases.fresh["unit"].nunique() < 2 * k or len(cases.fresh) < 2 * k:
            raise refuse(policy, "trends.small", least=2 * k)
        hidden: dict[str, Shown] = {}
        tables = {name: tabulate(cases, name, k, hidden) for name in ("", *cases.dimensions)}
        found = changes(cases, k, hidden, alpha)
        with casebook.store.transaction():
            casebook.append(
                "trends", request.id, {"permit": permit.id, "dimensions": list(tables), "alpha": str(alpha)}
            )
        return Trends(
            permit.id,
            request.id,
            cases.edges[0],
            cases.edges[-1] - timedelta(1),
            k,
            cases.people,
            cases.left_out,
            alpha,
            MappingProxyType(tables),
            found,
            masked.names,
            permit.roleplay,
            masked.fictional,
            casebook,
        )


def named(value: str) -> Text:
    """A value as a person reads it: codes that the kit knows get their word, all else stays.

    >>> named("refund").zh, named("杭州").zh
    ('退款', '杭州')
    """
    known = f"value.{value}"
    return say(known) if known in sentences() else Text(value, value)


def place(trends: Trends, change: Change) -> Text:
    """Where a change is: its dimensions with their values."""
    parts = []
    for dimension, value in zip(change.dimension, map(named, change.value), strict=True):
        name = trends.policy.columns[dimension].name if dimension in trends.policy.columns else say("value.word")
        parts.append(Text(f"{name.zh}“{value.zh}”", f"{name.en} “{value.en}”"))
    return listed(parts or [say("value.all")])


def findings(trends: Trends) -> list[Text]:
    """What was found as sentences, the strongest first: numbers, then times, then the words of the same days.

    A change in a part of what rose as a whole is told by itself only where it is beyond the whole's interval.
    """
    rose = [c for c in trends.changes if c.measure in MEASURES]
    within = {n: next((w for w in rose if _explains(w, part)), None) for n, part in enumerate(rose)}
    parts = Counter(whole for whole in within.values() if whole)
    alone = [c for n, c in enumerate(rose) if not within[n]]
    alone.sort(key=lambda c: (MEASURES.index(c.measure), c.low is None, -(c.low or 0)))
    words: dict[tuple[date, date], list[Change]] = {}
    for change in trends.changes:
        if change.measure == "word":
            words.setdefault((change.since, change.until), []).append(change)
    said = [
        say(
            "trends.words",
            since=since,
            until=until,
            words=listed(change.value[0] for change in held),
            p=f"{max(change.p for change in held):.3f}",
            low=f"{low:.1f}" if (low := min((c.low for c in held if c.low), default=None)) else "1",
        )
        for (since, until), held in words.items()
    ]
    rising = {c: described(trends, c) for c in alone}
    rising |= {c: say("trends.parts", change=rising[c], n=parts[c]) for c in alone if c in parts}
    kinds = ([t for c, t in rising.items() if (c.measure in TIMES) is late] for late in (False, True))
    groups = [*kinds, said]
    shown = [text for group, most in zip(groups, MOST, strict=True) for text in group[:most]]
    left = sum(map(len, groups)) - len(shown)
    return [*shown, say("trends.more", n=left)] if left else shown


def _explains(whole: Change, part: Change) -> bool:
    """Whether a part (one product in one region) rose no more than the whole (the product) did in those days."""
    inside = set(zip(whole.dimension, whole.value, strict=True)) < set(zip(part.dimension, part.value, strict=True))
    if not whole.dimension or not inside or whole.measure != part.measure or part.size is None or whole.high is None:
        return False
    assert part.low is not None
    return part.low <= whole.high and part.since <= whole.until and whole.since <= part.until


def described(trends: Trends, change: Change) -> Text:
    """A change as a sentence, with its size, its interval and its false-alarm chance."""
    size = "size" if change.size is not None else "least" if change.low is not None else "withheld"
    ratios = {n: f"{x:.1f}" if (x := getattr(change, n)) is not None else "∞" for n in ("size", "low", "high")}
    told = say(f"trends.{size}", **ratios)
    if change.extra:
        told = say("trends.extra", size=told, **dict(zip(("n", "least", "most"), change.extra, strict=True)))
    days = {"since": change.since, "until": change.until, "p": f"{change.p:.3f}"}
    return say("trends.change", what=say(f"trends.{change.measure}"), where=place(trends, change), size=told, **days)
