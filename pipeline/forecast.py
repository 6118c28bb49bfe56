"""When calls that come back every year are likely to open next, told from the years before and with that basis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from store.types import Item, Kind

FEWEST = 2  # rounds: one alone says nothing of a rhythm
LONGEST_PERIOD = 2  # years: what comes back more seldom has no rhythm that two or three rounds could show
ALIKE = 0.6  # of the titles' words: a work programme gives the same number to another topic the year after
MOST_SPREAD = timedelta(days=45)  # between the earliest and the latest day of the year: beyond it there is no season
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_ROUND = re.compile(r"(?<![A-Z0-9])(?:0[1-9]|1[0-2])$")
_WORD = re.compile(r"\w+")
_COUNTER = re.compile(r"\b(?:utlysning|omgång|call|round|cut-off)\s*\d+\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Round:
    """One year's round of a call."""

    source: str
    key: str
    year: int
    opens: date | None
    closes: date | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A guess at the next round; `earliest` and `latest` are as far apart as the rounds before were.

    `what` is "opens" or "closes": what the rounds before told of. `closes` is when one that opens may close, and
    `weekday` (Monday is 0) the day of the week that all rounds had, None when they had different ones.
    """

    series: str
    title: str
    what: str
    expected: date
    earliest: date
    latest: date
    rounds: tuple[Round, ...]
    closes: date | None = None
    weekday: int | None = None


def series_of(item: Item) -> str:
    """Return what the rounds of one call have in common: its identifier, else its title, without year and number."""
    number = _number(item)
    if _YEAR.search(number):
        return _ROUND.sub("", _YEAR.sub("*", number.upper()))
    title = _COUNTER.sub("", _YEAR.sub("", item.title)).casefold()
    return f"{item.source}: {' '.join(_WORD.findall(title))}"


def _number(item: Item) -> str:
    return next((r.value for r in item.references if r.scheme == "call" and r.relation == "is"), "")


def forecasts(items: Iterable[Item], today: date) -> list[Forecast]:
    """Return the next round of each call that has come back at the same time of the year, soonest first.

    A series that has a round that is not over yet needs no forecast.
    """
    series: dict[str, list[Item]] = {}
    for item in items:
        if item.kind is Kind.CALL:
            series.setdefault(series_of(item), []).append(item)
    several = ((name, rounds) for name, rounds in series.items() if len(rounds) >= FEWEST)
    found = [one for name, rounds in several if (one := _forecast(name, rounds, today))]
    return sorted(found, key=lambda one: (one.expected, one.series))


def _forecast(name: str, items: Sequence[Item], today: date) -> Forecast | None:
    rounds = rounds_of(items)
    period = _period([round_.year for round_ in rounds])
    if period is None or any(round_.closes and round_.closes >= today for round_ in rounds):
        return None
    opening = _days(rounds, "opens")
    days = opening if opening and next_day(opening, period) else _days(rounds, "closes")
    found = next_day(days, period) if days else None
    if found is None or found[2] < today:  # the season has passed without it: it seems to have ended
        return None
    what = "opens" if days is opening else "closes"
    closing = next_day(_days(rounds, "closes"), period) if what == "opens" else None
    earliest, expected, latest = found
    return Forecast(
        series=name,
        title=_newest(items).title,
        what=what,
        expected=expected,
        earliest=earliest,
        latest=latest,
        rounds=tuple(rounds),
        closes=closing[1] if closing and closing[1] > expected else None,
        weekday=_weekday(days),
    )


def _days(rounds: Sequence[Round], what: str) -> list[date]:
    """Return the day that each round opened or closed; none at all when one of them is not known."""
    days = [day for round_ in rounds if (day := round_.opens if what == "opens" else round_.closes)]
    return days if len(days) == len(rounds) else []


def next_day(days: Sequence[date], period: int) -> tuple[date, date, date] | None:
    """Return the earliest, the expected and the latest next day, None when the days before have no season.

    What has always come on the same day of the week does so again, and nothing that never came at a weekend will.
    """
    season = _season(days) if days else None
    if season is None:
        return None
    early, middle, late = season
    same = _same_day(middle, middle.year + period)
    expected = _on_weekday(same, _weekday(days)) if _weekday(days) is not None else _off_weekend(same, days)
    return min(expected, same - (middle - early)), expected, max(expected, same + (late - middle))


def _weekday(days: Sequence[date]) -> int | None:
    found = {day.weekday() for day in days}
    return found.pop() if len(found) == 1 else None


def _on_weekday(day: date, weekday: int | None) -> date:
    """Return the day nearest to this one that is that day of the week."""
    away = ((weekday or 0) - day.weekday() + 3) % 7 - 3
    return day + timedelta(days=away)


def _off_weekend(day: date, before: Sequence[date]) -> date:
    saturday = 5
    if day.weekday() < saturday or any(one.weekday() >= saturday for one in before):
        return day
    return day + timedelta(days=-1 if day.weekday() == saturday else 1)


def _newest(items: Sequence[Item]) -> Item:
    return max(items, key=lambda item: (item.opens or _closes(item) or date.min, item.key))


def _alike(items: Sequence[Item]) -> list[Item]:
    """Return the items whose titles are nearly that of the newest one."""
    newest = _words(_newest(items))
    return [item for item in items if len(newest & (own := _words(item))) >= ALIKE * len(newest | own)]


def _words(item: Item) -> set[str]:
    return set(_WORD.findall(_COUNTER.sub("", _YEAR.sub("", item.title)).casefold()))


def _period(years: Sequence[int]) -> int | None:
    """Return how many years lie between the rounds, None when they come at no regular distance."""
    gaps = {later - earlier for earlier, later in pairwise(years)}
    return gaps.pop() if len(years) >= FEWEST and len(gaps) == 1 and max(gaps) <= LONGEST_PERIOD else None


def rounds_of(items: Sequence[Item]) -> list[Round]:
    """Return one round a year, the earliest opening and the last closing of what was called in it.

    Only calls whose titles are nearly that of the newest count: a number is given to another topic too. The year is
    the identifier's: a call of 2026 may open in December before, or close in January after.
    """
    by_year: dict[int, list[Item]] = {}
    for item in _alike(items):
        day = item.opens or _closes(item)
        named = _YEAR.search(_number(item)) if day else None
        if day:
            by_year.setdefault(int(named.group()) if named else day.year, []).append(item)
    return [
        Round(
            source=those[0].source,
            key=those[0].key,
            year=year,
            opens=min((item.opens for item in those if item.opens), default=None),
            closes=max((day for item in those if (day := _closes(item))), default=None),
        )
        for year, those in sorted(by_year.items())
    ]


def _closes(item: Item) -> date | None:
    return max((deadline.on for deadline in item.deadlines), default=None)


def _season(days: Sequence[date]) -> tuple[date, date, date] | None:
    """Return the earliest, middle and latest day as if all were in one season; None when they are spread over the year.

    Rounds about New Year are near each other: each day is laid within half a year of the last one.
    """
    last = days[-1]
    laid = sorted(min((_same_day(day, last.year + n) for n in (-1, 0, 1)), key=lambda d: abs(d - last)) for day in days)
    if laid[-1] - laid[0] > MOST_SPREAD:
        return None
    return laid[0], laid[(len(laid) - 1) // 2], laid[-1]


def _same_day(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)
