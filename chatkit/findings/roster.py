"""A roster: names that are known, found again wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .folding import Page, fold


class Roster:
    """Names of two characters and more, looked up by their first two; of two that begin alike the longer is found.

    >>> from .folding import page_of
    >>> [name for _, _, name in Roster(["王小明", "王小明明"]).find(page_of(["王小明明来了，王小明没来"]))]
    ['王小明明', '王小明']
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_head: dict[int, list[str]] = {}
        for name in sorted({fold(n) for n in names if len(n) > 1 and "*" not in n}, key=lambda n: (-len(n), n)):
            self._by_head.setdefault(ord(name[0]) << 16 | ord(name[1]), []).append(name)
        self._heads = np.array(sorted(self._by_head), np.int64)
        self._first = np.zeros(0x10000, np.bool_)
        self._first[self._heads >> 16] = True
        self._second = np.zeros(0x10000, np.bool_)
        self._second[self._heads & 0xFFFF] = True

    def find(self, page: Page) -> Iterator[tuple[int, int, str]]:
        """Start, end and name of each find in a page, in order and without overlaps."""
        at = np.flatnonzero(self._first.take(page.codes[:-1]))
        at = at[self._second.take(page.codes.take(at + 1))]
        heads = page.codes[at].astype(np.int64) << 16 | page.codes[at + 1]
        done = 0
        chosen = np.isin(heads, self._heads)
        for start, head in zip(at[chosen].tolist(), heads[chosen].tolist(), strict=True):
            if start >= done:
                for name in self._by_head[head]:
                    if page.text.startswith(name, start):
                        done = start + len(name)
                        yield start, done, name
                        break
