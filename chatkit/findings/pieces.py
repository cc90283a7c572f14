"""Pieces: one number told in several, with words between them or in several messages.

>>> from .folding import page_of
>>> from .digits import STRICT, runs_of
>>> page = page_of(["前面是164，后面是1234 5678"])
>>> [page.text[s:e] for s, e in zip(*(lambda f: (f.starts, f.ends))(within(page, runs_of(page, STRICT), {"PHONE"})))]
['164', '1234 5678']
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from .checksums import whole
from .digits import Runs
from .folding import LINK as LINK_SIGN
from .folding import Page, place_of, seen
from .lexicon import flags
from .spans import Spans, listed

LINK = re.compile(
    r"[^0-9\uffff]{0,8}(?:后|末|尾|接|然后|再|加上|跟着|跟|剩下|剩|中间|和|第二[截段]|另一[截段])[^0-9\uffff]{0,8}"
)
WEAK_LINK = re.compile(r"[^0-9\uffff]?(?:和|跟)[^0-9\uffff]?")  # two numbers, unless it was said that one is cut
APART, CROSS = flags("-, "), flags("xX")
WIDE = 18  # characters between two pieces
LONGEST = 19  # digits of the longest number
LONE = re.compile(r"[^0-9]{0,12}([0-9][0-9 -]{0,20}[0-9](?:[xX](?![A-Za-z]))?)[^0-9]{0,6}")


def within(page: Page, runs: Runs, wanted: Set[str]) -> Spans:
    """The pieces of numbers that are told with words between them in one message: 前面是164，后面是1234 5678."""
    found: list[tuple[int, int, str]] = []
    done = -1
    for n in _begins(page, runs).tolist():
        if n > done and (last := _reach(page, runs, n, wanted)):
            done = last[0]
            found += _grouped(page, runs, n, *last)
    return listed(found)


def _begins(page: Page, runs: Runs) -> NDArray[np.int64]:
    """The runs that may be the first piece: a linking word behind them, and the next runs make a number's length."""
    count = runs.lengths.size
    link = page.where(LINK_SIGN)
    before = np.searchsorted(runs.ends, link, "right") - 1  # the run before each linking word
    link, before = link[at := before >= 0], before[at]
    before = before[(link < runs.ends[before] + WIDE) & (before + 1 < count)]
    linked = np.zeros(count + 6, np.bool_)
    linked[before] = runs.apart[before] <= WIDE
    first = np.flatnonzero(linked[:count] & (runs.lengths >= 3) & (runs.lengths < LONGEST - 1))
    total = np.concatenate([[0], np.cumsum(runs.lengths)])
    lead, second = runs.digit(runs.first[first]), runs.digit(runs.first[first] + 1)
    fits, going = np.zeros(first.size, np.bool_), np.ones(first.size, np.bool_)
    for more in range(2, 7):
        last = np.minimum(first + more, count) - 1
        size = total[last + 1] - total[first]
        crossed = (size == 17) & CROSS[page.codes[runs.ends[last]]]
        fit = (size == 11) & (lead == 1) & (second >= 3) | crossed | (size == 18) & (lead > 0)
        fits |= going & (fit | (size >= 16) & (size <= 19) & (lead >= 3))
        near = (runs.apart[last] <= 2) & APART[page.codes[runs.ends[last]]] & (last + 1 < count)
        going &= linked[last] | near
    found = first[fits]
    return np.asarray(found)


def _reach(page: Page, runs: Runs, first: int, wanted: Set[str]) -> tuple[int, str] | None:
    """The last run of the number whose first piece is a run, and its entity."""
    number, linked = _digits(runs, first), False
    if re.search(r"[0-9]-\Z", page.before(int(runs.starts[first]), 2)):
        return None  # the end of a number that stands whole: 010-61781012和010-61781357
    told_apart = bool(re.search(r"分|截|段|两|半", page.before(int(runs.starts[first]), 12)))
    for last in range(first + 1, min(first + 6, runs.lengths.size)):
        gap = page.text[runs.ends[last - 1] : runs.starts[last]]
        if len(gap) > WIDE or "\uffff" in gap:
            return None
        if LINK.fullmatch(gap):
            linked = linked or told_apart or not WEAK_LINK.fullmatch(gap)
        elif not re.fullmatch(r"[-, ]{1,2}", gap):
            return None
        number += _digits(runs, last)
        if len(number) > LONGEST:
            return None
        for said in (number, number + page.text[runs.ends[last] : runs.ends[last] + 1]):
            if linked and re.fullmatch("[0-9]+[0-9xX]", said) and (entity := whole(said)) in wanted:
                return last, entity
    return None


def _digits(runs: Runs, n: int) -> str:
    first = int(runs.first[n])
    return "".join(map(str, runs.digit(np.arange(first, first + int(runs.lengths[n]))).tolist()))


def _grouped(page: Page, runs: Runs, first: int, last: int, entity: str) -> Iterator[tuple[int, int, str]]:
    """The pieces as spans; groups that a blank or a hyphen parts are one piece."""
    start, end = int(runs.starts[first]), int(runs.ends[first])
    for n in range(first + 1, last + 1):
        if not re.fullmatch(r"[- ]", page.text[end : runs.starts[n]]):
            yield start, end, entity
            start = int(runs.starts[n])
        end = int(runs.ends[n])
    yield start, end + (entity == "ID_CARD" and page.text[end] in "xX"), entity


def across(texts: Sequence[str], same: NDArray[np.bool_], wanted: Set[str]) -> Iterator[tuple[int, int, int, str]]:
    """The pieces of numbers in two messages of a conversation, as row, start, end (in the page), entity.

    The messages hold little else than their piece, and at most one turn stands between them.
    """
    pieces: dict[int, tuple[str, int, int]] = {}
    for row, text in enumerate(texts):
        if len(text) <= 32 and (match := LONE.fullmatch(seen(text))):
            number = re.sub("[^0-9xX]", "", match[1])
            if 3 <= len(number) <= 16:
                pieces[row] = number, match.start(1), match.end(1)
    for row, (number, start, end) in pieces.items():
        for other in (row + 1, row + 2):
            if (
                other in pieces
                and same[row + 1 : other + 1].all()
                and (kind := whole(number + pieces[other][0])) in wanted
            ):
                yield row, start, end, kind
                yield other, *pieces[other][1:], kind
                break


def across_texts(
    texts: Sequence[str], same: NDArray[np.bool_], wanted: Set[str]
) -> Iterator[tuple[int, int, int, str]]:
    """The same as ``across``, with places in the texts themselves."""
    for row, start, end, entity in across(texts, same, wanted):
        yield row, place_of(texts[row], start), place_of(texts[row], end - 1) + 1, entity
