"""Numbers that have the shape of personal identifiers and, as far as we know, belong to nobody.

Every function takes ``u``, a callable that gives the next uniform float in [0, 1), and returns a str in its canonical
spelling. What keeps a number from being somebody's: mobile segments that were not assigned to subscribers, an
administrative code (xx99xx) that was never issued, card numbers on a prefix without a bank, QQ numbers beyond those
given out so far, plates with a city letter that its province does not use, passports of a series not yet printed,
documentation ranges.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import TypeVar

Uniform = Callable[[], float]
T = TypeVar("T")

MOBILE_SEGMENTS = ("142", "143", "154", "160", "161", "163", "164", "168", "169", "179", "194")
PROVINCES = tuple("11 12 13 21 31 32 33 34 35 36 37 41 42 43 44 45 50 51 61".split())
LUHN = ((0, 2, 4, 6, 8, 1, 3, 5, 7, 9), tuple(range(10)))
CARD_PREFIXES = ("629998", "628888", "629997")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # plates and serial numbers have neither I nor O
CONSONANTS = "bcdfghjkmnpqrstvwxz"


def pick(u: Uniform, items: Sequence[T]) -> T:
    """One of `items`, each as likely as the others."""
    return items[int(u() * len(items))]


class Choice:
    """Weighted words, chosen with one uniform number.

    >>> often = Choice({"tea": 3, "coffee": 1})
    >>> often(lambda: 0.7), often(lambda: 0.8)
    ('tea', 'coffee')
    """

    __slots__ = ("items", "sums")

    def __init__(self, weights: Mapping[str, float]) -> None:
        total = sum(weights.values())
        self.items = tuple(weights)
        self.sums = [0.0, *accumulate(weight / total for weight in weights.values())][1:-1]

    def __call__(self, u: Uniform) -> str:
        return self.items[bisect_right(self.sums, u())]


def digits(u: Uniform, count: int) -> str:
    """`count` digits, at most 15 (a float holds no more)."""
    return f"{int(u() * 10**count):0{count}d}"


def id_check(body: str) -> str:
    """The 18th character of an identity number, from its first seventeen digits (GB 11643)."""
    return "10X98765432"[sum(w * int(c) for w, c in zip(ID_WEIGHTS, body, strict=True)) % 11]


def luhn_valid(number: str) -> bool:
    """Whether the last digit closes a Luhn sum.

    >>> luhn_valid("79927398713"), luhn_valid("79927398710")
    (True, False)
    """
    return luhn_closed(number[:-1]) == number


def luhn_closed(body: str) -> str:
    """`body` with the digit that closes its Luhn sum.

    >>> luhn_closed("7992739871")
    '79927398713'
    """
    total = sum(LUHN[place % 2][int(char)] for place, char in enumerate(reversed(body)))
    return body + str(-total % 10)


def mobile(u: Uniform) -> str:
    """Eleven digits on a segment without subscribers."""
    return pick(u, MOBILE_SEGMENTS) + digits(u, 8)


def id_card(u: Uniform, minor: bool = False, female: bool | None = None) -> str:
    """Eighteen characters: never issued code, birth date of 1950–2004 (a minor: 2008–2013), valid check character."""
    first, last = (date(2008, 1, 1), date(2013, 6, 30)) if minor else (date(1950, 1, 1), date(2004, 12, 31))
    born = first + timedelta(days=int(u() * ((last - first).days + 1)))
    place = int(u() * 100)
    if female is not None:  # the 17th digit is odd for men
        place = place // 2 * 2 + 1 - int(female)
    order = int(u() * 10)
    body = f"{pick(u, PROVINCES)}99{1 + int(u() * 29):02d}{born.isoformat().replace('-', '')}{order}{place:02d}"
    return body + id_check(body)


def id_card_old(u: Uniform) -> str:
    """Fifteen digits, as they were written before 1999."""
    born = date(1940, 1, 1) + timedelta(days=int(u() * 15000))
    return f"{pick(u, PROVINCES)}99{1 + int(u() * 29):02d}{born:%y%m%d}{digits(u, 3)}"


def bank_card(u: Uniform) -> str:
    """16 to 19 digits, Luhn-valid; the seventh digit keeps an eighteen-digit one from reading as a birth year."""
    size = pick(u, (16, 16, 17, 18, 19, 19, 19, 19))
    body = pick(u, CARD_PREFIXES) + pick(u, "3456789") + digits(u, size - 8)
    return luhn_closed(body)


def landline(u: Uniform, area: str) -> str:
    """Area code, hyphen, eight digits beginning with 5550."""
    return f"{area}-5550{digits(u, 4)}"


def qq(u: Uniform) -> str:
    """Ten digits beginning with 8 or 9: beyond any number given out so far."""
    return pick(u, "89") + digits(u, 9)


def wechat(u: Uniform, handles: list[str]) -> str:
    """A handle of 9 to 20 characters that begins with a letter; its run of consonants makes it nobody's."""
    tail = "".join(CONSONANTS[int(u() * len(CONSONANTS))] for _ in range(4))
    head = pick(u, handles)
    return pick(
        u,
        (
            f"{head}_{tail}{digits(u, 2)}",
            f"{head}{tail}{digits(u, 3)}",
            f"wxid_{tail}{digits(u, 6)}{tail[:2]}",
            f"{tail}-{head}",
        ),
    )


def email(u: Uniform, handles: list[str]) -> str:
    """An address at a domain reserved for examples."""
    user = pick(u, handles) + pick(u, ("", ".", "_", "")) + digits(u, 1 + int(u() * 4))
    return f"{user}@example.{pick(u, ('com', 'com', 'cn', 'net', 'org'))}"


def plate(u: Uniform, heads: list[str]) -> str:
    """A fifth of the plates is for electric cars, some of learners, police and trailers."""
    head, shape = pick(u, heads), u()
    if shape < 0.2:
        return f"{head}{pick(u, 'DF')}{digits(u, 5)}"
    if shape < 0.3:
        return f"{head}{digits(u, 4)}{pick(u, '学警挂')}"
    if shape < 0.7:
        return f"{head}{pick(u, LETTERS)}{digits(u, 4)}"
    return f"{head}{digits(u, 3)}{pick(u, LETTERS)}{digits(u, 1)}"


def passport(u: Uniform) -> str:
    """E, a letter of a series not yet printed, seven digits."""
    return f"E{pick(u, 'XYZ')}{digits(u, 7)}"


def ip_address(u: Uniform) -> str:
    """An address from the ranges kept for documentation (RFC 5737, RFC 3849)."""
    if u() < 0.12:
        return f"2001:db8:{int(u() * 65535):x}::{1 + int(u() * 65534):x}"
    return f"{pick(u, ('192.0.2', '198.51.100', '203.0.113'))}.{1 + int(u() * 254)}"
