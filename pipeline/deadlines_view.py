"""The days to be met as a reader sees them: lines in words, by week, and as the weeks of a month."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipeline.areas import area_names
from pipeline.candidate import ItemId
from pipeline.deadline_wording import role_in_words
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.selection import CLOSES_SOON
from pipeline.wording import MONTHS, clean, kind_in_words, shortened, upper_first
from store.db import Session
from store.due import Due, DueSearch, Place, find_due
from store.triage import last_told
from store.types import Kind, Ruling, Verdict
from store.verdicts import verdicts_on

TITLE = 220  # characters
BY_WEEK = timedelta(days=70)  # further off, a month is near enough
AHEAD = timedelta(days=366 * 12)  # acts give decades; further off is a slip of the pen
BACK = timedelta(days=90)  # how long a passed day is shown
MOST_IN_MONTH = 600
CHOICES = ("concerns", "sent", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A day to be met, in words."""

    item: ItemId
    title: str
    kind: str
    publisher: str
    language: str
    day: date
    role: str
    note: str
    units: tuple[str, ...]  # keys
    is_told: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a heading."""

    heading: str
    lines: tuple[Line, ...]
    is_soon: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and where the next one begins when there is more."""

    groups: tuple[Group, ...]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month's table."""

    day: date
    is_in_month: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks of seven days; `is_whole` is false when it holds more than can be shown."""

    first: date
    weeks: tuple[tuple[Cell, ...], ...]
    number: int
    is_whole: bool

    @property
    def name(self) -> str:
        """ "December 2026"."""
        return month_in_words(self.first)

    @property
    def before(self) -> date:
        """The first day of the month before."""
        return first_of(self.first - timedelta(days=1))

    @property
    def after(self) -> date:
        """The first day of the month after."""
        return first_of(self.first + timedelta(days=31))


def search_of(
    municipality: Municipality,
    first: date,
    last: date,
    *,
    choice: str = "concerns",
    kinds: Collection[Kind] = (),
    area: str = "",
    unit: str = "",
) -> DueSearch:
    """Return what is looked for, with what it takes to reach a reader of this municipality."""
    if unit == COORDINATOR:
        taken = {area for one in municipality.units.values() for area in one.areas}
        areas: tuple[str, ...] = tuple(name for name in area_names() if name not in taken)
    else:
        areas = municipality.units[unit].areas if unit in municipality.units else ()
    return DueSearch(
        municipality=municipality.key,
        first=first,
        last=last,
        choice=choice if choice in CHOICES else "concerns",
        kinds=kinds,
        area=area,
        unit=unit,
        unit_areas=areas,
        relevance=municipality.thresholds.relevance,
        sure=municipality.thresholds.area,
    )


def list_lines(
    session: Session, municipality: Municipality, wanted: DueSearch, today: date, *, limit: int = 60
) -> Listed:
    """Return a page of the days, by week and further off by month."""
    found = find_due(session, wanted, limit=limit + 1)
    shown = lines_of(session, municipality, found[:limit])
    return Listed(grouped(shown, today), found[limit - 1].place if len(found) > limit else None)


def lines_of(session: Session, municipality: Municipality, found: Sequence[Due]) -> list[Line]:
    """Return the days in words, with who has them or would get them."""
    keys = list(dict.fromkeys((due.item.source, due.item.key) for due in found))
    verdicts = verdicts_on(session, municipality.key, keys)
    told = last_told(session, municipality.key, keys)
    return [_line(due, municipality, verdicts, told) for due in found]


def _line(
    due: Due, municipality: Municipality, verdicts: Mapping[ItemId, Sequence[Verdict]], told: Collection[ItemId]
) -> Line:
    item = due.item
    key = (item.source, item.key)
    return Line(
        item=key,
        title=shortened(clean(item.title), TITLE) or "(utan rubrik)",
        kind=kind_in_words(item),
        publisher=clean(item.publisher) or item.source,
        language=due.language if due.language != "sv" else "",
        day=due.deadline.on,
        role=role_in_words(due.deadline.role, item.kind),
        note=shortened(clean(due.deadline.note), 80),
        units=units_of(due, municipality, verdicts.get(key, ())),
        is_told=key in told,
    )


def units_of(due: Due, municipality: Municipality, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Return whom the coordinator chose, or else who answers for the item's areas, the surest area first."""
    if verdicts and verdicts[-1].ruling is Ruling.SEND and verdicts[-1].units is not None:
        return verdicts[-1].units
    sure = [area for area, score in due.areas.items() if score >= municipality.thresholds.area]
    ranked = sorted(sure, key=lambda area: (-due.areas[area], area))
    return tuple(dict.fromkeys(unit for area in ranked for unit in municipality.units_for(area))) or (COORDINATOR,)


def grouped(lines: Sequence[Line], today: date) -> tuple[Group, ...]:
    """Return the lines under headings, in their order."""
    by_heading: dict[tuple[str, bool], list[Line]] = {}
    for line in lines:
        soon = today <= line.day <= today + CLOSES_SOON
        by_heading.setdefault((_heading(line.day, today), soon), []).append(line)
    return tuple(Group(heading, tuple(some), soon) for (heading, soon), some in by_heading.items())


def _heading(day: date, today: date) -> str:
    if today <= day <= today + CLOSES_SOON:
        return "Stänger snart"
    if abs(day - today) > BY_WEEK:
        return month_in_words(day)
    monday = day - timedelta(days=day.weekday())
    sunday = monday + timedelta(days=6)
    begins = f"{monday.day}" if monday.month == sunday.month else f"{monday.day} {MONTHS[monday.month - 1]}"
    return f"Vecka {day.isocalendar().week} · {begins}–{sunday.day} {MONTHS[sunday.month - 1]}"


def month_of(session: Session, municipality: Municipality, wanted: DueSearch, first: date) -> Month:
    """Return the month's days with what is to be met on each, Monday to Sunday."""
    start = first - timedelta(days=first.weekday())
    after = first_of(first + timedelta(days=31))
    end = after + timedelta(days=(7 - after.weekday()) % 7 - 1)
    within = replace(wanted, first=start, last=end, after=None, backwards=False)
    found = find_due(session, within, limit=MOST_IN_MONTH + 1)
    by_day: dict[date, list[Line]] = {}
    for line in lines_of(session, municipality, found[:MOST_IN_MONTH]):
        by_day.setdefault(line.day, []).append(line)
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    cells = [Cell(day, day.month == first.month, tuple(by_day.get(day, ()))) for day in days]
    weeks = tuple(tuple(cells[place : place + 7]) for place in range(0, len(cells), 7))
    number = sum(len(cell.lines) for cell in cells if cell.is_in_month)
    return Month(first, weeks, number, len(found) <= MOST_IN_MONTH)


def first_of(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def month_in_words(day: date) -> str:
    """Return "December 2026"."""
    names = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober")
    return f"{upper_first((*names, 'november', 'december')[day.month - 1])} {day.year}"
