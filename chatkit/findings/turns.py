"""Turns: what a message answers, and what was known before it.

An agent asks for a name and the customer answers with the name alone; a name found once is known in the rest of its
conversation; a number may come in two messages.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence, Set
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from . import addresses, handles, pieces
from .folding import Page, seen
from .lexicon import LEXICON
from .roster import Roster
from .spans import KIND, Spans, apart, joined, listed

ASKED: dict[str, re.Pattern[str]] = {
    "NAME": re.compile(
        r"姓名|名字|名儿|全名|实名|称呼|贵姓|尊姓|叫什么|叫啥|叫咩|哪位|联系人|收件人|收货人|入住人|抬头|户名|持卡人|申请人|投保人|被保|就诊人|患者"
        r"|乘车人|预订人|预约人|车主|业主|机主|名单|署名|怎么写|登记|报一下|发我|发一下|提供|谁"
    ),
    "WECHAT": re.compile(
        r"微信|加微|(?<![A-Za-z])(?:[vVwW][xX]|[vV])(?![A-Za-z])|加[您你我她他]|威信|绿泡泡|绿的|搜不到|搜索不到"
    ),
    "QQ": re.compile(r"(?<![A-Za-z])[qQ]{1,2}(?![A-Za-z])|扣扣|企鹅|球球"),
    "LANDLINE": re.compile(r"电话|座机|固话|联系方式"),
    "PASSPORT": re.compile(r"护照"),
    "ADDRESS": re.compile(
        r"地址|住址|住哪|哪里|寄到|寄哪|送到|送哪|在哪|位置|几栋|几号楼|门牌|房号|小区|哪个楼|哪一栋|哪栋|单元|[路街巷村苑园里][东南西北]?(?:[0-9]+号)?$|[栋幢区期镇号]$"
    ),
}
ASKED_PLAINLY = re.compile(  # nothing but a name answers this
    r"(?:姓名|名字|全名|称呼|贵姓|尊姓|叫什么|叫啥|叫咩|哪位|联系人|收件人|收货人|入住人|户名|持卡人|申请人|投保人|被保险?人|就诊人|患者|乘车人|预订人|预约人|车主|业主|机主)"
    r"[^。！\n]{0,12}$|谁[^。！\n]{0,6}[?？]?$"
)


REACH = 3  # turns for which a question stands


def same_conversation(conversations: Sequence[Hashable]) -> NDArray[np.bool_]:
    """For each row, whether the row before belongs to the same conversation."""
    same = np.zeros(len(conversations), np.bool_)
    same[1:] = [a == b for a, b in pairwise(conversations)]
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


class Talk:
    """Conversations: texts in order, with the id of the conversation of each."""

    def __init__(self, texts: Sequence[str], conversations: Sequence[Hashable], wanted: Set[str]) -> None:
        if len(conversations) != len(texts):
            raise ValueError(f"{len(texts)} texts but {len(conversations)} conversation ids")
        same = same_conversation(conversations)
        self._block = np.cumsum(~same)
        self._named = asked(texts, same, "NAME") if "NAME" in wanted else np.zeros(len(texts), np.int8)
        for row in np.flatnonzero(self._named == 1).tolist():
            self._named[row] = 9 if ASKED_PLAINLY.search(texts[row - 1].strip()) else 1
        self._answers: dict[int, list[tuple[int, int, str]]] = {}
        for row, start, end, entity in self._read(texts, same, wanted):
            self._answers.setdefault(row, []).append((start, end, entity))
        self._rows = np.array(sorted(self._answers), np.int64)

    @staticmethod
    def _read(texts: Sequence[str], same: NDArray[np.bool_], wanted: Set[str]) -> Iterator[tuple[int, int, int, str]]:
        """What was asked for some turns ago or comes in two messages: row, start, end, entity."""
        for entity in sorted(wanted & set(handles.ANSWERS)):
            for row in np.flatnonzero(asked(texts, same, entity)).tolist():
                if span := handles.asked(seen(texts[row]), entity):
                    yield row, *span
        if "ADDRESS" in wanted:
            for row in np.flatnonzero(asked(texts, same, "ADDRESS")).tolist():
                if place := addresses.continued(seen(texts[row])):
                    yield row, *place, "ADDRESS"
        yield from pieces.across(texts, same, wanted)

    def asked_for_name(self, page: Page) -> NDArray[np.int8]:
        """For each text of a page, how many turns ago a name was asked for (0: not; 9: plainly, in the last turn)."""
        return self._named[page.first : page.first + page.starts.size]

    def answers(self, page: Page) -> Spans:
        """The answers that stand in a page."""
        first, last = np.searchsorted(self._rows, [page.first, page.first + page.starts.size])
        return listed(
            (int(page.starts[row - page.first]) + start, int(page.starts[row - page.first]) + end, entity)
            for row in self._rows[first:last].tolist()
            for start, end, entity in self._answers[row]
        )

    def named(self, read: Sequence[tuple[Page, Spans]], doubts: Sequence[Spans]) -> list[tuple[Page, Spans]]:
        """The finds with every name that its own conversation holds elsewhere.

        A name that is an ordinary word too counts again only where something speaks for it (``doubts``).
        """
        known: set[tuple[int, str]] = set()
        for page, found in read:
            (at,) = np.nonzero(found.kinds == KIND["NAME"])
            rows = page.row(found.starts[at]) + page.first
            for n, row in zip(at.tolist(), rows.tolist(), strict=True):
                known.add((int(self._block[row]), page.text[found.starts[n] : found.ends[n]]))
        roster = Roster(name for _, name in known)
        more = []
        for (page, found), doubtful in zip(read, doubts, strict=True):
            likely = set(zip(doubtful.starts.tolist(), doubtful.ends.tolist(), strict=True))
            again = [
                (start, end, "NAME")
                for start, end, name in roster.find(page)
                if (self._of(page, start), name) in known
                and ((start, end) in likely or LEXICON.words.log(name) < COMMON)
            ]
            more.append((page, apart(joined([found, listed(again)]))))
        return more

    def _of(self, page: Page, at: int) -> int:
        return int(self._block[page.first + int(np.searchsorted(page.starts, at, "right")) - 1])


COMMON = -13.5  # log of a word's share from which it is a word first and a name second
