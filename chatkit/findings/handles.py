"""Handles: e-mail and IP addresses, WeChat and QQ ids, licence plates, passports, codes and passwords.

A rare sign or a cue word says where to look; a pattern that is tried there only says what stands there. No pattern
repeats without bound.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Set

import numpy as np

from .digits import LETTERS, NUMERALS
from .folding import Page
from .lexicon import flags
from .numbers import ASCII_LETTER, WORDLIKE
from .spans import Spans, listed

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
PROVINCES = flags("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使")
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


def find(page: Page, wanted: Set[str]) -> Spans:
    """The handles of a page."""
    found: list[tuple[int, int, str]] = []
    if "EMAIL" in wanted:
        found += _mails(page)
    if wanted & {"WECHAT", "QQ"}:
        found += _ids(page, wanted)
    if "QQ" in wanted:
        found += _spelled_qq(page)
    if "PLATE" in wanted:
        found += _plates(page)
    if "PASSPORT" in wanted:
        found += _passports(page)
    if "IP" in wanted:
        found += _ips(page)
    codes = [(entity, pattern) for entity, pattern in CODES if entity in wanted]
    if codes:
        for at in np.flatnonzero(CODE_SIGNS[page.codes]).tolist():
            for entity, pattern in codes:
                left = page.before(at + 1, 8)
                for match in pattern.finditer(left + page.after(at + 1, 44)):
                    start = at + 1 - len(left) + match.start("span")
                    found.append((start, start + len(match["span"]), entity))
                    break
    return listed(sorted(set(found)))


def _mails(page: Page) -> Iterator[tuple[int, int, str]]:
    codes = page.codes
    signs = np.flatnonzero((codes == ord("@")) | (codes == ord("#")) | (codes == ord("艾")))
    inside = np.flatnonzero((codes[:-1] == ord("a")) | (codes[:-1] == ord("A")) | (codes[:-1] == ord("@")))
    wrapped = inside[np.isin(codes[inside - 1], [ord(c) for c in "[({"])]
    for at in sorted({*signs.tolist(), *(wrapped - 1).tolist()}):
        at -= page.text[at - 1] == " "
        match = AT.match(page.after(at, 160))
        user = USER.search(page.before(at, 64))
        if match and user and (page.text[at : at + 2].strip()[0] == "@" or TOP.search(re.sub(" ", "", match[1]))):
            yield at - len(user[0]), at + match.end(), "EMAIL"
    for at in np.flatnonzero((codes[:-1] == ord("a")) & (codes[1:] == ord("t"))).tolist():
        if page.text[at - 1] == " ":
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


def _ids(page: Page, wanted: Set[str]) -> Iterator[tuple[int, int, str]]:
    """What follows a cue for WeChat or QQ: an id that begins with a letter, or a QQ number (mobiles are left to PHONE)."""
    codes = page.codes
    word = WORDLIKE[codes] | (codes == ord("_")) | (codes == ord("-"))
    (begins,) = np.nonzero(word[1:] & ~word[:-1])
    begins += 1
    # the cue may be glued to the id (vxabc123, qq12345): the id's first letters count as a cue too
    for at in begins[page.any_between(CUE_SIGNS, begins - CUED, begins + CUED)].tolist():
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
    codes = page.codes
    for at in np.flatnonzero(
        (codes == ord("q")) | (codes == ord("Q")) | (codes == ord("扣")) | (codes == ord("鹅"))
    ).tolist():
        text = page.after(at + 1, 40)
        gap = re.match(r"(?:群主)?(?:号码|账号|帐号|号)?(?:就?是|为|叫|加|:|[ \u2b50]|=|,|-){0,4}", text)
        assert gap, "the pattern fits the empty text"
        if match := QQ_SPELLED.match(text.translate(SPELLED), gap.end()):
            yield at + 1 + match.start(), at + 1 + match.end(), "QQ"


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
    codes = page.codes
    nexts = codes[1:].copy()
    spaced = np.flatnonzero(nexts[:-1] == ord(" "))
    nexts[spaced] = nexts[spaced + 1]
    for at in np.flatnonzero(PROVINCES[codes[:-1]] & ASCII_LETTER[nexts]).tolist():
        match = PLATE.match(page.after(at, 20))
        if match and len(re.findall(r"[0-9]", match[0])) >= 2 and not _mixed(match[0]):
            yield at, at + match.end(), "PLATE"


def _mixed(plate: str) -> bool:
    """Whether capitals and small letters stand side by side, as no plate has them."""
    letters = re.sub(r"[^A-Za-z]", "", plate)
    return letters != letters.upper() and letters != letters.lower()


def _passports(page: Page) -> Iterator[tuple[int, int, str]]:
    codes = page.codes
    letters = ASCII_LETTER[codes]
    digit = (codes >= 48) & (codes <= 57)
    begins = np.flatnonzero(letters[1:-4] & ~WORDLIKE[codes[:-5]] & (digit[2:-3] | digit[3:-2] | digit[4:-1])) + 1
    for at in begins.tolist():
        if codes[at - 1] in (45, 95):
            continue
        if match := PASSPORT.match(page.after(at, 24)):
            cue = re.search(r"护照|通行证|passport|证件", page.before(at, 14), re.IGNORECASE)
            plain = re.sub(r"[^A-Za-z0-9]", "", match[0])
            thing = re.search(r"[单编件码]号?[是为:： ]{0,2}$", page.before(at, 5)) and not cue
            if cue or (SURE_PASSPORT.match(plain) and not thing and not re.search(r"[._/,。、\n]", match[0])):
                yield at, at + match.end(), "PASSPORT"


def _ips(page: Page) -> Iterator[tuple[int, int, str]]:
    codes = page.codes
    digit = (codes >= 48) & (codes <= 57)
    dots = (codes[1:-1] == 46) | (codes[1:-1] == 0xB7) | (codes[1:-1] == 0x3002)
    for at in np.flatnonzero(dots & digit[:-2] & digit[2:]).tolist():
        left = re.search(r"[0-9]{1,3}$", page.before(at + 1, 3))
        start = at + 1 - len(left[0]) if left else at
        match = DOTTED.match(page.after(start, 20))
        glued = WORDLIKE[codes[start - 1]] and page.before(start, 2).lower() != "ip"
        if match and not glued and codes[start - 1] != 46 and _is_ip(re.sub("[·。]", ".", match[0])):
            version = VERSION.search(page.before(start, 14)) or VERSION_AFTER.match(page.after(start + match.end(), 5))
            if not version:
                yield start, start + match.end(), "IP"
    colons = np.flatnonzero((codes == 58) & np.concatenate([[False], WORDLIKE[codes[:-1]] | (codes[:-1] == 58)]))
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
