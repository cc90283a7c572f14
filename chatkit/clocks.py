"""Time in China: days and instants at UTC+8, and working days with public holidays and make-up workdays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

import chinese_calendar

from .policy import Policy

CHINA = timezone(timedelta(hours=8))  # one zone, no summer time since 1991


def stamp(moment: datetime) -> str:
    """An instant as it is written in records: UTC, whole seconds.

    >>> stamp(datetime(2023, 9, 1, 8, 0, tzinfo=CHINA))
    '2023-09-01T00:00:00Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The instant in ``text`` (ISO 8601); without a zone it is China time. Raises ValueError where it is none."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=CHINA)


def china_time(text: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """A written instant as a clock in China shows it.

    >>> china_time("2023-09-01T00:00:00Z")
    '2023-09-01 08:00'
    """
    return moment(text).astimezone(CHINA).strftime(form)


def china_day(moment: datetime) -> date:
    """The calendar day in China at that instant."""
    return moment.astimezone(CHINA).date()


def day_start(day: date) -> datetime:
    """Midnight at the beginning of that day in China."""
    return datetime.combine(day, time(), CHINA)


@dataclass(frozen=True, slots=True)
class Due:
    """A day by which something is due; ``certain`` is False where no calendar for that year is known yet."""

    day: date
    certain: bool


def working_day(day: date, policy: Policy) -> tuple[bool, bool]:
    """Whether people work on that day, and whether a calendar says so (else Monday to Friday is assumed)."""
    if day in policy.workdays or day in policy.holidays:
        return day in policy.workdays, True
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < 5, False


def due(start: date, days: int, policy: Policy) -> Due:
    """The ``days``-th working day after ``start``."""
    day, certain = start, True
    while days > 0:
        day += timedelta(days=1)
        works, known = working_day(day, policy)
        certain = certain and known
        days -= works
    return Due(day, certain)
