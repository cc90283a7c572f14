"""The ways in which people write a personal value: the category of every label.

Some categories are decided by the words around a value (`surroundings`), the others by how the value itself is typed
(`spell`); all that is typed is the label's span.
"""

import re
from collections.abc import Callable

from .files import read
from .identifiers import Choice, Uniform, pick

# The odd ways to write a number; the others (plain, in groups, with country code …) need no excuse.
ODD = frozenset(
    """fullwidth dots chinese_numerals formal_numerals circled zero_width two_lines emoji_between keycap
    letters_for_digits mail_at glued_han glued_letters traditional in_url slashes two_pieces split_messages""".split()
)
NUMBERS = frozenset("PHONE LANDLINE ID_CARD BANK_CARD EMAIL WECHAT QQ PLATE PASSPORT IP OTP CVV PASSWORD".split())
CALLED = frozenset("PHONE LANDLINE ID_CARD BANK_CARD QQ PASSPORT".split())  # that are glued to what stands beside them

_WORDS = read("words.toml")
_PAIRS = _WORDS["traditional"].split()
TRADITIONAL = str.maketrans({simple: old for simple, old in _PAIRS})
OLD = frozenset(old for _, old in _PAIRS)
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
NUMERALS = tuple(
    str.maketrans("0123456789", words)
    for words in ("零幺二三四五六七八九", "零一二三四五六七八九", "〇一二三四五六七八九", "〇幺二三四五六七八九")
)
FORMAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
KEYCAP = "\ufe0f\u20e3"
INVISIBLE = "\u200b\u200b\u200c\u200d\u2060\ufeff"
DOTS = ("_", "·", ".", "/", "～", "、", "—", "。", "~", "，", " / ", "__", "…")
EMOJI = "😂🙏😊🌹🐶🔥💰🍎👌😭"
# How many digits stand together where a value is written in groups; what is left over forms the last group.
GROUPS = {
    "PHONE": ((3, 4), (3, 4), (3, 4), (4, 3)),
    "LANDLINE": ((4, 4),),
    "ID_CARD": ((6, 8), (6, 4, 4), (3, 3, 4, 4)),
    "BANK_CARD": ((4, 4, 4, 4),),
    "QQ": ((3, 3), (4, 3), (5,)),
    "WECHAT": ((4,), (5,)),
    "PLATE": ((2,),),
    "PASSPORT": ((2,), (2, 4)),
    "OTP": ((3,), (2,)),
}
Way = Callable[[Uniform, str, str], str]


def surroundings(place: int, literals: list[str], slots: list[str]) -> str:
    """The spelling that the words of a line decide for its slot number `place`, "" if they leave it open.

    `literals` are the words around the slots, one more than there are slots.

    >>> surroundings(0, ["打", "找我"], ["PHONE"]), surroundings(0, ["电话", "。"], ["PHONE"])
    ('glued_han', '')
    """
    entity, _, which = slots[place].partition(".")
    before, after = literals[place], literals[place + 1]
    if which.startswith(("first", "last")):
        pieces = sum(slot.startswith((f"{entity}.first", f"{entity}.last")) for slot in slots)
        return "two_pieces" if pieces > 1 else "split_messages"
    if which in WAYS:  # {PHONE.grouped}, in the story
        return which
    if re.search(r"(?:https?:/|\.com|\.cn|\.net)/\S*$", before):
        return "in_url"
    if not OLD.isdisjoint("".join(literals)) and entity not in ("EMAIL", "WECHAT", "IP"):
        return "traditional"
    if entity == "NAME":
        return "alone" if literals == ["", ""] else ""
    if which == "short":
        return "no_division"
    if entity not in CALLED:
        return ""
    if before.endswith("/") or after.startswith("/"):
        return "slashes"
    if re.search(r"[A-Za-z]$", before) or re.match(r"[A-Za-z]", after):
        return "glued_letters"
    return "glued_han" if re.search(r"[一-龥]$", before) and re.match(r"[一-龥]", after) else ""


def grouped(value: str, sizes: tuple[int, ...], separator: str) -> str:
    """`value` cut into `sizes` and joined.

    >>> grouped("15412345678", (3, 4), "-")
    '154-1234-5678'
    """
    groups, at = [], 0
    for size in sizes:
        groups.append(value[at : at + size])
        at += size
    return separator.join(group for group in (*groups, value[at:]) if group)


def _cut(u: Uniform, value: str, entity: str, separator: str) -> str:
    """Landlines are cut behind the area code, e-mails and IP addresses at their signs, all others by GROUPS."""
    if entity == "LANDLINE":
        area, _, rest = value.rpartition("-")
        return separator.join((*([area] if area else []), grouped(rest, (4,), separator)))
    if entity == "EMAIL":
        return value.replace("@", separator + "@")
    if entity == "IP":
        return value.replace(".", separator)
    if entity == "ADDRESS":
        return re.sub(r"(?<=[区县])(?=[^区县]*[路街道巷])", separator, value, count=1)
    return grouped(value, pick(u, GROUPS[entity]), separator)


def _prefixed(u: Uniform, value: str, entity: str) -> str:
    return pick(u, ("+86", "+86 ", "+86-", "86-", "0086", "0086 ", "(+86)", "86")) + value


def _in_groups(u: Uniform, value: str, entity: str) -> str:
    return _cut(u, value, entity, pick(u, " ·-" if entity == "PLATE" else "  -"))


def _joined(u: Uniform, value: str, entity: str) -> str:
    return value.replace("-", "")


def _bracketed(u: Uniform, value: str, entity: str) -> str:
    area, dash, rest = value.partition("-")
    return pick(u, ("({}){}", "（{}）{}", "({}) {}")).format(area, rest) if dash and area[0] == "0" else value


def _extension(u: Uniform, value: str, entity: str) -> str:
    return value + pick(u, ("-801", "转806", " 转 8012", "转2")) if value[0] == "0" else value


def _numerals(u: Uniform, value: str, entity: str) -> str:
    kept = _cut(u, value, entity, " ") if u() < 0.15 and entity in GROUPS else value.replace("-", "")
    return kept.translate(pick(u, NUMERALS))


def _zero_width(u: Uniform, value: str, entity: str) -> str:
    sign = pick(u, INVISIBLE)
    if u() < 0.2:
        return sign.join(value)
    at = 1 + int(u() * (len(value) - 1))
    return value[:at] + sign + value[at:]


def _letters(u: Uniform, value: str, entity: str) -> str:
    zero, one = pick(u, (("O", "l"), ("O", "I"), ("o", "l"), ("O", "1"), ("0", "l")))
    return value.replace("0", zero).replace("1", one)


def _mail_at(u: Uniform, value: str, entity: str) -> str:
    return value.replace("@", pick(u, ("[at]", " [at] ", "(at)", "#", "＠", " @ ", "（at）", " at ", "【at】")))


def _spaced(u: Uniform, value: str, entity: str) -> str:
    return " ".join(value) if entity == "NAME" else re.sub(r"(?<=[省市区县号栋])(?=.)", " ", value)


def _typos(u: Uniform, value: str, entity: str) -> str:
    slips = [(right, wrong) for right, wrong in _WORDS["address_slips"].items() if right in value]
    return value.replace(*pick(u, slips), 1) if slips else value


WAYS: dict[str, Way] = {
    "grouped": _in_groups,
    "prefixed": _prefixed,
    "joined": _joined,
    "bracketed": _bracketed,
    "extension": _extension,
    "small_letters": lambda u, value, entity: value.lower(),
    "capitals": lambda u, value, entity: value.upper() if u() < 0.3 else value.capitalize(),
    "fullwidth": lambda u, value, entity: value.translate(FULL_WIDTH),
    "dots": lambda u, value, entity: _cut(u, value, entity, pick(u, "。,·，" if entity == "IP" else DOTS)),
    "chinese_numerals": _numerals,
    "formal_numerals": lambda u, value, entity: value.replace("-", "").translate(FORMAL),
    "circled": lambda u, value, entity: value.translate(CIRCLED),
    "zero_width": _zero_width,
    "two_lines": lambda u, value, entity: _cut(u, value, entity, "\n"),
    "emoji_between": lambda u, value, entity: _cut(u, value, entity, pick(u, EMOJI)),
    "keycap": lambda u, value, entity: re.sub(r"\d", rf"\g<0>{KEYCAP}", value),
    "letters_for_digits": _letters,
    "mail_at": _mail_at,
    "spaced": _spaced,
    "traditional": lambda u, value, entity: value.translate(TRADITIONAL),
    "commas": lambda u, value, entity: re.sub(r"(?<=[省市区县])(?=.)", "，", value),
    "typos": _typos,
}
# How people mostly write a value, and what they do when they write it oddly, with weights.
USUAL = {
    "PHONE": {"plain": 84, "grouped": 10, "prefixed": 6},
    "LANDLINE": {"plain": 55, "joined": 12, "grouped": 10, "bracketed": 12, "extension": 11},
    "ID_CARD": {"plain": 88, "small_letters": 6, "grouped": 6},
    "BANK_CARD": {"plain": 58, "grouped": 42},
    "QQ": {"plain": 95, "grouped": 5},
    "PLATE": {"plain": 50, "grouped": 42, "small_letters": 8},
    "PASSPORT": {"plain": 85, "small_letters": 9, "grouped": 6},
    "EMAIL": {"plain": 96, "capitals": 4},
    "NAME": {"plain": 1},
    "ADDRESS": {"plain": 87, "spaced": 8, "commas": 5},
    "OTP": {"plain": 93, "grouped": 7},
    "WECHAT": {"plain": 1},
    "IP": {"plain": 1},
    "CVV": {"plain": 1},
    "PASSWORD": {"plain": 1},
}
_ANY = {"fullwidth": 20, "dots": 14, "chinese_numerals": 15, "zero_width": 9, "two_lines": 9, "emoji_between": 6,
        "circled": 4, "keycap": 4, "formal_numerals": 4, "letters_for_digits": 10}  # fmt: skip
UNUSUAL = {
    "PHONE": _ANY,
    "LANDLINE": _ANY,
    "ID_CARD": _ANY,
    "BANK_CARD": _ANY,
    "QQ": _ANY,
    "PASSPORT": {kind: weight for kind, weight in _ANY.items() if not kind.endswith("numerals")},
    "PLATE": {"fullwidth": 3, "dots": 3, "zero_width": 2, "emoji_between": 1, "two_lines": 1},
    "WECHAT": {"fullwidth": 3, "zero_width": 3, "emoji_between": 2, "two_lines": 1},
    "EMAIL": {"mail_at": 12, "fullwidth": 2, "zero_width": 2, "two_lines": 2},
    "IP": {"dots": 2, "fullwidth": 1, "zero_width": 1},
    "OTP": {"fullwidth": 2, "chinese_numerals": 2, "dots": 1, "circled": 1, "zero_width": 1},
    "CVV": {"fullwidth": 2, "chinese_numerals": 2, "zero_width": 1},
    "PASSWORD": {"fullwidth": 1, "zero_width": 1},
    "NAME": {"plain": 70, "spaced": 16, "traditional": 14},
    "ADDRESS": {"plain": 30, "typos": 25, "traditional": 15, "fullwidth": 15, "two_lines": 15},
}
_CHOICES = {entity: (Choice(USUAL[entity]), Choice(UNUSUAL[entity])) for entity in USUAL}


def spell(u: Uniform, entity: str, value: str, odd: float) -> tuple[str, str]:
    """`value` as somebody types it who writes oddly with the chance `odd`, and the name of the way.

    >>> spell(lambda: 0.01, "PHONE", "15412345678", odd=0.1)
    ('１５４１２３４５６７８', 'fullwidth')
    """
    strange = u() < odd
    choice = _CHOICES[entity][strange]
    while True:
        spelling = choice(u)
        if spelling == "plain":
            return value, spelling
        typed = WAYS[spelling](u, value, entity)
        if typed != value:
            return typed, spelling
        if not strange:
            return value, "plain"
