"""Masking: from an extract to rows that may leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from .casebook import keeper
from .extracts import Extract
from .findings import ENTITIES, ON_DEMAND, detect
from .operators import operate, pseudonym
from .permits import Permit
from .policy import Operator, Policy
from .requests import short_id
from .sentences import say
from .views import table

EVERYTHING = (*ENTITIES, *ON_DEMAND)
PASSES = 50  # a mask may uncover what an overlapping find had hidden: look again, until nothing is left


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

    What the permit lets stay readable (``unmask``) stays. The same value gets the same pseudonym within one
    extract; the key is kept with the casebook and destroyed with the export. Raises Refused for a permit that has
    ended.
    """
    casebook = keeper(getattr(extract, "permit", None))
    with casebook.witness("", "mask"):
        casebook.holds(extract.permit)
        policy, request = casebook.policy, extract.permit.request
        with casebook.store.transaction():
            key = casebook.store.secret(extract.id)
        frame, counts = extract.frame.copy(), Counter[str]()
        for column in frame.columns:
            operator = policy.columns[column].operator
            if operator == "pseudonym":
                label = policy.columns[column].name.zh.removesuffix("编号")
                frame[column] = [pseudonym(value, label, key) for value in frame[column]]
            elif operator == "mask":
                texts, found = mask_texts(frame[column], policy, extract.names, request.unmask, key)
                frame[column] = texts
                counts += found
        tally = tuple(sorted(counts.items()))
        with casebook.store.transaction():
            casebook.append("mask", request.id, {"permit": extract.permit.id, "counts": [list(c) for c in tally]})
        return Masked(frame, extract.permit, extract.id, tally, extract.records, extract.names, extract.fictional)


def mask_texts(
    texts: Iterable[str], policy: Policy, names: Iterable[str], kept: Iterable[str], key: bytes
) -> tuple[list[str], Counter[str]]:
    """The texts with every span operated on, and how many spans of each entity there were.

    Outside the spans nothing changes.
    """
    masked, counts = list(texts), Counter[str]()
    operators = {**policy.operators, **{entity: Operator("keep") for entity in kept}}
    wanted = [entity for entity in EVERYTHING if operators[entity].operator != "keep"]
    rows: Iterable[int] = range(len(masked))
    for _ in range(PASSES):
        order = list(rows)
        found = detect([masked[row] for row in order], names, wanted)
        if found.empty:
            break
        counts.update(found["entity"])
        for position, spans in found.groupby("row", sort=False):
            row = order[int(str(position))]
            masked[row] = _replaced(masked[row], spans, operators, policy, key)
        rows = sorted({order[n] for n in found["row"]})
    return masked, counts


def _replaced(text: str, spans: pd.DataFrame, operators: Mapping[str, Operator], policy: Policy, key: bytes) -> str:
    parts, at = [], 0
    for start, end, entity in zip(spans["start"], spans["end"], spans["entity"], strict=True):
        label = policy.entities[entity].zh
        parts += [text[at:start], operate(text[start:end], entity, operators[entity], label, key)]
        at = end
    return "".join([*parts, text[at:]])


def residual(frame: pd.DataFrame, policy: Policy, names: Iterable[str], kept: Iterable[str]) -> Counter[str]:
    """What a second look still finds in cells that are about to be written: how many cells for each entity."""
    wanted = [e for e in EVERYTHING if e not in kept and policy.operators[e].operator != "keep"]
    found = Counter[str]()
    for column in frame.columns:
        cells = detect(frame[column].astype(str), names, wanted)
        found.update(cells.drop_duplicates(["row", "entity"])["entity"])
    return found


def masked_id(masked: Masked) -> str:
    """The same masked rows have the same id."""
    cells = [[str(cell) for cell in row] for row in masked.frame.itertuples(index=False)]
    return short_id("M", [masked.permit.id, list(masked.frame.columns), cells])
