"""Days written in Swedish and English running text: found by their characters, nothing said of what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "mars march mar",
            "april apr",
            "maj may",
            "juni june jun",
            "juli july jul",
            "augusti august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DASH = r"\s?(?:-|–|—)\s?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|:[ae])?"
_WRITTEN = re.compile(
    rf"\b(?:(?P<first>{_DAY}){_DASH})?(?P<day>{_DAY})\.?\s(?:of\s)?(?P<month>{_MONTH})\b\.?(?:,?\s(?P<year>(?:19|20)\d\d)\b)?"
    rf"|\b(?P<month2>{_MONTH})\.?\s(?P<day2>{_DAY}),?\s(?P<year2>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r"(?<![\d/.-])(?:"
    r"(?P<iso_year>20\d\d)-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)"
    r"|(?P<day>\d{1,2})(?P<mark>[./])(?P<month>\d{1,2})(?:(?P=mark)|[ -])(?P<year>20\d\d)"
    r")(?![\d/]|[.-]\d)"
)
_SHORT = re.compile(r"(?<![\d/.-])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\d/]|[.-]\d)")
_RECURRING = re.compile(r"\s(?:each|every|of each|varje|årligen|respektive\s\d|of the (?:following|same|previous))\b|\sår\b", re.I)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it stands in a text; `year` is None where the text leaves it out."""

    start: int
    end: int
    day: int
    month: int
    year: int | None

    def on(self, year: int | None = None) -> date | None:
        """Return the date, with the given year where the text has none; None when there is no such day."""
        chosen = self.year or year
        try:
            return date(chosen, self.month, self.day) if chosen else None
        except ValueError:
            return None


def find_days(text: str) -> list[Day]:
    """Return the days in a text in order; days of every year ("31 March each year") are left out."""
    found = [*map(_written, _WRITTEN.finditer(text)), *map(_numbers, _NUMBERS.finditer(text))]
    if "/" in text:
        found += [_short(match) for match in _SHORT.finditer(text) if not _within(match.start(), found)]
    days = [day for day in found if _is_possible(day) and not _RECURRING.match(text, day.end)]
    return sorted(_with_shared_year(sorted(days, key=lambda day: day.start), text), key=lambda day: day.start)


def _written(match: re.Match[str]) -> Day:
    group = match.groupdict()
    year = group["year"] or group["year2"]
    digits = re.match(r"\d+", group["day"] or group["day2"])
    return Day(
        match.start(),
        match.end(),
        int(digits.group()) if digits else 0,
        _MONTHS[(group["month"] or group["month2"]).lower()],
        int(year) if year else None,
    )


def _numbers(match: re.Match[str]) -> Day:
    group = match.groupdict()
    if group["iso_year"]:
        return Day(match.start(), match.end(), int(group["iso_day"]), int(group["iso_month"]), int(group["iso_year"]))
    return Day(match.start(), match.end(), int(group["day"]), int(group["month"]), int(group["year"]))


def _short(match: re.Match[str]) -> Day:
    return Day(match.start(), match.end(), int(match["day"]), int(match["month"]), None)


def _within(position: int, days: list[Day]) -> bool:
    return any(day.start <= position < day.end for day in days)


def _is_possible(day: Day) -> bool:
    return day.on(2024) is not None or day.on() is not None  # 2024: a leap year


def _with_shared_year(days: list[Day], text: str) -> list[Day]:
    """Give "15 januari, 15 april och 15 september 2026" one year: the one that ends the list."""
    shared = list(days)
    for i in range(len(shared) - 2, -1, -1):
        this, following = shared[i], shared[i + 1]
        between = text[this.end : following.start]
        if this.year is None and following.year and len(between) <= 30 and "." not in between:
            year = following.year - (1 if (this.month, this.day) > (following.month, following.day) else 0)
            shared[i] = Day(this.start, this.end, this.day, this.month, year)
    return shared
