"""Bytes to text: the encodings that chat exports really come in, and never a guess."""

from __future__ import annotations

import codecs
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from ..chats import CELL_MOST
from ..clocks import CHINA
from ..errors import BadInput
from ..sentences import listed

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ESCAPED = re.compile(r'(?:\\u[0-9a-fA-F]{4}|[^\\"\x00-\x1f\u0100-\U0010ffff])++')
_TIME = re.compile(
    r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s]*(?:(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(?:\.\d+)?)?[秒分]?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?\s*"
)


def decode(path: Path) -> tuple[str, str]:
    """The text of a file and its encoding: by BOM, else strict UTF-8, else strict GB18030.

    Raises BadInput where none fits, and for what is no text at all.
    """
    raw = path.read_bytes()
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            tries = [encoding]
            break
    else:
        if raw[:4096].count(0) > len(raw[:4096]) // 10:
            raise BadInput("binary", path)
        tries = ["utf-8", "gb18030"]
    farthest = 0
    for encoding in tries:
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError as error:
            farthest = max(farthest, error.start)
    raise BadInput("encoding", path, raw.count(b"\n", 0, farthest) + 1, tried=listed(tries))


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
