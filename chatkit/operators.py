"""Operators: what becomes of one piece of personal data."""

from __future__ import annotations

import hmac
import re

import numpy as np
from numpy.typing import NDArray

from .findings import compound_surname, fold
from .findings.digits import LENIENT, NONE
from .findings.folding import FOLD, Page, Positions
from .findings.lexicon import LEXICON
from .policy import Operator
from .requests import letters

NUMBERS = frozenset("PHONE LANDLINE ID_CARD BANK_CARD QQ LIKELY_ID LIKELY_CARD".split())  # may be spelled in numerals
PLAIN = {"PHONE": 11, "ID_CARD": 18, "BANK_CARD": 19}  # characters where nothing but digits is written: most are
DIVISION_MOST = 12  # characters in the longest name of a division
DIVISION = re.compile("(?:省|市|区|县|旗|盟|自治州)$")
AT = re.compile(r"\s*(?:[\[({](?:at|@|a)[\])}]|艾特|#| at )\s*", re.IGNORECASE)
PREFIXED = re.compile(r"\(?(?:\+|00)?86\)?[ -]?(1[0-9]{10})")  # +86 16412345678
PLAIN_MAIL = re.compile(r"([A-Za-z0-9._%+-]*[A-Za-z][A-Za-z0-9._%+-]*)(@[A-Za-z0-9.-]+)")
DOT = re.compile(r"\s*[\[(]dot[\])]\s*|\s+", re.IGNORECASE)

# Entities whose values keep their ends where they stand, and the most letters and digits of one that does.
SIMPLE = {"PHONE": 11, "LANDLINE": 99, "ID_CARD": 99, "BANK_CARD": 99, "PLATE": 99}
WIDEST = 24
STARS = np.array(["*" * n for n in range(WIDEST + 1)], object)
ALNUM = np.array([chr(n).isalnum() and FOLD[n] == n for n in range(0x10000)])


def operate(value: str, entity: str, operator: Operator, label: str, key: bytes) -> str:
    """``value`` as the operator leaves it. ``label`` names the entity; ``key`` (32 bytes) makes pseudonyms.

    Nothing that comes out is found again: a label has brackets, a token no digits and no word of six letters.

    >>> operate("+86 138 0000 1234", "PHONE", Operator("mask", first=3, last=4), "手机号", b"")
    '138****1234'
    >>> operate("欧阳小明", "NAME", Operator("mask", first=1, fixed=2), "姓名", b"")
    '欧阳**'
    >>> operate("wang.li@example.com", "EMAIL", Operator("mask", first=1, fixed=3), "邮箱", b"")
    'w***@example.com'
    >>> operate("浙江省杭州市西湖区文三路12号", "ADDRESS", Operator("generalise"), "地址", b"")
    '浙江省杭州市西湖区[地址]'
    """
    match operator.operator:
        case "keep":
            return value
        case "replace":
            return f"[{label}]"
        case "pseudonym":
            token = pseudonym(normal(value, entity), label, key)
            return f"{token[:-6]}·{token[-6:-2]}·{token[-2:]}"
        case "generalise":
            return value if (kept := district(value)) == value else f"{kept}[{label}]"
        case _:
            return masked(value, entity, operator)


def pseudonym(value: str, label: str, key: bytes) -> str:
    """A token for ``value``: the same under one key, another under another. Empty stays empty.

    A plain hash would not do: all phone numbers can be hashed in minutes.
    """
    if not value:
        return ""
    mark = hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256")
    return f"{label}-{letters(mark, 10)}"


def normal(value: str, entity: str) -> str:
    """``value`` without what differs between two ways to write it: width, case, separators, numerals, country code.

    >>> {normal(phone, "PHONE") for phone in ["+86 138-0000-1234", "１３８００００１２３４", "一三八零零零零一二三四"]}
    {'13800001234'}
    >>> normal("Wang.Li [at] example.com", "EMAIL")
    'wang.li@example.com'
    """
    text = fold(value).casefold()
    if entity == "EMAIL":
        return mailbox(text)
    if entity == "IP":
        return text.strip()
    signs = [c for c in text if c.isalnum()]
    if entity in NUMBERS:
        signs = [c if c == "x" or (digit := LENIENT[ord(c)]) == NONE else str(digit) for c in signs]
    text = "".join(signs)
    return re.sub(r"^(?:00)?86(?=1[0-9]{10}$)", "", text) if entity == "PHONE" else text


def mailbox(value: str) -> str:
    """An e-mail address with plain signs for its at and its dots."""
    plain = value if "@" in value and "[@]" not in value else AT.sub("@", value, count=1)
    return DOT.sub(lambda dot: "." if dot[0].strip() else "", plain)


def district(address: str) -> str:
    """The divisions at the head of an address, down to its district; empty where it names none by its full name.

    >>> district("杭州西湖区文三路12号"), district("南京路100号"), district("文三路12号")
    ('杭州西湖区', '', '')
    """
    text, at, kept = fold(address), 0, 0
    while at < len(text):
        for end in range(min(len(text), at + DIVISION_MOST), at + 1, -1):
            if text[at:end] in LEXICON.divisions:
                break
        else:
            break
        at = end
        if DIVISION.search(text[:at]):
            kept = at
    return address[:kept]


def masked(value: str, entity: str, operator: Operator) -> str:
    """``value`` with its ends kept and stars between; what is too short to keep its ends is all stars."""
    first, last = operator.first, operator.last
    size = len(value)
    if entity in PLAIN and value.isascii() and value.isalnum() and size == PLAIN[entity] and first + last < size:
        return value[:first] + "*" * (operator.fixed or size - first - last) + value[size - last :]
    if entity == "PHONE" and (mobile := PREFIXED.fullmatch(value)):
        return masked(mobile[1], entity, operator)
    text, tail = value if value.isascii() else fold(value), ""
    if entity == "EMAIL" and (mail := PLAIN_MAIL.fullmatch(value)) and not mail[1].isdecimal():
        signs = mail[1] if mail[1].isalnum() else re.sub("[^A-Za-z0-9]", "", mail[1])
        if len(signs) > first + last:
            stars = "*" * (operator.fixed or len(signs) - first - last)
            return f"{signs[:first]}{stars}{signs[len(signs) - last :]}{mail[2]}"
    if entity == "PHONE":
        text = re.sub(r"^(?:\+|00)?86(?=[^0-9]?1)", "", text) if len(re.findall(r"[0-9]", text)) > 11 else text
    if entity == "EMAIL":
        text, _, domain = mailbox(text).rpartition("@")
        tail = f"@{domain}"
    signs = [c for c in text if c.isalnum()]
    if entity == "NAME" and compound_surname(text):
        first += 1
    if entity == "EMAIL" and all(c.isdecimal() for c in signs):
        first = last = 0  # a mailbox of digits is a phone or a QQ number
    if len(signs) <= first + last:
        first = last = 0
    stars = "*" * (operator.fixed or len(signs) - first - last)
    return "".join(signs[:first]) + stars + "".join(signs[len(signs) - last :]) + tail


def starred(
    page: Page, starts: Positions, ends: Positions, operator: Operator, most: int
) -> tuple[NDArray[np.bool_], Positions]:
    """Which values keep their ends where they stand, and how many stars stand between.

    They have ``most`` letters and digits or fewer, none of them folded, and some of them at their ends.
    """
    places = starts[:, None] + np.arange(WIDEST)
    inside = places < ends[:, None]
    codes = page.unfolded[np.minimum(places, page.unfolded.size - 1)]
    signs = ALNUM[np.minimum(codes, ALNUM.size - 1)] & inside
    size, many = ends - starts, signs.sum(axis=1)
    first = np.arange(WIDEST) < operator.first
    last = (np.arange(WIDEST) >= (size - operator.last)[:, None]) & inside
    plain = ((signs | (codes < 128)) | ~inside).all(axis=1) & (size <= WIDEST) & (many <= most)
    plain &= (signs | ~first & ~last | ~inside).all(axis=1) & (many > operator.first + operator.last)
    return plain, many - operator.first - operator.last
