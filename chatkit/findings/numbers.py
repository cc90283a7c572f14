"""Numbers: mobile and landline numbers, identity numbers and bank cards, however they are grouped and spelled.

Digits are found for a whole page at once and form *runs*; runs that only separators part form *windows*. A window
is judged by its digits (lead, length, checksum), by the shape of its groups, and by the word before it.
"""

from __future__ import annotations

import re
from collections.abc import Set

import numpy as np

from .checksums import Flags, born, identity_checks, is_date, luhn_checks
from .digits import ALONE, Runs, Windows, among, shape_key, shape_keys, spelled, windows_of
from .folding import END, NUMERAL, PICTURE, Page, Positions
from .lexicon import flags
from .spans import Spans, joined, listed, spans

UPPER, ASCII_LETTER = flags(map(chr, range(65, 91))), flags(map(chr, [*range(65, 91), *range(97, 123)]))
ID_SIGN, CARD_SIGNS = flags("证位代"), flags("卡号账户")
CLOSED = UPPER | flags("0123456789x_")  # what behind a number says that it goes on
WORDLIKE = ASCII_LETTER | flags("0123456789")
FILLER = flags(" :是为的就叫填写,，：-\n'\"「“【[(（=#") | flags(chr(PICTURE))
HAN = np.zeros(0x10000, np.bool_)
HAN[0x4E00:0xA000] = True
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
_THING_TABLE = np.array(sorted({ord(word[0]) << 16 | ord(word[1]) for word in NO_NUMBER_OF_PEOPLE}), np.int64)
_THING_LASTS = flags({word[1] for word in NO_NUMBER_OF_PEOPLE})
PROVINCES = np.array(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82]
)
LOCAL_CUE = re.compile(
    r"(?:电话|座机|固话|固定电话|传真|总机|分机|话机|办公室|打到|号码|来电|打|拨|tel|TEL|Tel)[^0-9\u4e00-\u9fff]{0,3}(?:是|为|改成|打|:|的|只有一个是)?[^0-9\u4e00-\u9fff]{0,3}(?:[2-8][0-9]{6,7}[-、,/; ]{1,3}){0,3}$"
)
LOCAL_LASTS, LOCAL_ALONE, LOCAL_FIRSTS = flags("话机真室到码电打拨lL"), flags("打拨"), flags("电座固传总分话公打号来eE")
LOCAL_PAIRS = np.array(
    sorted(
        ord(word[0]) << 16 | ord(word[1]) for word in "电话 座机 固话 传真 总机 分机 话机 公室 打到 号码 来电".split()
    ),
    np.int64,
)
LOOSE, COPULA = ~HAN & ~flags("0123456789") & ~flags([chr(END)]), flags("是为的")
WALKED = LOOSE | flags("是为改成打的只有一个")
QQ_SIGNS = flags("qQ扣鹅")
PHONE_CUE = re.compile(r"(?:电话|手机|号码|联系方式|打我|致电|tel)[^0-9]{0,4}$", re.IGNORECASE)
EXTENDING, BEGUN, CROSS = flags("-转分eE#"), flags("(+"), flags("xX×")
EXTENSION = re.compile(r" ?(?:-|转|分机号?|ext\.?|EXT\.?|#) ?(?:转|分机|分机号)? ?[0-9]{1,5}(?![0-9]|[-:.][0-9])")


def thing_before(page: Page, at: Positions) -> Flags:
    """Whether the word before each position names a thing that bears a number (单号, 编号, 金额 …)."""
    codes, left = page.codes, at - 1
    for _ in range(4):
        left = left - FILLER[codes[left]]
    found = np.zeros(at.size, np.bool_)
    for end in (left, left - 1):  # 单号, and one character more: 单号码, 订单里
        (maybe,) = np.nonzero(_THING_LASTS[codes[end]] & (codes[left] != END))
        if maybe.size:
            found[maybe] |= _pair(page, end[maybe], _THING_TABLE)
    return found


def _pair(page: Page, at: Positions, pairs: Positions) -> Flags:
    """Whether each sign and the one before it are one of these pairs."""
    said = page.codes[at - 1].astype(np.int64) << 16 | page.codes[at]
    return among(said, pairs)


def find(page: Page, strict: Runs, wanted: Set[str]) -> Spans:
    """Mobile, landline, identity and card numbers of a page, and what is likely one although its checksum fails."""
    found = _judged(windows_of(page, strict), wanted)
    lenient = spelled(page)
    if lenient is not None:
        windows, odd = windows_of(page, lenient), np.flatnonzero(page.signs & NUMERAL)
        held = np.searchsorted(odd, windows.starts) < np.searchsorted(odd, windows.ends)
        found += _judged(windows.of(held), wanted)  # the others were judged as strict ones
    return joined(found)


def _judged(window: Windows, wanted: Set[str]) -> list[Spans]:
    found: list[Spans] = []
    size, lead = window.size, window.digit(0)
    if "PHONE" in wanted:
        found.append(
            _mobiles(window.of((size == 11) & (lead == 1) | (size == 13) & (lead == 8) | (size == 15) & (lead == 0)))
        )
    if "LANDLINE" in wanted:
        local = (size <= 8) & (lead >= 2) & (lead <= 8)
        area = (lead == 0) & (size >= 10) & (size <= 12)
        hot = ((lead == 4) | (lead == 8)) & (size == 10) | (lead == 8) & (size >= 11) & (size <= 13)
        found.append(_landlines(window.of(local | area | hot)))
    if wanted & {"ID_CARD", "LIKELY_ID"}:
        found += _identities(window.of((size == 15) | (size == 17) | (size == 18)), wanted)
    if wanted & {"BANK_CARD", "LIKELY_CARD"}:
        found += _cards(window.of((size >= 16) & (lead >= 3) & (lead != 7) & (lead != 8)), wanted)
    return found


def _mobiles(window: Windows) -> Spans:
    """Mobile numbers among windows of eleven digits, or with a country code."""
    if not window.index.size:
        return listed([])
    lead, second = window.digit(0), window.digit(1)
    plain = (window.size == 11) & (lead == 1) & (second >= 3)
    prefixed = (window.size == 13) & (lead == 8) & (second == 6) & (window.digit(2) == 1) & (window.digit(3) >= 3)
    long = (window.size == 15) & (lead == 0) & (window.digit(2) == 8) & (window.digit(3) == 6) & (window.digit(4) == 1)
    window = window.of(plain | prefixed | long)
    if not window.index.size:
        return spans(window.index, window.index, "PHONE")
    starts, ends = window.starts, window.ends
    good = ~_glued(window.page, starts, ends) & ~thing_before(window.page, starts)
    left, right = window.joined
    extra, begin = np.maximum(window.size - 11, 0), window.lengths
    keys = np.where(begin == extra, window.keys >> 5, window.keys - extra)  # without the country code
    usual = among(keys, USUAL_MOBILES) & ((window.gap == ord(" ")) | (window.gap == ord("-"))) & ~left & ~right
    usual |= (window.width == 2) & (begin == extra)
    for n in np.flatnonzero(good & (window.width > 1) & ~usual).tolist():
        good[n] = _mobile_shape(window, n)
    amount = right & (window.width == 1) & (window.page.codes[ends] == ord("."))
    good &= ~(amount & (window.beyond == 1) & (window.next_length <= 2))
    starts, ends, long = starts[good], ends[good], window.size[good] > 11
    starts = starts - (long & (window.page.codes[starts - 1] == ord("+")))
    for n in np.flatnonzero(long & (window.page.codes[starts - 1] == ord("("))).tolist():
        starts[n] = _with_plus(window.page, int(starts[n]))
    return spans(starts, ends, "PHONE")


def _with_plus(page: Page, start: int) -> int:
    """A start moved over the plus sign and the bracket of a country code."""
    start -= page.codes[start - 1] == ord("+")
    if page.codes[start - 1] == ord("(") and ")" in page.text[start : start + 6]:
        start -= 1
        start -= page.codes[start - 1] == ord("+")
    return start


def _glued(page: Page, starts: Positions, ends: Positions) -> Flags:
    """Whether a capital letter stands right before (a serial number), unless it ends a word that calls for a number."""
    before = page.codes[starts - 1]
    glued = UPPER[before]
    for n in np.flatnonzero(glued).tolist():
        glued[n] = not re.search(r"(?:TEL|Tel|MOB|Mob|PHONE|DH|SJ|VX|WX|V|QQ)$", page.before(int(starts[n]), 8))
    return np.asarray(glued)


def _mobile_shape(window: Windows, n: int) -> bool:
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
    kind = set(gaps)
    if any(re.search(r"[.,、。/·*:|+=]", gap) for gap in kind):
        plain = len(kind) == 1 and not any("," in gap for gap in kind)
        return shape in ((3, 4, 4), (4, 3, 4)) or (shape in ODD_SHAPES and plain)
    (left, before), (right, after) = window.outer(n)
    if shape != (3, 4, 4) and ((left in kind and before >= 3) or (right in kind and after >= 3)):
        return False
    if shape == (3, 4, 4) and ((left in kind and before == 4) or (right in kind and after == 4)):
        return False
    pictured = all(chr(PICTURE) in g for g in kind)
    return shape in MOBILE_SHAPES or pictured or bool(PHONE_CUE.search(window.page.before(int(window.starts[n]), 10)))


def _landlines(window: Windows) -> Spans:
    if not window.index.size:
        return listed([])
    page, size, lead, second, third = window.page, window.size, window.digit(0), window.digit(1), window.digit(2)
    wide = np.where((lead == 0) & ((second == 1) & (third == 0) | (second == 2)), 3, 4)
    local = window.runs.digit(window.first + wide)
    rest = size - wide
    area = (lead == 0) & (second >= 1) & ((rest == 7) | (rest == 8)) & (local >= 2) & (local <= 8)
    hot = (size == 10) & ((lead == 4) | (lead == 8)) & (second == 0) & (third == 0)
    near = ((size == 7) | (size == 8)) & (lead >= 2) & (lead <= 8)
    near &= among(window.keys, LOCAL_KEYS)
    near &= (window.gap == ord(" ")) | (window.gap == ord("-")) | (window.gap == ALONE) | (window.gap == 0)
    abroad = (size >= 11) & (size <= 13) & (lead == 8) & (second == 6) & (page.codes[window.starts - 1] == ord("+"))
    area &= among(window.keys, LANDLINE_KEYS)
    hot &= among(window.keys, HOTLINE_KEYS)
    good = (area | hot | near | abroad & (window.width > 1)) & ~UPPER[page.codes[window.starts - 1]]
    good &= ~WORDLIKE[page.codes[window.ends]]
    window, wide = window.of(good), wide[good]
    short = window.size <= 8
    window, wide = (
        window.of(keep := short & _local_cue(window) | ~short & ~thing_before(page, window.starts)),
        wide[keep],
    )
    starts, ends, good = window.starts, window.ends, np.zeros(window.size.size, np.bool_)
    usual = _usual_landlines(window, wide)
    for n in np.flatnonzero(~usual).tolist():
        good[n] = _landline_shape(window, n, int(wide[n]))
    good |= usual
    behind = np.where(
        page.codes[ends] == ord(" "), page.codes[np.minimum(ends + 1, page.codes.size - 1)], page.codes[ends]
    )
    odd = EXTENDING[behind] | BEGUN[page.codes[starts - 1]]
    plain = good & ~odd
    found = [spans(starts[plain], ends[plain], "LANDLINE")]
    for n in np.flatnonzero(good & odd).tolist():
        start, end = _with_extension(page, int(starts[n]), int(ends[n]), int(window.size[n]))
        found.append(listed([(start, end, "LANDLINE")]))
    return joined(found)


def _local_cue(window: Windows) -> Flags:
    """Whether a word that calls for a number may stand before each window, other such numbers between them."""
    codes, found = window.page.codes, np.zeros(window.size.size, np.bool_)
    far, place, at = window.joined[0], np.arange(found.size), window.starts
    for step in range(1, 41):
        at = at - 1
        signs = codes[np.maximum(at, 1)]
        hit = LOCAL_LASTS[signs]
        if hit.any():
            hit[hit] = LOCAL_ALONE[signs[hit]] | LOCAL_FIRSTS[codes[np.maximum(at[hit], 1) - 1]]
            found[place[hit]] = True
        on = WALKED[signs] & ~hit & (far | (step < CUE_MOST))
        on |= (signs >= 0x30) & (signs <= 0x39) & far & ~hit
        place, at, far = place[on], at[on], far[on]
        if not place.size:
            break
    return found


def _usual_landlines(window: Windows, wide: Positions) -> Flags:
    """Which windows are written as most landline numbers are."""
    codes, starts, lead = window.page.codes, window.starts, window.digit(0)
    hyphened = (window.gap == ord(" ")) | (window.gap == ord("-"))
    bracketed = (window.gap == ord(")")) | (window.gap == ord("("))
    single = window.width == 1
    begin = window.lengths
    area = (lead == 0) & (single | (hyphened | bracketed) & ((begin == wide) | (begin == 1)))
    hot = (window.size == 10) & (lead != 0) & (codes[starts - 1] != ord("+")) & (single | hyphened)
    hot &= ~window.page.any_between(QQ_SIGNS, starts - 8, starts)
    left, right = window.joined
    local = (window.size <= 8) & (single | hyphened) & ~left & ~right & ~((window.size == 8) & (lead == 2))
    at = starts - 1
    for _ in range(3):
        at = at - LOOSE[codes[at]]
    at = at - COPULA[codes[at]]
    local &= LOCAL_ALONE[codes[at]] | _pair(window.page, at, LOCAL_PAIRS)
    return np.asarray(area | hot | local)


def _landline_shape(window: Windows, n: int, wide: int) -> bool:
    """Whether the groups of a window are those in which people write a landline number."""
    page, start, shape, gaps = window.page, int(window.starts[n]), window.shape(n), window.gaps(n)
    size, lead = sum(shape), int(window.runs.digit(window.first[n]))
    if size <= 8:
        (left, _), (right, beyond) = window.outer(n)
        if (
            shape not in LOCAL_SHAPES
            or set(gaps) - {" ", "-"}
            or (left and left not in " ,、/;")
            or (right == "-" and beyond > 5)
        ):
            return False
        return bool(LOCAL_CUE.search(page.before(start, 40))) and not (lead == 2 and size == 8 and _dated(window, n))
    if lead == 0:
        if shape not in LANDLINE_SHAPES or shape[0] not in (wide, size, 1):
            return False
        called = bool(LOCAL_CUE.search(page.before(start, 40)))
        return all(len(gap) <= 3 and (called or not re.search(r"[/、,:]", gap)) for gap in gaps)
    if page.codes[start - 1] == ord("+"):
        return shape[0] == 2 and shape[1] in (2, 3)
    if re.search(r"[qQ扣鹅][^0-9]{0,6}$", page.before(start, 8)):
        return False
    return shape in HOTLINE_SHAPES and all(re.fullmatch(r"[- ]{1,3}", gap) for gap in gaps)


def _with_extension(page: Page, start: int, end: int, size: int) -> tuple[int, int]:
    """A landline number's span with its extension, and with the bracket or plus sign before it."""
    if extension := EXTENSION.match(page.after(end, 12)):
        digits = len(re.sub(r"[^0-9]", "", extension[0]))
        if not (extension[0][0] in "- " and (digits > 4 or (size <= 8 and digits < 3))):
            end += extension.end()
    if (page.codes[start - 1] == ord("(") and ")" in page.text[start:end]) or page.codes[start - 1] == ord("+"):
        start -= 1
    return start, end


def _dated(window: Windows, n: int) -> bool:
    one = np.arange(window.index.size) == n
    digits = window.of(one).digits(8)
    return bool(is_date(*born(digits, (0, 4), (4, 6), (6, 8)))[0])


def _identities(window: Windows, wanted: Set[str]) -> list[Spans]:
    codes, found = window.page.codes, []
    if not window.index.size:
        return []
    ends = window.ends
    crossed = (window.size == 17) & CROSS[codes[ends + (codes[ends] == ord(" "))]]
    window, crossed = window.of(keep := crossed | (window.size == 15) | (window.size == 18)), crossed[keep]
    century = window.digit(6)
    full = window.of(((window.size == 18) | crossed) & (window.digit(0) > 0) & ((century == 1) | (century == 2)))
    if full.index.size:
        with_x = full.size == 17
        tail = full.ends + with_x + (with_x & (codes[full.ends] == ord(" ")))
        digits = full.digits(18)
        digits[with_x, 17] = 10
        whole = ~CLOSED[codes[tail]]
        valid = identity_checks(digits) & whole
        if "ID_CARD" in wanted:
            found.append(spans(full.starts[valid], tail[valid], "ID_CARD"))
        if "LIKELY_ID" in wanted:
            near = whole & ~valid & full.page.any_between(ID_SIGN, full.starts - 10, full.starts)
            for n in np.flatnonzero(near).tolist():
                if re.search(r"身份证|证件", full.page.before(int(full.starts[n]), 10)):
                    found.append(spans(full.starts[n : n + 1], tail[n : n + 1], "LIKELY_ID"))
    old = window.of(window.size == 15)
    usual = (old.width == 1) | (old.keys == shape_key((6, 6, 3)))
    for n in np.flatnonzero(~usual & old.page.any_between(ID_SIGN, old.starts - 24, old.starts)).tolist():
        usual[n] = bool(re.search(r"身份证|证号|证件|15位|一代", old.page.before(int(old.starts[n]), 24)))
    old = old.of(usual)
    if old.index.size and "ID_CARD" in wanted:
        digits = old.digits(15)
        year, month, day = born(digits, (6, 8), (8, 10), (10, 12))
        good = is_date(1900 + year, month, day) & among(digits[:, 0] * 10 + digits[:, 1], PROVINCES)
        good &= ~WORDLIKE[codes[old.ends]]
        good &= ~WORDLIKE[codes[old.starts - 1]] & ~thing_before(old.page, old.starts)
        found.append(spans(old.starts[good], old.ends[good], "ID_CARD"))
    return found


def _cards(window: Windows, wanted: Set[str]) -> list[Spans]:
    page, codes, found = window.page, window.page.codes, []
    if not window.index.size:
        return []
    good = ~UPPER[codes[window.ends]] & ~UPPER[codes[window.starts - 1]]
    fours = among(window.keys, FOURS) & ((window.gap == ord(" ")) | (window.gap == ord("-")))
    valid = np.zeros(good.size, np.bool_)
    for size in (16, 17, 18, 19):
        (at,) = np.nonzero(good & (window.size == size))
        if at.size:
            valid[at] = luhn_checks(window.of(at).digits(size))
    near = np.zeros(good.size, np.bool_)
    if "LIKELY_CARD" in wanted:
        near = good & page.any_between(CARD_SIGNS, window.starts - 10, window.starts)
    good &= valid | near
    for n in np.flatnonzero(good & (window.width > 1) & ~fours).tolist():
        good[n] = _card_shape(window, n)
    window, valid, near = window.of(good), valid[good], near[good]
    thing = thing_before(page, window.starts)
    sure = valid & ~thing
    if "BANK_CARD" in wanted:
        found.append(spans(window.starts[sure], window.ends[sure], "BANK_CARD"))
    if "LIKELY_CARD" in wanted:
        for n in np.flatnonzero(near & ~sure).tolist():
            if re.search(r"银行卡|卡号|储蓄卡|信用卡|借记卡|账号|户", page.before(int(window.starts[n]), 10)):
                found.append(spans(window.starts[n : n + 1], window.ends[n : n + 1], "LIKELY_CARD"))
    return found


def _card_shape(window: Windows, n: int) -> bool:
    """Whether the groups of a window are those in which people write a card."""
    shape, gaps = window.shape(n), set(window.gaps(n))
    even = all(size == 4 for size in shape[:-1]) and shape[-1] <= 5
    union = (
        window.runs.digit(window.first[n] + np.arange(2)).tolist() == [6, 2] and min(shape[:-1]) >= 3
    )  # of the mainland
    odd = any(re.search(r"[,;、。:|/+]", gap) for gap in gaps)
    loose = set(shape) == {1} or (len(shape) == 2 and shape[0] in (4, 6, 8)) or union
    return (even and len(gaps) == 1) or (loose and not odd)
