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
_YEAR = r"(?:19|20)[0-9][0-9]"
_ORDINAL = r"(?:st|nd|rd|th|:[ae])?"
# All begin with a digit class, which is what lets `re` skip through text without digits at full speed.
_DAY_FIRST = re.compile(
    rf"[0-9][0-9]?{_ORDINAL}(?:\s?[-–—]\s?(?P<last>[0-9][0-9]?){_ORDINAL})?\.?\s(?:of\s)?(?P<month>{_MONTH})\b\.?"
    rf"(?:,?\s(?P<year>{_YEAR})\b)?",
    re.IGNORECASE,
)
_DAY_AFTER = re.compile(rf"[0-9][0-9]?{_ORDINAL},?\s(?P<year>{_YEAR})\b", re.IGNORECASE)
_MONTH_BEFORE = re.compile(rf"\b(?P<month>{_MONTH})\.?\s$", re.IGNORECASE)
_ISO = re.compile(r"[2]0[0-9][0-9]-(?P<month>[01][0-9])-(?P<day>[0-3][0-9])(?![0-9]|[.-][0-9])")
_POINTS = re.compile(
    r"[0-9][0-9]?(?P<mark>[./])(?P<month>[01]?[0-9])(?:(?:(?P=mark)|[ -])(?P<year>20[0-9][0-9]))?(?![0-9/]"
    r"|[.,-][0-9]|\s?%)"
)
_NUMBER = re.compile(r"[0-9]+")
_RECURRING = re.compile(
    r"\s(?:each|every|of each|varje|årligen|vart|of the (?:following|same|previous))\b|\sår\b", re.IGNORECASE
)


# One of these stands in a word of every day that is found.
_MARK_OF_DAY = re.compile(rf"\b(?:{_MONTH})\b|[2]0[0-9][0-9]-[01][0-9]-|[0-9][./][0-9]", re.IGNORECASE)


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


def may_be_of_day(word: str) -> bool:
    """Say whether a word, as it stands between spaces, may be a part of a day; without one a text has no days."""
    return _MARK_OF_DAY.search(word) is not None


def first_digit(text: str) -> int:
    """Return where the first digit stands, where days and amounts may begin; -1 where there is none."""
    places = [place for place in map(text.find, "0123456789") if place >= 0]  # a third of the time of an expression
    return min(places, default=-1)


def find_days(text: str, begin: int = 0) -> list[Day]:
    """Return the days in a text in order; days of every year ("31 March each year") are left out.

    No digit stands before `begin`.
    """
    found = [_day_first(match) for match in _DAY_FIRST.finditer(text, begin)]
    found += [day for match in _DAY_AFTER.finditer(text, begin) if (day := _day_after(match, text))]
    if "-" in text:
        found += [
            Day(m.start(), m.end(), int(m["day"]), int(m["month"]), int(m.group()[:4]))
            for m in _ISO.finditer(text, begin)
        ]
    if "/" in text or "." in text:
        found += [day for match in _POINTS.finditer(text, begin) if (day := _with_points(match))]
    if not found:
        return []
    days = [day for day in found if _stands_alone(day, text) and not _RECURRING.match(text, day.end)]
    return _with_shared_year(sorted(days, key=lambda day: day.start), text)


def _leading_number(match: re.Match[str]) -> int:
    number = _NUMBER.match(match.group())
    return int(number.group()) if number else 0


def _day_first(match: re.Match[str]) -> Day:
    day = int(match["last"]) if match["last"] else _leading_number(match)
    year = int(match["year"]) if match["year"] else None
    return Day(match.start(), match.end(), day, _MONTHS[match["month"].lower()], year)


def _day_after(match: re.Match[str], text: str) -> Day | None:
    month = _MONTH_BEFORE.search(text[max(0, match.start() - 12) : match.start()])
    if not month:
        return None
    start = match.start() - len(month.group())
    return Day(start, match.end(), _leading_number(match), _MONTHS[month["month"].lower()], int(match["year"]))


def _with_points(match: re.Match[str]) -> Day | None:
    if not match["year"] and match["mark"] == ".":  # "17.00" is an hour, "2.5" a number
        return None
    year = int(match["year"]) if match["year"] else None
    return Day(match.start(), match.end(), _leading_number(match), int(match["month"]), year)


def _stands_alone(day: Day, text: str) -> bool:
    """Say whether there is such a day, and no digit or mark before it that makes it part of something longer."""
    before = text[max(0, day.start - 2) : day.start]
    part_of_more = before[-1:].isdigit() or (before[-1:] in ("/", ".", ",", "-", ":") and before[:1].isdigit())
    return not part_of_more and (day.on(2024) is not None or day.on() is not None)  # 2024: a leap year


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
