"""E-mail addresses: those written as usual many at a time, the others one by one with a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from .beside import WORDLIKE, around, run
from .folding import MARK, Page, Positions
from .lexicon import flags
from .spans import Spans, joined, spans

HOST = r"[A-Za-z0-9-]{1,63}(?:[ \n]?(?:\.|。|\[dot\]|\(dot\)) ?[A-Za-z0-9-]{1,63}){1,4}"
USER = re.compile(r"[A-Za-z0-9._%+-]{1,64}\n?\Z")
AT = re.compile(r"[ \n]?(?:@|【at】|\[at\]|\(at\)|\{at\}|#|艾特|\[@\]|\(a\)|\[a\])[ \n]?(" + HOST + r")", re.IGNORECASE)
LOOSE_AT = re.compile(r" at (" + HOST + r")")
TOP = re.compile(
    r"\.(?:com|cn|net|org|edu|gov|io|me|cc|hk|tw|vip|top|info|co|xyz|de|uk|us|jp)(?:\.[a-z]{2})?$", re.IGNORECASE
)
USER_SIGN, HOST_SIGN = WORDLIKE | flags("._%+-"), WORDLIKE | flags("-")
DOT_STARTS = flags(".。[( \n")


def plain_mails(page: Page) -> tuple[Spans, Positions]:
    """E-mail addresses written as usual, and the signs around which another may stand."""
    signs = page.where(MARK)
    sign = page.codes[signs]
    near = page.codes[signs + 1]
    opened = (near == ord("a")) | (near == ord("A")) | (near == ord("@"))
    bracket = (sign == ord("(")) | (sign == ord("[")) | (sign == ord("{"))
    at, rest = signs[sign == ord("@")], signs[~bracket & (sign != ord("@")) | bracket & opened]
    beside = USER_SIGN[page.codes[at - 1]] & HOST_SIGN[page.codes[at + 1]]
    at, alone = at[beside], at[~beside]
    plain = [_plain_mails_at(page, at[n : n + BLOCK]) for n in range(0, at.size, BLOCK)]
    return joined([found for found, _ in plain]), np.concatenate([alone, *(odd for _, odd in plain), rest])


BLOCK = 4_096  # signs whose surroundings are laid out together


def _plain_mails_at(page: Page, at: Positions) -> tuple[Spans, Positions]:
    """The addresses written as usual around these signs, and the signs that have none."""
    left = run(USER_SIGN[around(page, at, -65, 0)][:, ::-1])
    right = around(page, at, 1, 66)
    dots = right == ord(".")
    inside = HOST_SIGN[right]
    inside[:, :-1] |= dots[:, :-1] & inside[:, 1:]
    inside[:, 0] &= ~dots[:, 0]
    size = run(inside)
    end = np.minimum(at + 1 + size, page.codes.size - 2)
    dotted = np.cumsum(dots, axis=1)[np.arange(at.size), np.maximum(size - 1, 0)]
    behind, more = page.codes[end], page.codes[end + 1]
    broken = (
        (behind == ord("。")) | (behind == ord("[")) | (behind == ord("(")) | (behind == ord(".")) & HOST_SIGN[more]
    )
    broken |= ((behind == ord(" ")) | (behind == ord("\n"))) & DOT_STARTS[more]
    usual = (left > 0) & (left < 65) & (size > 0) & (size < 65) & (dotted >= 1) & (dotted <= 4) & ~broken
    return spans(at[usual] - left[usual], end[usual], "EMAIL"), at[~usual]


def odd_mails(page: Page, signs: Positions) -> Iterator[tuple[int, int, str]]:
    """E-mail addresses whose signs are spelled out or set apart."""
    codes = page.codes
    left, right = codes[signs - 1], codes[signs + 1]
    open_ = (USER_SIGN[left] | (left == ord(" ")) | (left == ord("\n"))) & (codes[signs] != ord("#"))
    open_ |= USER_SIGN[left] & (HOST_SIGN[right] | (right == ord(" ")) | (right == ord("\n")))
    for at in signs[open_].tolist():
        at -= page.text[at - 1] in " \n"
        match = AT.match(page.after(at, 160))
        user = USER.search(page.before(at, 64))
        if match and user and (page.text[at : at + 2].strip()[0] == "@" or TOP.search(re.sub(" ", "", match[1]))):
            yield at - len(user[0]), at + match.end(), "EMAIL"
    (said,) = np.nonzero((codes[1:-2] == ord("a")) & (codes[2:-1] == ord("t")))
    for at in (said[(codes[said] == ord(" ")) & (codes[said + 3] == ord(" "))] + 1).tolist():
        match, user = LOOSE_AT.match(page.after(at - 1, 160)), USER.search(page.before(at - 1, 64))
        if match and user and TOP.search(match[1]):
            yield at - 1 - len(user[0]), at - 1 + match.end(), "EMAIL"
