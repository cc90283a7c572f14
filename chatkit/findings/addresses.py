"""Addresses: one span from the largest unit given to the last.

A *core* says where to look: a road, an estate or a village with a number behind it, a crossing, a building with its
unit and room. From there the span grows left, over divisions, towns and the road's own name up to a word that calls
for a place, and right, over numbers with units, named buildings and directions. A lone city, school, branch or road
is no address.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

import numpy as np

from .folding import Page
from .places import (
    BARE,
    CALLED,
    COUNTED,
    CUE,
    DIGITS,
    DOOR,
    FARTHER,
    FILLED,
    FILLING,
    GUARDED,
    HANS,
    HOUSE,
    LANE,
    NOTE,
    NUMBERED,
    NUMERAL,
    OPENING,
    ORDER,
    REST,
    SEGMENT,
    SPOT,
    STREET,
    TAIL,
    Worth,
    division_at,
    divisions,
    seeds,
)  # fmt: skip
from .spans import Spans, listed

LEFT_MOST, RIGHT_MOST = 48, 90  # characters that are read on either side of a seed
ALSO = "和与跟及"  # between two addresses
SLIDE = 32  # in signs that go on for longer, what begins nowhere begins at every so many


def find(page: Page) -> Spans:
    """The addresses of a page."""
    found: list[tuple[int, int, str]] = []
    text, done = page.text, 0
    at, broken = seeds(page)
    row = page.row(at)
    ends = (np.append(page.starts[1:], page.codes.size - Page.MARGIN) - 1)[row]
    filled = [
        seed if text[seed] not in FILLING else FILLED.match(text, seed, min(seed + RIGHT_MOST, end)).end()  # type: ignore[union-attr]
        for seed, end in zip(at.tolist(), ends.tolist(), strict=True)
    ]
    run = broken[np.searchsorted(broken, filled) - 1] + 1
    last = np.array(filled, np.int64)[np.searchsorted(row, row, "right") - 1]
    before = None
    for seed, shifted, left, begin, upto, end in zip(
        *(at.tolist(), filled, run.tolist(), page.starts[row].tolist(), last.tolist(), ends.tolist()), strict=True
    ):
        if seed < done:
            continue
        if before is None or before.begin != begin:
            before = _Before(text, begin, max(left, seed - LEFT_MOST), upto, end)
        span = before.around(shifted, max(begin, seed - LEFT_MOST, done), left)
        if span:
            found.append((*span, "ADDRESS"))
            done = span[1] + (text[span[1]] in ALSO)
    return listed(found)


class _Before:
    """A text in which addresses are looked for: what may begin one, and what has been read of it already."""

    def __init__(self, text: str, begin: int, first: int, last: int, end: int) -> None:
        self.begin, self._text, self._end = begin, text, end
        stops = dict(divisions(text, first, last))
        self._divisions = [head for head, stop in stops.items() if _begins(text, head, stop)]
        cues = [cue.span() for cue in CUE.finditer(text, first, last)]
        if stops:  # 从化区, 来宾市
            cues = [c for c in cues if not any(stops.get(at, 0) > c[0] for at in range(c[0] - 5, c[0] + 1))]
        self._cues, self._cue_ends = [start for start, _ in cues], [stop for _, stop in cues]
        self._read: dict[int, tuple[int, Worth]] = {}
        self._passed: dict[int, tuple[int, Worth]] = {}
        self._spent = 0

    def around(self, seed: int, low: int, run: int) -> tuple[int, int] | None:
        """The address around a seed, not before ``low``, or None where there is none.

        ``run``: where the signs begin that may belong to it.
        """
        text = self._text
        left = max(low, run)
        left += left < seed and text[left] in " \n,"
        for start in self._starts(left, seed, left > run and seed - left >= LEFT_MOST - 1):
            end, worth = self._from(start, seed)
            if end <= seed:
                continue
            called = start > low and bool(CALLED.search(text, max(low, start - 8), start))
            told = start in self._cue_ends
            apart = not ((HANS.match(text, start - 1) and not told) or HANS.match(text, end))
            if worth.accepted(called, apart):
                if called and (rest := REST.match(text, end, min(self._end, seed + RIGHT_MOST))):
                    end = rest.end()  # a landmark that no grammar knows
                return start + (text[start] == " "), end
        return None

    def _starts(self, left: int, seed: int, slid: bool) -> Iterator[int]:
        """Where an address may begin, likeliest first: at a division, after the last cue, at the left end."""
        text = self._text
        cut = left
        last = bisect_left(self._cues, seed) - 1
        again = text[seed] in GUARDED
        if last >= 0 and self._cue_ends[last] > seed:
            again, last = True, last - 1
        if last >= 0 and self._cues[last] >= left:
            cut = self._cue_ends[last]
        if again:  # a cue that the seed cuts short
            for cue in CUE.finditer(text, max(cut, seed - 12), seed):
                if not _inside_division(text, left, cue.start()):
                    cut = cue.end()
        while opening := OPENING.match(text[cut:seed]):
            cut += opening.end()
        if cut < seed and division_at(text, cut):
            yield cut
            return
        place = bisect_left(self._divisions, cut)
        if place < len(self._divisions) and self._divisions[place] < seed:
            yield self._divisions[place]
        yield cut if cut > left or not slid else min(seed, -(-cut // SLIDE) * SLIDE)

    def _from(self, start: int, seed: int) -> tuple[int, Worth]:
        """What is read from a place on; each place is read once."""
        if start not in self._read:
            high = max(start + LEFT_MOST, seed) + RIGHT_MOST
            if self._spent > seed - self.begin + 4_000:  # much was read for little: not so far any more
                high = seed + 12
            self._read[start] = _read(self._text, start, min(self._end, high), self._passed)
            self._spent += self._read[start][0] - start
        return self._read[start]


def _begins(text: str, head: int, stop: int) -> bool:
    """Whether a division begins an address though something stands before it that does not belong to it."""
    return (
        text[stop - 1] in "省市区县"
        or (stop - head > 2 and text[stop - 1] in "州盟旗")
        or bool(division_at(text, stop))
    )


def _inside_division(text: str, left: int, at: int) -> bool:
    """Whether a place lies inside the name of a division (从化区, 来宾市)."""
    return any(division_at(text, begin) > at for begin in range(max(left, at - 5), at + 1))


def _parted(text: str, at: int, high: int) -> bool:
    """Whether an address goes on behind a comma: with a building that has a number, or with the number of one."""
    if tail := TAIL.match(text, at, high):
        return tail.lastgroup == "unit" and bool(HOUSE.search(tail[0]))
    segment = BARE.match(text, at, high) or SEGMENT.match(text, at, high)
    behind = text[segment.end() : segment.end() + 1] if segment else ""
    return bool(segment) and (behind == "," or bool(TAIL.match(text, segment.end(), high)) if segment else False)


def _read(text: str, start: int, high: int, passed: dict[int, tuple[int, Worth]]) -> tuple[int, Worth]:
    """Reads an address from left to right; where it ends and what it is made of.

    ``passed``: what came of places behind divisions; what is read from there on is the same after any of them.
    """
    behind: list[int] = []
    worth, at, roomed = Worth(), start, False
    last = ""
    while at < high:
        end = division_at(text, at + (text[at] == " ")) if last in ("", "division") else 0
        if end and (text[end - 1] in "省市区县州盟旗" or not STREET.match(text, end, min(end + 2, len(text)))):
            worth.division, at, last = True, end, "division"
            if at in passed:
                at, worth = passed[at]
                break
            behind.append(at)
            if (
                text[at] in " ,\n"
                and at + 1 < high
                and (division_at(text, at + 1) or SEGMENT.match(text, at + 1, high))
            ):
                at += 1
            continue
        tail = TAIL.match(text, at, high)
        kind = tail.lastgroup if tail else ""
        if roomed and kind not in ("note", "lettered"):
            break
        if tail and kind == "note" and not NOTE.match(tail[0]):
            tail, kind = None, ""
        if tail and kind in ("room", "lettered") and not (worth.units or worth.number or worth.estate or worth.bare):
            tail, kind = None, ""
        if tail and not last and kind in ("room", "lettered", "chain", "side", "far", "note", "cross"):
            tail, kind = None, ""
        if tail and kind == "unit" and last in ("", "division") and not DOOR.search(tail[0]):
            tail, kind = None, ""
        if tail and not (kind == "unit" and LANE.match(tail[0]) and SEGMENT.match(text, at, high)):
            if kind == "unit":
                if NUMBERED.search(tail[0].rstrip("甲乙丙丁")) and "号楼" not in tail[0]:
                    worth.number = True
                elif not tail[0].endswith(("期", "区")):
                    worth.units += 1
                roomed = roomed or "室" in tail[0] or "户" in tail[0]
            elif kind in ("room", "lettered"):
                worth.units += 1
                roomed = True
            elif kind == "chain":
                joints = sum(map(tail[0].count, "-—#"))
                worth.units += 1 + (joints > 1)
                roomed = joints > 1
            elif kind == "cross":
                worth.cross = True
            elif kind == "side" and "交" in tail[0]:
                worth.cross = worth.road
            at, last = tail.end(), kind or ""
            continue
        if text[at] == "," and worth.division and last and _parted(text, at + 1, high):
            at += 1
            continue
        segment = SEGMENT.match(text, at, high)
        if worth.number and segment and segment["road"] and text[at] in ALSO:
            break
        bare = BARE.match(text, at, high)
        if segment and text[at] == " " and not bare:
            further = TAIL.match(text, segment.end(), high)
            again = worth.number and (not further or further.lastgroup not in ("unit", "chain"))
            if worth.units or again or not (further or SEGMENT.match(text, segment.end(), high)):
                break
        if bare and ORDER.search(bare["name"]):
            break
        if bare and (not segment or bare.end() < segment.end()) and not DIGITS.search(bare["name"]):
            worth.bare, at, last = True, bare.end(), "bare"
            continue
        spot = SPOT.match(text, at, high) if last in ("division", "town", "village", "road") else None
        if spot and (not segment or spot.end() <= segment.end("name")):
            at, last = spot.end(), "spot"
            continue
        if not segment or not HANS.search(segment["name"]):
            break
        kind = segment.lastgroup or ""
        if worth.units and kind in ("town", "village", "road"):
            break
        worth.cross = worth.cross or bool(worth.road and segment["crossing"])
        setattr(worth, kind, True)
        if kind == "estate":
            worth.strong = worth.strong or len(segment["estate"]) > 1
        at, last = segment.end(), kind
    passed.update(dict.fromkeys(behind, (at, worth)))
    return at, worth


CONTINUED = re.compile(r"(房号|门牌号?|楼号)?[:是 ]{0,2}(?=[0-9A-Za-z甲乙丙丁东西南北" + NUMERAL + "])")


def continued(text: str) -> tuple[int, int] | None:
    """Where a message goes on with an address of the turns before: 1单元 302.

    >>> continued("1单元 302"), continued("好的 302元")
    ((0, 7), None)
    """
    opening = CONTINUED.match(text)
    if not opening:
        return None
    at = start = opening.end()
    units = 0
    while tail := TAIL.match(text, at):
        if tail.lastgroup not in ("unit", "chain", "room", "lettered", "side") or FARTHER.search(tail[0]):
            break
        units += bool(COUNTED.search(tail[0]))
        at = tail.end()
    return (start, at) if units >= 2 or (opening[1] and units) else None
