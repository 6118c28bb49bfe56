"""What has happened to an item since a reader was told of it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pipeline.candidate import ROLES_ONE_ANSWERS, Candidate
from pipeline.wording import day_in_words
from store.types import Revision

_STATUS = {
    "forthcoming": "kommande",
    "open": "öppen",
    "closed": "stängd",
    "adopted": "antagen",
    "in_force": "i kraft",
    "planned": "planerad",
}


def change_since(candidate: Candidate, told_at: datetime, now: datetime, today: date) -> str:
    """Return "Ändrad frist: 3 nov → 5 nov" for what changed after the reader was told, or "".

    Changes there and back again cancel out: the first value before is held against the last value after.
    """
    events = [r for r in candidate.revisions if r.is_event and told_at < r.seen_at <= now]
    parts = [_deadlines(_ends(events, "deadlines"), today), _status(_ends(events, "status"))]
    opens = _ends(events, "opens")
    if opens and opens[1]:
        parts.append(f"Ändrad öppningsdag: {_day(opens[0], today)} → {_day(opens[1], today)}")
    if events and _ends(events, "stage"):
        parts.append("Ärendet har gått vidare")
    return ". ".join(part for part in parts if part)


def _ends(events: Sequence[Revision], field: str) -> tuple[Any, Any] | None:
    """Return the field's value before the first event and after the last, or None when they are the same."""
    values = [r.changes[field] for r in sorted(events, key=lambda r: r.seen_at) if field in r.changes]
    if not values or values[0][0] == values[-1][1]:
        return None
    return values[0][0], values[-1][1]


def _deadlines(ends: tuple[Any, Any] | None, today: date) -> str:
    if ends is None:
        return ""
    before, after = (_days(value) for value in ends)
    gone, new = [d for d in before if d not in after], [d for d in after if d not in before]
    if gone and new:
        return f"Ändrad frist: {_days_in_words(gone, today)} → {_days_in_words(new, today)}"
    if new:
        return f"Ny frist: {_days_in_words(new, today)}"
    # A passed day that the source takes away is no news; one still to come is.
    dropped = [d for d in gone if d >= today]
    return f"Fristen {_days_in_words(dropped, today)} gäller inte längre" if dropped else ""


def _days(rows: Any) -> list[date]:
    """Return the days of deadlines in JSON form, [[day, role, note], …], sorted."""
    return sorted({date.fromisoformat(row[0]) for row in rows or [] if len(row) < 2 or row[1] in _TOLD_ROLES})


_TOLD_ROLES = (*ROLES_ONE_ANSWERS, "transposition", "application_date", "other")


def _days_in_words(days: Sequence[date], today: date) -> str:
    return ", ".join(day_in_words(day, today, weekday=False) for day in days)


def _day(text: str | None, today: date) -> str:
    return day_in_words(date.fromisoformat(text), today, weekday=False) if text else "okänd"


def _status(ends: tuple[Any, Any] | None) -> str:
    if ends is None or not ends[1]:
        return ""
    return f"Nu {_STATUS.get(ends[1], ends[1])}"
