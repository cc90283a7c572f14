"""What sources share: escaped text, the many ways in which exports write a time, the stamp of generated data."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from ..chats import CELL_MOST
from ..clocks import CHINA

STAMP = "FICTION.txt"
_ESCAPED = re.compile(r'(?:\\u[0-9a-fA-F]{4}|[^\\"\x00-\x1f\u0100-\U0010ffff])++')
_TIME = re.compile(
    r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s]*(?:(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(?:\.\d+)?)?[秒分]?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?\s*"
)


def unescape(text: str) -> str:
    r"""The text of a field that is, as a whole, written in ``\uXXXX`` escapes; any other text as it is.

    >>> unescape("\\u9000\\u6b3e"), unescape("路径 C:\\users\\u1")
    ('退款', '路径 C:\\users\\u1')
    """
    if "\\u" not in text or len(text) > 6 * CELL_MOST or not _ESCAPED.fullmatch(text):
        return text
    return str(json.loads(f'"{text}"'))


def instant(text: str) -> datetime | None:
    """The instant that a cell gives: ISO, Chinese or slashed dates (China time without a zone), Unix s or ms.

    >>> instant("2023/9/3 10:05:11").isoformat(), instant("1693706711000").isoformat(), instant("昨天下午")
    ('2023-09-03T02:05:11+00:00', '2023-09-03T02:05:11+00:00', None)
    """
    try:
        if re.fullmatch(r"\d{10}|\d{13}", text.strip()):
            number = int(text)
            return datetime.fromtimestamp(number / 1000 if number > 10**11 else number, UTC)
        if not (match := _TIME.fullmatch(text)):
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        zone = CHINA if match[7] is None else datetime.strptime(match[7].replace("Z", "+0000"), "%z").tzinfo
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_fictional(path: Path) -> bool:
    """Whether a folder, or the folder of a file, bears the stamp of generated data; without it, data is real."""
    return ((path if path.is_dir() else path.parent) / STAMP).exists()
