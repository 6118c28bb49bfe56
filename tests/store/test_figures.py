"""Numbers for pictures: only the days asked for, areas of relevant items alone, counted week by week."""

from __future__ import annotations

from datetime import date

from pipeline.figures import WEEKS, count, first_day
from store.assessments import save_assessments
from store.db import Store
from store.figures import Arrival, arrivals
from store.items import upsert_items
from tests.pipeline.making import NOW, candidate

TODAY = date(2026, 11, 23)  # a Monday


def test_only_the_days_asked_for_are_told_and_areas_only_of_what_is_relevant(store: Store) -> None:
    found = [
        candidate("ny", relevance=0.9, published=date(2026, 11, 20), meta={"region": "EU"}),
        candidate("svag", relevance=0.2, published=date(2026, 11, 19)),
        candidate("gammal", relevance=0.9, published=date(2026, 1, 1)),
    ]
    with store.session() as session:
        upsert_items(session, [one.item for one in found], now=NOW)
        save_assessments(session, [one.assessment for one in found], now=NOW)
        upsert_items(session, [candidate("obedömd", published=date(2026, 11, 18)).item], now=NOW)
    with store.reading() as session:
        told = list(arrivals(session, date(2026, 11, 1), TODAY, least=0.5))
    assert [(one.day.day, one.region, one.areas) for one in told] == [
        (20, "EU", {"school": 0.9}),
        (19, "", None),
        (18, "", None),
    ]


def test_items_are_counted_to_their_week_and_to_their_sources_part_of_the_world() -> None:
    found = [
        Arrival(TODAY, "feeds", "", {"water": 0.9, "school": 0.1}),
        Arrival(date(2026, 11, 22), "feeds", "Norden", None),
        Arrival(first_day(TODAY), "cellar", "", {"water": 0.5}),
    ]
    figures = count(found, TODAY, own={"feeds": "Sverige", "cellar": "EU"}, least=0.4)
    assert (len(figures.weeks), figures.weeks[0], figures.weeks[-1]) == (WEEKS, "v. 37", "v. 48")
    assert figures.of_source("feeds") == [0] * 10 + [1, 1]
    assert figures.areas == {"water": [1] + [0] * 10 + [1]}
    assert figures.shares() == [("Sverige", 1), ("EU", 1), ("Norden", 1), ("Världen", 0)]
    assert (figures.total, figures.of_source("vinnova")) == (3, [0] * 12)
