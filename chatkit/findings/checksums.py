"""Checksums: which digits can be an identity number or a bank card at all."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
ID_CHECK = np.array([1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2])  # by remainder; 10 is X
DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def is_date(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> Flags:
    """Which years, months and days are dates from 1880 to 2100."""
    fits = (year >= 1880) & (year <= 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good: Flags = fits & (day <= DAYS[np.where(fits, month, 0)]) & ~((month == 2) & (day == 29) & ~leap)
    return good


def born(digits: NDArray[np.int64], *parts: tuple[int, int]) -> list[NDArray[np.int64]]:
    """The numbers that stand from one place to another in rows of digits: year, month and day."""
    return [digits[:, a:b] @ (10 ** np.arange(b - a - 1, -1, -1)) for a, b in parts]


def identity_checks(digits: NDArray[np.int64]) -> Flags:
    """Which rows of 18 digits (the last 0 to 10, 10 is X) have a possible date and the right last one (GB 11643)."""
    date = is_date(*born(digits, (6, 10), (10, 12), (12, 14)))
    good: Flags = date & (ID_CHECK[digits[:, :17] @ ID_WEIGHTS % 11] == digits[:, 17])
    return good


def luhn_checks(digits: NDArray[np.int64]) -> Flags:
    """Which rows of digits pass the Luhn checksum of bank cards.

    >>> luhn_checks(np.array([[int(d) for d in "4539148803436467"]]))
    array([ True])
    """
    doubled = digits[:, ::-1].copy()
    doubled[:, 1::2] *= 2
    good: Flags = (doubled - 9 * (doubled > 9)).sum(axis=1) % 10 == 0
    return good


def whole(number: str) -> str:
    """Which entity a number is: mobile, identity number or bank card; the empty string for none.

    >>> whole("16412345678"), whole("11010519491231002X"), whole("4539148803436467"), whole("4539148803436468")
    ('PHONE', 'ID_CARD', 'BANK_CARD', '')
    """
    if re.fullmatch("1[3-9][0-9]{9}", number):
        return "PHONE"
    digits = np.array([[10 if c in "xX" else int(c) for c in number]], np.int64)
    if re.fullmatch("[1-9][0-9]{16}[0-9Xx]", number) and identity_checks(digits)[0]:
        return "ID_CARD"
    return "BANK_CARD" if re.fullmatch("[3-69][0-9]{15,18}", number) and luhn_checks(digits)[0] else ""
