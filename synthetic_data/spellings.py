"""The odd ways in which people write a number: a share of what customers type, none of what agents type.

Each function takes ``u`` and the canonical value and returns the value as typed, all of which is the label's span.
"""

from collections.abc import Callable

from .identifiers import Uniform

FULL_WIDTH = str.maketrans("0123456789X+-@.", "０１２３４５６７８９Ｘ＋－＠．")
NUMERALS = tuple(
    str.maketrans("0123456789", words)
    for words in ("零幺二三四五六七八九", "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖")
)
LOOKALIKES = str.maketrans("01", "Ol")
ZERO_WIDTH = "\u200b"
KEYCAP = "\ufe0f\u20e3"


def in_groups(number: str, sizes: tuple[int, ...], separator: str) -> str:
    """`number` cut into `sizes` and joined; what is left over forms the last group.

    >>> in_groups("15412345678", (3, 4), "-")
    '154-1234-5678'
    """
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    if number[at:]:
        groups.append(number[at:])
    return separator.join(groups)


def phone(u: Uniform, value: str) -> str:
    """Three in four plain; else groups, country code, full width, and seldom numerals or worse."""
    x = u()
    if x < 0.75:
        return value
    if x < 0.82:
        return in_groups(value, (3, 4), " ")
    if x < 0.88:
        return in_groups(value, (3, 4), "-")
    if x < 0.93:
        prefixes = ("+86", "+86 ", "+86-", "86-", "0086", "0086 ", "(+86)", "86")
        return prefixes[int(u() * len(prefixes))] + value
    if x < 0.96:
        return value.translate(FULL_WIDTH)
    if x < 0.972:
        return value.translate(NUMERALS[int(u() * 3)])
    if x < 0.979:
        return value[:3] + ZERO_WIDTH + value[3:]
    if x < 0.986:
        return in_groups(value, (3, 4), "/" if u() < 0.5 else ".")
    if x < 0.992:
        return value[0] + value[1:].translate(LOOKALIKES)
    if x < 0.995:
        return "".join(digit + KEYCAP for digit in value)
    return in_groups(value, (4, 3), " ")


def id_card(u: Uniform, value: str) -> str:
    """Mostly plain; a small x, groups of 6, 8 and 4, full width."""
    x = u()
    if x < 0.8:
        return value
    if x < 0.87:
        return value.replace("X", "x")
    if x < 0.95 and len(value) == 18:
        return in_groups(value, (6, 8), " ")
    return value.translate(FULL_WIDTH)


def bank_card(u: Uniform, value: str) -> str:
    """Half plain, the others in fours, seldom with hyphens or in full width."""
    x = u()
    if x < 0.55:
        return value
    if x < 0.93:
        return in_groups(value, (4, 4, 4, 4), " ")
    return in_groups(value, (4, 4, 4, 4), "-") if x < 0.97 else value.translate(FULL_WIDTH)


def landline(u: Uniform, value: str) -> str:
    """The area code in brackets, joined or apart; extensions belong to the number. Values without area code stay."""
    x = u()
    area, _, rest = value.partition("-")
    if not rest or area in ("400", "800"):
        return value if x < 0.6 else value.replace("-", " " if x < 0.8 else "")
    if x < 0.45:
        return value
    forms = (f"{area}{rest}", f"({area}){rest}", f"（{area}）{rest}", f"{area} {rest}", f"{area}-{rest[:4]}-{rest[4:]}",
             f"{value}-801", f"{value}转806", f"{value} 转 8012")  # fmt: skip
    return forms[int(u() * len(forms))]


def email(u: Uniform, value: str) -> str:
    """Mostly plain; [at], # and the full-width sign instead of @, capitals."""
    x = u()
    if x < 0.88:
        return value
    if x < 0.97:
        return value.replace("@", ("[at]", " [at] ", "#", "＠")[int(u() * 4)])
    return value.capitalize()


SPELLINGS: dict[str, Callable[[Uniform, str], str]] = {
    "PHONE": phone,
    "ID_CARD": id_card,
    "BANK_CARD": bank_card,
    "LANDLINE": landline,
    "EMAIL": email,
}
