"""Dates in every form the sources have been seen to use; nothing raises."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import parse_day, parse_moment, parse_written_day, swedish_day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu, 09 Apr 2026 09:00:00 +0200", datetime(2026, 4, 9, 7, tzinfo=UTC)),
        ("Thu, 09 Apr 2026 07:00:00 GMT", datetime(2026, 4, 9, 7, tzinfo=UTC)),
        ("9 Apr 26 07:00 GMT", datetime(2026, 4, 9, 7, tzinfo=UTC)),
        ("2026-04-09T07:00:00Z", datetime(2026, 4, 9, 7, tzinfo=UTC)),
        ("2026-04-09T09:00:00.000+0200", datetime(2026, 4, 9, 7, tzinfo=UTC)),
        ("2026-04-09T09:00:00+02:00", datetime(2026, 4, 9, 7, tzinfo=UTC)),
        ("2026-04-09 09:00:00", datetime(2026, 4, 9, 7, tzinfo=UTC)),
        ("2026-01-09T09:00", datetime(2026, 1, 9, 8, tzinfo=UTC)),
        ("  2026-04-09T07:00:00Z\n", datetime(2026, 4, 9, 7, tzinfo=UTC)),
    ],
)
def test_moments_are_read_and_told_in_utc(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-04-09", date(2026, 4, 9)),
        ("20260409", date(2026, 4, 9)),
        ("2026-04-08T22:30:00Z", date(2026, 4, 9)),
        ("2026-09-15T00:00:00.000+0000", date(2026, 9, 15)),
        ("2026-04-09T00:00:00", date(2026, 4, 9)),
        ("Wed, 08 Apr 2026 23:30:00 GMT", date(2026, 4, 9)),
        ("09 april 2026", date(2026, 4, 9)),
        ("den 9 april 2026", date(2026, 4, 9)),
        ("Publicerad 1 maj 2026 kl. 09.00", date(2026, 5, 1)),
        ("30 sept. 2026", date(2026, 9, 30)),
        ("3 October 2026", date(2026, 10, 3)),
        ("Uppdaterad 9 APRIL 2026", date(2026, 4, 9)),
    ],
)
def test_days_are_read_as_the_swedish_calendar_has_them(text: str, day: date) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        " ",
        "snart",
        "2026-13-01",
        "2026-02-30",
        "31 februari 2026",
        "9 brumaire 2026",
        "0001-01-01T00:00:00+2359",
    ],
)
def test_what_is_no_date_gives_none(text: object) -> None:
    assert parse_day(text) is None


def test_a_moment_at_the_edge_of_time_gives_none() -> None:
    assert parse_moment("0001-01-01T00:00:00+14:00") is None
    assert parse_moment("9999-12-31T23:59:59-14:00") is None


def test_the_first_written_day_of_a_text_counts() -> None:
    assert parse_written_day("Från 2 mars 2026 till 9 april 2026") == date(2026, 3, 2)


def test_the_day_turns_at_swedish_midnight() -> None:
    assert swedish_day(datetime(2026, 4, 8, 21, 59, tzinfo=UTC)) == date(2026, 4, 8)
    assert swedish_day(datetime(2026, 4, 8, 22, 0, tzinfo=UTC)) == date(2026, 4, 9)


@given(st.text(max_size=80) | st.from_regex(r"[0-9]{1,5}[-T:+ /a-z]{0,3}[0-9]{1,4}.{0,20}"))
def test_no_text_raises(text: str) -> None:
    parse_day(text)
    parse_moment(text)
