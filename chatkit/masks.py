"""Masks: texts in which every find has been operated on, and outside the finds not a sign has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .findings import ENTITIES, ON_DEMAND, detect, fold, search
from .findings.folding import DIGIT, LETTER, NUMERAL, Page, Positions, pages
from .findings.pieces import across_texts
from .findings.roster import Roster
from .findings.sieve import applies
from .findings.spans import KINDS
from .findings.spans import Spans as Found
from .findings.turns import same_conversation
from .operators import SIMPLE, STARS, operate, starred
from .policy import Operator, Policy

EVERYTHING = (*ENTITIES, *ON_DEMAND)
SPLIT = frozenset({"PHONE", "ID_CARD", "BANK_CARD"})  # what people send in two messages
PASSES = 50  # a mask may uncover what an overlapping find had hidden: look again, until nothing is left

Spans = list[tuple[int, int, int, str]]  # row, start, end, entity; in order, without overlaps


@dataclass(frozen=True)
class Cuts:
    """What is cut out of the texts of a page and put there instead, and which finds are operated on at all."""

    starts: Positions
    ends: Positions
    fillers: list[str]
    kept: NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """What is looked for and what becomes of it: a policy's operators and words, known names, the key of pseudonyms."""

    policy: Policy
    names: frozenset[str]
    operators: Mapping[str, Operator]
    wanted: frozenset[str]
    key: bytes
    allowed: frozenset[str]
    denied: Roster

    @classmethod
    def of(
        cls,
        policy: Policy,
        names: Iterable[str],
        kept: Iterable[str] = (),
        key: bytes = b"",
        entities: Iterable[str] = EVERYTHING,
    ) -> Rules:
        """The rules of a policy where ``kept`` stays readable. Raises ValueError for an entity that nobody knows."""
        entities, kept = frozenset(entities), frozenset(kept)
        if unknown := sorted((entities | kept) - set(EVERYTHING)):
            raise ValueError(f"unknown entities: {', '.join(unknown)}")
        wanted = frozenset(e for e in entities if e not in kept and policy.operators[e].operator != "keep")
        allowed = frozenset(map(fold, policy.words.allow))
        denied = Roster(policy.words.deny if "WORD" in wanted else ())
        return cls(policy, frozenset(names), policy.operators, wanted, key, allowed, denied)

    def after(self, value: str, entity: str) -> str:
        """What becomes of a value."""
        return operate(value, entity, self.operators[entity], self.policy.entities[entity].zh, self.key)

    def find(
        self, texts: Sequence[str], conversations: Sequence[Hashable] | None, senders: Sequence[Hashable] | None
    ) -> Spans:
        """What is to be masked in texts whose conversations stand together.

        Of two overlapping finds a denied word stays, and the other keeps what lies outside it.
        """
        found = detect(texts, self.names, self.wanted, conversations)
        columns = (found["row"].tolist(), found["start"].tolist(), found["end"].tolist(), found["entity"].tolist())
        spans: Spans = list(zip(*columns, strict=True))
        if conversations is not None and senders is not None and self.wanted & SPLIT:
            spans = _by_one_sender(spans, texts, conversations, senders, self.wanted)
        if self.policy.words.deny and "WORD" in self.wanted:
            spans = _laid_over(spans, list(self._denied(texts)))
        if self.allowed:
            spans = [span for span in spans if fold(texts[span[0]][span[1] : span[2]]) not in self.allowed]
        if "ADDRESS" not in self.wanted or self.operators["ADDRESS"].operator != "generalise":
            return spans
        said = ((span, texts[span[0]][span[1] : span[2]]) for span in spans)  # a district alone stays as it is
        return [span for span, value in said if span[3] != "ADDRESS" or self.after(value, span[3]) != value]

    def _denied(self, texts: Sequence[str]) -> Iterator[tuple[int, int, int, str]]:
        for page in pages(texts):
            found = np.array([span[:2] for span in self.denied.find(page)], np.int64).reshape(-1, 2)
            rows, starts, ends = page.original(found[:, 0], found[:, 1])
            for row, start, end in zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True):
                yield row, start, end, "WORD"

    def masked(
        self,
        texts: Sequence[str],
        conversations: Sequence[Hashable] | None = None,
        senders: Sequence[Hashable] | None = None,
    ) -> tuple[dict[int, str], Counter[str]]:
        """The texts that change, by place, and how many spans of each entity there were.

        With conversations everything is read again until nothing is left; without, only what has changed.
        """
        changed, counts = dict[int, str](), Counter[str]()
        if conversations is None and not (self.policy.words.deny and "WORD" in self.wanted):
            rows, read = list[int](), texts
            for turn in range(PASSES):
                places, after, again = list[int](), list[str](), list[int]()
                for page, found in search(read, self.wanted, self.names):
                    here, masked, more = self._page(page, found, counts)
                    again += [len(places) + n for n in more]
                    places += here
                    after += masked
                if turn:
                    changed.update(zip([rows[n] for n in places], after, strict=True))
                else:
                    changed = dict(zip(places, after, strict=True))
                if not again:
                    break
                rows, read = [rows[places[n]] if turn else places[n] for n in again], [after[n] for n in again]
            return changed, counts
        said = list(texts)
        rows = list(range(len(said)))
        for _ in range(PASSES):
            spans = self.find([said[row] for row in rows], conversations, senders)
            if not spans:
                break
            counts.update(span[3] for span in spans)
            again = []
            for n, text in list(self._replaced([said[row] for row in rows], spans)):
                said[rows[n]] = changed[rows[n]] = text
                again.append(rows[n])
            if conversations is None:
                rows = again
        return changed, counts

    def _page(self, page: Page, found: Found, counts: Counter[str]) -> tuple[list[int], list[str], list[int]]:
        """The texts of a page that change: their places, what becomes of them, and the places to be read again."""
        if not len(found):
            return [], [], []
        starts, ends = page.spans(found.starts, found.ends)
        cut = self._cuts(page, found, starts, ends)
        rows = page.row(found.starts)
        if not cut.kept.all():
            rows, starts, ends, found = (
                *(column[cut.kept] for column in (rows, starts, ends)),
                Found(found.starts[cut.kept], found.ends[cut.kept], found.kinds[cut.kept]),
            )
            if not rows.size:
                return [], [], []
        for kind, many in enumerate(np.bincount(found.kinds).tolist()):
            if many:
                counts[KINDS[kind]] += many
        said = page.said
        bounds = [0, *cut.ends.tolist()], [*cut.starts.tolist(), len(said)]
        parts: list[str] = [""] * (2 * rows.size + 1)
        parts[::2] = [said[a:b] for a, b in zip(*bounds, strict=True)]
        parts[1::2] = cut.fillers
        moved = np.cumsum([0, *map(len, cut.fillers)]) - np.concatenate([[0], np.cumsum(cut.ends - cut.starts)])
        first = np.flatnonzero(np.diff(rows, prepend=-1))  # the first span of each text
        last = np.append(first[1:], rows.size)
        row, begins = rows[first], page.begins
        stops = np.append(begins[1:], len(said)) - 1
        after = "".join(parts)
        froms, tos = (begins[row] + moved[first]).tolist(), (stops[row] + moved[last]).tolist()
        places = (row + page.first).tolist()
        texts = [after[a:b] for a, b in zip(froms, tos, strict=True)]
        return places, texts, self._again(page, found, row, first).tolist()

    def _again(self, page: Page, found: Found, row: Positions, first: Positions) -> Positions:
        """Which of the changed texts may hold more: what is left of them has a letter or a digit, or a word."""
        if not applies(self.wanted):
            return np.arange(row.size)
        live = (page.signs & (DIGIT | LETTER | NUMERAL) > 0).view(np.int8)
        edges = np.stack([page.starts[row], np.append(page.starts, page.codes.size - 1)[row + 1]], axis=1).ravel()
        whole = np.add.reduceat(live, edges, dtype=np.int64)[::2]
        inside = np.add.reduceat(live, np.stack([found.starts, found.ends], axis=1).ravel(), dtype=np.int64)[::2]
        return np.flatnonzero(whole > np.add.reduceat(inside, first))

    def _cuts(self, page: Page, found: Found, starts: Positions, ends: Positions) -> Cuts:
        """What is cut out of ``page.said`` and what is put there instead."""
        fillers, kept = np.empty(starts.size, object), np.ones(starts.size, np.bool_)
        begins, stops = starts.copy(), ends.copy()
        operated = np.ones(starts.size, np.bool_)
        for kind in np.unique(found.kinds).tolist():
            entity, (at,) = KINDS[kind], np.nonzero(found.kinds == kind)
            operator = self.operators[entity]
            if operator.operator == "replace":
                fillers[at] = self.after("", entity)
            elif operator.operator == "mask" and not operator.fixed and entity in SIMPLE:
                plain, stars = starred(page, starts[at], ends[at], operator, SIMPLE[entity])
                at = at[plain]
                begins[at] += operator.first
                stops[at] -= operator.last
                fillers[at] = STARS[stars[plain]]
            else:
                continue
            operated[at] = False
        said, after = page.said, cache(self.after)
        for n in np.flatnonzero(operated).tolist():
            value, entity = said[starts[n] : ends[n]], KINDS[found.kinds[n]]
            fillers[n] = after(value, entity)
            kept[n] = entity != "ADDRESS" or fillers[n] != value  # a district alone stays as it is
        if self.allowed:
            for n in range(starts.size):
                kept[n] &= fold(said[starts[n] : ends[n]]) not in self.allowed
        return Cuts(begins[kept], stops[kept], fillers[kept].tolist(), kept)

    def read(
        self,
        texts: list[str],
        conversations: Sequence[Hashable] | None = None,
        senders: Sequence[Hashable] | None = None,
    ) -> tuple[list[str], Counter[str]]:
        """All the texts, masked, and the counts. A conversation is read in its order, whatever stands between."""
        masked = list(texts)
        if conversations is None:
            changed, counts = self.masked(masked)
        else:
            order = _together(conversations)
            talk = [conversations[n] for n in order]
            sent = [senders[n] for n in order] if senders is not None else None
            changed, counts = self.masked([masked[n] for n in order], talk, sent)
            changed = {order[n]: text for n, text in changed.items()}
        for row, text in changed.items():
            masked[row] = text
        return masked, counts

    def _replaced(self, texts: Sequence[str], spans: Spans) -> Iterator[tuple[int, str]]:
        """Each text that has spans: its place, and the text with every span operated on."""
        after, now, text, at, parts = cache(self.after), -1, "", 0, list[str]()
        for row, start, end, entity in spans:
            if row != now:
                if now >= 0:
                    yield now, "".join([*parts, text[at:]])
                now, text, at, parts = row, texts[row], 0, []
            parts += text[at:start], after(text[start:end], entity)
            at = end
        yield now, "".join([*parts, text[at:]])


def _together(ids: Sequence[Hashable]) -> list[int]:
    """The places in an order in which equal ids stand together, each kind where it first stood."""
    order: list[int] = np.argsort(pd.factorize(pd.Series(list(ids), dtype=object))[0], kind="stable").tolist()
    return order


def _by_one_sender(
    spans: Spans,
    texts: Sequence[str],
    conversations: Sequence[Hashable],
    senders: Sequence[Hashable],
    wanted: frozenset[str],
) -> Spans:
    """The spans, where a number in two messages counts only if one sender wrote both."""
    pieces = set(across_texts(texts, same_conversation(conversations), wanted))
    said = list(zip(conversations, senders, strict=True))
    order = _together(said)
    of_one = across_texts([texts[n] for n in order], same_conversation([said[n] for n in order]), wanted)
    own = {(order[row], start, end, entity) for row, start, end, entity in of_one}
    return _laid_over([span for span in spans if span not in pieces - own], sorted(own - set(spans)))


def _laid_over(under: Spans, over: Spans) -> Spans:
    """All of ``over`` (no overlaps among them), and what of ``under`` lies outside it."""
    by_row: dict[int, Spans] = {}
    for span in over:
        by_row.setdefault(span[0], []).append(span)
    left = list(over)
    for row, start, end, entity in under:
        for _, first, last, _ in by_row.get(row, []):
            if first < end and start < last:
                if start < first:
                    left.append((row, start, first, entity))
                start = last
        if start < end:
            left.append((row, start, end, entity))
    return sorted(left)
