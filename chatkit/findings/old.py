"""Findings: which characters of a text are personal data, and of what kind.

Patterns propose, checksums decide. Texts are folded first by a table that maps full-width characters one to one,
so that every offset found is an offset of the original text.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

import pandas as pd

# Twelve entities are looked for unless asked otherwise; the last five only on demand.
ENTITIES = (
    *("ID_CARD", "BANK_CARD", "PHONE", "LANDLINE", "EMAIL", "IP"),
    *("WECHAT", "QQ", "PLATE", "PASSPORT", "ADDRESS", "NAME"),
)
ON_DEMAND = ("OTP", "CVV", "PASSWORD", "LIKELY_ID", "LIKELY_CARD")

# U+FF01..U+FF5E are the full-width forms of U+0021..U+007E; U+3000 is the full-width space.
FOLD = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

# One separator that people put inside numbers. No comma and no full stop: 140,000,000.00 is an amount.
_SEP = r"[ \t\-\u2010-\u2015\u200b-\u200d\ufeff]"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛"
)
COMPOUND_SURNAMES = tuple(
    ["欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "端木"]
)
_COMPOUND = "|".join(COMPOUND_SURNAMES)
_TITLES = {"先生", "女士", "小姐", "老师", "经理", "师傅", "医生", "阿姨", "总", "工", "哥", "姐"}
_NOT_GIVEN = "的了吗呢啊吧是在有和与就也都很不没要想会能可把被给让说问找到从这那哪您你我他她它们个位"
_STOP_BEFORE_ADDRESS = re.compile(
    r"地址(?:是|为|改成|改为|换成)?[:：]?|住址[:：]?|收货地[:：]?|住在|家住|寄到|寄往|寄去|送到|送去|发到|发往|改到|改成|换到|搬到|位于|在|到|是|我家"
)
_ROAD = re.compile(
    r"(?:路|街|大道|大街|巷|弄|胡同|道)(?:[东西南北]段)?[甲乙丙丁临附]?\d{1,5}(?:号|弄)"
    r"|(?:小区|花园|家园|公寓|大厦|新村|苑|庭|府|湾|城|广场)(?:[东西南北]区)?[A-Za-z]?\d{1,4}(?:号楼|号|栋|幢|座|单元|期|室)"
)
_ADDRESS_TAIL = re.compile(
    r"(?:[A-Za-z]?\d{1,5}|[A-Za-z甲乙丙丁一二三四五六七八九十]{1,2})(?:号楼|号院|单元|号|栋|幢|座|室|层|楼|弄)"
    r"|[-#]\d{1,4}|\d{3,4}(?!\d)"
    r"|[\u4e00-\u9fff]{1,4}(?:小区|花园|家园|公寓|大厦|新村|苑|庭|府|湾|城|里|邸|园)[A-Za-z]?\d{1,4}(?:号楼|号|栋|幢|座|室)?"
)


def luhn(digits: str) -> bool:
    """Whether a string of digits passes the Luhn checksum of bank cards.

    >>> luhn("4539148803436467"), luhn("4539148803436468")
    (True, False)
    """
    total = sum(int(d) if n % 2 == 0 else sum(divmod(2 * int(d), 10)) for n, d in enumerate(reversed(digits)))
    return total % 10 == 0


def identity_checksum(number: str) -> bool:
    """Whether an 18-character identity number has a possible date and the right last character (GB 11643).

    >>> identity_checksum("11010519491231002X"), identity_checksum("110105194912310021")
    (True, False)
    """
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if not _is_date(number[6:14]):
        return False
    rest = sum(w * int(d) for w, d in zip(weights, number[:17], strict=True)) % 11
    return "10X98765432"[rest] == number[17].upper()


def _is_date(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1880 <= born.year <= 2100


def _digits(text: str) -> str:
    return re.sub(r"[^0-9Xx]", "", text)


def _is_card(text: str) -> bool:
    number = _digits(text)
    return 16 <= len(number) <= 19 and number.isdigit() and number[0] in "3456" and luhn(number)


def _is_id(text: str) -> bool:
    number = _digits(text)
    return identity_checksum(number) if len(number) == 18 else _is_date("19" + number[6:12])


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


# Han characters are word characters, so \b would miss the number in 手机138…: digit look-arounds instead; and
# [0-9] instead of \d, which also matches digits of other scripts. Every repeat is bounded: no pattern backtracks
# further than its own bounds, whatever the text.
_NUMBER = (r"(?<![0-9])", r"(?![0-9])")
_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool] | None], ...] = (
    (
        "EMAIL",
        re.compile(
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}(?:@| ?\[at\] ?)"
            r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"
        ),
        None,
    ),
    (
        "ID_CARD",
        re.compile(
            rf"{_NUMBER[0]}[1-8][0-9]{{5}}{_SEP}?[12][0-9]{{7}}{_SEP}?[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])"
            rf"|{_NUMBER[0]}[1-8][0-9]{{14}}{_NUMBER[1]}"
        ),
        _is_id,
    ),
    (
        "BANK_CARD",
        re.compile(
            rf"{_NUMBER[0]}(?:[0-9]{{16,19}}|[0-9]{{4}}(?:{_SEP}[0-9]{{4}}){{3}}(?:{_SEP}[0-9]{{1,3}})?){_NUMBER[1]}"
        ),
        _is_card,
    ),
    (
        "PHONE",
        re.compile(
            rf"{_NUMBER[0]}(?:(?:\+|00)?86{_SEP}?)?(?:1[3-9][0-9]{{9}}|1[3-9][0-9]{_SEP}[0-9]{{4}}{_SEP}[0-9]{{4}}"
            rf"|1[3-9][0-9]{_SEP}[0-9]{{3}}{_SEP}[0-9]{{5}}|1[3-9][0-9]{{2}}{_SEP}[0-9]{{3}}{_SEP}[0-9]{{4}}){_NUMBER[1]}"
        ),
        None,
    ),
    (
        "LANDLINE",
        re.compile(
            rf"{_NUMBER[0]}(?:\(0[1-9][0-9]{{1,2}}\)|0[1-9][0-9]{{1,2}}{_SEP}?){_SEP}?[2-9][0-9]{{2,3}}{_SEP}?[0-9]{{4}}"
            rf"(?:(?:-|转|ext\.? ?)[0-9]{{1,5}})?{_NUMBER[1]}"
            rf"|{_NUMBER[0]}[48]00{_SEP}?[0-9]{{3,4}}{_SEP}?[0-9]{{3,4}}{_NUMBER[1]}"
            rf"|(?<=电话|座机|固话)(?:[是为号:：\s]{{0,3}})(?P<span>[2-9][0-9]{{6,7}}){_NUMBER[1]}"
        ),
        None,
    ),
    (
        "IP",
        re.compile(
            r"(?<![0-9A-Za-z.:])(?<!版本)(?<!版本[号是])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.版])|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:]))"
        ),
        _is_ip,
    ),
    (
        "WECHAT",
        re.compile(
            r"(?:微信|威信|薇信|[vV]信|(?<![A-Za-z])[wW][xX]|(?<![A-Za-z])[vV][xX]|wechat|WeChat|(?<=加)[vV]|(?<=加我)[vV])(?:号|[iI][dD]|账号)?[是为加:：\s]{0,4}(?P<span>[A-Za-z][-_A-Za-z0-9]{5,19})"
        ),
        None,
    ),
    ("QQ", re.compile(r"(?:[qQ]{2}|扣扣)(?:号码|号)?[是为加:：\s]{0,4}(?P<span>[1-9][0-9]{4,10})(?![0-9@])"), None),
    (
        "PLATE",
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·.\- ]?"
            r"(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[挂学警港澳])(?![A-Za-z0-9])"
        ),
        None,
    ),
    ("PASSPORT", re.compile(r"(?<![A-Za-z0-9])(?:[EG][0-9]{8}|[A-Z]{1,2}[0-9]{7})(?![A-Za-z0-9])"), None),
    ("OTP", re.compile(r"(?:验证码|校验码|动态码|短信码)[是为:：\s]{0,4}(?P<span>[0-9]{4,8})(?![0-9])"), None),
    ("CVV", re.compile(r"(?:安全码|CVV2?|cvv2?|背面三位数?)[^0-9]{0,4}(?P<span>[0-9]{3,4})(?![0-9])"), None),
    ("PASSWORD", re.compile(r"(?:密码|口令|[pP]assword)(?:原来|就)?[是为:：\s]{0,4}(?P<span>[!-~]{6,32})"), None),
    (
        "LIKELY_ID",
        re.compile(rf"身份证[^0-9]{{0,8}}(?P<span>[0-9]{{6}}{_SEP}?[0-9]{{8}}{_SEP}?[0-9]{{3}}[0-9Xx])(?![0-9])"),
        None,
    ),
    (
        "LIKELY_CARD",
        re.compile(
            rf"(?:银行卡|卡号|储蓄卡|信用卡)[^0-9]{{0,8}}(?P<span>[0-9]{{4}}(?:{_SEP}?[0-9]{{4}}){{3}}[0-9]{{0,3}})(?![0-9])"
        ),
        None,
    ),
    (
        "NAME",
        re.compile(
            rf"(?:我叫|我是|名叫|姓名|联系人|收件人|收货人|户名|持卡人|开户人|名字|本人)[是为叫:： ]{{0,3}}"
            rf"(?P<span>(?:{_COMPOUND}|[{_SURNAMES}])[\u4e00-\u9fff]?[\u4e00-\u9fff])(?=[^\u4e00-\u9fff]|$|[{_NOT_GIVEN}])"
        ),
        lambda name: not set(name[1:]) & set(_NOT_GIVEN) and name[1:] not in _TITLES,
    ),
)
_WORTH = re.compile(r"[0-9@:]|我[叫是]|名|人|微|信|[wWvV][xX]|护照|密码")


def _patterns(folded: str, wanted: set[str]) -> Iterator[tuple[int, int, str]]:
    """Spans that a pattern proposes and its check, where it has one, confirms."""
    for entity, pattern, check in _PATTERNS:
        if entity not in wanted:
            continue
        for match in pattern.finditer(folded):
            group = "span" if match.re.groupindex and match["span"] else 0
            if check is None or check(match[group]):
                yield match.start(group), match.end(group), entity
    if "ADDRESS" in wanted:
        yield from _addresses(folded)


def _addresses(folded: str) -> Iterator[tuple[int, int, str]]:
    """From a road or estate with a number: left as far as it stays a place, right as far as numbers go."""
    for seed in _ROAD.finditer(folded):
        left = folded[max(0, seed.start() - 30) : seed.start()]
        run = re.search(r"(?:[省市区县镇乡] ?|[\u4e00-\u9fff0-9])*$", left)
        start = seed.start() - len(run[0] if run else "")
        for cue in _STOP_BEFORE_ADDRESS.finditer(folded, start, seed.start()):
            start = cue.end()
        end = seed.end()
        while tail := _ADDRESS_TAIL.match(folded, end):
            end = tail.end()
        yield start, end, "ADDRESS"


def known(names: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for a roster of names (two characters and more), longest first; None for an empty roster."""
    roster = sorted({n for n in names if len(n) > 1 and "*" not in n}, key=lambda n: (-len(n), n))
    return re.compile("|".join(map(re.escape, roster))) if roster else None


def detect(
    texts: Iterable[str], known_names: Iterable[str] | None = None, entities: Iterable[str] | None = None
) -> pd.DataFrame:
    """Find personal data in ``texts``.

    Returns a frame ``row, start, end, entity``: position of the text, code-point offsets (end exclusive), sorted,
    without overlaps. By default the twelve entities of ENTITIES; those of ON_DEMAND must be asked for.

    >>> detect(["手机１３８００００１２３４，谢谢"])
       row  start  end entity
    0    0      2   13  PHONE
    """
    wanted = set(entities if entities is not None else ENTITIES)
    roster = known(known_names or ()) if "NAME" in wanted else None
    found: list[tuple[int, int, int, str]] = []
    for row, text in enumerate(texts):
        spans: list[tuple[int, int, str]] = []
        folded = text.translate(FOLD)
        if _WORTH.search(folded):
            spans += _patterns(folded, wanted)
        if roster:
            spans += ((m.start(), m.end(), "NAME") for m in roster.finditer(text))
        found += ((row, *span) for span in _without_overlaps(spans))
    return pd.DataFrame(found, columns=["row", "start", "end", "entity"])


def _without_overlaps(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The spans in order; where two overlap, the longer stays, then the one whose entity is listed first."""
    rank = {entity: n for n, entity in enumerate((*ENTITIES, *ON_DEMAND))}
    kept: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda s: (s[0] - s[1], rank[s[2]], s[0])):
        if all(span[1] <= other[0] or span[0] >= other[1] for other in kept):
            kept.append(span)
    return sorted(kept)
