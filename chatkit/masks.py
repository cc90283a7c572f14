"""Masks: texts in which every find has been operated on, and outside the finds not a sign has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from .findings import ENTITIES, ON_DEMAND, detect, fold
from .findings.folding import pages
from .findings.pieces import across_texts
from .findings.roster import Roster
from .findings.sieve import LIVE, applies
from .findings.turns import same_conversation
from .operators import operate
from .policy import Operator, Policy

EVERYTHING = (*ENTITIES, *ON_DEMAND)
SPLIT = frozenset({"PHONE", "ID_CARD", "BANK_CARD"})  # what people send in two messages
PASSES = 50  # a mask may uncover what an overlapping find had hidden: look again, until nothing is left

Spans = list[tuple[int, int, int, str]]  # row, start, end, entity; in order, without overlaps


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
        said, changed, counts = list(texts), dict[int, str](), Counter[str]()
        rows: Sequence[int] = range(len(said))
        numbers_only = applies(self.wanted) and not self.policy.words.deny
        for _ in range(PASSES):
            spans = self.find([said[row] for row in rows], conversations, senders)
            if not spans:
                break
            counts.update(span[3] for span in spans)
            again = []
            for n, text, left in list(self._replaced([said[row] for row in rows], spans)):
                said[rows[n]] = changed[rows[n]] = text
                if not numbers_only or LIVE.search(left):
                    again.append(rows[n])
            if conversations is None:
                rows = again
        return changed, counts

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
            order = np.argsort(pd.factorize(pd.Series(list(conversations), dtype=object))[0], kind="stable").tolist()
            talk = [conversations[n] for n in order]
            sent = [senders[n] for n in order] if senders is not None else None
            changed, counts = self.masked([masked[n] for n in order], talk, sent)
            changed = {order[n]: text for n, text in changed.items()}
        for row, text in changed.items():
            masked[row] = text
        return masked, counts

    def _replaced(self, texts: Sequence[str], spans: Spans) -> Iterator[tuple[int, str, str]]:
        """Each text that has spans: its place, the text with every span operated on, and what lies outside them."""
        after, now, text, at, parts = cache(self.after), -1, "", 0, list[str]()
        for row, start, end, entity in spans:
            if row != now:
                if now >= 0:
                    parts.append(text[at:])
                    yield now, "".join(parts), "".join(parts[::2])
                now, text, at, parts = row, texts[row], 0, []
            parts += text[at:start], after(text[start:end], entity)
            at = end
        parts.append(text[at:])
        yield now, "".join(parts), "".join(parts[::2])


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
    order = np.argsort(pd.factorize(pd.Series(said, dtype=object))[0], kind="stable").tolist()
    of_one = across_texts([texts[n] for n in order], same_conversation([said[n] for n in order]), wanted)
    own = {(order[row], *span) for row, *span in of_one}
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


def mask_texts(
    texts: Iterable[str],
    policy: Policy,
    names: Iterable[str],
    kept: Iterable[str],
    key: bytes,
    conversations: Sequence[Hashable] | None = None,
    senders: Sequence[Hashable] | None = None,
) -> tuple[list[str], Counter[str]]:
    """The texts with every span operated on, and how many spans of each entity there were."""
    return Rules.of(policy, names, kept, key).read(list(texts), conversations, senders)
