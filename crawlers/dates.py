"""Dates as the sources write them; every function returns None for what it does not understand."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")

# The first three letters tell the months apart in Swedish and in English alike.
MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "maj": 5,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "okt": 10,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
ENGLISH_MONTHS = {name.capitalize(): number for name, number in MONTHS.items() if name not in ("maj", "okt")}
WRITTEN = re.compile(r"\b(\d{1,2})(?:\s*:?\s*e)?\.?\s+([a-zåäö]{3,9})\.?,?\s+(\d{4})\b", re.IGNORECASE)
ISO_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
# The usual form of RFC 822 in feeds; the library reads the others, ten times slower.
RFC822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) ([A-Z][a-z]{2}) ([12]\d{3}) (\d\d):(\d\d):(\d\d) (?:GMT|([+-])(\d\d)([0-5]\d))",
    re.ASCII,
)
OFFSET_WITHOUT_COLON = re.compile(r"([+-]\d{2})(\d{2})$")


def parse_moment(text: object) -> datetime | None:
    """Return the moment of an RFC 822 or ISO 8601 time, in UTC; a time without zone is Swedish time."""
    moment = _read_time(text)
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def parse_day(text: object) -> date | None:
    """Return the Swedish calendar day of a date or time in any form the sources use."""
    if not isinstance(text, str) or not text:
        return None
    if day := _day_alone(text.strip()):
        return day
    if moment := _read_time(text):
        try:
            return moment.astimezone(STOCKHOLM).date() if moment.tzinfo else moment.date()
        except (OverflowError, ValueError):
            return None
    return parse_written_day(text)


def parse_written_day(text: object) -> date | None:
    """Return the first date written with the month in letters, Swedish or English: "09 april 2026"."""
    if not isinstance(text, str):
        return None
    for day, month, year in WRITTEN.findall(text[:2000]):
        number = MONTHS.get(month[:3].lower())
        if number and (found := _day(int(year), number, int(day))):
            return found
    return None


def swedish_day(moment: datetime) -> date:
    """Return the day in Europe/Stockholm of an aware moment."""
    return moment.astimezone(STOCKHOLM).date()


def _read_time(text: object) -> datetime | None:
    if not isinstance(text, str) or not (value := text.strip()) or len(value) > 60:
        return None
    if moment := _read_rfc822(value):
        return moment
    try:
        return datetime.fromisoformat(OFFSET_WITHOUT_COLON.sub(r"\1:\2", value) if ":" in value else value)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _read_rfc822(text: str) -> datetime | None:
    match = RFC822.fullmatch(text)
    if match is None:
        return None
    day, name, year, hour, minute, second, sign, hours, minutes = match.groups()
    month = ENGLISH_MONTHS.get(name)
    if not month or (sign == "-" and hours == minutes == "00"):  # "-0000" says that the zone is not known
        return None
    zone = UTC
    try:
        if sign:
            away = timedelta(hours=int(hours), minutes=int(minutes))
            zone = timezone(away if sign == "+" else -away)
        return datetime(int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=zone)
    except ValueError:
        return None


def _day_alone(text: str) -> date | None:
    match = ISO_DAY.fullmatch(text)
    return _day(*map(int, match.groups())) if match else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
