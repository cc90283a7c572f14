"""WeChat and QQ ids: a cue word says where to look, length and signs whether one can stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

import numpy as np

from .beside import ASCII_LETTER, QQ_SIGNS, WORDLIKE, around, pairs, pairs_of, run
from .checksums import Flags
from .digits import LETTERS, NUMERALS, among
from .folding import CUE, DIGIT, END, PICTURE, Page, Positions
from .lexicon import flags
from .papers import PART, PARTS
from .spans import Spans, joined, spans

_FILL = r"(?:号码|账号|帐号|号|[iI][dD])?(?:就?是|为|叫|加|:|[ \u200b\u2b50]|=|,|-|这个|:){0,4}"
WECHAT_CUE = re.compile(
    r"(?:微信|威信|薇信|维信|徽信|[微威薇][ \u2b50]信|加微|(?<![A-Za-z])(?:[vVwW][xX]|[vV]|[wW]ei ?[xX]in|[wW]e[cC]hat)|[vV]信|徽x|薇|绿泡泡|绿色软件|溦信|卫星|加我?好友)"
    r"(?:联系)?(?:我的)?" + _FILL + "$"
)
QQ_CUE = re.compile(
    r"(?:[qQ] ?[qQ]|扣扣|企鹅|球球|[qQ]号|(?<![A-Za-z])[qQ]|蔻蔻|抠抠|扣号)" + r"(?:邮箱)?" + _FILL + "$"
)
QQ_ID = re.compile(
    rf"[1-9][0-9]{{4,10}}(?![0-9@])|[1-9][0-9]{{2,4}}{PART}[0-9]{{3,5}}(?:{PART}[0-9]{{2,4}})?(?![0-9@])"
)
QQ_SPELLED = re.compile(rf"[1-9](?:{PART}?[0-9]){{5,10}}(?![0-9@])")
CUE_SIGNS = flags("微威薇维徽溦vVwWxXqQ扣企球蔻抠友绿卫")
NEAR_WECHAT = re.compile(
    r"微信|威信|薇信|维信|(?<![A-Za-z])(?:[vVwW][xX]|[vV])(?![A-Za-z])|[vV]信|绿泡泡|绿的|wechat|加(?:一?下|个)?好友|加我",
    re.IGNORECASE,
)
NEAR_QQ = re.compile(r"(?<![A-Za-z])[qQ]{1,2}(?![A-Za-z])|扣扣|企鹅|球球|蔻蔻|抠抠")
TOKEN = re.compile(r"[A-Za-z][-_A-Za-z0-9]{5,19}(?![-_A-Za-z0-9@.])")
BROKEN_TOKEN = re.compile(r"[A-Za-z](?:[\u2b50\n]?[-_A-Za-z0-9]){5,19}(?![-_A-Za-z0-9@.])")
CUED = 16  # characters in which a cue may stand before an id
WORD = WORDLIKE | flags("_-")
NEXT_OF = {  # what stands behind a sign that begins a cue for WeChat
    **dict.fromkeys("微威", " 信" + chr(PICTURE)),
    **{"维": "信", "溦": "信", "徽": "信xX", "绿": "泡色的", "卫": "星", "加": "微我好一下个"},
}
NEXT_OF_QQ = {"扣": "扣号", "企": "鹅", "球": "球", "蔻": "蔻", "抠": "抠", "加": "我"}
PAIRS, PAIRS_OF_QQ = (
    pairs_of(first + second for first, seconds in table.items() for second in seconds)
    for table in (NEXT_OF, NEXT_OF_QQ)
)
OF_W, OF_Q = flags("xXeE"), flags("qQ号 ")


def _cues(page: Page) -> tuple[Positions, Positions]:
    """Where words for WeChat and for QQ begin."""
    at = page.where(CUE)
    sign, behind, alone = page.codes[at], page.codes[at + 1], ~ASCII_LETTER[page.codes[at - 1]]
    small = sign | 32
    one, other = alone & (small == ord("v")) | (sign == ord("薇")), alone & (small == ord("q"))
    one |= (small == ord("v")) & (behind == ord("信"))
    one |= (small == ord("w")) & (alone & OF_W[behind] | (behind | 32 == ord("e")))
    other |= (small == ord("q")) & OF_Q[behind]
    said = pairs(page, at + 1)
    one, other = one | among(said, PAIRS), other | among(said, PAIRS_OF_QQ)
    return at[one], at[other]


def _begins(page: Page, cues: Positions) -> Positions:
    """Where words begin behind these cues or with them, in the same text."""
    signs = around(page, cues, -1, CUED + 1)
    word = WORD[signs]
    begin = word[:, 1:] & ~word[:, :-1] & ~np.logical_or.accumulate(signs[:, 1:] == END, axis=1)
    row, place = np.nonzero(begin)
    return np.unique(cues[row] + place)


def likely_ids(page: Page) -> Positions:
    """Where a WeChat id or a QQ number may begin: it is long enough and has a cue near it."""
    of_wechat, of_qq = _cues(page)
    named, numbered = _begins(page, of_wechat), _begins(page, of_qq)
    second, third = page.codes[numbered + 1], page.codes[np.minimum(numbered + 2, page.codes.size - 1)]
    second = np.where((second | 32) == ord("q"), third, second)
    glued = numbered[((page.codes[numbered] | 32) == ord("q")) & GLUED_ON[second]]
    before = of_qq[(page.signs[of_qq[:, None] - np.arange(1, 4)] & DIGIT).any(axis=1)]  # 12345678 企鹅
    if before.size:
        row, place = np.nonzero(_words(page, before))
        numbered = np.concatenate([numbered, before[row] + place - 24])
    named = np.concatenate([named, glued])
    named = named[ASCII_LETTER[page.codes[named]]]
    signs = around(page, named, 0, 28)
    size = run(WORD[signs])
    behind = signs[np.arange(named.size), np.minimum(size, 27)]
    going = (behind == PICTURE) | (behind == ord("\n"))
    glued = (page.codes[named] | 32) == ord("q")
    named = named[going | (size >= 6) & (glued | (size <= 26) & (behind != ord("@")) & (behind != ord(".")))]
    numbered = numbered[(page.codes[numbered] > 0x30) & (page.codes[numbered] <= 0x39)]
    signs = around(page, numbered, 0, 14)
    size = run((signs >= 0x30) & (signs <= 0x39))
    behind = signs[np.arange(numbered.size), np.minimum(size, 13)]
    whole = (size >= 5) & (size <= 11) & (behind != ord("@"))
    at = np.unique(np.concatenate([named, numbered[whole | (size >= 3) & (size <= 5) & PARTS[behind]]]))
    return at[page.any_between(CUE_SIGNS, at - CUED, at + CUED)]


GLUED_ON = flags("0123456789iI")


def _words(page: Page, cues: Positions) -> Flags:
    """Which of the 24 places before each cue begin a word of digits."""
    word = WORD[around(page, cues, -25, 0)]
    return np.asarray(word[:, 1:] & ~word[:, :-1])


FILLS = flags(" :是为叫加=,-") | flags(chr(PICTURE))
HELD_BACK = flags("密口单备")
OF_WECHAT, OF_QQ = (pairs_of(words.split()) for words in ("微信 威信 薇信 v信 V信 绿泡", "扣扣 企鹅 球球 qq QQ qQ Qq"))
WECHAT_ID, QQ_NUMBER = (6, 20), (5, 11)  # how long they are


def plain_ids(page: Page, at: Positions, wanted: Set[str]) -> tuple[Spans, Positions]:
    """What stands right behind its cue and is written as most ids are, and where others may stand."""
    codes, p = page.codes, at - 1
    for _ in range(3):
        p = p - FILLS[codes[p]]
    p = p - (codes[p] == ord("号"))
    said = pairs(page, p)
    small, before = codes[p] | 32, codes[p - 1]
    of_wechat = among(said, OF_WECHAT) | (small == ord("v")) & ~ASCII_LETTER[before]
    of_wechat |= (
        (small == ord("x")) & ((before | 32 == ord("v")) | (before | 32 == ord("w"))) & ~ASCII_LETTER[codes[p - 2]]
    )
    of_qq = among(said, OF_QQ) | (small == ord("q")) & ~ASCII_LETTER[before]
    signs = around(page, at, 0, 22)
    size, digits = run(WORD[signs]), run((signs >= 0x30) & (signs <= 0x39))
    inside = np.arange(22) < size[:, None]
    behind = codes[at + size]
    least, most = WECHAT_ID
    token = ASCII_LETTER[signs[:, 0]] & (size >= least) & (size <= most) & (behind != ord("@")) & (behind != ord("."))
    token &= (inside & (signs >= 97) & (signs <= 122)).any(axis=1) & (inside & MARKED[signs]).any(axis=1)
    token &= of_wechat & ~page.any_between(HELD_BACK, at - 7, at) & ("WECHAT" in wanted)
    least, most = QQ_NUMBER
    number = (signs[:, 0] > 0x30) & (digits >= least) & (digits <= most) & (codes[at + digits] != ord("@"))
    number &= of_qq & ("QQ" in wanted)
    found = spans(at[token], at[token] + size[token], "WECHAT"), spans(at[number], at[number] + digits[number], "QQ")
    return joined(found), at[~token & ~number]


MARKED = flags("0123456789_")


def odd_ids(page: Page, begins: Positions, wanted: Set[str]) -> Iterator[tuple[int, int, str]]:
    """What follows a cue for WeChat or QQ: an id that begins with a letter, or a QQ number (mobiles are left to PHONE)."""
    codes = page.codes
    # the cue may be glued to the id (vxabc123, qq12345): the id's first letters count as a cue too
    for at in begins.tolist():
        text, left = page.after(at, 40), page.before(at, CUED)
        glued = GLUED.match(text) if not ASCII_LETTER[codes[at - 1]] else None
        if glued and WECHAT_CUE.search(left) and TOKEN.match(text):
            glued = None  # 微信wxd-0571_sup
        if "WECHAT" in wanted:
            start = at + glued.end() if glued and text[0] not in "qQ" and TOKEN.match(text, glued.end()) else at
            match = TOKEN.match(text, start - at)
            if not match and WECHAT_CUE.search(left):
                match = BROKEN_TOKEN.match(text)
            cued = start > at or WECHAT_CUE.search(left) or (match and marked(match[0]) and NEAR_WECHAT.search(left))
            cued = cued or (match and match[0].startswith("wxid_"))
            if (
                match
                and cued
                and not ordinary(match[0], start > at)
                and not re.search(r"密码|口令|单号|备注写", left[-7:])
            ):
                yield start, at + match.end(), "WECHAT"
                continue
        if "QQ" in wanted:
            start = at + glued.end() if glued and text[0] in "qQ" else at
            match = QQ_ID.match(text, start - at)
            sure = start > at or QQ_CUE.search(left)
            loose = (NEAR_QQ.search(left) and not re.search(r"群号|[0-9]{5}", left)) or QQ_AFTER.match(
                text, match.end() if match else 0
            )
            if match and (sure or (loose and long(match[0]))):
                yield start, at + match.end(), "QQ"


QQ_AFTER = re.compile(r"[,，。 ]{0,2}(?:企鹅|[qQ]{2}|扣扣|加我[qQ])")
GLUED = re.compile(r"(?:[vV][xX]|[wW][xX]|[vV]|[wW]e[cC]hat|weixin|[qQ]{1,2})(?:号|id|ID)?[:是 ]{0,3}")


def long(number: str) -> bool:
    """Whether a number has digits enough to be a QQ number where nothing says so right before it."""
    return len(re.sub(r"[^0-9]", "", number)) >= 7


def spelled_qq(page: Page) -> Iterator[tuple[int, int, str]]:
    """QQ numbers behind their cue in numerals, with letters for digits or with signs between the digits."""
    cues = page.where(CUE)
    cues = cues[QQ_SIGNS[page.codes[cues]]]
    signs = around(page, cues, 1, 27)
    lenient = SPELLED_SIGN[signs]
    first = run(~lenient)
    place = np.arange(26)
    filled = (BETWEEN[signs] | (place >= first[:, None])).all(axis=1)
    near = (lenient & (place < first[:, None] + 11)).sum(axis=1)
    for at in cues[(first <= 12) & filled & (near >= 6)].tolist():
        text = page.after(at + 1, 40)
        gap = re.match(r"(?:群主)?(?:号码|账号|帐号|号)?(?:就?是|为|叫|加|:|[ \u2b50]|=|,|-){0,4}", text)
        assert gap, "the pattern fits the empty text"
        if match := QQ_SPELLED.match(text.translate(SPELLED), gap.end()):
            yield at + 1 + match.start(), at + 1 + match.end(), "QQ"


SPELLED_SIGN = flags("0123456789") | flags(NUMERALS) | flags(LETTERS)
BETWEEN = flags("群主号码账帐就是为叫加: =,-") | flags(chr(PICTURE))
SPELLED = str.maketrans({sign: str(value) for sign, value in (NUMERALS | LETTERS).items()})


def marked(word: str) -> bool:
    """Whether a word looks like somebody's id rather than like a word: digits, lines or dots in it."""
    return bool(re.search(r"[0-9_-]", word))


def ordinary(word: str, glued: bool) -> bool:
    """Words that stand after a cue and are nobody's id."""
    if glued and not re.search(r"[0-9_]", word):
        return True
    return word.lower() in {
        "wechat",
        "weixin",
        "android",
        "iphone",
        "alipay",
        "screenshot",
        "windows",
        "official",
    } or bool(re.fullmatch(r"[A-Z]{1,4}[0-9]{6,}|[A-Z]{1,6}[-_]?[0-9]{2,}(?:[-_][0-9]+)*", word))
