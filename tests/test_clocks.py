"""Clocks: days in China, and working days with holidays and make-up workdays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

import chatkit as ck
from chatkit.clocks import CHINA, Due, china_day, day_start, due, moment, stamp, working_day
from chatkit.rulebook import packaged, parse_policy

POLICY = parse_policy(packaged())


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 9, 28), True),
        (date(2023, 9, 29), False),  # Mid-Autumn
        (date(2023, 10, 2), False),
        (date(2023, 10, 6), False),
        (date(2023, 10, 7), True),  # Saturday, made up
        (date(2023, 10, 8), True),  # Sunday, made up
        (date(2023, 10, 14), False),
        (date(2024, 2, 4), True),  # Sunday, made up for Spring Festival
        (date(2024, 2, 12), False),
    ],
)
def test_holidays_and_days_made_up_are_those_of_the_state_council(day: date, works: bool) -> None:
    assert working_day(day, POLICY) == (works, True)


def test_a_year_without_a_calendar_has_ordinary_weeks_and_says_so() -> None:
    assert working_day(date(2099, 10, 1), POLICY) == (True, False)  # a Thursday
    assert working_day(date(2099, 10, 3), POLICY) == (False, False)


def test_the_policy_may_add_holidays_and_workdays() -> None:
    policy = replace(POLICY, holidays=(date(2099, 10, 1),), workdays=(date(2099, 10, 3),))
    assert working_day(date(2099, 10, 1), policy) == (False, True)
    assert working_day(date(2099, 10, 3), policy) == (True, True)


@pytest.mark.parametrize(
    ("start", "days", "day"),
    [
        (date(2023, 9, 27), 0, date(2023, 9, 27)),
        (date(2023, 9, 27), 1, date(2023, 9, 28)),
        (date(2023, 9, 27), 2, date(2023, 10, 7)),
        (date(2023, 9, 28), 3, date(2023, 10, 9)),
        (date(2023, 10, 13), 1, date(2023, 10, 16)),
        (date(2023, 12, 29), 1, date(2024, 1, 2)),
    ],
)
def test_the_nth_working_day_after_a_day(start: date, days: int, day: date) -> None:
    assert due(start, days, POLICY) == Due(day, True)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2023, 9, 1, 15, 59, 59, tzinfo=UTC), date(2023, 9, 1)),
        (datetime(2023, 9, 1, 16, 0, 0, tzinfo=UTC), date(2023, 9, 2)),
        (datetime(2023, 9, 1, 0, 0, tzinfo=timezone(timedelta(hours=-5))), date(2023, 9, 1)),
    ],
)
def test_a_day_is_the_day_in_china(instant: datetime, day: date) -> None:
    assert china_day(instant) == day


def test_a_day_in_china_begins_at_four_in_the_afternoon_of_greenwich() -> None:
    assert stamp(day_start(date(2023, 9, 1))) == "2023-08-31T16:00:00Z"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2023-09-20", "2023-09-19T16:00:00Z"),
        ("2023-09-20T10:00", "2023-09-20T02:00:00Z"),
        ("2023-09-20T10:00:00Z", "2023-09-20T10:00:00Z"),
        ("2023-09-20T10:00:00+09:00", "2023-09-20T01:00:00Z"),
    ],
)
def test_a_time_without_a_zone_is_china_time(text: str, utc: str) -> None:
    assert stamp(moment(text)) == utc


def test_what_is_no_time_is_an_error() -> None:
    with pytest.raises(ValueError):
        moment("next week")


def test_a_stamp_is_read_back_as_the_same_instant() -> None:
    instant = datetime(2023, 9, 1, 8, 0, tzinfo=CHINA)
    assert moment(stamp(instant)) == instant


def test_a_clock_without_a_zone_is_china_time_however_it_is_given(tmp_path: Path) -> None:
    book = ck.Casebook.open(tmp_path / "casebook", clock=datetime(2023, 9, 20, 10, 0))
    assert book.now() == datetime(2023, 9, 20, 10, 0, tzinfo=CHINA)
    book.close()
