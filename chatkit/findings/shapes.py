"""Shapes: names that their form alone tells: of parts that are common in names of minorities, or spaced."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .folding import Page
from .hints import LEFT_CLASSES, class_beside, hints


def in_parts(page: Page) -> Iterator[tuple[int, int]]:
    """Names of parts that are common in them, of two or of a long one: 阿依古丽, 古力·买买提江, 帕尔哈提."""
    begin = stop = -9
    count = 0
    for start, end, _ in [*hints().parts.find(page), (page.codes.size, page.codes.size, "")]:
        if start == stop or (start == stop + 1 and page.codes[stop] == ord("·")):
            stop, count = end, count + 1
            continue
        if count > 1 or stop - begin > 2:
            yield begin, stop
        begin, stop, count = start, end, 1


def spaced(page: Page) -> Iterator[tuple[int, int]]:
    """Names written with a space between the characters: 张 三 丰."""
    tables, codes = hints(), page.codes
    space = codes == ord(" ")
    at = np.flatnonzero(space) - 1
    at = at[(tables.single[codes[at]] > -90) & tables.han[codes[at + 2]] & ~tables.han[codes[at + 3]]]
    at = at[tables.han[codes[at]]]
    han = tables.han[codes] if at.size else space
    called = class_beside(codes, at - 1, -1, tables.left)
    for start in at[~han[at - 1] | (called >= 0) & (called < LEFT_CLASSES.index("hello"))].tolist():
        if space[start - 1] and han[start - 2] and not han[start - 3]:
            continue  # in the middle of a spaced run
        end = start + 3
        if space[end] and han[end + 1] and not han[end + 2]:
            end += 2
        given = tables.given[codes[start + 2 : end : 2]]
        if not (space[end] and han[end + 1] and not han[end + 2]) and float(given.mean()) > -9.5:
            yield start, end
