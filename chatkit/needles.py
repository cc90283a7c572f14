"""Needles: many words looked for at once in an array of code points, by the rarest sign of each and the one beside it.

A Chinese character is one unit here, so that a rare sign and its neighbour leave little to check. The bytes of UTF-8
do not: most characters begin alike, and searches made for bytes stumble at every one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .findings.folding import END, Codes, Positions

FEW, HANDFUL = 16, 5  # so many signs, or pairs, are compared one by one; for more of them tables are faster
RARE = 0.01  # where one sign of so many is a pivot, it is quicker to look at its neighbour only then


def units(word: str) -> Codes:
    """The code points of a text of the basic plane, as folded texts are."""
    return np.frombuffer(word.encode("utf-16-le"), np.uint16)


def where(codes: Codes, signs: Codes) -> Positions:
    """The places of any of these few signs, in order."""
    if not signs.size:
        return np.zeros(0, np.int64)
    hit = np.zeros(codes.size, np.bool_)
    for sign in signs:
        hit |= codes == sign
    return np.flatnonzero(hit)


class Rest(NamedTuple):
    """Words of more than two signs, at most one for each pair: ``signs[k, pair]`` is sign k of it, END behind its end.

    The pair of neighbours stands at ``place[pair]`` in it.
    """

    place: Positions
    signs: Codes

    def completed(self, codes: Codes, at: Positions, number: Positions, back: int) -> Iterator[Positions]:
        """Those of the places, pairs of these numbers that begin ``back`` signs before, at which the word stands."""
        begin, last = at - self.place.take(number) - back, codes.size - 1
        for signs in self.signs:
            wanted = signs.take(number)
            yield at[wanted == END]
            same = np.flatnonzero(codes.take(np.clip(begin, 0, last)) == wanted)  # END is wanted nowhere else
            at, begin, number = at.take(same), begin.take(same) + 1, number.take(same)


@dataclass(frozen=True)
class Needles:
    """Words, each known by two neighbours in it: the pivot, as rare a sign as there is, and the one beside it.

    ``step`` says on which side. ``classes`` and ``beside`` number the pivots and their neighbours (0 is any other
    sign); ``pairs`` numbers the pairs, by pivot and neighbour. A pair that is ``whole`` is a word; others belong to
    words of ``rests``; ``spots`` are the pairs themselves, ``density`` the share of pivots among all signs. The bits
    of ``sieve`` are sixteen groups of pairs: a pair has the same bit in both tables.
    """

    step: int
    pivots: Codes
    classes: Positions
    beside: Positions
    pairs: Positions
    sieve: tuple[NDArray[np.uint16], NDArray[np.uint16]]
    whole: NDArray[np.bool_]
    rests: list[Rest]
    spots: list[tuple[int, int]]
    density: float

    @classmethod
    def of(cls, words: Sequence[Codes], common: NDArray[np.int64], step: int) -> Needles:
        """Words of at least two signs; ``common`` says how common signs are. O(w) and 65,536 entries of tables."""
        back = int(step == -1)
        places = [int(np.argmin(common[word[back : len(word) - 1 + back]])) for word in words]
        lead = [int(word[k + back]) for word, k in zip(words, places, strict=True)]
        follow = [int(word[k + 1 - back]) for word, k in zip(words, places, strict=True)]
        classes, beside = _numbered(lead), _numbered(follow)
        pairs = np.zeros((int(classes.max()) + 1, int(beside.max()) + 1), np.int64)
        spots = list(zip(classes[lead].tolist(), beside[follow].tolist(), strict=True))
        for number, spot in enumerate(dict.fromkeys(spots), 1):
            pairs[spot] = number
        numbers = [int(pairs[spot]) for spot in spots]
        sieve = np.zeros((2, END + 1), np.uint16)
        for pivot, neighbour, (group, _) in zip(lead, follow, spots, strict=True):
            sieve[0, pivot] |= 1 << group % 16
            sieve[1, neighbour] |= 1 << group % 16
        whole = np.zeros(max(numbers) + 1, np.bool_)
        whole[[n for n, word in zip(numbers, words, strict=True) if len(word) == 2]] = True
        longer = [(n, k, word) for n, k, word in zip(numbers, places, words, strict=True) if not whole[n]]
        pivots = np.unique(np.array(lead, np.uint16))
        rests, density = _rests(longer, len(whole)), float(common[pivots].sum() / max(1, common.sum()))
        sieves, every = (sieve[0], sieve[1]), list(dict.fromkeys(zip(lead, follow, strict=True)))
        classes *= pairs.shape[1]
        return cls(step, pivots, classes, beside, pairs.ravel(), sieves, whole, rests, every, density)

    def places(self, codes: Codes) -> Iterator[Positions]:
        """Places inside the words, in each text that holds one at least one place. ``codes`` are a page's."""
        at = self._candidates(codes)
        number = self.pairs.take(self.classes.take(codes.take(at)) + self.beside.take(codes.take(at + self.step)))
        if not self.rests:
            yield at[number != 0]
            return
        yield at[self.whole.take(number)]
        open_ = np.flatnonzero((number != 0) & ~self.whole.take(number))
        for rest in self.rests:
            yield from rest.completed(codes, at.take(open_), number.take(open_), int(self.step == -1))

    def _candidates(self, codes: Codes) -> Positions:
        """The places of pivots, if not of all, then of all whose neighbour is as it should be. The quickest way."""
        if self.pivots.size <= FEW and self.density < RARE:
            return where(codes, self.pivots)
        here, beside = codes[1:-1], codes[2:] if self.step == 1 else codes[:-2]
        if len(self.spots) <= HANDFUL:
            hit, same = np.zeros(here.size, np.bool_), (np.empty(here.size, np.bool_), np.empty(here.size, np.bool_))
            for pivot, neighbour in self.spots:
                np.equal(here, pivot, out=same[0])
                np.equal(beside, neighbour, out=same[1])
                np.logical_and(same[0], same[1], out=same[0])
                hit |= same[0]
            return np.flatnonzero(hit) + 1
        index = codes.astype(np.intp)
        groups = self.sieve[0].take(index[1:-1]) & self.sieve[1].take(index[2:] if self.step == 1 else index[:-2])
        return np.flatnonzero(groups != 0) + 1


def _rests(words: list[tuple[int, int, Codes]], pairs: int) -> list[Rest]:
    """Words, given as the number of their pair, its place and their signs, so that no two of one Rest share a pair."""
    rounds: list[dict[int, tuple[int, Codes]]] = []
    for number, place, word in words:
        free = next((held for held in rounds if number not in held), None)
        if free is None:
            rounds.append(free := {})
        free[number] = (place, word)
    return [_rest(held, pairs) for held in rounds]


def _rest(words: dict[int, tuple[int, Codes]], pairs: int) -> Rest:
    places = np.zeros(pairs, np.int64)
    signs = np.full((1 + max(len(word) for _, word in words.values()), pairs), END - 1, np.uint16)  # no text has it
    for number, (place, word) in words.items():
        places[number] = place
        signs[: len(word), number], signs[len(word) :, number] = word, END
    return Rest(places, signs)


def _numbered(signs: list[int]) -> Positions:
    """For each of the 65,536 codes its number among these signs, from 1; 0 for all others."""
    numbers, kinds = np.zeros(END + 1, np.int64), sorted(set(signs))
    numbers[kinds] = np.arange(1, len(kinds) + 1)
    return numbers
