"""Beside: what stands around many places of a page, laid out a row each."""

from __future__ import annotations

import numpy as np

from .checksums import Flags
from .folding import Codes, Page, Positions


def around(page: Page, at: Positions, first: int, last: int) -> Codes:
    """The signs from ``first`` to ``last`` (exclusive) places beside each position, a row each."""
    places = at[:, None] + np.arange(first, last)
    return page.codes[np.clip(places, 0, page.codes.size - 1)]


def run(inside: Flags) -> Positions:
    """How many flags of each row are true before the first that is not."""
    return np.where(inside.all(axis=1), inside.shape[1], inside.argmin(axis=1))
