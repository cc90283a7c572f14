"""Numbers that have the shape of personal identifiers and, as far as we know, belong to nobody.

Every function takes ``u``, a callable that gives the next uniform float in [0, 1), and returns a str in its canonical
spelling. What keeps a number from being somebody's: mobile segments that were not assigned to subscribers, an
administrative code (xx99xx) that was never issued, card numbers on a prefix without a bank, QQ numbers beyond those
given out so far, plates with a city letter that its province does not use, passports of a series not yet printed,
documentation ranges.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

Uniform = Callable[[], float]
T = TypeVar("T")

MOBILE_SEGMENTS = ("142", "143", "154", "160", "161", "163", "164", "168", "169", "179", "194")
PROVINCES = (
    "11",
    "12",
    "13",
    "21",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
    "43",
    "44",
    "45",
    "50",
    "51",
    "61",
)
CARD_PREFIXES = ("629998", "628888", "629997")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CONSONANTS = "bcdfghjkmnpqrstvwxz"


def pick(u: Uniform, items: Sequence[T]) -> T:
    """One of `items`, each as likely as the others."""
    return items[int(u() * len(items))]


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
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def harmless(number: str) -> str:
    """The digits of `number`, altered by one or two where they would pass for an identifier.

    An order number of 16 to 19 digits passes Luhn one time in ten, and then nothing but its context says that it is no
    bank card.
    """
    size = len(number)
    if size == 11 and number[0] == "1":
        return "7" + number[1:]
    if size == 15 and number[8] in "01":  # months 01 to 12 would make it an identity number of the old kind
        return number[:8] + "9" + number[9:]
    while 16 <= size <= 19 and (luhn_valid(number) or (size == 18 and id_check(number[:17]) == number[17])):
        number = number[:-1] + str((int(number[-1]) + 3) % 10)
    return number


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
    body = f"{pick(u, PROVINCES)}99{1 + int(u() * 29):02d}{born:%Y%m%d}{order}{place:02d}"
    return body + id_check(body)


def id_card_old(u: Uniform) -> str:
    """Fifteen digits, as they were written before 1999."""
    born = date(1940, 1, 1) + timedelta(days=int(u() * 15000))
    return f"{pick(u, PROVINCES)}99{1 + int(u() * 29):02d}{born:%y%m%d}{digits(u, 3)}"


def bank_card(u: Uniform) -> str:
    """16 to 19 digits, Luhn-valid; the seventh digit keeps an eighteen-digit one from reading as a birth year."""
    size = pick(u, (16, 16, 17, 18, 19, 19, 19, 19))
    body = pick(u, CARD_PREFIXES) + pick(u, "3456789") + digits(u, size - 8)
    number = next(body + end for end in "0123456789" if luhn_valid(body + end))
    return number


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
    """A plate with dot, with space or without; a fifth for electric cars, some of learners, police and trailers."""
    head, shape = pick(u, heads), u()
    join = pick(u, ("", "", "·", " "))
    if shape < 0.2:
        return f"{head}{join}{pick(u, 'DF')}{digits(u, 5)}"
    if shape < 0.3:
        return f"{head}{join}{digits(u, 4)}{pick(u, '学警挂')}"
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    return (
        f"{head}{join}{pick(u, letters)}{digits(u, 4)}"
        if shape < 0.7
        else f"{head}{join}{digits(u, 3)}{pick(u, letters)}{digits(u, 1)}"
    )


def passport(u: Uniform) -> str:
    """E, a letter of a series not yet printed, seven digits."""
    return f"E{pick(u, 'XYZ')}{digits(u, 7)}"


def ip_address(u: Uniform) -> str:
    """An address from the ranges kept for documentation (RFC 5737, RFC 3849)."""
    if u() < 0.12:
        return f"2001:db8:{int(u() * 65535):x}::{1 + int(u() * 65534):x}"
    return f"{pick(u, ('192.0.2', '198.51.100', '203.0.113'))}.{1 + int(u() * 254)}"
