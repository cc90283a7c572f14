"""Turns: what a message answers, and what was known before it.

An agent asks for a name and the customer answers with the name alone; a name found once is known in the rest of its
conversation; a number may come in two messages.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from . import handles
from .folding import fold

ASKED: dict[str, re.Pattern[str]] = {
    "NAME": re.compile(
        r"姓名|名字|名儿|全名|实名|称呼|贵姓|尊姓|叫什么|叫啥|叫咩|哪位|是谁|谁的|谁收|谁来|联系人|收件人|收货人|入住人|抬头|户名|持卡人|申请人|投保人|被保|就诊人|患者"
        r"|乘车人|预订人|预约人|车主|业主|机主|名单|署名|怎么写|登记|报一下|发我|发一下|提供|谁"
    ),
    "WECHAT": re.compile(r"微信|(?<![A-Za-z])(?:[vVwW][xX]|[vV])(?![A-Za-z])|加[您你我她他]|威信|绿泡泡|绿的|搜不到|搜索不到"),
    "QQ": re.compile(r"(?<![A-Za-z])[qQ]{1,2}(?![A-Za-z])|扣扣|企鹅|球球"),
    "PASSPORT": re.compile(r"护照"),
    "ADDRESS": re.compile(r"地址|住址|住哪|哪里|寄到|寄哪|送到|送哪|在哪|位置|几栋|几号楼|门牌|房号|小区|哪个楼|哪一栋|哪栋|单元"),
}
REACH = 3  # turns for which a question stands


def same_conversation(conversations: Sequence[Hashable]) -> NDArray[np.bool_]:
    """For each row, whether the row before belongs to the same conversation."""
    same = np.zeros(len(conversations), np.bool_)
    same[1:] = [a == b for a, b in zip(conversations, conversations[1:], strict=False)]
    return same


def asked(texts: Sequence[str], same: NDArray[np.bool_], entity: str) -> NDArray[np.int8]:
    """For each row, how many turns ago it was asked for this entity in its conversation (0: not within REACH)."""
    pattern = ASKED[entity]
    ago = np.zeros(len(texts), np.int8)
    for row in [n for n, text in enumerate(texts) if pattern.search(text)]:
        for turn in range(1, REACH + 1):
            if row + turn >= len(texts) or not same[row + turn]:
                break
            if ago[row + turn] == 0 or turn < ago[row + turn]:
                ago[row + turn] = turn
    return ago


def answers(texts: Sequence[str], same: NDArray[np.bool_], wanted: Set[str]) -> Iterator[tuple[int, int, int, str]]:
    """Ids that were asked for some turns ago: row, start, end, entity."""
    for entity in sorted(wanted & set(handles.ANSWERS)):
        for row in np.flatnonzero(asked(texts, same, entity)).tolist():
            if span := handles.asked(fold(texts[row]), entity):
                yield row, *span


PIECE = re.compile(r"[^0-9]{0,10}([0-9][0-9 -]{1,8}[0-9])[^0-9]{0,6}")


def split_numbers(texts: Sequence[str], same: NDArray[np.bool_]) -> Iterator[tuple[int, int, int, str]]:
    """A mobile number in two messages: both pieces, as row, start, end, entity.

    The messages hold little else than their piece, at most one turn stands between them, and together they have the
    digits of a mobile number.
    """
    pieces: dict[int, tuple[str, int, int]] = {}
    for row, text in enumerate(texts):
        if len(text) <= 22 and (match := PIECE.fullmatch(fold(text))):
            digits = re.sub("[^0-9]", "", match[1])
            if 3 <= len(digits) <= 8:
                pieces[row] = digits, match.start(1), match.end(1)
    for row, (digits, start, end) in pieces.items():
        if not re.match("1[3-9]", digits):
            continue
        for other in (row + 1, row + 2):
            if other in pieces and same[row + 1 : other + 1].all() and len(digits + pieces[other][0]) == 11:
                yield row, start, end, "PHONE"
                yield other, *pieces[other][1:], "PHONE"
                break
