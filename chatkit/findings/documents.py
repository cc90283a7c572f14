"""Documents: identity numbers and bank cards, and what is likely one although its checksum fails."""

from __future__ import annotations

import re
from collections.abc import Set

import numpy as np

from .beside import UPPER, WORDLIKE, thing_before
from .checksums import born, identity_checks, is_date, luhn_checks
from .digits import Windows, among, shape_key, shape_keys
from .lexicon import flags
from .spans import Spans, spans

ID_SIGN, CARD_SIGNS = flags("证位代"), flags("卡号账户")
CLOSED = UPPER | flags("0123456789x_")  # what behind a number says that it goes on
FOURS = shape_keys([(4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3)])  # how most cards are written
PROVINCES = np.array(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82]
)
CROSS = flags("xX×")


def identities(window: Windows, wanted: Set[str]) -> list[Spans]:
    """Identity numbers among windows of fifteen, seventeen (X apart) and eighteen digits."""
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


def cards(window: Windows, wanted: Set[str]) -> list[Spans]:
    """Bank cards among windows of sixteen digits and more."""
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
