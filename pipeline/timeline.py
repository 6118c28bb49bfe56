"""The picture of the days to come: a lane per kind, a mark per day, all placed here so that a template only draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.terminal import KIND_WORDS
from pipeline.wording import MONTHS, counted, day_in_words
from store.types import Kind

DAYS = 90
WIDTH, LEFT, RIGHT = 900, 156, 16  # user units; the lanes' names stand to the left
EDGE = 14  # between a lane's ends and its first and last day
TOP, LANE = 30, 44
HIGHEST = 24  # of a mark; each is as high as its number, so that two can be compared
LOWEST = 3  # so that a single day is seen beside one with twenty
APART = 18  # between the middles of two numbers, or they would lie over each other


@dataclass(frozen=True, slots=True)
class Mark:
    """The days of one kind that fall on one date."""

    x: float
    height: float
    number: int
    is_told: bool  # whether there is room for its number in the picture; the table has them all
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind."""

    name: str
    y: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A month's beginning."""

    x: float
    name: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week of the table beside the picture: how many of each lane, and together."""

    name: str
    numbers: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture and its table."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    weeks: tuple[WeekRow, ...]
    height: int
    total: int
    sentence: str
    width: int = WIDTH
    left: int = LEFT


def timeline(counts: Mapping[tuple[date, str], int], today: date) -> Timeline:
    """Return the picture of the coming 90 days."""
    ahead = {key: n for key, n in counts.items() if today <= key[0] < today + timedelta(days=DAYS)}
    kinds = [kind for kind in Kind if any(named == kind.value for _, named in ahead)]
    most = max(ahead.values(), default=1)
    lanes = tuple(
        Lane(KIND_WORDS[kind], TOP + LANE * (place + 1), _marks(ahead, kind, most, today))
        for place, kind in enumerate(kinds)
    )
    return Timeline(
        lanes=lanes,
        ticks=_ticks(today),
        weeks=_weeks(ahead, kinds, today),
        height=TOP + LANE * len(lanes) + 8,
        total=sum(ahead.values()),
        sentence=_sentence(ahead, today),
    )


def _marks(ahead: Mapping[tuple[date, str], int], kind: Kind, most: int, today: date) -> tuple[Mark, ...]:
    found = sorted((day, number) for (day, named), number in ahead.items() if named == kind.value)
    places = [(_x(day, today), number) for day, number in found]
    told = _told(places)
    return tuple(
        Mark(
            x,
            round(max(LOWEST, HIGHEST * number / most), 1),
            number,
            x in told,
            f"{day_in_words(day, today)}: {counted(number, 'frist', 'frister')}",
        )
        for (x, number), (day, _) in zip(places, found, strict=True)
    )


def _told(marks: list[tuple[float, int]]) -> set[float]:
    """Return where a number has room: the largest first, one alone is plain to see."""
    told: list[float] = []
    for x, number in sorted(marks, key=lambda mark: (-mark[1], mark[0])):
        if number > 1 and all(abs(x - other) >= APART for other in told):
            told.append(x)
    return set(told)


def _x(day: date, today: date) -> float:
    return round(LEFT + EDGE + (WIDTH - LEFT - RIGHT - 2 * EDGE) * (day - today).days / DAYS, 1)


def _ticks(today: date) -> tuple[Tick, ...]:
    days = [today + timedelta(days=number) for number in range(1, DAYS)]
    return tuple(Tick(_x(day, today), f"1 {MONTHS[day.month - 1]}") for day in days if day.day == 1)


def _weeks(ahead: Mapping[tuple[date, str], int], kinds: list[Kind], today: date) -> tuple[WeekRow, ...]:
    rows: dict[tuple[int, int], dict[str, int]] = {}
    for number in range(DAYS):
        year, week, _ = (today + timedelta(days=number)).isocalendar()
        rows.setdefault((year, week), {})
    for (day, kind), number in ahead.items():
        year, week, _ = day.isocalendar()
        rows[year, week][kind] = rows[year, week].get(kind, 0) + number
    return tuple(
        WeekRow(f"Vecka {week}", tuple(row.get(kind.value, 0) for kind in kinds), sum(row.values()))
        for (_, week), row in rows.items()
    )


def _sentence(ahead: Mapping[tuple[date, str], int], today: date) -> str:
    total = sum(ahead.values())
    if not total:
        return "Inga frister de närmaste 90 dagarna."
    nearest = min(day for day, _ in ahead)
    soon = sum(number for (day, _), number in ahead.items() if day <= today + timedelta(days=14))
    return (
        f"{counted(total, 'frist', 'frister')} de närmaste 90 dagarna, {soon} av dem inom två veckor. "
        f"Den första är {day_in_words(nearest, today)}."
    )
