"""What a person types after a command, read into values; anything else is one clear sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime

from crawlers.dates import STOCKHOLM
from store.errors import ConfigurationError

# Nothing that is scanned is older, and some sources are read window by window from the day typed.
EARLIEST = date(1990, 1, 1)
LATEST = date(2200, 1, 1)


def typed_moment(text: str) -> datetime:
    """Return the moment in UTC; without a zone it is Swedish time."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"--now {text}: ingen giltig tid; skriv som 2026-08-22T08:00") from error
    _refuse_unlikely("--now", text, typed.date())
    return (typed if typed.tzinfo else typed.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


def typed_day(text: str, *, option: str = "--since") -> date | None:
    """Return the day, or None when nothing was typed."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{option} {text}: ingen giltig dag; skriv som 2026-08-01") from error
    _refuse_unlikely(option, text, day)
    return day


def typed_week(text: str) -> str:
    """Return the ISO week, as 2026-W05 also when 2026-W5 was typed, or "" when nothing was."""
    if not text:
        return ""
    try:
        year, number = (int(part) for part in text.upper().split("-W"))
        _refuse_unlikely("--week", text, date.fromisocalendar(year, number, 1))
    except ValueError as error:
        raise ConfigurationError(f"--week {text}: ingen giltig ISO-vecka; skriv som 2026-W34") from error
    return f"{year}-W{number:02d}"


def typed_year(text: str) -> int | None:
    """Return the year, or None when nothing was typed."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise ConfigurationError(f"--year {text}: inget giltigt år; skriv som 2026")
    _refuse_unlikely("--year", text, date(max(1, int(text)), 1, 1))
    return int(text)


def _refuse_unlikely(option: str, text: str, day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise ConfigurationError(f"{option} {text}: året ska vara mellan {EARLIEST.year} och {LATEST.year - 1}")
