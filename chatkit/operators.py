"""Operators: what becomes of one piece of personal data."""

from __future__ import annotations

import hmac
import re

from .findings import compound_surname, fold
from .policy import Operator
from .requests import letters


def operate(value: str, entity: str, operator: Operator, label: str, key: bytes) -> str:
    """``value`` as the operator leaves it. ``label`` names the entity; ``key`` (32 bytes) makes pseudonyms.

    >>> operate("+86 138 0000 1234", "PHONE", Operator("mask", first=3, last=4), "手机号", b"")
    '138****1234'
    >>> operate("欧阳小明", "NAME", Operator("mask", first=1, fixed=2), "姓名", b"")
    '欧阳**'
    >>> operate("wang.li@example.com", "EMAIL", Operator("mask", first=1, fixed=3), "邮箱", b"")
    'w***@example.com'
    """
    match operator.operator:
        case "keep":
            return value
        case "replace":
            return f"[{label}]"
        case "pseudonym":
            return pseudonym(value, label, key)
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


def masked(value: str, entity: str, operator: Operator) -> str:
    """``value`` with its ends kept and stars between; what is too short to keep its ends is all stars."""
    text, tail = fold(value), ""
    if entity == "PHONE":
        text = re.sub(r"^(?:\+|00)?86(?=[^0-9]?1)", "", text) if len(re.findall(r"[0-9]", text)) > 11 else text
    if entity == "EMAIL":
        text, _, domain = text.rpartition("@")
        tail = f"@{domain}"
    signs = [c for c in text if c.isalnum()]
    first, last = operator.first, operator.last
    if entity == "NAME" and compound_surname(text):
        first += 1
    if entity == "EMAIL" and all(c.isdecimal() for c in signs):
        first = last = 0  # a mailbox of digits is a phone or a QQ number
    if len(signs) <= first + last:
        first = last = 0
    stars = "*" * (operator.fixed or len(signs) - first - last)
    return "".join(signs[:first]) + stars + "".join(signs[len(signs) - last :]) + tail
