"""A calendar as an iCalendar file (RFC 5545): whole days, Swedish, the same bytes until something changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

import icalendar

from pipeline.calendar_events import Event

REFRESH = timedelta(hours=12)  # how often a calendar program is asked to look
PRODUCT = "-//Utkik//Frister//SV"


def calendar_file(name: str, events: Iterable[Event]) -> bytes:
    """Return the file of a calendar with this name."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
    # What stands in each event is written once: a large calendar is asked for every hour, and hardly changes.
    ends = b"END:VCALENDAR\r\n"
    return bytes(calendar.to_ical()).removesuffix(ends) + b"".join(map(_written, events)) + ends


@lru_cache(maxsize=5_000)  # events: some 500 bytes each
def _written(event: Event) -> bytes:
    return bytes(_component(event).to_ical())


def _component(event: Event) -> icalendar.Event:
    shown = icalendar.Event()
    shown.add("uid", event.uid)
    shown.add("sequence", event.sequence)
    shown.add("dtstamp", event.changed_at)
    shown.add("last-modified", event.changed_at)
    shown.add("dtstart", event.day)
    shown.add("dtend", event.day + timedelta(days=1))
    shown.add("summary", event.summary, parameters={"LANGUAGE": "sv"})
    shown.add("description", event.description)
    shown.add("categories", [event.kind])
    shown.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    shown.add("transp", "TRANSPARENT")  # nobody is busy because of it
    if event.url:
        shown.add("url", event.url)
    return shown
