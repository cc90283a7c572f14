"""Numbers that look like personal identifiers and are none: orders, parcels, serial numbers, ids with a slip in them.

Every function takes ``u`` like those of `identifiers`. None gives a number that a reader could only tell from an
identifier by guessing.
"""

from datetime import datetime

from .identifiers import LETTERS, PROVINCES, Uniform, digits, id_card, id_check, luhn_closed, luhn_valid, pick


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


def order(u: Uniform, day: datetime, trade: str) -> str:
    """An order number as the shops of `trade` write it."""
    if trade == "course":
        return f"QZ{day:%Y%m%d}{digits(u, 5)}"
    if trade != "shop":
        return harmless(f"{day:%Y%m%d%H%M}{digits(u, 5)}")
    x = u()
    if x < 0.25:
        return harmless(f"{day:%Y%m%d}{digits(u, 10)}")
    if x < 0.43:
        return harmless(f"{1 + int(u() * 3)}{digits(u, 9)}{digits(u, 9)}")
    if x < 0.57:
        return f"{day:%y%m%d}-{harmless(digits(u, 15))}"
    if x < 0.68:
        return near_id(u)
    return short_order(u) if x < 0.8 else f"HM{day:%Y%m%d}{digits(u, 6)}"


def short_order(u: Uniform) -> str:
    """Eleven digits that no mobile number begins with."""
    return pick(u, ("10", "11", "12", "20", "23", "50", "88")) + digits(u, 9)


def near_id(u: Uniform) -> str:
    """Eighteen digits: an identity number but for its check character, or with a right one and an impossible date."""
    while True:
        if u() < 0.5:
            body = id_card(u)[:17]
            number = body + pick(u, "0123456789".replace(id_check(body), ""))
        else:
            day = pick(u, ("1300", "0230", "0431", "1132", "0000", "1545"))
            body = f"{pick(u, PROVINCES)}99{digits(u, 2)}{1960 + int(u() * 40)}{day}{digits(u, 3)}"
            number = body + id_check(body)
        if number[-1] != "X" and not luhn_valid(number):
            return number


def near_card(u: Uniform) -> str:
    """Sixteen or nineteen digits that begin like a bank card and do not close."""
    number = luhn_closed(pick(u, ("629998", "628888", "620000")) + digits(u, pick(u, (9, 12))))
    return number[:-1] + str((int(number[-1]) + 1 + int(u() * 9)) % 10)


def article(body: str) -> str:
    """Twelve digits with the thirteenth of an EAN.

    >>> article("978750863921")
    '9787508639215'
    """
    return body + str(-sum(int(c) * (1, 3)[i % 2] for i, c in enumerate(body)) % 10)


def isbn(u: Uniform) -> str:
    """The number of a book, with hyphens or without."""
    number = article("9787" + digits(u, 8))
    return number if u() < 0.5 else f"978-7-{number[4:7]}-{number[7:12]}-{number[12]}"


def tracking(u: Uniform, heads: list[str]) -> str:
    return pick(u, heads) + digits(u, 13) if u() < 0.6 else harmless(f"7{digits(u, 14)}")


def serial(u: Uniform) -> str:
    return f"{pick(u, LETTERS)}{digits(u, 4)}{pick(u, LETTERS)}{pick(u, LETTERS)}{digits(u, 5)}"


def model(u: Uniform, heads: list[str]) -> str:
    return f"{pick(u, heads)}{digits(u, 3)}{pick(u, ('', 'A', 'S', 'Max'))}"


def course_code(u: Uniform) -> str:
    return f"{pick(u, ('MATH', 'ENG', 'CODE', 'ACC', 'PIANO'))}-2023-{digits(u, 2)}"


def version(u: Uniform) -> str:
    """Three or four parts; four look like an IP address."""
    return ".".join(str(int(u() * 12)) for _ in range(4 if u() < 0.5 else 3))


def amount(u: Uniform) -> str:
    x = u()
    if x < 0.4:
        return str(99 + int(u() * 60) * 50)
    if x < 0.6:
        return f"{100 + u() * 4000:.2f}"
    return f"{1000 + int(u() * 9000):,}" if x < 0.75 else str(1000 + int(u() * 12) * 500 - (1 if u() < 0.4 else 0))


def large_amount(u: Uniform) -> str:
    """With thousands apart, as accountants write it: 138,204.50."""
    return f"{1000 + u() * (2_000_000 if u() < 0.3 else 90_000):,.2f}"
