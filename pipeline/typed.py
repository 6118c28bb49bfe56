"""What a person types after a command, read into values; anything else is one clear sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from store.errors import ConfigurationError


def typed_moment(text: str) -> datetime:
    """Return the moment in UTC; without a zone it is Swedish time."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"--now {text}: ingen giltig tid; skriv som 2026-08-22T08:00") from error
    return (typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo("Europe/Stockholm"))).astimezone(UTC)


def typed_day(text: str) -> date | None:
    """Return the day, or None when nothing was typed."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigurationError(f"--since {text}: ingen giltig dag; skriv som 2026-08-01") from error


def typed_week(text: str) -> str:
    """Return the ISO week as it was typed, or "" when nothing was."""
    try:
        if text:
            datetime.strptime(f"{text}-1", "%G-W%V-%u").replace(tzinfo=UTC)
    except ValueError as error:
        raise ConfigurationError(f"--week {text}: ingen giltig ISO-vecka; skriv som 2026-W34") from error
    return text
