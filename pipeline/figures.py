"""What came in during the last weeks, per source, area and part of the world: the numbers behind the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from crawlers.catalogue import facts
from pipeline.municipality import Municipality
from store.db import Session
from store.figures import Arrival, arrivals

WEEKS = 12
LATELY = 4  # weeks
REGIONS = ("Sverige", "EU", "Norden", "Världen")


@dataclass(slots=True)
class Figures:
    """Numbers per week, the oldest first and the week that it is last; `areas` count relevant items alone."""

    weeks: tuple[str, ...]  # "v. 47"
    sources: dict[str, list[int]] = field(default_factory=dict)
    areas: dict[str, list[int]] = field(default_factory=dict)
    regions: dict[str, list[int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many items came in."""
        return sum(map(sum, self.sources.values()))

    def of_source(self, name: str) -> list[int]:
        """Return the numbers of a source, zeros for one without items."""
        return self.sources.get(name, [0] * len(self.weeks))

    def lately(self, values: Sequence[int]) -> int:
        """Return how many of these were of the last four weeks; a week that has just begun says little alone."""
        return sum(values[-LATELY:])

    def shares(self) -> list[tuple[str, int]]:
        """Return each part of the world with its number of items, in the order that they are always told."""
        return [(region, sum(self.regions.get(region, ()))) for region in REGIONS]

    def busiest_areas(self) -> list[tuple[str, list[int]]]:
        """Return the areas that had any, the one with most lately first."""
        return sorted(self.areas.items(), key=lambda area: (-self.lately(area[1]), -sum(area[1]), area[0]))


def read_figures(session: Session, municipality: Municipality, today: date) -> Figures:
    """Return the numbers of the last twelve weeks, the one that it is included."""
    thresholds = municipality.thresholds
    found = arrivals(session, first_day(today), today, least=thresholds.relevance)
    return count(found, today, own={source.name: source.region for source in facts()}, least=thresholds.area)


def first_day(today: date) -> date:
    """Return the Monday that the weeks begin with."""
    return today - timedelta(days=today.weekday(), weeks=WEEKS - 1)


def count(found: Iterable[Arrival], today: date, *, own: Mapping[str, str], least: float) -> Figures:
    """Return the numbers; an item that names no part of the world counts to its source's."""
    begins = first_day(today)
    mondays = [begins + timedelta(weeks=number) for number in range(WEEKS)]
    figures = Figures(tuple(f"v. {monday.isocalendar()[1]}" for monday in mondays))
    for one in found:
        place = (one.day - begins).days // 7
        _add(figures.sources, one.source, place)
        _add(figures.regions, one.region or own.get(one.source, REGIONS[-1]), place)
        for area, strength in (one.areas or {}).items():
            if strength >= least:
                _add(figures.areas, area, place)
    return figures


def _add(numbers: dict[str, list[int]], name: str, place: int) -> None:
    numbers.setdefault(name, [0] * WEEKS)[place] += 1
