"""Contexts: the signs on either side of a possible name, one and two of them, and what each speaks for a name.

Cue words (hints.py) are few and chosen; these are what stood beside names, and beside what was none, in the
conversations that the weights were fitted on (tests/weights.py).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from .folding import END, Codes, Positions
from .readings import Floats, Numbers

SIDES = ("before", "before_pair", "behind", "behind_pair")  # which signs: one or two, in the order of reading
EDGE = "␃"  # stands in the table where a text begins or ends
Keys = NDArray[np.uint64]


def _alike() -> Codes:
    """By code point: the sign that it counts as. Every digit is a 0."""
    table = np.arange(0x10000, dtype=np.uint16)
    table[ord("0") : ord("9") + 1] = ord("0")
    table[END] = ord(EDGE)
    return table


ALIKE = _alike()


def neighbours(codes: Codes, starts: Positions, ends: Positions) -> Keys:
    """For each candidate the signs of every one of SIDES as one number; beyond the edge of a text is more edge."""
    columns = []
    for near, step in ((starts - 1, -1), (ends, 1)):
        one = ALIKE.take(codes.take(near))
        two = np.where(one == ord(EDGE), one, ALIKE.take(codes.take(near + step)))
        first, last = (two, one) if step < 0 else (one, two)
        columns += [one.astype(np.uint64), first.astype(np.uint64) | last.astype(np.uint64) << np.uint64(16)]
    return np.stack(columns, axis=1)


def signs(key: int) -> str:
    """The signs of a key.

    >>> signs(ord("我") | ord("叫") << 16)
    '我叫'
    """
    return chr(key & 0xFFFF) + (chr(key >> 16) if key >> 16 else "")


@cache
def _weights() -> tuple[tuple[Numbers, Floats], ...]:
    """For each of SIDES the keys that weigh something, in order, and what they weigh."""
    table = tomllib.loads(files(__package__).joinpath("contexts.toml").read_text("utf-8"))
    sides = []
    for side in SIDES:
        weights = {
            sum(ord(sign) << 16 * n for n, sign in enumerate(key)): weight for key, weight in table[side].items()
        }
        numbers = Numbers(weights)
        sides.append((numbers, np.array([*(weights[key] for key in numbers.sorted.tolist()), 0], np.float32)))
    return tuple(sides)


def weighed(keys: Keys) -> Floats:
    """What the signs beside each candidate speak for a name, in all (log odds); what is not in the table, nothing."""
    total = np.zeros(len(keys), np.float32)
    for column, (numbers, weights) in zip(keys.T, _weights(), strict=True):
        total += weights[numbers.place(column)]  # place -1: the last weight, which is 0
    return total
