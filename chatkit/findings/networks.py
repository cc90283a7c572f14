"""Addresses of the network: four groups of digits, or hexadecimal groups with colons; versions are none."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

import numpy as np

from .beside import WORDLIKE
from .digits import Runs
from .folding import Page
from .lexicon import flags

DOTTED = re.compile(r"[0-9]{1,3}(?:[.·。][0-9]{1,3}){3}(?![0-9.]|版)")
COLONED = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])")
VERSION = re.compile(
    r"(?:版|固件|系统|升级|更新|软件|插件|驱动|客户端|补丁|安装|app|APP|[vV]er(?:sion)?|(?<![A-Za-z])[vV])[^0-9IiPp]{0,8}$"
)
VERSION_AFTER = re.compile(r"[ 的]{0,2}(?:版|离线包|安装包|包|固件)")


def ips(page: Page, runs: Runs) -> Iterator[tuple[int, int, str]]:
    """Four groups of digits with dots between, none above 255; versions are none."""
    codes, count = page.codes, runs.lengths.size
    if count < 4:
        return
    (dotted,) = np.nonzero((runs.apart == 1) & (runs.lengths <= 3))
    dotted = dotted[DOTS[codes[runs.ends[dotted]]]]
    is_dotted = np.zeros(count + 3, np.bool_)
    is_dotted[dotted] = True
    one = dotted[is_dotted[dotted + 1] & is_dotted[dotted + 2]]
    one = one[runs.lengths[one + 3] <= 3]
    starts, ends = runs.starts[one], runs.ends[one + 3]
    good = (codes[starts - 1] != ord(".")) & (codes[ends] != ord(".")) & (codes[ends] != ord("版"))
    for n in range(4):
        size, first = runs.lengths[one + n], runs.digit(runs.first[one + n])
        value = sum(
            (size > k) * runs.digit(runs.first[one + n] + k).astype(np.int64) * 10 ** np.maximum(size - 1 - k, 0)
            for k in range(3)
        )
        good &= (value <= 255) & ((size == 1) | (first > 0))
    for start, end in zip(starts[good].tolist(), ends[good].tolist(), strict=True):
        if WORDLIKE[codes[start - 1]] and page.before(start, 2).lower() != "ip":
            continue
        if not (VERSION.search(page.before(start, 14)) or VERSION_AFTER.match(page.after(end, 5))):
            yield start, end, "IP"


DOTS = flags(".·。")


def long_ips(page: Page) -> Iterator[tuple[int, int, str]]:
    """Addresses of the sixth version: two colons together or seven of them."""
    codes = page.codes
    colons = np.flatnonzero(codes == ord(":"))
    gap = np.diff(colons)
    if not ((gap == 1).any() or (colons[6:] - colons[:-6] <= 30).any()):
        return
    chain = np.concatenate([[0], np.cumsum(gap > 5)])
    many = np.bincount(chain) >= 7
    many[chain[:-1][gap == 1]] = True
    before = codes[colons - 1]
    colons = colons[many[chain] & (WORDLIKE[before] | (before == ord(":")))]
    until = 0
    for at in colons.tolist():
        if at < until:
            continue
        left = re.search(r"[0-9A-Fa-f]{0,4}$", page.before(at, 4))
        start = at - len(left[0] if left else "")
        match = COLONED.match(page.after(start, 48))
        if (
            match
            and not WORDLIKE[codes[start - 1]]
            and match[0].count(":") >= 2
            and len(match[0]) > 4
            and _is_ip(match[0])
        ):
            yield start, start + match.end(), "IP"
        until = start + len(match[0]) if match else at


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
