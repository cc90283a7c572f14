"""Spans: where something was found, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .folding import Positions

# Twelve entities are looked for unless asked otherwise; the others only on demand. Of two finds of one length the one
# listed first stays. WORD is a company's own word: no recogniser finds it, whoever has the list does.
ENTITIES = (
    *("ID_CARD", "BANK_CARD", "PHONE", "LANDLINE", "EMAIL", "IP"),
    *("WECHAT", "QQ", "PLATE", "PASSPORT", "ADDRESS", "NAME"),
)
ON_DEMAND = ("OTP", "CVV", "PASSWORD", "LIKELY_ID", "LIKELY_CARD", "WORD")
KINDS = (*ENTITIES, *ON_DEMAND)
KIND = {entity: n for n, entity in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Spans:
    """Positions in a page: start, end (exclusive) and kind (place in KINDS), one array each."""

    starts: Positions
    ends: Positions
    kinds: Positions

    def __len__(self) -> int:
        return int(self.starts.size)


def spans(starts: Positions, ends: Positions, entity: str) -> Spans:
    """Spans of one entity."""
    return Spans(starts, ends, np.full(starts.size, KIND[entity], np.int64))


def listed(found: Iterable[tuple[int, int, str]]) -> Spans:
    """Spans that were found one by one."""
    rows = [(start, end, KIND[entity]) for start, end, entity in found]
    table = np.array(rows, np.int64).reshape(-1, 3)
    return Spans(table[:, 0], table[:, 1], table[:, 2])


def joined(parts: Sequence[Spans]) -> Spans:
    """All the spans of several finds."""
    return Spans(
        np.concatenate([p.starts for p in parts] or [np.empty(0, np.int64)]),
        np.concatenate([p.ends for p in parts] or [np.empty(0, np.int64)]),
        np.concatenate([p.kinds for p in parts] or [np.empty(0, np.int64)]),
    )


def apart(found: Spans) -> Spans:
    """The spans in order and without overlaps: the longer stays, then the kind listed first, then the earlier."""
    order = np.lexsort((found.kinds, -found.ends, found.starts))
    starts, ends, kinds = found.starts[order], found.ends[order], found.kinds[order]
    reach = np.maximum.accumulate(ends) if ends.size else ends
    fresh = np.ones(starts.size, np.bool_)  # begins a group of spans that overlap in a chain
    fresh[1:] = starts[1:] >= reach[:-1]
    group = np.cumsum(fresh) - 1
    single = np.bincount(group)[group] == 1
    kept = single.copy()
    crowd = np.flatnonzero(~single)
    ranked = crowd[np.lexsort((starts[crowd], kinds[crowd], starts[crowd] - ends[crowd]))]
    taken = bytearray(int(reach[-1]) if crowd.size else 0)  # by position, whether a span that stays covers it
    for n, start, end in zip(ranked.tolist(), starts[ranked].tolist(), ends[ranked].tolist(), strict=True):
        if not (taken[start] or taken[end - 1]):  # what stays is no shorter, so it would cover one of these
            taken[start:end] = b"\1" * (end - start)
            kept[n] = True
    return Spans(starts[kept], ends[kept], kinds[kept])
