"""Calendars: a day that moves stays itself, one that goes is called off, and the file can be read by others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest

from pipeline.calendar_events import CALLED_OFF, Event, item_events, last_change, replayed
from pipeline.calendar_file import calendar_file
from store.due import Due
from store.types import Deadline, Kind, Revision
from tests.pipeline.making import NOW, candidate, municipality

SINCE = NOW - CALLED_OFF
EDITED = Revision(source="feeds", key="a", seen_at=NOW, changes={"text": ["", "x"]}, is_event=False)


def days(*iso: str, role: str = "application") -> tuple[Deadline, ...]:
    return tuple(Deadline(on=date.fromisoformat(day), role=role) for day in iso)


def change(before: list[str], after: list[str], on: str, role: str = "application") -> Revision:
    told = [[[day, role, ""] for day in some] for some in (before, after)]
    at = datetime.fromisoformat(f"{on}T05:00+00:00")
    return Revision(source="x", key="y", seen_at=at, changes={"deadlines": told}, is_event=True)


def shown(*changes: Revision, now: tuple[Deadline, ...]) -> list[tuple[str, str, int, bool]]:
    return [(f"{s.first}", f"{s.day}", s.sequence, s.is_gone) for s in replayed(now, changes, SINCE)]


def test_day_that_moves_is_the_same_event_with_a_higher_sequence() -> None:
    first = change(["2026-12-01"], ["2026-12-08"], "2026-11-02")
    second = change(["2026-12-08"], ["2027-01-15"], "2026-11-20")
    assert shown(first, second, now=days("2027-01-15")) == [("2026-12-01", "2027-01-15", 2, False)]


def test_day_that_goes_is_called_off_and_forgotten_after_three_months() -> None:
    gone = change(["2026-12-01", "2027-03-01"], ["2026-12-01"], "2026-11-20")
    assert shown(gone, now=days("2026-12-01")) == [
        ("2026-12-01", "2026-12-01", 0, False),
        ("2027-03-01", "2027-03-01", 1, True),
    ]
    long_ago = change(["2026-12-01", "2027-03-01"], ["2026-12-01"], "2026-05-20")
    assert shown(long_ago, now=days("2026-12-01")) == [("2026-12-01", "2026-12-01", 0, False)]


def test_day_that_has_passed_when_its_source_drops_it_is_not_called_off() -> None:
    dropped = change(["2026-11-10", "2027-02-10"], ["2027-02-10"], "2026-11-12")
    assert (("2026-11-10", "2026-11-10", 0, False)) in shown(dropped, now=days("2027-02-10"))


def test_day_that_comes_back_is_the_old_event_again() -> None:
    away = change(["2026-12-01"], [], "2026-11-02")
    back = change([], ["2026-12-01"], "2026-11-09")
    assert shown(away, back, now=days("2026-12-01")) == [("2026-12-01", "2026-12-01", 2, False)]


def test_new_day_beside_an_old_one_is_an_event_of_its_own() -> None:
    more = change(["2026-12-01"], ["2026-12-01", "2027-04-01"], "2026-11-02")
    assert shown(more, now=days("2026-12-01", "2027-04-01")) == [
        ("2026-12-01", "2026-12-01", 0, False),
        ("2027-04-01", "2027-04-01", 0, False),
    ]


def event(**changes: object) -> Event:
    values = {
        "uid": "abc@provkoping.example.org",
        "sequence": 1,
        "day": date(2026, 12, 4),
        "summary": "Svar senast: Ändringar i LSS, del 2; åäö",
        "description": "Remiss från Socialdepartementet.\nhttps://example.org/a",
        "url": "https://example.org/a?b=1,2;c",
        "kind": "Remiss",
        "changed_at": datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
        "is_cancelled": False,
    }
    return Event(**values | changes)  # type: ignore[arg-type]


def test_file_is_read_back_as_it_was_meant() -> None:
    calendar = icalendar.Calendar.from_ical(calendar_file("Frister · Provköping", [event()]))
    read: Any = calendar.walk("VEVENT")[0]
    assert str(calendar["X-WR-CALNAME"]) == "Frister · Provköping"
    assert str(read["SUMMARY"]) == "Svar senast: Ändringar i LSS, del 2; åäö"
    assert str(read["DESCRIPTION"]).split("\n")[1] == "https://example.org/a"
    assert str(read["URL"]) == "https://example.org/a?b=1,2;c"
    assert (read["DTSTART"].dt, read["DTEND"].dt) == (date(2026, 12, 4), date(2026, 12, 5))
    assert (read["SEQUENCE"], str(read["STATUS"]), str(read["TRANSP"])) == (1, "CONFIRMED", "TRANSPARENT")
    assert not calendar.errors
    assert not read.errors


def test_called_off_event_says_so() -> None:
    [read] = icalendar.Calendar.from_ical(calendar_file("x", [event(is_cancelled=True)])).walk("VEVENT")
    assert str(read["STATUS"]) == "CANCELLED"


@pytest.mark.parametrize("hostile", ["a\r\nATTENDEE:mailto:x@example.org", "a\nEND:VEVENT\nBEGIN:VALARM", "\x00\x07 x"])
def test_no_text_of_a_source_becomes_a_line_of_its_own(hostile: str) -> None:
    made = candidate("a", hostile, kind=Kind.CALL, deadlines=days("2026-12-04"), publisher=hostile)
    found = item_events(made.stored, [], [], municipality(), NOW)
    file = calendar_file("x", found)
    [read] = icalendar.Calendar.from_ical(file).walk("VEVENT")
    assert "ATTENDEE" not in read
    assert b"\r\nBEGIN:VALARM" not in file
    assert b"\x07" not in file


def test_day_found_in_a_text_moves_rather_than_doubles() -> None:
    before = candidate("a", kind=Kind.CALL)
    events = [
        item_events(before.stored, [found(before.item, day)], changes, municipality(), NOW)
        for day, changes in (("2026-12-04", []), ("2026-12-11", [EDITED]))
    ]  # fmt: skip
    (first,), (second,) = events
    assert (first.uid, first.sequence + 1) == (second.uid, second.sequence)
    assert second.day - first.day == timedelta(days=7)
    assert last_change([first, second]) == before.stored.changed_at


def found(item: object, day: str) -> Due:
    deadline = Deadline(on=date.fromisoformat(day))
    return Due(number=1, item=item, deadline=deadline, language="sv", relevance=0.8, areas={})  # type: ignore[arg-type]
