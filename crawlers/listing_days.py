"""The days that stand near an item of a listing page: published, opening, and last day when the words say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from crawlers.dates import MONTHS

_FIRST_DAY = date(1990, 1, 1)
_FUTURE = timedelta(days=2)  # a published day may be ahead by what clocks and zones differ
_HORIZON = timedelta(days=3_660)  # no call closes later than ten years from now
_MONTH = r"(?:jan|feb|mar|apr|maj|may|ju[nl]|aug|sep|okt|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = re.compile(
    rf"(?<![\d/.-])(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})(?![\d-])|(?P<day>\d{{1,2}})(?::?e|st|nd|rd|th)?\.?\s+"
    rf"(?P<month>{_MONTH}),?\s+(?P<year>\d{{4}})\b|"
    rf"(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year2>\d{{4}})\b)",
    re.IGNORECASE,
)
# What must stand before a day, in the same sentence and with no other day between, for it to be a last day.
# "Senast uppdaterad" is the page's own date.
_CLOSING = re.compile(
    r"\b(?:sista (?:ansöknings|svars|inlämnings)?(?:dag|datum)\w*|stänger|stängningsdag\w*|stängningsdatum\w*|"
    r"senast(?!\s+(?:uppdatera|ändra|granska|publicera|kontrollera|nytt|inkom))|deadlines?|closes|closing date|"
    r"apply by|submission by)\b(?P<between>[^.!?\n]{0,60})$",
    re.IGNORECASE,
)
_OPENING = re.compile(r"\b(?:öppnar|öppnade|öppen från|ansök från|opens|opening date)\b[^.!?\n]{0,40}$", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:uppdatera|ändra|granska)\w*\b[^.!?\n]{0,20}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of one item; None is not told."""

    published: date | None = None
    opens: date | None = None
    deadline: date | None = None


def days_in(text: str, today: date) -> Days:
    """Return what the days in a text say, by the words before each; a day without words is the published one."""
    published: date | None = None
    opens: date | None = None
    deadline: date | None = None
    end = 0
    for match in _DAY.finditer(text):
        day, before = _day(match), text[max(end, match.start() - 120) : match.start()]
        end = match.end()
        if day is None or not _FIRST_DAY <= day <= today + _HORIZON:
            continue
        if _CLOSING.search(before):
            deadline = deadline or day
        elif _OPENING.search(before):
            opens = opens or day
        elif day <= today + _FUTURE and not _WHOLE.search(before):
            published = published or day
    return Days(published, opens, deadline)


def first_day(text: str, today: date) -> date | None:
    """Return the first believable day in a text, whatever the words around it."""
    days = (day for match in _DAY.finditer(text) if (day := _day(match)))
    return next((day for day in days if _FIRST_DAY <= day <= today + _HORIZON), None)


def _day(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        month = (match["month"] or match["month2"])[:3].lower()
        return date(int(match["year"] or match["year2"]), MONTHS[month], int(match["day"] or match["day2"]))
    except (ValueError, KeyError):
        return None
