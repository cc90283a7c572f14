"""Masking: from an extract to rows that may leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from . import canaries
from .casebook import keeper
from .clocks import CHINA
from .errors import refuse
from .extracts import Extract
from .masks import Rules
from .operators import pseudonym
from .permits import Permit
from .policy import Policy
from .requests import names as named
from .requests import short_id
from .sentences import say
from .views import table


@dataclass(frozen=True)
class Masked:
    """Rows that are masked: the only thing that can be exported.

    ``counts`` says how many spans of each entity were masked. Masked data is still personal information
    (de-identified, not anonymous): it stays under its permit.
    """

    frame: pd.DataFrame = field(repr=False)
    permit: Permit
    extract_id: str
    counts: tuple[tuple[str, int], ...]
    records: tuple[str, ...] = field(repr=False)
    names: frozenset[str] = field(repr=False)
    fictional: bool

    def __repr__(self) -> str:
        found = ", ".join(f"{entity} {n}" for entity, n in self.counts) or "nothing found"
        return f"Masked({len(self.frame):,} rows under {self.permit.id}: {found})"

    def _repr_html_(self) -> str:
        return table(self.frame, keeper(self.permit).policy, say("view.masked", rows=len(self.frame)))


def mask(extract: Extract) -> Masked:
    """Mask every column of an extract as the policy says, and the text span by span.

    What the permit lets stay readable (``unmask``) stays. Where the extract has conversations, each is read in its
    order: an answer is known by its question, a number that one sender split over two messages by its other piece.
    The same value gets the same pseudonym within one extract; the key is kept with the casebook and destroyed with
    the export. Made-up customers are masked with the rows and taken out again: a value of theirs that stays readable
    stops everything. Raises Refused for that, and for a permit that has ended.
    """
    casebook = keeper(getattr(extract, "permit", None))
    with casebook.witness(extract.permit, "mask"):
        casebook.holds(extract.permit)
        policy, request = casebook.policy, extract.permit.request
        with casebook.store.transaction():
            key = casebook.store.secret(extract.id)
        rules = Rules.of(policy, extract.names | canaries.known_names(), request.unmask, key)
        frame, counts = canaries.plant(extract.frame, policy), Counter[str]()
        conversations, senders = (frame[c].tolist() if c in frame else None for c in ("conversation_id", "role"))
        for column in frame.columns:
            operator, name = policy.columns[column].operator, policy.columns[column].name.zh
            cells = frame[column]
            if operator == "pseudonym":
                frame[column] = [pseudonym(value, name.removesuffix("编号"), key) for value in cells]
            elif operator == "generalise":
                frame[column] = cells.dt.tz_convert(CHINA).dt.strftime("%Y-%m")
            elif operator == "replace":
                frame[column] = [f"[{name}]" if value else "" for value in cells]
            elif operator == "mask":
                frame[column], found = rules.read(cells.tolist(), conversations, senders)
                counts += found - rules.read(list(canaries.texts()))[1]
        frame, alive = canaries.lift(frame, policy, request.unmask)
        if alive:
            raise refuse(policy, "mask.canary", entities=named(policy.entities, alive))
        tally = tuple(sorted(counts.items()))
        with casebook.store.transaction():
            casebook.append("mask", request.id, {"permit": extract.permit.id, "counts": [list(c) for c in tally]})
        return Masked(frame, extract.permit, extract.id, tally, extract.records, extract.names, extract.fictional)


def residual(frame: pd.DataFrame, policy: Policy, names: Iterable[str], kept: Iterable[str]) -> Counter[str]:
    """What a second look still finds in cells that are about to be written: how many cells for each entity."""
    rules, found = Rules.of(policy, names, kept), Counter[str]()
    for column in frame.columns:
        spans = rules.find(frame[column].astype(str).tolist(), None, None)
        found.update(entity for _, entity in {(row, entity) for row, _, _, entity in spans})
    return found


def masked_id(masked: Masked) -> str:
    """The same masked rows have the same id."""
    cells = [[str(cell) for cell in row] for row in masked.frame.itertuples(index=False)]
    return short_id("M", [masked.permit.id, list(masked.frame.columns), cells])
