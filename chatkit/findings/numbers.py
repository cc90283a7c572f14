"""Numbers: mobile and landline numbers, identity numbers and bank cards, however they are grouped and spelled.

Digits are found for a whole page at once and form *runs*; runs that only separators part form *windows*. A window
is judged by its digits (lead, length, checksum), by the shape of its groups, and by the word before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .folding import END, PICTURE, VOID, Page, Positions
from .lexicon import flags
from .spans import Spans, joined, listed, spans

Flags = NDArray[np.bool_]
Digits = NDArray[np.uint8]


def shape_key(shape: Sequence[int]) -> int:
    """The lengths of up to twelve groups as one number.

    >>> shape_key((3, 4)) == 3 + (4 << 5)
    True
    """
    return sum(size << 5 * n for n, size in enumerate(shape))


def shape_keys(shapes: Iterable[tuple[int, ...]]) -> Positions:
    """The keys of these shapes, for np.isin."""
    return np.array([shape_key(shape) for shape in shapes], np.int64)


NONE = 99  # no digit
NUMERALS = dict(
    zip("零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", [0, 0, *range(1, 10), 1, 2, *range(1, 10)], strict=True)
)
LETTERS = {"O": 0, "o": 0, "l": 1, "I": 1}


def _values(more: dict[str, int]) -> Digits:
    table = np.full(0x10000, NONE, np.uint8)
    table[0x30:0x3A] = np.arange(10)
    for sign, value in more.items():
        table[ord(sign)] = value
    return table


STRICT, LENIENT = _values({}), _values(NUMERALS | LETTERS)
ODD = STRICT != LENIENT
UPPER, ASCII_LETTER = flags(map(chr, range(65, 91))), flags(map(chr, [*range(65, 91), *range(97, 123)]))
WORDLIKE = ASCII_LETTER | flags("0123456789")
JOINER = flags(" -.·/\\_~,、()\n*+:;|…=") | flags([chr(VOID), chr(PICTURE)])
FILLER = flags(" :是为的就叫填写,，：-\n'\"「“【[(（=#") | flags([chr(VOID), chr(PICTURE)])
MOST = 19  # runs in one window: a card written digit by digit
ALONE = 0xFFFF  # the gap of a window of one run
FOURS = shape_keys([(4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3)])  # how most cards are written

# Lengths of groups in which people write a mobile; any other grouping needs separators that nobody sees.
MOBILE_SHAPES = {
    *((3, 4, 4), (3, 8), (3, 3, 5), (3, 5, 3), (4, 3, 4), (4, 4, 3), (5, 6), (6, 5), (7, 4), (4, 7), (3, 4, 2, 2)),
    *(
        (3, 2, 2, 2, 2),
        (3, 2, 2, 4),
        (3, 2, 3, 3),
        (1, 2, 4, 4),
        (1, 3, 3, 4),
        (3, 3, 3, 2),
        (3, 1, 3, 4),
        (3, 2, 6),
        (5, 3, 3),
    ),
    *(
        (1, 2, 2, 2, 2, 2),
        (2, 2, 2, 2, 2, 1),
        (1,) * 11,
        (3, *(1,) * 8),
        (3, 4, *(1,) * 4),
        (8, 3),
        (9, 2),
        (2, 9),
        (1, 10),
    ),
}
USUAL_MOBILES = shape_keys(shape for shape in MOBILE_SHAPES if sum(shape) == 11)
ODD_SHAPES = {
    (3, 4, 4),
    (3, 8),
    (3, 3, 5),
    (4, 3, 4),
    (4, 4, 3),
    (7, 4),
    (3, 4, 2, 2),
    (1,) * 11,
}  # with . , / and the like
# Area code (its zero included) and the groups after it.
LANDLINE_SHAPES = {
    *(
        (10,),
        (11,),
        (12,),
        (3, 8),
        (4, 8),
        (4, 7),
        (3, 4, 4),
        (4, 4, 4),
        (4, 3, 4),
        (4, 4, 3),
        (3, 7),
        (3, 3, 5),
        (1, 2, 8),
    ),
    *((3, 2, 2, 2, 2), (3, 3, 4), (4, 2, 2, 2, 2)),
}
HOTLINE_SHAPES = {(10,), (3, 3, 4), (3, 4, 3), (3, 7), (6, 4), (4, 3, 3), (3, 2, 2, 3), (1, 2, 7)}
LOCAL_SHAPES = {(7,), (8,), (4, 4), (3, 4), (4, 3), (2, 2, 2, 2)}
LANDLINE_KEYS, HOTLINE_KEYS, LOCAL_KEYS = map(shape_keys, (LANDLINE_SHAPES, HOTLINE_SHAPES, LOCAL_SHAPES))
CUE_MOST = 14  # characters from the last one of LOCAL_CUE's words to the number, where no other number stands between
NO_NUMBER_OF_PEOPLE = tuple(  # what stands before a number that belongs to a thing
    "单号 编号 订单 运单 流水 工单 序号 号单 列号 件号 票号 货号 款号 条码 串号 包裹 批号 合同 快递 物流 发票 案号 保单 学号 工号 期号 户号 表号 房号 金额 余额 "
    "尾号 账单 交易 受理 会员 商户 凭证 税号 型号 追踪 取件 机码 识码 批次 提单 仓单 回执 报单 赔案 案件 参考 设备 代码 编码 邀请 积分 价格".split()
)
_THINGS = frozenset(ord(word[0]) << 16 | ord(word[1]) for word in NO_NUMBER_OF_PEOPLE)
_THING_TABLE = np.array(sorted(_THINGS), np.int64)
_THING_LASTS = flags({word[1] for word in NO_NUMBER_OF_PEOPLE})
ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
ID_CHECK = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2])  # by remainder; 10 is X
PROVINCES = [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82]
DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
LOCAL_CUE = re.compile(
    r"(?:电话|座机|固话|固定电话|传真|总机|分机|话机|办公室|打到|号码|来电|打|拨|tel|TEL|Tel)[^0-9\u4e00-\u9fff]{0,3}(?:是|为|改成|打|:|的|只有一个是)?[^0-9\u4e00-\u9fff]{0,3}(?:[2-8][0-9]{6,7}[-、,/; ]{1,3}){0,3}$"
)
LOCAL_SIGNS = flags("话机真号室打拨来lL")
PHONE_CUE = re.compile(r"(?:电话|手机|号码|联系方式|打我|致电|tel)[^0-9]{0,4}$", re.IGNORECASE)
EXTENSION = re.compile(r" ?(?:-|转|分机号?|ext\.?|EXT\.?|#) ?(?:转|分机|分机号)? ?[0-9]{1,5}(?![0-9]|[-:.][0-9])")


@dataclass(frozen=True)
class Runs:
    """Digits of a page: ``at`` where each stands, ``values`` what it says; runs of adjacent ones.

    Run i holds digits ``first[i]`` to ``first[i] + lengths[i]`` and covers ``starts[i]`` to ``ends[i]``; ``joined[i]``
    says that only a few separators part it from run i + 1.
    """

    at: Positions
    values: Digits
    first: Positions
    lengths: Positions
    starts: Positions
    ends: Positions
    joined: Flags


def runs_of(page: Page, values: Digits) -> Runs:
    """The digits of a page under a table of values."""
    codes = page.codes
    worth = values[codes]
    at = np.flatnonzero(worth != NONE)
    if not at.size:
        empty = np.empty(0, np.int64)
        return Runs(at, worth[at], empty, empty, empty, empty, np.empty(0, np.bool_))
    gap = np.diff(at)
    adjacent = gap == 1
    for width in (2, 3, 4):  # digits parted by what nobody sees are adjacent
        (near,) = np.nonzero(gap == width)
        hidden = codes[at[near] + 1] == VOID
        for step in range(2, width):
            hidden &= codes[at[near] + step] == VOID
        adjacent[near] = hidden
    first = np.concatenate([[0], np.flatnonzero(~adjacent) + 1])
    lengths = np.diff(np.concatenate([first, [at.size]]))
    starts, ends = at[first], at[first + lengths - 1] + 1
    apart = starts[1:] - ends[:-1]
    joined = apart <= 4
    for step in range(4):
        inside = joined & (apart > step)
        joined[inside] &= JOINER[codes[ends[:-1][inside] + step]]
    return Runs(at, worth[at], first, lengths, starts, ends, np.concatenate([joined, [False]]))


def _is_date(year: Positions, month: Positions, day: Positions) -> Flags:
    fits = (year >= 1880) & (year <= 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return fits & (day <= DAYS[np.where(fits, month, 0)]) & ~((month == 2) & (day == 29) & ~leap)


def _number(values: Digits, at: Positions, size: int) -> Positions:
    """The number that ``size`` digits from each place on say."""
    said = np.zeros(at.size, np.int64)
    for step in range(size):
        said = said * 10 + values[np.minimum(at + step, values.size - 1)]
    return said


def identity_checks(digits: NDArray[np.int64]) -> Flags:
    """Which rows of 18 digits (the last 0 to 10, 10 is X) have a possible date and the right last one (GB 11643)."""
    born = [digits[:, a:b] @ (10 ** np.arange(b - a - 1, -1, -1)) for a, b in ((6, 10), (10, 12), (12, 14))]
    good: Flags = _is_date(*born) & (ID_CHECK[digits[:, :17] @ ID_WEIGHTS % 11] == digits[:, 17])
    return good


def luhn_checks(digits: NDArray[np.int64]) -> Flags:
    """Which rows of digits pass the Luhn checksum of bank cards.

    >>> luhn_checks(np.array([[int(d) for d in "4539148803436467"]]))
    array([ True])
    """
    doubled = digits[:, ::-1].copy()
    doubled[:, 1::2] *= 2
    good: Flags = (doubled - 9 * (doubled > 9)).sum(axis=1) % 10 == 0
    return good


def thing_before(page: Page, at: Positions) -> Flags:
    """Whether the word before each position names a thing that bears a number (单号, 编号, 金额 …)."""
    codes, left = page.codes, at - 1
    for _ in range(4):
        left = left - FILLER[codes[left]]
    found = np.zeros(at.size, np.bool_)
    for end in (left, left - 1):  # 单号, and one character more: 单号码, 订单里
        (maybe,) = np.nonzero(_THING_LASTS[codes[end]] & (codes[left] != END))
        if maybe.size:
            said = codes[end[maybe] - 1].astype(np.int64) << 16 | codes[end[maybe]]
            place = np.minimum(np.searchsorted(_THING_TABLE, said), _THING_TABLE.size - 1)
            found[maybe] |= _THING_TABLE[place] == said
    return found


def find(page: Page, wanted: Set[str]) -> Spans:
    """Mobile, landline, identity and card numbers of a page, and what is likely one although its checksum fails."""
    strict = runs_of(page, STRICT)
    found = _judged(windows_of(page, strict), wanted)
    if "PHONE" in wanted:
        found.append(_in_pieces(page, strict))
    lenient = _spelled(page)
    if lenient is not None:
        windows, (odd,) = windows_of(page, lenient), np.nonzero(ODD[page.codes])
        held = np.searchsorted(odd, windows.starts) < np.searchsorted(odd, windows.ends)
        found += _judged(windows.of(held), wanted)  # the others were judged as strict ones
    return joined(found)


def _spelled(page: Page) -> Runs | None:
    """Runs with numerals or letters for digits in them, where there are enough of them to be a number."""
    if not ODD[page.codes].any():
        return None
    runs = runs_of(page, LENIENT)
    letters = np.isin(page.codes[runs.at], [ord(c) for c in LETTERS])
    real = STRICT[page.codes[runs.at]] != NONE
    odds = np.add.reduceat(~real, runs.first)
    # a word such as Oil is no number: letters count only where digits are the greater part
    lettered = np.add.reduceat(letters, runs.first)
    usable = (lettered == 0) | (np.add.reduceat(real, runs.first) >= lettered) & (runs.lengths >= 7)
    chained = runs.joined | np.concatenate([[False], runs.joined[:-1]])
    worthy = usable & ((odds > 0) & (runs.lengths >= 7) | chained)
    if not (worthy & (odds > 0)).any():
        return None
    keep = np.flatnonzero(worthy)
    neighbour = np.zeros(keep.size, np.bool_)
    neighbour[:-1] = np.diff(keep) == 1
    return Runs(
        runs.at, runs.values, runs.first[keep], runs.lengths[keep], runs.starts[keep], runs.ends[keep],
        runs.joined[keep] & neighbour,
    )  # fmt: skip


def windows_of(page: Page, runs: Runs) -> _Window:
    """The windows of 1 to MOST runs and 7 to 19 digits, told by what all of them share: computed once for a page."""
    total = np.concatenate([[0], np.cumsum(runs.lengths)])
    gaps = np.zeros(runs.lengths.size, np.int64)
    single = np.flatnonzero(runs.joined[:-1] & (runs.starts[1:] - runs.ends[:-1] == 1))
    gaps[single] = page.codes[runs.ends[single]]
    index, keys, gap = np.arange(runs.lengths.size), runs.lengths, np.full(runs.lengths.size, ALONE)
    parts = []
    for width in range(1, MOST + 1):
        if width > 1:
            (going,) = np.nonzero(runs.joined[index + width - 2])
            index, keys, gap = index[going], keys[going], gap[going]
            last = gaps[index + width - 2]
            gap = last if width == 2 else np.where(gap == last, gap, 0)
            if width <= 12:
                keys = keys | runs.lengths[index + width - 1] << 5 * (width - 1)
        size = total[index + width] - total[index]
        (within,) = np.nonzero(size <= 19)
        index, keys, gap, size = index[within], keys[within], gap[within], size[within]
        if not index.size:
            break
        (worth,) = np.nonzero(size >= 7)
        widths = np.full(worth.size, width)
        parts.append((index[worth], widths, size[worth], keys[worth] if width <= 12 else widths * 0, gap[worth]))
    columns = [np.concatenate([part[n] for part in parts] or [np.empty(0, np.int64)]) for n in range(5)]
    return _Window(page, runs, *columns)


@dataclass(frozen=True)
class _Window:
    """Windows, one place in each array: index of the first run, number of runs, digits in all.

    ``keys`` are the lengths of the groups (shape_key; 0 beyond twelve), ``gap`` the one sign that parts all groups
    (0 where signs differ or are several, ALONE where there is but one group).
    """

    page: Page
    runs: Runs
    index: Positions
    width: Positions
    size: Positions
    keys: Positions
    gap: Positions

    def of(self, chosen: Flags) -> _Window:
        columns = (self.index, self.width, self.size, self.keys, self.gap)
        return _Window(self.page, self.runs, *(column[chosen] for column in columns))

    @cached_property
    def first(self) -> Positions:
        return self.runs.first[self.index]

    @cached_property
    def starts(self) -> Positions:
        return self.runs.starts[self.index]

    @cached_property
    def joined(self) -> tuple[Flags, Flags]:
        """Whether a separator alone parts each window from a run before it, and from one behind it."""
        before, runs = np.maximum(self.index - 1, 0), self.runs
        left = (self.index > 0) & runs.joined[before] & (self.first == runs.first[before] + runs.lengths[before])
        return left, runs.joined[self.index + self.width - 1]

    @cached_property
    def ends(self) -> Positions:
        return self.runs.ends[self.index + self.width - 1]

    def digit(self, n: int) -> Digits:
        return self.runs.values[np.minimum(self.first + n, self.runs.values.size - 1)]

    def digits(self, size: int) -> NDArray[np.int64]:
        places = np.minimum(self.first[:, None] + np.arange(size), self.runs.values.size - 1)
        return self.runs.values[places].astype(np.int64)

    def shape(self, n: int) -> tuple[int, ...]:
        at = int(self.index[n])
        return tuple(self.runs.lengths[at : at + int(self.width[n])].tolist())

    def gaps(self, n: int) -> list[str]:
        at, text = int(self.index[n]), self.page.text
        ends, starts = self.runs.ends, self.runs.starts
        return [text[ends[i] : starts[i + 1]] for i in range(at, at + int(self.width[n]) - 1)]

    def outer(self, n: int) -> tuple[tuple[str, int], tuple[str, int]]:
        """The separators around a window with the lengths of the runs beyond; empty where nothing is joined."""
        at, text, runs = int(self.index[n]), self.page.text, self.runs
        left, right = ("", 0), ("", 0)
        if at and runs.joined[at - 1] and runs.first[at] == runs.first[at - 1] + runs.lengths[at - 1]:
            left = text[runs.ends[at - 1] : runs.starts[at]], int(runs.lengths[at - 1])
        last = at + int(self.width[n]) - 1
        if runs.joined[last]:
            right = text[runs.ends[last] : runs.starts[last + 1]], int(runs.lengths[last + 1])
        return left, right


def _judged(window: _Window, wanted: Set[str]) -> list[Spans]:
    found: list[Spans] = []
    if "PHONE" in wanted:
        found.append(_mobiles(window))
    if "LANDLINE" in wanted:
        found.append(_landlines(window))
    if wanted & {"ID_CARD", "LIKELY_ID"}:
        found += _identities(window, wanted)
    if wanted & {"BANK_CARD", "LIKELY_CARD"}:
        found += _cards(window, wanted)
    return found


def _mobiles(window: _Window) -> Spans:
    lead = window.digit(0)
    plain = (window.size == 11) & (lead == 1) & (window.digit(1) >= 3)
    prefixed = (
        (window.size == 13) & (lead == 8) & (window.digit(1) == 6) & (window.digit(2) == 1) & (window.digit(3) >= 3)
    )
    long = (window.size == 15) & (lead == 0) & (window.digit(2) == 8) & (window.digit(3) == 6) & (window.digit(4) == 1)
    window = window.of(plain | prefixed | long)
    if not window.index.size:
        return spans(window.index, window.index, "PHONE")
    starts, ends = window.starts, window.ends
    good = ~_glued(window.page, starts, ends) & ~thing_before(window.page, starts)
    left, right = window.joined
    usual = np.isin(window.keys, USUAL_MOBILES) & ((window.gap == ord(" ")) | (window.gap == ord("-"))) & ~left & ~right
    for n in np.flatnonzero(good & (window.width > 1) & ~usual).tolist():
        good[n] = _mobile_shape(window, n)
    for n in np.flatnonzero(good & (window.width == 1) & right).tolist():
        gap, beyond = window.outer(n)[1]
        good[n] = not (gap == "." and beyond <= 2)  # an amount
    starts, ends, long = starts[good], ends[good] + _capped(window.page, ends[good]), window.size[good] > 11
    for n in np.flatnonzero(long).tolist():
        starts[n] = _with_plus(window.page, int(starts[n]))
    return spans(starts, ends, "PHONE")


def _with_plus(page: Page, start: int) -> int:
    """A start moved over the plus sign and the bracket of a country code."""
    start -= page.codes[start - 1] == ord("+")
    if page.codes[start - 1] == ord("(") and ")" in page.text[start : start + 6]:
        start -= 1
        start -= page.codes[start - 1] == ord("+")
    return start


def _capped(page: Page, ends: Positions) -> Positions:
    """How many invisible signs after each number belong to its last digit: those of a keycap."""
    beyond = np.zeros(ends.size, np.int64)
    for n in np.flatnonzero((page.codes[ends] == VOID) & (page.codes[ends - 2] == VOID)).tolist():
        while beyond[n] < 2 and page.codes[ends[n] + beyond[n]] == VOID:
            beyond[n] += 1
    return beyond


def _glued(page: Page, starts: Positions, ends: Positions) -> Flags:
    """Whether a capital letter stands right before (a serial number), unless it ends a word that calls for a number."""
    before = page.codes[starts - 1]
    glued = UPPER[before]
    for n in np.flatnonzero(glued).tolist():
        glued[n] = not re.search(r"(?:TEL|Tel|MOB|Mob|PHONE|DH|SJ|VX|WX|V|QQ)$", page.before(int(starts[n]), 8))
    return np.asarray(glued)


def _mobile_shape(window: _Window, n: int) -> bool:
    shape, gaps = window.shape(n), window.gaps(n)
    size = sum(shape)
    if size > 11:  # the country code stands apart or leads the first group
        extra = size - 11
        if shape[0] == extra:
            shape, gaps = shape[1:], gaps[1:]
        elif shape[0] > extra:
            shape = (shape[0] - extra, *shape[1:])
        elif sum(shape[:2]) == extra:
            shape, gaps = shape[2:], gaps[2:]
        else:
            return False
    if not gaps:
        return True
    seen = {g.replace(chr(VOID), "") for g in gaps}
    kind = seen - {""}
    if any(re.search(r"[.,、/·*:|+=]", g) for g in kind):
        return shape == (3, 4, 4) or shape in ODD_SHAPES and len(kind) == 1 and not any("," in g for g in kind)
    (left, before), (right, after) = window.outer(n)
    if shape != (3, 4, 4) and (left in kind and before >= 3 or right in kind and after >= 3):
        return False
    if shape == (3, 4, 4) and (left in kind and before == 4 or right in kind and after == 4):
        return False
    pictured = all(chr(PICTURE) in g for g in kind)
    return shape in MOBILE_SHAPES or pictured or bool(PHONE_CUE.search(window.page.before(int(window.starts[n]), 10)))


def _landlines(window: _Window) -> Spans:
    page, size, lead, second, third = window.page, window.size, window.digit(0), window.digit(1), window.digit(2)
    wide = np.where((lead == 0) & ((second == 1) & (third == 0) | (second == 2)), 3, 4)
    local = window.runs.values[np.minimum(window.first + wide, window.runs.values.size - 1)]
    rest = size - wide
    area = (lead == 0) & (second >= 1) & ((rest == 7) | (rest == 8)) & (local >= 2) & (local <= 8)
    hot = (size == 10) & ((lead == 4) | (lead == 8)) & (second == 0) & (third == 0)
    near = ((size == 7) | (size == 8)) & (lead >= 2) & (lead <= 8)
    near &= np.isin(window.keys, LOCAL_KEYS)
    near &= (window.gap == ord(" ")) | (window.gap == ord("-")) | (window.gap == ALONE) | (window.gap == 0)
    if near.any():
        (signs,) = np.nonzero(LOCAL_SIGNS[page.codes])
        at = window.starts[near]
        reach = np.where(window.joined[0][near], 40, CUE_MOST)  # numbers before this one may part it from its cue
        near[near] = np.searchsorted(signs, at) > np.searchsorted(signs, at - reach)
    abroad = (size >= 11) & (size <= 13) & (lead == 8) & (second == 6) & (page.codes[window.starts - 1] == ord("+"))
    area &= np.isin(window.keys, LANDLINE_KEYS)
    hot &= np.isin(window.keys, HOTLINE_KEYS)
    good = (area | hot | near | abroad & (window.width > 1)) & ~UPPER[page.codes[window.starts - 1]]
    good &= ~WORDLIKE[page.codes[window.ends]]
    window, wide = window.of(good), wide[good]
    good = (window.size <= 8) | ~thing_before(page, window.starts)
    found = []
    for n in np.flatnonzero(good).tolist():
        if _landline_shape(window, n, int(wide[n])):
            found.append(_with_extension(page, int(window.starts[n]), int(window.ends[n]), int(window.size[n])))
    return listed((start, end, "LANDLINE") for start, end in found)


def _landline_shape(window: _Window, n: int, wide: int) -> bool:
    """Whether the groups of a window are those in which people write a landline number."""
    page, start, shape, gaps = window.page, int(window.starts[n]), window.shape(n), window.gaps(n)
    size, lead = sum(shape), int(window.runs.values[window.runs.first[window.index[n]]])
    if size <= 8:
        (left, _), (right, beyond) = window.outer(n)
        if (
            shape not in LOCAL_SHAPES
            or set(gaps) - {" ", "-"}
            or left
            and left not in " ,、/;"
            or right == "-"
            and beyond > 5
        ):
            return False
        return bool(LOCAL_CUE.search(page.before(start, 40))) and not (lead == 2 and size == 8 and _dated(window, n))
    if lead == 0:
        if shape not in LANDLINE_SHAPES or shape[0] not in (wide, size, 1):
            return False
        return all(len(gap) <= 3 and not re.search(r"[/、,:]", gap) for gap in gaps)
    if page.codes[start - 1] == ord("+"):
        return shape[0] == 2 and shape[1] in (2, 3)
    if re.search(r"[qQ扣鹅][^0-9]{0,6}$", page.before(start, 8)):
        return False
    return shape in HOTLINE_SHAPES and all(re.fullmatch(r"[- ]{1,3}|.?\u200b.?", gap) for gap in gaps)


def _with_extension(page: Page, start: int, end: int, size: int) -> tuple[int, int]:
    """A landline number's span with its extension, and with the bracket or plus sign before it."""
    if extension := EXTENSION.match(page.after(end, 12)):
        digits = len(re.sub(r"[^0-9]", "", extension[0]))
        if not (extension[0][0] in "- " and (digits > 4 or size <= 8 and digits < 3)):
            end += extension.end()
    if page.codes[start - 1] == ord("(") and ")" in page.text[start:end] or page.codes[start - 1] == ord("+"):
        start -= 1
    return start, end


def _dated(window: _Window, n: int) -> bool:
    one = np.arange(window.index.size) == n
    digits = window.of(one).digits(8)
    parts = [digits[:, a:b] @ (10 ** np.arange(b - a - 1, -1, -1)) for a, b in ((0, 4), (4, 6), (6, 8))]
    return bool(_is_date(*parts)[0])


def _identities(window: _Window, wanted: Set[str]) -> list[Spans]:
    codes, found = window.page.codes, []
    ends = window.ends
    crossed = (window.size == 17) & np.isin(codes[ends + (codes[ends] == ord(" "))], [ord("x"), ord("X"), ord("×")])
    full = window.of((window.size == 18) | crossed)
    if full.index.size:
        with_x = full.size == 17
        tail = full.ends + with_x + (with_x & (codes[full.ends] == ord(" ")))
        digits = full.digits(18)
        digits[with_x, 17] = 10
        born = (
            (digits[:, 6] == 1) & (digits[:, 7] == 9) | (digits[:, 6] == 2) & (digits[:, 7] == 0) | (digits[:, 6] == 1)
        )
        whole = ~WORDLIKE[codes[tail]] & (digits[:, 0] > 0) & born
        valid = identity_checks(digits) & whole
        if "ID_CARD" in wanted:
            found.append(spans(full.starts[valid], tail[valid], "ID_CARD"))
        if "LIKELY_ID" in wanted:
            for n in np.flatnonzero(whole & ~valid).tolist():
                if re.search(r"身份证|证件", full.page.before(int(full.starts[n]), 10)):
                    found.append(spans(full.starts[n : n + 1], tail[n : n + 1], "LIKELY_ID"))
    old = window.of(window.size == 15)
    old = old.of((old.width == 1) | (old.keys == shape_key((6, 6, 3))))
    if old.index.size and "ID_CARD" in wanted:
        digits = old.digits(15)
        born = [digits[:, a:b] @ (10 ** np.arange(b - a - 1, -1, -1)) for a, b in ((6, 8), (8, 10), (10, 12))]
        province = digits[:, 0] * 10 + digits[:, 1]
        good = _is_date(1900 + born[0], born[1], born[2]) & np.isin(province, PROVINCES)
        good &= ~WORDLIKE[codes[old.ends]]
        good &= ~WORDLIKE[codes[old.starts - 1]] & ~thing_before(old.page, old.starts)
        found.append(spans(old.starts[good], old.ends[good], "ID_CARD"))
    return found


def _cards(window: _Window, wanted: Set[str]) -> list[Spans]:
    page, codes, found = window.page, window.page.codes, []
    lead = window.digit(0)
    window = window.of((window.size >= 16) & (lead >= 3) & (lead != 7) & (lead != 8))
    if not window.index.size:
        return []
    good = ~UPPER[codes[window.ends]] & ~UPPER[codes[window.starts - 1]]
    fours = np.isin(window.keys, FOURS) & ((window.gap == ord(" ")) | (window.gap == ord("-")))
    for n in np.flatnonzero(good & (window.width > 1) & ~fours).tolist():
        shape, gaps = window.shape(n), set(window.gaps(n))
        even = all(size == 4 for size in shape[:-1]) and shape[-1] <= 5
        union = window.digits(2)[n].tolist() == [6, 2] and min(shape[:-1]) >= 3  # a card of the mainland, in any groups
        good[n] = even and len(gaps) == 1 or set(shape) == {1} or len(shape) == 2 and shape[0] in (4, 6, 8) or union
        good[n] = good[n] and not any(re.search(r"[,;、:|]", gap) for gap in gaps)
    valid = np.zeros(good.size, np.bool_)
    for size in (16, 17, 18, 19):
        (at,) = np.nonzero(good & (window.size == size))
        if at.size:
            valid[at] = luhn_checks(window.digits(size)[at])
    thing = thing_before(page, window.starts)
    sure = valid & ~thing
    if "BANK_CARD" in wanted:
        found.append(spans(window.starts[sure], window.ends[sure], "BANK_CARD"))
    if "LIKELY_CARD" in wanted:
        for n in np.flatnonzero(good & ~sure).tolist():
            if re.search(r"银行卡|卡号|储蓄卡|信用卡|借记卡|账号|户", page.before(int(window.starts[n]), 10)):
                found.append(spans(window.starts[n : n + 1], window.ends[n : n + 1], "LIKELY_CARD"))
    return found


PIECES = re.compile(
    r"(?:前|开头|打头|头|开始)?[^0-9\uffff]{0,6}(?:后面|后头|后边|后四位|后八位|末|尾|接着|接|然后|再|加上|跟着|剩下|中间)[^0-9\uffff]{0,6}"
)


def _in_pieces(page: Page, runs: Runs) -> Spans:
    """A mobile number told in two or three pieces with words between: each piece is a span."""
    found: list[tuple[int, int, str]] = []
    lengths, values = runs.lengths, runs.values
    lead = runs.first
    near = np.zeros(lengths.size, np.bool_)
    near[:-1] = runs.starts[1:] - runs.ends[:-1] <= 14
    begins = near & (lengths >= 3) & (lengths <= 8)
    begins[begins] &= (values[lead[begins]] == 1) & (values[lead[begins] + 1] >= 3)
    for n in np.flatnonzero(begins).tolist():
        total, last, worded = int(lengths[n]), n, False
        while total < 11 and last + 1 < lengths.size:
            gap = page.text[runs.ends[last] : runs.starts[last + 1]]
            if len(gap) > 14 or "\uffff" in gap:
                break
            if PIECES.fullmatch(gap):
                worded = True
            elif not re.fullmatch(r"[-, ，]{0,2}", gap):
                break
            last += 1
            total += int(lengths[last])
        if total == 11 and worded:
            found += [(int(runs.starts[i]), int(runs.ends[i]), "PHONE") for i in range(n, last + 1)]
    return listed(found)
