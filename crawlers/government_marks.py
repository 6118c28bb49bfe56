"""The mark of a part of the Government's publications: that its history is known, and up to which day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from crawlers.dates import parse_day
from store.types import Item

FILLED = "filled"


def newest(items: Iterable[Item]) -> date:
    """Return the day of the newest item that has one."""
    return max((item.published for item in items if item.published), default=date.min)


def oldest(items: Iterable[Item]) -> date:
    """Return the day of the oldest item that has one."""
    return min((item.published for item in items if item.published), default=date.max)


def mark_of(items: Iterable[Item]) -> str:
    """Return the mark of a part whose history is known up to these items."""
    return f"{FILLED} {newest(items).isoformat()}"


def marked_day(mark: str) -> date:
    """Return the day of a mark; what the pages of remisses told may follow it."""
    return parse_day(mark.removeprefix(FILLED).partition("{")[0].strip()) or date.max
