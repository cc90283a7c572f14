"""The sieve: which texts can hold a find at all, told from a weighted count of signs before any text is folded.

Each number and each handle needs some letters or digits of whatever script; most messages have none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

from .beside import WORDLIKE
from .digits import LENIENT, NONE
from .folding import FOLD, Positions

SIFTED = frozenset("PHONE LANDLINE ID_CARD BANK_CARD EMAIL IP WECHAT QQ PLATE PASSPORT LIKELY_ID LIKELY_CARD".split())
SHORT = frozenset("OTP CVV PASSWORD".split())  # three digits are enough
LEAST, LEAST_SHORT = 10, 6
ROWS = 8_192  # texts looked at in one go


# What a number or a handle is made of, in whatever script; where none of it is left, there is none to be found.
MADE_OF: NDArray[np.bool_] = ((LENIENT != NONE) | WORDLIKE)[FOLD]
LIVE = re.compile(f"[{''.join(map(chr, np.flatnonzero(MADE_OF).tolist()))}\U00010000-\U0010ffff]")


def _weights() -> NDArray[np.uint8]:
    """By code point of the text: what it counts for. Five letters or digits are enough; fewer with an @ or a colon."""
    signs = np.zeros(0x10000, np.uint8)
    signs[ord(".")] = 2
    signs[[ord(sign) for sign in "@#艾:"]] = 6
    weights: NDArray[np.uint8] = np.maximum(signs[FOLD], 2 * MADE_OF).astype(np.uint8)
    return weights


WEIGHTS = _weights()
BEYOND = 2  # every sign outside the basic plane may be a digit


def applies(wanted: Set[str]) -> bool:
    """Whether these entities are all of the kind that the sieve knows: names and addresses need no letters."""
    return wanted <= SIFTED | SHORT


def candidates(texts: Sequence[str], wanted: Set[str]) -> Positions:
    """The places of the texts that can hold any of these entities; the others cannot."""
    least = LEAST_SHORT if wanted & SHORT else LEAST
    parts = [_heavy(texts[at : at + ROWS], least) + at for at in range(0, len(texts), ROWS)]
    return np.concatenate(parts or [np.empty(0, np.int64)])


def _heavy(texts: Sequence[str], least: int) -> Positions:
    """Which texts weigh enough."""
    wide = np.frombuffer("\x00".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    weights = WEIGHTS[wide.astype(np.uint16)]
    if wide.max(initial=0) > 0xFFFF:
        weights[wide > 0xFFFF] = BEYOND
    (ends,) = np.nonzero(wide == 0)
    if ends.size != len(texts):  # a text has that sign itself
        ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) - 1
    summed = np.cumsum(weights, dtype=np.uint32)[ends]
    return np.flatnonzero(np.diff(summed, prepend=np.uint32(0)) >= least)
