"""What sources share: words inside JSON, the many ways to write a time, rosters, the stamp of fiction."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from ..chats import row_id
from ..clocks import CHINA
from ..encoding import csv_rows

STAMP = "FICTION.txt"
ROSTER = "wecom_roster.csv"
_TIME = re.compile(
    r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s]*(?:(?:星期|周)[一二三四五六日天]\s*)?(上午|下午)?\s*"
    r"(?:(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})(?:[.,](\d+))?)?[秒分]?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?\s*"
)
_UNIX = re.compile(r"\s*(?:\d{10}|\d{13})\s*", re.ASCII)
_EPOCH, _NONE, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(0), timedelta(milliseconds=1)
_EPOCH_IN_CHINA = _EPOCH.astimezone(CHINA).replace(tzinfo=None)  # as a clock on the wall showed it
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_LATEST = 253_402_300_799_999  # milliseconds since 1970: the end of the year 9999
# What in a body is no text for people: keys of files, kinds, measures.
_SILENT = frozenset(
    "md5sum sdkfileid fileext type msgtype userid username image_url voiceid voipid meetingid menu_id media_id"
    " thumb_media_id pic_url appid pagepath sub_type id".split()
)


def unix(value: object) -> int | None:
    """Milliseconds since 1970 that a number, or a number as text, gives in seconds or milliseconds; else None.

    Before the year 5138 a number of seconds has eleven digits at most, and one of milliseconds since 1973 twelve.

    >>> unix(1693706711), unix("1693706711000"), unix("soon"), unix(True), unix(10**20)
    (1693706711000, 1693706711000, None, None, None)
    """
    if type(value) is str and value.isascii() and value.strip().isdecimal() and len(value) < 20:
        value = int(value)
    if type(value) is not int or not 0 < value <= _LATEST:
        return None
    return value if value > 10**11 else value * 1000


def instant(text: str) -> int | None:
    """Milliseconds since 1970 of a cell: ISO, Chinese or slashed dates (China time without a zone), Unix s or ms.

    >>> instant("2023/9/3 10:05:11"), instant("2023-09-03T02:05:11.5Z"), instant("1693706711"), instant("昨天下午")
    (1693706711000, 1693706711500, 1693706711000, None)
    """
    try:
        moment = datetime.fromisoformat(text if _ISO.fullmatch(text) else _as_iso(text))
    except ValueError:
        return unix(text) if _UNIX.fullmatch(text) else None
    since = moment - (_EPOCH if moment.tzinfo else _EPOCH_IN_CHINA)
    return since // _MILLISECOND if since > _NONE else None


@lru_cache(maxsize=65_536)
def _as_iso(text: str) -> str:
    """A time in any other of the usual forms, in ISO. Raises ValueError where it is none."""
    if not (match := _TIME.fullmatch(text)):
        raise ValueError("no time")
    year, month, day, half, hour, minute, second, fraction, zone = match.groups(default="0")
    at = int(hour) + 12 * (half == "下午" and int(hour) < 12) - 12 * (half == "上午" and hour == "12")
    clock = f"{at:02}:{int(minute):02}:{int(second):02}.{fraction[:6]:0<6}{zone if match['zone'] else ''}"
    return f"{year}-{int(month):02}-{int(day):02}T{clock}"


def encode(value: object) -> bytes | str:
    """What stands in a list or a page as JSON of its own."""
    try:
        return msgspec.json.encode(value)
    except ValueError:  # half a character
        return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=65_536)
def talk(*parties: str) -> str:
    """The id of a conversation whose source knows only who takes part in it."""
    return row_id(*parties)


def words(body: Any) -> str:
    """Everything in a message body that a person could read, each text in a line of its own."""
    if type(body) is dict and len(body) == 1 and type(text := body.get("content")) in (str, int, float):
        return str(text)
    return "\n".join(spoken(inner(body) if type(body) is str else body))


def spoken(node: Any) -> Iterator[str]:
    """Every text in a message body that a person could read, nested records included.

    Only the items of a record carry their content as a JSON string; what a customer typed in brackets stays as typed.
    """
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("content", "msg_content") and ("type" in node or "msgtype" in node) and isinstance(value, str):
                yield from spoken(inner(value))
            elif key not in _SILENT:
                yield from spoken(value)
    elif isinstance(node, list):
        for value in node:
            yield from spoken(value)
    elif isinstance(node, str) and node:
        yield node


def inner(content: str) -> Any:
    """The object in a string, however often it was escaped; a string that holds none as it is."""
    parsed: Any = content
    try:
        while isinstance(parsed, str):
            parsed = json.loads(parsed)
    except (ValueError, RecursionError):
        return content
    return parsed if isinstance(parsed, dict) else content


def roster(path: Path) -> dict[str, dict[str, str]]:
    """User id → row of the roster file beside an export (``wecom_roster.csv``: userid, name, role, customer_id).

    Empty where there is none. Raises BadInput where it lacks a column.
    """
    beside = path.with_name(ROSTER)
    if not beside.exists():
        return {}
    return {row["userid"]: row for _, row in csv_rows(beside, ("userid", "name", "role", "customer_id"))}


def names_of(people: dict[str, dict[str, str]]) -> set[str]:
    """The names of the people of a roster, without its robots."""
    return {person["name"] for person in people.values() if person["role"] != "robot"}


def is_fictional(path: Path) -> bool:
    """Whether a folder, or the folder of a file, bears the stamp of generated data; without it, data is real."""
    return ((path if path.is_dir() else path.parent) / STAMP).exists()
