"""How often what is relevant reaches the right committee of a municipality: labels' areas against its routing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from nlp.answers import DRAWS, SEED, Interval, area_figures, ends, table_of
from nlp.cases import Case
from pipeline.candidate import Candidate
from pipeline.municipality import COORDINATOR, Municipality, bundled_municipalities, load_municipality
from pipeline.route import route_items
from store.types import Assessment, StoredItem

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
Figures = tuple[dict[str, float], dict[str, Interval]]


def committee_figures(cases: Sequence[Case], assessments: Sequence[Assessment]) -> dict[str, Figures]:
    """Return the figures of every bundled municipality, with within what they lie.

    Only relevant items, and all of them as if they were found relevant and could still be answered: what the
    relevance misses is told by its own figures.
    """
    told = [(c, a) for c, a in zip(cases, assessments, strict=True) if c.label.is_relevant and c.label.areas]
    places = (load_municipality(path) for path in bundled_municipalities().values())
    return {place.short: _figures(place, told) for place in places} if told else {}


def right_committees(municipality: Municipality, areas: Iterable[str]) -> set[str]:
    """Return who should have an item about these areas; an area that nobody answers for is the coordinator's."""
    units = {unit for area in areas for unit in municipality.units_for(area) or (COORDINATOR,)}
    return {committee_of(municipality, unit) for unit in units}


def committee_of(municipality: Municipality, unit: str) -> str:
    """Return the committee over a unit; a company answers for itself."""
    return unit if unit == COORDINATOR else municipality.units[unit].committee or municipality.units[unit].name


def _figures(municipality: Municipality, told: Sequence[tuple[Case, Assessment]]) -> Figures:
    said = _routed(municipality, told)
    right = [right_committees(municipality, case.label.areas) for case, _ in told]
    names = sorted({COORDINATOR, *(committee_of(municipality, unit) for unit in municipality.units)})
    tables = table_of(said, names), table_of(right, names)
    first = np.array([bool(row) and row[0] in wanted for row, wanted in zip(said, right, strict=True)])

    def count(numbers: Sequence[int]) -> dict[str, float]:
        found = area_figures(tables[0][numbers], tables[1][numbers])
        return {
            "items": float(len(numbers)),
            "committee macro F1": found["area macro F1"],
            "committee micro F1": found["area micro F1"],
            "first committee right": float(first[numbers].mean()),
        }

    chance = np.random.default_rng(SEED)
    drawn = [count(chance.integers(len(told), size=len(told)).tolist()) for _ in range(DRAWS)]
    return count(range(len(told))), {name: ends([row[name] for row in drawn]) for name in drawn[0]}


def _routed(municipality: Municipality, told: Sequence[tuple[Case, Assessment]]) -> list[list[str]]:
    """Return the committees that routing sends each item to, best first."""
    candidates = [
        Candidate(
            stored=StoredItem(
                item=replace(case.item, key=str(number), status="", deadlines=()),
                first_seen=LONG_AGO,
                changed_at=LONG_AGO,
                content_hash="",
            ),
            assessment=replace(said, key=str(number), relevance=1.0, deadlines=()),
        )
        for number, (case, said) in enumerate(told)
    ]
    found: list[dict[str, None]] = [{} for _ in told]
    for route in route_items(candidates, municipality, {}, date.min):
        found[int(route.key)][committee_of(municipality, route.unit)] = None
    return [list(committees) for committees in found]
