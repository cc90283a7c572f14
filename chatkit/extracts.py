"""Search: the rows that a permit reaches, and not one more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd

from .casebook import Casebook, keeper, signed_in
from .chats import Chats
from .clocks import day_start, stamp
from .errors import Refused, refusal, refuse
from .findings.folding import Positions
from .indexes import ready
from .matches import Sealed, holding
from .people import SignedIn
from .permits import Permit
from .policy import Policy
from .postings import Rows
from .requests import ALL_CUSTOMERS, Request, day, digest, no_date, short_id
from .sentences import listed, say
from .views import table


@dataclass(frozen=True)
class Extract:
    """What a search found. ``frame`` has the permitted columns, and every row bears ``permit_id``.

    It is not masked: read it, do not copy it. ``records`` are the keys under which the rows were counted.
    """

    frame: pd.DataFrame = field(repr=False)
    permit: Permit
    records: tuple[str, ...] = field(repr=False)
    names: frozenset[str] = field(repr=False)
    fictional: bool

    def __repr__(self) -> str:
        return f"Extract({len(self.frame):,} rows under {self.permit.id}, not masked)"

    def _repr_html_(self) -> str:
        return table(self.frame, keeper(self.permit).policy, say("view.raw", rows=len(self.frame)))

    @property
    def id(self) -> str:
        """The same rows under the same permit have the same id."""
        return short_id("X", [self.permit.id, list(self.frame.columns), sorted(self.records)])


@dataclass(frozen=True, repr=False)
class Estimate:
    """How much a request would touch, as counts only; a small count is withheld (None means “fewer than k”)."""

    messages: int | None
    conversations: int | None
    customers: int | None
    below: int

    def __str__(self) -> str:
        counts = (self.messages, self.conversations, self.customers)
        shown = [f"<{self.below}" if n is None else str(n) for n in counts]
        return str(say("estimate", messages=shown[0], conversations=shown[1], customers=shown[2]))

    __repr__ = __str__


def search(
    chats: Chats,
    permit: Permit,
    *,
    customers: Iterable[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    keywords: Iterable[str] | None = None,
    columns: Iterable[str] | None = None,
) -> Extract:
    """The rows of ``chats`` that the permit's request describes.

    The arguments may narrow the permit's scope and never widen it: they are applied on top of the request. Raises
    Refused for a permit that is missing, forged or ended, for a step outside its scope, and over the cap of
    distinct records.
    """
    casebook = keeper(permit)
    with casebook.witness(permit, "search"):
        rows, narrowed = reach(chats, permit, customers, since, until, keywords, columns)
        return take(chats, permit, narrowed, rows)


def reach(
    chats: Chats,
    permit: Permit,
    customers: Iterable[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    keywords: Iterable[str] | None = None,
    columns: Iterable[str] | None = None,
) -> tuple[Positions, Request]:
    """The places of the rows within the permit and what narrows it, in order, and the request narrowed so far.

    Raises Refused as ``search`` does, but for the cap: nothing was shown yet.
    """
    casebook = keeper(permit)
    casebook.holds(permit)
    request, policy = permit.request, casebook.policy
    narrowed = _narrowed(request, policy, customers, since, until, keywords, columns)
    if policy.profile == "article" and not chats.fictional:
        raise refuse(policy, "export.article_profile")
    sealed = partial(ready, casebook, chats)
    permitted = within(chats.frame, request, sealed=sealed).to_numpy()
    return np.flatnonzero(permitted & within(chats.frame, narrowed, permitted, sealed).to_numpy()), narrowed


def take(chats: Chats, permit: Permit, narrowed: Request, rows: Positions, *, sought: str = "") -> Extract:
    """The extract of these rows, which ``reach`` gave, counted and logged. Raises Refused over the cap.

    ``sought`` is the fingerprint of what else chose the rows; it stands in the record.
    """
    casebook, request = keeper(permit), permit.request
    found = chats.frame.iloc[rows]
    records = record_keys(found)
    frame = found[list(dict.fromkeys(("message_id", *narrowed.columns)))].reset_index(drop=True)
    frame.insert(0, "permit_id", permit.id)
    with casebook.store.transaction():
        _admit(permit, casebook, records)
        scope = {"rows": len(frame), "source": chats.sha256, "scope": digest(asdict(narrowed))}
        ranked = {"ranked": sought} if sought else {}
        casebook.append("search", request.id, {"permit": permit.id, **scope, **ranked})
    return Extract(frame, permit, tuple(records), chats.names, chats.fictional)


def _admit(permit: Permit, casebook: Casebook, records: Iterable[str]) -> None:
    """Count the records a permit is about to show; Refused over the cap. Inside a transaction."""
    policy, mode, applicant = casebook.policy, casebook.policy.modes[permit.mode], permit.application.person
    since = stamp(casebook.now() - timedelta(days=policy.limit.cap_window_days))
    seen, wanted = casebook.store.seen_by(applicant, mode.id, since), set(records)
    more = len(wanted - seen)
    if len(seen) + more > mode.cap_rows:
        limits = {"mode": mode.name, "window": policy.limit.cap_window_days, "cap": mode.cap_rows}
        raise refuse(policy, "cap.rows", **limits, seen=len(seen), more=more)
    casebook.store.mark_seen(permit.id, applicant, mode.id, stamp(casebook.now()), wanted)


def estimate(chats: Chats, request: Request, *, by: SignedIn) -> Estimate:
    """How many messages, conversations and customers a request would touch, before anybody approves it.

    Counts only: a count from 1 to k-1 is withheld, the others are rounded down to a multiple of k. Asking is
    logged, because counts can be used to guess. Raises Refused for a request that could not be filed.
    """
    casebook = signed_in(by)
    with casebook.witness(by, "estimate"):
        casebook.own(by)
        casebook.check(request)
        found = chats.frame[within(chats.frame, request, sealed=partial(ready, casebook, chats))]
        k = casebook.policy.limit.suppress_below
        counts = [len(found), found["conversation_id"].nunique(), found["customer_id"].nunique()]
        with casebook.store.transaction():
            casebook.append("estimate", request.id, {"person": by.id, "request": digest(asdict(request))})
        withheld = [None if 0 < n < k else n - n % k for n in counts]
        return Estimate(withheld[0], withheld[1], withheld[2], k)


def within(
    frame: pd.DataFrame, request: Request, among: Rows | None = None, sealed: Sealed = lambda: None
) -> pd.Series[bool]:
    """Which rows of the record form the request's customers, days and keywords describe, of those in ``among``.

    Words are sought last, and only where the rest fits, in what ``sealed`` gives if that is anything (see ``holding``).
    """
    first, last = day(request.since), day(request.until)
    assert first and last, "a filed request has dates"
    sent = frame["sent_at"]
    fits = (sent >= day_start(first)) & (sent < day_start(last) + timedelta(days=1))
    if request.customers != ALL_CUSTOMERS:
        fits &= frame["customer_id"].isin(request.customers)
    hit = fits.to_numpy(bool) & (True if among is None else among)
    if request.keywords and request.match == "all":
        for word in request.keywords:
            hit = holding(frame["text"], [word], hit, sealed)
    elif request.keywords:
        hit = holding(frame["text"], request.keywords, hit, sealed)
    if request.without:
        hit = hit & ~holding(frame["text"], request.without, hit, sealed)
    return pd.Series(hit, index=frame.index)


def record_keys(frame: pd.DataFrame) -> list[str]:
    """One key a message, under which it is counted: the same message has the same key in every search."""
    pairs = zip(frame["conversation_id"], frame["message_id"], strict=True)
    return [hashlib.sha256(f"{c}\x1f{m}".encode()).hexdigest()[:32] for c, m in pairs]


def _narrowed(
    request: Request,
    policy: Policy,
    customers: Iterable[str] | None,
    since: str | None,
    until: str | None,
    keywords: Iterable[str] | None,
    columns: Iterable[str] | None,
) -> Request:
    """The permit's request with what the caller narrows. Raises Refused with every step outside it."""
    allowed = request.columns_under(policy)
    asked = replace(
        request,
        customers=request.customers if customers is None else customers,  # type: ignore[arg-type]
        since=since or request.since,
        until=until or request.until,
        keywords=request.keywords if keywords is None else keywords,  # type: ignore[arg-type]
        columns=allowed if columns is None else columns,  # type: ignore[arg-type]
    )
    found = []
    if request.customers != ALL_CUSTOMERS and (extra := set(asked.customers) - set(request.customers)):
        found.append(refusal(policy, "scope.customer", count=len(extra)))
    first, last = day(asked.since), day(asked.until)
    for name, value in (("since", first), ("until", last)):
        if value is None:
            found.append(no_date(policy, name, getattr(asked, name)[:20]))
    if first and last and not request.since <= asked.since <= asked.until <= request.until:
        found.append(refusal(policy, "scope.dates", since=request.since, until=request.until))
    if request.keywords and (extra := set(asked.keywords) - set(request.keywords)):
        found.append(refusal(policy, "scope.keyword", count=len(extra)))
    if outside := [column for column in asked.columns if column not in allowed]:
        found.append(refusal(policy, "scope.column", columns=listed(outside)))
    if found:
        raise Refused(*found)
    return asked
