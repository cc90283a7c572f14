"""Ranks: the messages within a permit that speak most of what is sought, best first (BM25)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .casebook import keeper
from .chats import Chats
from .errors import refuse
from .extracts import Extract, reach, take
from .findings.folding import Positions
from .indexes import open_index
from .matches import Folded
from .permits import Permit
from .postings import fold
from .requests import digest
from .sentences import say
from .views import table

K1, B = 1.2, 0.75  # as Lucene has them
_HAN = "\u3400-\u9fff\uf900-\ufaff"
_RUN, _PARTS = re.compile(r"\w+"), re.compile(f"[{_HAN}]|[^{_HAN}]+")


@dataclass(frozen=True, repr=False)
class Ranking(Extract):
    """An extract of the best rows: ``frame`` in the order of time, as every extract, ``scores`` beside it.

    Masking reads conversations in their order; a person reads ``ranked``.
    """

    scores: tuple[float, ...] = field(repr=False)

    def __repr__(self) -> str:
        return f"Ranking({len(self.frame):,} rows under {self.permit.id}, not masked)"

    def _repr_html_(self) -> str:
        policy = keeper(self.permit).policy
        return table(self.ranked.drop(columns="score"), policy, say("view.ranked", rows=len(self.frame)))

    @property
    def ranked(self) -> pd.DataFrame:
        """The rows, best first, with their ``score``; of equal ones the earlier first."""
        frame = self.frame.copy()
        frame.insert(1, "score", self.scores)
        return frame.sort_values("score", ascending=False, kind="stable", ignore_index=True)


def rank(
    chats: Chats,
    permit: Permit,
    words: str | Iterable[str],
    *,
    most: int = 20,
    customers: Iterable[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    keywords: Iterable[str] | None = None,
    columns: Iterable[str] | None = None,
) -> Ranking:
    """The rows within the permit that hold any of the words, at most ``most`` of them, those that hold most first.

    The score is BM25 (k1 = 1.2, b = 0.75, Lucene's idf) over ``terms(words)``. Everything it counts, how common a term
    is and how long a message, is counted within the permit alone, so that no score tells of what lies outside; the
    other arguments narrow the permit as in ``search``. Where it lists keywords, no other words may rank. Asks the
    sealed index: t terms found f times cost O(t log n + f). Raises Refused as ``search`` does, BadInput without an
    index of these messages (see ``open_index``), ValueError where ``most`` is not positive.
    """
    if most < 1:
        raise ValueError("most: 1 or more")
    casebook = keeper(permit)
    with casebook.witness(permit, "search"):
        casebook.holds(permit)
        asked = [words] if isinstance(words, str) else list(words)
        if extra := _beyond(permit, asked):
            raise refuse(casebook.policy, "scope.keyword", count=len(extra))
        if not (sought := terms(asked)):
            raise refuse(casebook.policy, "request.keywords", least=casebook.policy.limit.keyword_characters)
        rows, narrowed = reach(chats, permit, customers, since, until, keywords, columns)
        score = scores(open_index(casebook, chats).folded, sought, rows)
        chosen = np.sort(best(score, most))
        extract = take(chats, permit, narrowed, chosen, sought=digest(sought))
        told = tuple(score[chosen].tolist())
        return Ranking(extract.frame, permit, extract.records, extract.names, extract.fictional, told)


def _beyond(permit: Permit, words: Iterable[str]) -> set[str]:
    """The words that are not among the permit's keywords, where it lists any."""
    allowed = set(map(fold, permit.request.keywords))
    each = (word for text in map(fold, words) for word in ([text] if text in allowed else text.split()))
    return set(each) - allowed if allowed else set()


def terms(words: str | Iterable[str]) -> list[str]:
    """What is sought for some words: every two neighbours of which one is a Chinese character, and whole runs else.

    A single sign is none. Folded, each once, in order.

    >>> terms("一直没到账, iPhone15 Pro")
    ['一直', '直没', '没到', '到账', 'iphone15', 'pro']
    """
    return list(dict.fromkeys(_terms(map(fold, [words] if isinstance(words, str) else words))))


def _terms(texts: Iterable[str]) -> Iterator[str]:
    for run in (run for text in texts for run in _RUN.findall(text)):
        before = ""
        for part in _PARTS.findall(run):
            if before:
                yield before + part[0]
            if len(part) > 1:
                yield part
            before = part[-1]


def scores(folded: Folded, sought: list[str], rows: Positions) -> NDArray[np.float64]:
    """A number for each text: its score if it is of ``rows`` and holds a term, else 0.

    What is counted is counted in ``rows`` alone.
    """
    reached, total = np.zeros(len(folded), np.bool_), np.zeros(len(folded))
    reached[rows] = True
    lengths = folded.lengths()
    usual = float(lengths[rows].mean()) if rows.size else 1.0
    for term in sought:
        found, times = folded.times(term)
        found, times = found[reached[found]], times[reached[found]]
        rare = math.log(1 + (rows.size - found.size + 0.5) / (found.size + 0.5))
        total[found] += rare * times * (K1 + 1) / (times + K1 * (1 - B + B * lengths[found] / usual))
    return total


def best(score: NDArray[np.float64], most: int) -> Positions:
    """The places of the highest scores above 0, at most so many, the highest first, of equal ones the first."""
    held = np.flatnonzero(score)
    if held.size > most:
        held = held[score[held] >= np.partition(score[held], -most)[-most]]
    return held[np.argsort(-score[held], kind="stable")][:most]
