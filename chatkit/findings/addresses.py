"""Addresses: one span from the largest unit given to the last.

A *core* says where to look: a road, an estate or a village with a number behind it, a crossing, a building with its
unit and room. From there the span grows left, over divisions, towns and the road's own name up to a word that calls
for a place, and right, over numbers with units, named buildings and directions. A lone city, school, branch or road
is no address.
"""

from __future__ import annotations

import re

from .folding import Page
from .places import (
    BARE,
    CALLED,
    CUE,
    FILLED,
    HAN,
    NOTE,
    NUMERAL,
    OPENING,
    REST,
    SEGMENT,
    SPOT,
    TAIL,
    division_at,
    division_heads,
    seeds,
)  # fmt: skip
from .spans import Spans, listed

LEFT_MOST, RIGHT_MOST = 48, 90  # characters that are read on either side of a seed


def find(page: Page) -> Spans:
    """The addresses of a page."""
    found: list[tuple[int, int, str]] = []
    text, done = page.text, 0
    for seed in seeds(page).tolist():
        if seed < done:
            continue
        start = max(text.rfind("\uffff", 0, seed) + 1, seed - LEFT_MOST)
        end = text.find("\uffff", seed)
        span = around(text, seed, max(start, done), min(end, seed + RIGHT_MOST))
        if span:
            found.append((*span, "ADDRESS"))
            done = span[1]
    return listed(found)


def around(text: str, seed: int, low: int, high: int) -> tuple[int, int] | None:
    """The address around a seed, between two bounds, or None where there is none."""
    seed += len(FILLED.match(text, seed, high)[0])  # type: ignore[index]
    left = _left(text, seed, low)
    for start in _starts(text, left, seed):
        end, worth = _read(text, start, high)
        called = bool(CALLED.search(text, max(low, start - 8), start))
        apart = not ("\u4e00" <= text[start - 1] <= "\u9fff" or "\u4e00" <= text[end : end + 1] <= "\u9fff")
        if worth.accepted(called, apart) and end > seed:
            if called and (rest := REST.match(text, end, high)):  # a landmark that no grammar knows
                end = rest.end()
            return start + (text[start] == " "), end
    return None


def _left(text: str, seed: int, low: int) -> int:
    """How far the text before a seed may belong to its address: letters and digits, single spaces after a unit."""
    at = seed
    while at > low:
        sign = text[at - 1]
        if (
            (
                sign in " \n,"
                and at - 1 > low
                and text[at - 2] in ("省市区县" if sign == "," else "省市区县镇乡道路街巷村号弄苑园院楼栋")
            )
            or "\u4e00" <= sign <= "\u9fff"
            or (sign.isascii() and sign.isalnum())
            or sign in "-\u3400"
        ):
            at -= 1
        else:
            break
    return at


def _starts(text: str, left: int, seed: int) -> list[int]:
    """Where an address may begin, likeliest first: after the last cue, at a division, at the left end."""
    cut = left
    for cue in CUE.finditer(text, left, seed):
        if not _inside_division(text, left, cue.start()):
            cut = cue.end()
    while opening := OPENING.match(text[cut:seed]):
        cut += opening.end()
    starts = []
    at = cut
    heads = division_heads()
    while at < seed:  # a division begins the address; what stands before it does not belong to it
        if (
            text[at : at + 2] in heads
            and (end := division_at(text, at))
            and (
                at == cut
                or text[end - 1] in "省市区县"
                or (end - at > 2 and text[end - 1] in "州盟旗")
                or division_at(text, end)
            )
        ):
            starts.append(at)
            break
        at += 1
    return [*starts, cut]


def _inside_division(text: str, left: int, at: int) -> bool:
    """Whether a place lies inside the name of a division (从化区, 来宾市)."""
    return any(division_at(text, begin) > at for begin in range(max(left, at - 5), at + 1))


def _parted(text: str, at: int, high: int) -> bool:
    """Whether an address goes on behind a comma: with a building that has a number, or with the number of one."""
    if tail := TAIL.match(text, at, high):
        return tail.lastgroup == "unit" and bool(re.search(r"[栋幢座]|单元|号", tail[0]))
    segment = BARE.match(text, at, high) or SEGMENT.match(text, at, high)
    behind = text[segment.end() : segment.end() + 1] if segment else ""
    return bool(segment) and (behind == "," or bool(TAIL.match(text, segment.end(), high)) if segment else False)


class _Worth:
    """What an address is made of, while it is read."""

    def __init__(self) -> None:
        self.division = self.town = self.road = self.village = self.estate = self.bare = False
        self.number = self.cross = self.strong = False
        self.units = 0

    def accepted(self, called: bool, apart: bool) -> bool:
        """Whether that is enough: street or estate level. ``apart``: nothing is glued to it on either side."""
        wide = self.division or self.town
        if self.cross or (self.road and (self.number or self.units > 0)):
            return True
        if self.estate and (self.units > 1 or ((self.units or self.number) and (wide or self.strong or apart))):
            return True
        if self.village and (self.number or self.town or (wide and called)):
            return True
        if (self.bare and (self.units >= 2 or (wide and self.units))) or (self.town and self.units):
            return True
        if wide and (self.road or self.number):
            return True
        return called and (
            (self.division and (self.town or self.estate or self.village)) or (self.road and self.estate)
        )


def _read(text: str, start: int, high: int) -> tuple[int, _Worth]:
    """Reads an address from left to right; where it ends and what it is made of."""
    worth, at, roomed = _Worth(), start, False
    last = ""
    while at < high:
        end = division_at(text, at + (text[at] == " ")) if last in ("", "division") else 0
        if end and (
            text[end - 1] in "省市区县州盟旗"
            or not re.match(r"[路街道巷镇乡村园苑湾]|大街|大道|[东南西北中]路", text[end : end + 2])
        ):
            worth.division, at, last = True, end, "division"
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
        if tail and kind == "unit" and last in ("", "division") and not re.search(r"号|弄|院", tail[0]):
            tail, kind = None, ""
        if tail and not (
            kind == "unit" and SEGMENT.match(text, at, high) and re.match(r" ?[" + NUMERAL + r"][巷街条]", tail[0])
        ):
            if kind == "unit":
                if re.search(r"号$|弄|号院|号之|组|队", tail[0].rstrip("甲乙丙丁")) and not re.search(r"号楼", tail[0]):
                    worth.number = True
                elif not re.search(r"[期区]$", tail[0]):
                    worth.units += 1
                roomed = roomed or bool(re.search(r"室|户", tail[0]))
            elif kind in ("room", "lettered"):
                worth.units += 1
                roomed = True
            elif kind == "chain":
                worth.units += 2 if len(re.findall(r"[-—#]", tail[0])) > 1 else 1
                roomed = len(re.findall(r"[-—#]", tail[0])) > 1
            elif kind == "cross":
                worth.cross = True
            elif kind == "side" and re.search(r"交", tail[0]):
                worth.cross = worth.road
            at, last = tail.end(), kind or ""
            continue
        if text[at] == "," and worth.division and last and _parted(text, at + 1, high):
            at += 1
            continue
        segment = SEGMENT.match(text, at, high)
        bare = BARE.match(text, at, high)
        if segment and text[at] == " " and not bare:
            further = TAIL.match(text, segment.end(), high)
            again = worth.number and (not further or further.lastgroup not in ("unit", "chain"))
            if worth.units or again or not (further or SEGMENT.match(text, segment.end(), high)):
                break
        if bare and re.search(r"(?:码|单|[^壹一]号)$", bare["name"]):
            break
        if bare and (not segment or bare.end() < segment.end()) and not re.search(r"[0-9]", bare["name"]):
            worth.bare, at, last = True, bare.end(), "bare"
            continue
        spot = SPOT.match(text, at, high) if last in ("division", "town", "village", "road") else None
        if spot and (not segment or spot.end() <= segment.end("name")):
            at, last = spot.end(), "spot"
            continue
        if not segment or not re.search(rf"[{HAN}]", segment["name"]):
            break
        kind = segment.lastgroup or ""
        if worth.units and kind in ("town", "village", "road"):
            break
        worth.cross = worth.cross or bool(worth.road and segment["crossing"])
        setattr(worth, kind, True)
        if kind == "estate":
            worth.strong = worth.strong or len(segment["estate"]) > 1
        at, last = segment.end(), kind
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
        if tail.lastgroup not in ("unit", "chain", "room", "lettered", "side") or re.search(
            r"米|期$|[0-9]{5}", tail[0]
        ):
            break
        units += bool(re.search(rf"[0-9{NUMERAL}A-Za-z]", tail[0]))
        at = tail.end()
    return (start, at) if units >= 2 or (opening[1] and units) else None
