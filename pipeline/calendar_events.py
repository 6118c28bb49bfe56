"""Deadlines as calendar events: which keep their identity when they move, and are called off when they go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pipeline.candidate import ItemId
from pipeline.deadline_wording import role_in_words
from pipeline.deadlines_view import AHEAD, search_of
from pipeline.letter_item import safe_link
from pipeline.municipality import Municipality
from pipeline.wording import clean, kind_in_words, shortened, upper_first
from store.codec import deadlines_from_json
from store.db import Session
from store.deadlines import ANSWER_ROLES, ANSWERED_KINDS, LAW_ROLES
from store.due import Due, find_due, revisions_of, told_with_moved_days
from store.items import get_items
from store.types import Deadline, Revision, StoredItem

BACK = timedelta(days=30)  # a calendar keeps what has passed lately
CALLED_OFF = timedelta(days=90)  # how long it is told that a day is gone: subscriptions are read daily, or weekly
MOST = 2_000  # events in a calendar
TITLE = 160  # characters
CALENDAR_ROLES = (*ANSWER_ROLES, *LAW_ROLES)


@dataclass(frozen=True, slots=True)
class Slot:
    """A deadline through its changes: known by the day it was first told with."""

    role: str
    first: date
    day: date
    sequence: int = 0
    is_gone: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A whole day in a calendar; nothing in it is about a person."""

    uid: str
    sequence: int
    day: date
    summary: str
    description: str
    url: str
    kind: str
    changed_at: datetime
    is_cancelled: bool


def events_for_all(
    session: Session, municipality: Municipality, units: Iterable[str], *, now: datetime, today: date
) -> tuple[Event, ...]:
    """Return the calendar of several units, each day once."""
    found = (event for unit in units for event in events_for(session, municipality, unit, now=now, today=today))
    return tuple(sorted({event.uid: event for event in found}.values(), key=lambda event: (event.day, event.uid)))


def events_for(
    session: Session, municipality: Municipality, unit: str, *, now: datetime, today: date
) -> tuple[Event, ...]:
    """Return the calendar of a unit, or of all when it is "": the days of what its readers were told of."""
    wanted = search_of(municipality, today - BACK, today + AHEAD, choice="sent", unit=unit)
    found = find_due(session, wanted, limit=MOST)
    by_item: dict[ItemId, list[Due]] = {}
    for due in found:
        by_item.setdefault((due.item.source, due.item.key), []).append(due)
    moved = told_with_moved_days(session, municipality.key, unit, now - CALLED_OFF)
    keys = list(dict.fromkeys([*by_item, *sorted(moved)]))
    stored, changes = get_items(session, keys), revisions_of(session, keys)
    events = [
        event
        for key in keys
        if key in stored
        for event in item_events(stored[key], by_item.get(key, ()), changes.get(key, ()), municipality, now)
        if event.day >= today - BACK
    ]
    return tuple(sorted(events, key=lambda event: (event.day, event.uid))[:MOST])


def item_events(
    stored: StoredItem, due: Sequence[Due], changes: Sequence[Revision], municipality: Municipality, now: datetime
) -> list[Event]:
    """Return the events of one item: its source's days with their history, or else those found in its text.

    A day found in the text has no history of its own: it is known by its place among the item's, so that it moves
    rather than doubles, and one that is no longer found is left out.
    """
    if stored.item.deadlines or any("deadlines" in change.changes for change in changes):
        slots = replayed(stored.item.deadlines, changes, now - CALLED_OFF)
    else:
        slots = [
            Slot(one.deadline.role, date.min + timedelta(days=place), one.deadline.on, sequence=len(changes))
            for place, one in enumerate(due)
        ]
    wanted = slots if stored.item.kind.value in ANSWERED_KINDS else [s for s in slots if s.role in CALENDAR_ROLES]
    return [_event(stored, slot, municipality) for slot in wanted]


def replayed(current: Iterable[Deadline], changes: Sequence[Revision], since: datetime) -> list[Slot]:
    """Return the deadlines with how often each has moved, and those that have gone since the moment.

    A day that disappears while another comes in the same role is that day moved; one that only disappears is gone,
    unless it had passed by then: sources drop what is over.
    """
    told = [change for change in changes if "deadlines" in change.changes]
    before = deadlines_from_json(told[0].changes["deadlines"][0]) if told else tuple(current)
    slots = [Slot(one.role, one.on, one.on, note=one.note) for one in _unique(before)]
    for change in told:
        after = _unique(deadlines_from_json(change.changes["deadlines"][1]))
        roles = sorted({slot.role for slot in slots} | {one.role for one in after})
        slots = [
            slot
            for role in roles
            for slot in _changed([s for s in slots if s.role == role], [d for d in after if d.role == role], change)
        ]
        if change.seen_at < since:
            slots = [slot for slot in slots if not slot.is_gone]
    return slots


def _unique(deadlines: Iterable[Deadline]) -> list[Deadline]:
    return sorted({(one.role, one.on): one for one in deadlines}.values(), key=lambda one: one.on)


def _changed(slots: Sequence[Slot], after: Sequence[Deadline], change: Revision) -> list[Slot]:
    """Return the slots of one role after a change."""
    days = {one.on: one.note for one in after}
    kept = [replace(slot, note=days[slot.day]) for slot in slots if not slot.is_gone and slot.day in days]
    new = [day for day in sorted(days) if day not in {slot.day for slot in kept}]
    lost = [slot for slot in slots if not slot.is_gone and slot.day not in days]
    over = [slot for slot in lost if slot.day < change.seen_at.date()]
    lost = [slot for slot in lost if slot not in over]
    moved = [
        replace(slot, day=day, sequence=slot.sequence + 1, note=days[day]) for slot, day in zip(lost, new, strict=False)
    ]
    gone = [replace(slot, is_gone=True, sequence=slot.sequence + 1) for slot in lost[len(new) :]]
    earlier = [slot for slot in slots if slot.is_gone]
    back = {slot.first: slot for slot in (*earlier, *over)}
    fresh = []
    for day in new[len(lost) :]:
        known = back.pop(day, None)
        again = replace(known, day=day, is_gone=False, sequence=known.sequence + 1) if known else None
        fresh.append(again or Slot(slots[0].role if slots else after[0].role, day, day, note=days[day]))
    revived = {slot.first for slot in fresh}
    left = [slot for slot in (*earlier, *over) if slot.first not in revived]
    return [*left, *kept, *moved, *gone, *fresh]


def _event(stored: StoredItem, slot: Slot, municipality: Municipality) -> Event:
    item = stored.item
    title = shortened(clean(item.title), TITLE) or "(utan rubrik)"
    role = upper_first(role_in_words(slot.role, item.kind))
    url = safe_link(item.url)
    lines = [f"{kind_in_words(item)} från {clean(item.publisher) or item.source}.", clean(slot.note), url]
    return Event(
        uid=uid_of(item.source, item.key, slot, municipality),
        sequence=slot.sequence,
        day=slot.day,
        summary=f"{'Utgår: ' if slot.is_gone else ''}{role}: {title}",
        description="\n".join(line for line in lines if line),
        url=url,
        kind=kind_in_words(item),
        changed_at=stored.changed_at,
        is_cancelled=slot.is_gone,
    )


def uid_of(source: str, key: str, slot: Slot, municipality: Municipality) -> str:
    """Return the event's name for ever: of the item, the role and the day that was told first."""
    said = "\n".join([municipality.key, source, key, slot.role, slot.first.isoformat()])
    return f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@{municipality.domain}"


def last_change(events: Iterable[Event]) -> datetime | None:
    """Return when anything in the calendar was last changed, None for an empty one."""
    return max((event.changed_at for event in events), default=None)
