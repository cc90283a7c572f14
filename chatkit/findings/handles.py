"""Handles: e-mail and network addresses, WeChat and QQ ids, plates, passports, codes and passwords.

A rare sign or a cue word says where to look; no pattern repeats without bound.
"""

from __future__ import annotations

import re
from collections.abc import Set

import numpy as np

from .digits import Runs
from .folding import Page
from .ids import QQ_ID, TOKEN, likely_ids, long, marked, odd_ids, ordinary, plain_ids, spelled_qq
from .lexicon import flags
from .mails import odd_mails, plain_mails
from .networks import ips, long_ips
from .papers import SURE_PASSPORT, passports, plates
from .spans import Spans, joined, listed

CODES = (
    ("OTP", re.compile(r"(?:验证码|校验码|动态码|短信码|验证密码)[是为:： ]{0,4}(?P<span>[0-9]{4,8})(?![0-9])")),
    ("CVV", re.compile(r"(?:安全码|CVV2?|cvv2?|背面三位数?|后三位)[^0-9\uffff]{0,4}(?P<span>[0-9]{3,4})(?![0-9])")),
    ("PASSWORD", re.compile(r"(?:密码|口令|[pP]assword|pwd)(?:原来|就)?[是为:： ]{0,4}(?P<span>[!-~]{6,32})")),
)
CODE_SIGNS = flags("码令位dDVv")


def find(page: Page, runs: Runs, wanted: Set[str]) -> Spans:
    """The handles of a page; ``runs`` are its digits."""
    found: list[tuple[int, int, str]] = []
    plain = []
    if "EMAIL" in wanted:
        usual, signs = plain_mails(page)
        plain.append(usual)
        found += odd_mails(page, signs)
    if wanted & {"WECHAT", "QQ"}:
        usual, begins = plain_ids(page, likely_ids(page), wanted)
        plain.append(usual)
        found += odd_ids(page, begins, wanted)
    if "QQ" in wanted:
        found += spelled_qq(page)
    if "PLATE" in wanted:
        found += plates(page)
    if "PASSPORT" in wanted:
        found += passports(page)
    if "IP" in wanted:
        found += ips(page, runs)
        found += long_ips(page)
    codes = [(entity, pattern) for entity, pattern in CODES if entity in wanted]
    if codes:
        for at in np.flatnonzero(CODE_SIGNS[page.codes]).tolist():
            for entity, pattern in codes:
                left = page.before(at + 1, 8)
                for match in pattern.finditer(left + page.after(at + 1, 44)):
                    start = at + 1 - len(left) + match.start("span")
                    found.append((start, start + len(match["span"]), entity))
                    break
    return joined([*plain, listed(sorted(set(found)))])


def asked(text: str, entity: str) -> tuple[int, int, str] | None:
    """Where a message holds the WeChat id, the QQ number or the passport that a turn before it asked for."""
    for match in ANSWERS[entity].finditer(text):
        if entity == "QQ" and not long(match[0]):
            continue
        if entity == "WECHAT" and re.fullmatch("[A-Za-z]{2,3}1[3-9][0-9]{9}", match[0]):
            continue  # tel16412345678
        if entity != "WECHAT" or (marked(match[0]) and not ordinary(match[0], False)):
            return match.start(), match.end(), entity
    return None


ANSWERS = {
    "WECHAT": re.compile(r"(?<![A-Za-z0-9_@./-])" + TOKEN.pattern),
    "QQ": re.compile(r"(?<![A-Za-z0-9_@./#=-])(?:" + QQ_ID.pattern + r")(?![-./:年月日元块个小天点号时分秒%A-Za-z])"),
    "LANDLINE": re.compile(
        r"(?<![A-Za-z0-9_.#-])(?!20[0-3][0-9][01][0-9][0-3][0-9])[2-8][0-9]{3} ?[0-9]{3,4}(?![-./:年月日元块个小天点号时分秒%A-Za-z0-9])"
    ),
    "PASSPORT": re.compile(
        r"(?<![A-Za-z0-9-])(?:[EG][0-9A-Z] ?[0-9]{3,4} ?[0-9]{3,4}|" + SURE_PASSPORT.pattern[:-1] + r")(?![A-Za-z0-9])"
    ),
}
