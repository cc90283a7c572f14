"""Beside: what stands around many places of a page, laid out a row each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .checksums import Flags
from .digits import among
from .folding import END, PICTURE, Codes, Page, Positions
from .lexicon import flags

UPPER, ASCII_LETTER = flags(map(chr, range(65, 91))), flags(map(chr, [*range(65, 91), *range(97, 123)]))
WORDLIKE = ASCII_LETTER | flags("0123456789")
FILLER = flags(" :是为的就叫填写,，：-\n'\"「“【[(（=#") | flags(chr(PICTURE))
NO_NUMBER_OF_PEOPLE = tuple(  # what stands before a number that belongs to a thing
    "单号 编号 订单 运单 流水 工单 序号 号单 列号 件号 票号 货号 款号 条码 串号 包裹 批号 合同 快递 物流 发票 案号 保单 学号 工号 期号 户号 表号 房号 金额 余额 "
    "尾号 账单 交易 受理 会员 商户 凭证 税号 型号 追踪 取件 机码 识码 批次 提单 仓单 回执 报单 赔案 案件 参考 设备 代码 编码 邀请 积分 价格".split()
)
QQ_SIGNS = flags("qQ扣鹅")


def around(page: Page, at: Positions, first: int, last: int) -> Codes:
    """The signs from ``first`` to ``last`` (exclusive) places beside each position, a row each."""
    places = at[:, None] + np.arange(first, last)
    return np.asarray(page.codes[np.clip(places, 0, page.codes.size - 1)])


def run(inside: Flags) -> Positions:
    """How many flags of each row are true before the first that is not."""
    return np.asarray(np.where(inside.all(axis=1), inside.shape[1], inside.argmin(axis=1)))


def thing_before(page: Page, at: Positions) -> Flags:
    """Whether the word before each position names a thing that bears a number (单号, 编号, 金额 …)."""
    codes, left = page.codes, at - 1
    for _ in range(4):
        left = left - FILLER[codes[left]]
    found = np.zeros(at.size, np.bool_)
    for end in (left, left - 1):  # 单号, and one character more: 单号码, 订单里
        (maybe,) = np.nonzero(_THING_LASTS[codes[end]] & (codes[left] != END))
        if maybe.size:
            found[maybe] |= among(pairs(page, end[maybe]), _THING_PAIRS)
    return found


def pairs(page: Page, at: Positions) -> Positions:
    """The sign before each position and the one there, as one number."""
    return np.asarray(page.codes[at - 1].astype(np.int64) << 16 | page.codes[at])


def pairs_of(words: Iterable[str]) -> Positions:
    """The first two signs of each word as such numbers, in order.

    >>> pairs_of(["ab"]).tolist() == [(ord("a") << 16) + ord("b")]
    True
    """
    return np.array(sorted({ord(word[0]) << 16 | ord(word[1]) for word in words}), np.int64)


_THING_PAIRS = pairs_of(NO_NUMBER_OF_PEOPLE)
_THING_LASTS = flags({word[1] for word in NO_NUMBER_OF_PEOPLE})
