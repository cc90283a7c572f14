"""Handles: e-mail and IP addresses, WeChat and QQ ids, licence plates, passports, codes and passwords.

A rare sign or a cue word says where to look; a pattern that is tried there only says what stands there. No pattern
repeats without bound.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Set

import numpy as np

from .checksums import Flags
from .digits import LETTERS, NUMERALS, Runs, among
from .folding import CUE, DIGIT, END, LETTER, MARK, PICTURE, Codes, Page, Positions
from .folding import PLATE as PROVINCE
from .lexicon import flags
from .numbers import ASCII_LETTER, WORDLIKE
from .spans import Spans, joined, listed, spans

HOST = r"[A-Za-z0-9-]{1,63}(?:[ \n]?(?:\.|。|\[dot\]|\(dot\)) ?[A-Za-z0-9-]{1,63}){1,4}"
USER = re.compile(r"[A-Za-z0-9._%+-]{1,64}\n?\Z")
AT = re.compile(r"[ \n]?(?:@|【at】|\[at\]|\(at\)|\{at\}|#|艾特|\[@\]|\(a\)|\[a\])[ \n]?(" + HOST + r")", re.IGNORECASE)
LOOSE_AT = re.compile(r" at (" + HOST + r")")
TOP = re.compile(
    r"\.(?:com|cn|net|org|edu|gov|io|me|cc|hk|tw|vip|top|info|co|xyz|de|uk|us|jp)(?:\.[a-z]{2})?$", re.IGNORECASE
)

_FILL = r"(?:号码|账号|帐号|号|[iI][dD])?(?:就?是|为|叫|加|:|[ \u200b\u2b50]|=|,|-|这个|:){0,4}"
WECHAT_CUE = re.compile(
    r"(?:微信|威信|薇信|维信|徽信|[微威薇][ \u2b50]信|加微|(?<![A-Za-z])(?:[vVwW][xX]|[vV]|[wW]ei ?[xX]in|[wW]e[cC]hat)|[vV]信|徽x|薇|绿泡泡|绿色软件|溦信|卫星|加我?好友)"
    r"(?:联系)?(?:我的)?" + _FILL + "$"
)
QQ_CUE = re.compile(
    r"(?:[qQ] ?[qQ]|扣扣|企鹅|球球|[qQ]号|(?<![A-Za-z])[qQ]|蔻蔻|抠抠|扣号)" + r"(?:邮箱)?" + _FILL + "$"
)
_PART = r"[ \-·._/\u2b50\n~,。、]"  # what people put between the signs of a number that nobody is to find
QQ_ID = re.compile(
    rf"[1-9][0-9]{{4,10}}(?![0-9@])|[1-9][0-9]{{2,4}}{_PART}[0-9]{{3,5}}(?:{_PART}[0-9]{{2,4}})?(?![0-9@])"
)
QQ_SPELLED = re.compile(rf"[1-9](?:{_PART}?[0-9]){{5,10}}(?![0-9@])")
PLATE = re.compile(
    rf"[\u4e00-\u9fff] ?[A-HJ-NP-Z](?:{_PART}|•){{0,2}}"
    rf"(?:[A-HJ-NP-Z0-9](?:{_PART}?[A-HJ-NP-Z0-9]){{4,5}}|[A-HJ-NP-Z0-9](?:{_PART}?[A-HJ-NP-Z0-9]){{3}} ?[挂学警港澳试超领])(?![A-Za-z0-9])",
    re.IGNORECASE,
)
PASSPORT = re.compile(rf"[A-Z](?:{_PART}?[A-Z])?(?:{_PART}?[0-9OoIl]){{7,8}}(?![A-Za-z0-9])", re.IGNORECASE)
SURE_PASSPORT = re.compile(
    r"(?:[EGeg][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|e[a-hj-np-z][0-9]{7}|(?:DE|SE|PE|MA|H|K)[0-9]{7,8})$"
)
DOTTED = re.compile(r"[0-9]{1,3}(?:[.·。][0-9]{1,3}){3}(?![0-9.]|版)")
COLONED = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])")
VERSION = re.compile(
    r"(?:版|固件|系统|升级|更新|软件|插件|驱动|客户端|补丁|安装|app|APP|[vV]er(?:sion)?|(?<![A-Za-z])[vV])[^0-9IiPp]{0,8}$"
)
VERSION_AFTER = re.compile(r"[ 的]{0,2}(?:版|离线包|安装包|包|固件)")
CODES = (
    ("OTP", re.compile(r"(?:验证码|校验码|动态码|短信码|验证密码)[是为:： ]{0,4}(?P<span>[0-9]{4,8})(?![0-9])")),
    ("CVV", re.compile(r"(?:安全码|CVV2?|cvv2?|背面三位数?|后三位)[^0-9\uffff]{0,4}(?P<span>[0-9]{3,4})(?![0-9])")),
    ("PASSWORD", re.compile(r"(?:密码|口令|[pP]assword|pwd)(?:原来|就)?[是为:： ]{0,4}(?P<span>[!-~]{6,32})")),
)
CODE_SIGNS = flags("码令位dDVv")


def find(page: Page, runs: Runs, wanted: Set[str]) -> Spans:
    """The handles of a page; ``runs`` are its digits."""
    found: list[tuple[int, int, str]] = []
    plain = []
    if "EMAIL" in wanted:
        mails, odd = _plain_mails(page)
        plain.append(mails)
        found += _mails(page, odd)
    if wanted & {"WECHAT", "QQ"}:
        ids, at = _plain_ids(page, _likely_ids(page), wanted)
        plain.append(ids)
        found += _ids(page, at, wanted)
    if "QQ" in wanted:
        found += _spelled_qq(page)
    if "PLATE" in wanted:
        found += _plates(page)
    if "PASSPORT" in wanted:
        found += _passports(page)
    if "IP" in wanted:
        found += _ips(page, runs)
        found += _long_ips(page)
    codes = [(entity, pattern) for entity, pattern in CODES if entity in wanted]
    if codes:
        for at in np.flatnonzero(CODE_SIGNS[page.codes]).tolist():
            for entity, pattern in codes:
                left = page.before(at + 1, 8)
                for match in pattern.finditer(left + page.after(at + 1, 44)):
                    start = at + 1 - len(left) + match.start("span")
                    found.append((start, start + len(match["span"]), entity))
                    break
    return joined([*plain, listed(sorted(set(found)))])


def _around(page: Page, at: Positions, first: int, last: int) -> Codes:
    """The signs from ``first`` to ``last`` (exclusive) places beside each position, a row each."""
    places = at[:, None] + np.arange(first, last)
    return page.codes[np.clip(places, 0, page.codes.size - 1)]


def _run(inside: Flags) -> Positions:
    """How many flags of each row are true before the first that is not."""
    return np.where(inside.all(axis=1), inside.shape[1], inside.argmin(axis=1))


USER_SIGN, HOST_SIGN = WORDLIKE | flags("._%+-"), WORDLIKE | flags("-")
DOT_STARTS = flags(".。[( \n")


def _plain_mails(page: Page) -> tuple[Spans, Positions]:
    """E-mail addresses written as usual, and the signs around which another may stand."""
    signs = page.where(MARK)
    sign = page.codes[signs]
    near = page.codes[signs + 1]
    opened = (near == ord("a")) | (near == ord("A")) | (near == ord("@"))
    bracket = (sign == ord("(")) | (sign == ord("[")) | (sign == ord("{"))
    at, rest = signs[sign == ord("@")], signs[~bracket & (sign != ord("@")) | bracket & opened]
    beside = USER_SIGN[page.codes[at - 1]] & HOST_SIGN[page.codes[at + 1]]
    at, alone = at[beside], at[~beside]
    plain = [_plain_mails_at(page, at[n : n + BLOCK]) for n in range(0, at.size, BLOCK)]
    return joined([found for found, _ in plain]), np.concatenate([alone, *(odd for _, odd in plain), rest])


BLOCK = 4_096  # signs whose surroundings are laid out together


def _plain_mails_at(page: Page, at: Positions) -> tuple[Spans, Positions]:
    """The addresses written as usual around these signs, and the signs that have none."""
    left = _run(USER_SIGN[_around(page, at, -65, 0)][:, ::-1])
    right = _around(page, at, 1, 66)
    dots = right == ord(".")
    inside = HOST_SIGN[right]
    inside[:, :-1] |= dots[:, :-1] & inside[:, 1:]
    inside[:, 0] &= ~dots[:, 0]
    size = _run(inside)
    end = np.minimum(at + 1 + size, page.codes.size - 2)
    dotted = np.cumsum(dots, axis=1)[np.arange(at.size), np.maximum(size - 1, 0)]
    behind, more = page.codes[end], page.codes[end + 1]
    broken = (
        (behind == ord("。")) | (behind == ord("[")) | (behind == ord("(")) | (behind == ord(".")) & HOST_SIGN[more]
    )
    broken |= ((behind == ord(" ")) | (behind == ord("\n"))) & DOT_STARTS[more]
    usual = (left > 0) & (left < 65) & (size > 0) & (size < 65) & (dotted >= 1) & (dotted <= 4) & ~broken
    return spans(at[usual] - left[usual], end[usual], "EMAIL"), at[~usual]


def _mails(page: Page, signs: Positions) -> Iterator[tuple[int, int, str]]:
    codes = page.codes
    left, right = codes[signs - 1], codes[signs + 1]
    open_ = (USER_SIGN[left] | (left == ord(" ")) | (left == ord("\n"))) & (codes[signs] != ord("#"))
    open_ |= USER_SIGN[left] & (HOST_SIGN[right] | (right == ord(" ")) | (right == ord("\n")))
    for at in signs[open_].tolist():
        at -= page.text[at - 1] in " \n"
        match = AT.match(page.after(at, 160))
        user = USER.search(page.before(at, 64))
        if match and user and (page.text[at : at + 2].strip()[0] == "@" or TOP.search(re.sub(" ", "", match[1]))):
            yield at - len(user[0]), at + match.end(), "EMAIL"
    (said,) = np.nonzero((codes[1:-2] == ord("a")) & (codes[2:-1] == ord("t")))
    for at in (said[(codes[said] == ord(" ")) & (codes[said + 3] == ord(" "))] + 1).tolist():
        match, user = LOOSE_AT.match(page.after(at - 1, 160)), USER.search(page.before(at - 1, 64))
        if match and user and TOP.search(match[1]):
            yield at - 1 - len(user[0]), at - 1 + match.end(), "EMAIL"


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
PARTS = flags(" -·._/\n~,。、") | flags(chr(PICTURE))
NEXT_OF = {  # what stands behind a sign that begins a cue for WeChat
    **dict.fromkeys("微威", " 信" + chr(PICTURE)),
    **{"维": "信", "溦": "信", "徽": "信xX", "绿": "泡色的", "卫": "星", "加": "微我好一下个"},
}
NEXT_OF_QQ = {"扣": "扣号", "企": "鹅", "球": "球", "蔻": "蔻", "抠": "抠", "加": "我"}

PAIRS, PAIRS_OF_QQ = (
    np.array(sorted(ord(first) << 16 | ord(second) for first, seconds in table.items() for second in seconds), np.int64)
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
    pair = sign.astype(np.int64) << 16 | behind
    one, other = one | among(pair, PAIRS), other | among(pair, PAIRS_OF_QQ)
    return at[one], at[other]


def _begins(page: Page, cues: Positions) -> Positions:
    """Where words begin behind these cues or with them, in the same text."""
    signs = _around(page, cues, -1, CUED + 1)
    word = WORD[signs]
    begin = word[:, 1:] & ~word[:, :-1] & ~np.logical_or.accumulate(signs[:, 1:] == END, axis=1)
    row, place = np.nonzero(begin)
    return np.unique(cues[row] + place)


def _likely_ids(page: Page) -> Positions:
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
    signs = _around(page, named, 0, 28)
    size = _run(WORD[signs])
    behind = signs[np.arange(named.size), np.minimum(size, 27)]
    going = (behind == PICTURE) | (behind == ord("\n"))
    glued = (page.codes[named] | 32) == ord("q")
    named = named[going | (size >= 6) & (glued | (size <= 26) & (behind != ord("@")) & (behind != ord(".")))]
    numbered = numbered[(page.codes[numbered] > 0x30) & (page.codes[numbered] <= 0x39)]
    signs = _around(page, numbered, 0, 14)
    size = _run((signs >= 0x30) & (signs <= 0x39))
    behind = signs[np.arange(numbered.size), np.minimum(size, 13)]
    whole = (size >= 5) & (size <= 11) & (behind != ord("@"))
    at = np.unique(np.concatenate([named, numbered[whole | (size >= 3) & (size <= 5) & PARTS[behind]]]))
    return at[page.any_between(CUE_SIGNS, at - CUED, at + CUED)]


GLUED_ON = flags("0123456789iI")


def _words(page: Page, cues: Positions) -> Flags:
    """Which of the 24 places before each cue begin a word of digits."""
    word = WORD[_around(page, cues, -25, 0)]
    return np.asarray(word[:, 1:] & ~word[:, :-1])


FILLS = flags(" :是为叫加=,-") | flags(chr(PICTURE))
HELD_BACK = flags("密口单备")
OF_WECHAT, OF_QQ = (
    np.array(sorted(ord(a) << 16 | ord(b) for a, b in pairs.split()), np.int64)
    for pairs in ("微信 威信 薇信 v信 V信 绿泡", "扣扣 企鹅 球球 qq QQ qQ Qq")
)
WECHAT_ID, QQ_NUMBER = (6, 20), (5, 11)  # how long they are


def _plain_ids(page: Page, at: Positions, wanted: Set[str]) -> tuple[Spans, Positions]:
    """What stands right behind its cue and is written as most ids are, and where others may stand."""
    codes, p = page.codes, at - 1
    for _ in range(3):
        p = p - FILLS[codes[p]]
    p = p - (codes[p] == ord("号"))
    pair = codes[p - 1].astype(np.int64) << 16 | codes[p]
    small, before = codes[p] | 32, codes[p - 1]
    of_wechat = among(pair, OF_WECHAT) | (small == ord("v")) & ~ASCII_LETTER[before]
    of_wechat |= (
        (small == ord("x")) & ((before | 32 == ord("v")) | (before | 32 == ord("w"))) & ~ASCII_LETTER[codes[p - 2]]
    )
    of_qq = among(pair, OF_QQ) | (small == ord("q")) & ~ASCII_LETTER[before]
    signs = _around(page, at, 0, 22)
    size, digits = _run(WORD[signs]), _run((signs >= 0x30) & (signs <= 0x39))
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


def _ids(page: Page, begins: Positions, wanted: Set[str]) -> Iterator[tuple[int, int, str]]:
    """What follows a cue for WeChat or QQ: an id that begins with a letter, or a QQ number (mobiles are left to PHONE)."""
    codes = page.codes
    # the cue may be glued to the id (vxabc123, qq12345): the id's first letters count as a cue too
    for at in begins.tolist():
        text, left = page.after(at, 40), page.before(at, CUED)
        glued = GLUED.match(text) if not ASCII_LETTER[codes[at - 1]] else None
        if "WECHAT" in wanted:
            start = at + glued.end() if glued and text[0] not in "qQ" and TOKEN.match(text, glued.end()) else at
            match = TOKEN.match(text, start - at)
            if not match and WECHAT_CUE.search(left):
                match = BROKEN_TOKEN.match(text)
            cued = start > at or WECHAT_CUE.search(left) or (match and _marked(match[0]) and NEAR_WECHAT.search(left))
            cued = cued or (match and match[0].startswith("wxid_"))
            if (
                match
                and cued
                and not _ordinary(match[0], start > at)
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
            if match and (sure or (loose and _long(match[0]))):
                yield start, at + match.end(), "QQ"


QQ_AFTER = re.compile(r"[,，。 ]{0,2}(?:企鹅|[qQ]{2}|扣扣|加我[qQ])")
GLUED = re.compile(r"(?:[vV][xX]|[wW][xX]|[vV]|[wW]e[cC]hat|weixin|[qQ]{1,2})(?:号|id|ID)?[:是 ]{0,3}")


def _long(number: str) -> bool:
    """Whether a number has digits enough to be a QQ number where nothing says so right before it."""
    return len(re.sub(r"[^0-9]", "", number)) >= 7


def _spelled_qq(page: Page) -> Iterator[tuple[int, int, str]]:
    """QQ numbers behind their cue in numerals, with letters for digits or with signs between the digits."""
    cues = page.where(CUE)
    cues = cues[OF_SPELLED[page.codes[cues]]]
    signs = _around(page, cues, 1, 27)
    lenient = SPELLED_SIGN[signs]
    first = _run(~lenient)
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
OF_SPELLED = flags("qQ扣鹅")
BETWEEN = flags("群主号码账帐就是为叫加: =,-") | flags(chr(PICTURE))
SPELLED = str.maketrans({sign: str(value) for sign, value in (NUMERALS | LETTERS).items()})


def _marked(word: str) -> bool:
    """Whether a word looks like somebody's id rather than like a word: digits, lines or dots in it."""
    return bool(re.search(r"[0-9_-]", word))


def _ordinary(word: str, glued: bool) -> bool:
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


def asked(text: str, entity: str) -> tuple[int, int, str] | None:
    """Where a message holds the WeChat id, the QQ number or the passport that a turn before it asked for."""
    for match in ANSWERS[entity].finditer(text):
        if entity == "QQ" and not _long(match[0]):
            continue
        if entity == "WECHAT" and re.fullmatch("[A-Za-z]{2,3}1[3-9][0-9]{9}", match[0]):
            continue  # tel16412345678
        if entity != "WECHAT" or (_marked(match[0]) and not _ordinary(match[0], False)):
            return match.start(), match.end(), entity
    return None


ANSWERS = {
    "WECHAT": re.compile(r"(?<![A-Za-z0-9_@./-])" + TOKEN.pattern),
    "QQ": re.compile(r"(?<![A-Za-z0-9_@./#=-])(?:" + QQ_ID.pattern + r")(?![-./:年月日元块个小天点号时分秒%A-Za-z])"),
    "LANDLINE": re.compile(
        r"(?<![A-Za-z0-9_.#-])(?!20[0-3][0-9][01][0-9][0-3][0-9])[2-8][0-9]{3} ?[0-9]{3,4}(?![-./:年月日元块个小天点号时分秒%A-Za-z0-9])"
    ),
    "PASSPORT": re.compile(
        r"(?<![A-Za-z0-9-])(?:[EG][0-9A-Z] ?[0-9]{3,4} ?[0-9]{3,4}|" + SURE_PASSPORT.pattern[:-1] + r")(?![A-Za-z0-9])"
    ),
}


def _plates(page: Page) -> Iterator[tuple[int, int, str]]:
    at = page.where(PROVINCE)
    behind = page.codes[at + 1]
    behind = np.where(behind == ord(" "), page.codes[np.minimum(at + 2, page.codes.size - 1)], behind)
    for at in at[ASCII_LETTER[behind]].tolist():
        match = PLATE.match(page.after(at, 20))
        if match and len(re.findall(r"[0-9]", match[0])) >= 2 and not _mixed(match[0]):
            yield at, at + match.end(), "PLATE"


def _mixed(plate: str) -> bool:
    """Whether capitals and small letters stand side by side, as no plate has them."""
    letters = re.sub(r"[^A-Za-z]", "", plate)
    return letters != letters.upper() and letters != letters.lower()


def _passports(page: Page) -> Iterator[tuple[int, int, str]]:
    for at in _likely_passports(page).tolist():
        if match := PASSPORT.match(page.after(at, 24)):
            cue = re.search(r"护照|通行证|passport|证件", page.before(at, 14), re.IGNORECASE)
            plain = re.sub(r"[^A-Za-z0-9]", "", match[0])
            thing = re.search(r"[单编件码]号?[是为:： ]{0,2}$", page.before(at, 5)) and not cue
            if cue or (SURE_PASSPORT.match(plain) and not thing and not re.search(r"[._/,。、\n]", match[0])):
                yield at, at + match.end(), "PASSPORT"


def _likely_passports(page: Page) -> Positions:
    """Where a letter begins a word of one or two letters and seven or eight digits, signs between them or not."""
    signs = page.signs
    letter, word = signs & LETTER > 0, signs & (LETTER | DIGIT) > 0
    at = np.flatnonzero(letter[1:] & ~word[:-1]) + 1
    at = at[at < signs.size - 8]
    at = at[(signs[at + 1] | signs[at + 2] | signs[at + 3]) & DIGIT > 0]
    before = page.codes[at - 1]
    at = at[(before != ord("-")) & (before != ord("_"))]
    near = _around(page, at, 1, 11)
    size = 1 + _run(WORDLIKE[near])
    behind = near[np.arange(at.size), np.minimum(size - 1, 9)]
    parted = (size < 10) & PARTS[behind]
    at = at[parted | (size >= 8) & (size <= 10)]
    return np.asarray(at[DIGITLIKE[_around(page, at, 1, 20)].sum(axis=1) >= 7])


DIGITLIKE = flags("0123456789OoIl")


def _ips(page: Page, runs: Runs) -> Iterator[tuple[int, int, str]]:
    """Four groups of digits with dots between, none above 255; versions are none."""
    codes, count = page.codes, runs.lengths.size
    if count < 4:
        return
    (dotted,) = np.nonzero((runs.apart == 1) & (runs.lengths <= 3))
    dotted = dotted[DOTS[codes[runs.ends[dotted]]]]
    is_dotted = np.zeros(count + 3, np.bool_)
    is_dotted[dotted] = True
    one = dotted[is_dotted[dotted + 1] & is_dotted[dotted + 2]]
    one = one[runs.lengths[one + 3] <= 3]
    starts, ends = runs.starts[one], runs.ends[one + 3]
    good = (codes[starts - 1] != ord(".")) & (codes[ends] != ord(".")) & (codes[ends] != ord("版"))
    for n in range(4):
        size, first = runs.lengths[one + n], runs.digit(runs.first[one + n])
        value = sum(
            (size > k) * runs.digit(runs.first[one + n] + k).astype(np.int64) * 10 ** np.maximum(size - 1 - k, 0)
            for k in range(3)
        )
        good &= (value <= 255) & ((size == 1) | (first > 0))
    for start, end in zip(starts[good].tolist(), ends[good].tolist(), strict=True):
        if WORDLIKE[codes[start - 1]] and page.before(start, 2).lower() != "ip":
            continue
        if not (VERSION.search(page.before(start, 14)) or VERSION_AFTER.match(page.after(end, 5))):
            yield start, end, "IP"


DOTS = flags(".·。")


def _long_ips(page: Page) -> Iterator[tuple[int, int, str]]:
    """Addresses of the sixth version: two colons together or seven of them."""
    codes = page.codes
    colons = np.flatnonzero(codes == ord(":"))
    gap = np.diff(colons)
    if not ((gap == 1).any() or (colons[6:] - colons[:-6] <= 30).any()):
        return
    chain = np.concatenate([[0], np.cumsum(gap > 5)])
    many = np.bincount(chain) >= 7
    many[chain[:-1][gap == 1]] = True
    before = codes[colons - 1]
    colons = colons[many[chain] & (WORDLIKE[before] | (before == ord(":")))]
    until = 0
    for at in colons.tolist():
        if at < until:
            continue
        left = re.search(r"[0-9A-Fa-f]{0,4}$", page.before(at, 4))
        start = at - len(left[0] if left else "")
        match = COLONED.match(page.after(start, 48))
        if (
            match
            and not WORDLIKE[codes[start - 1]]
            and match[0].count(":") >= 2
            and len(match[0]) > 4
            and _is_ip(match[0])
        ):
            yield start, start + match.end(), "IP"
        until = start + len(match[0]) if match else at


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
