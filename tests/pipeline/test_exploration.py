"""Exploration: a few uncertain items, the same for the same week, and never mailed by themselves."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from pipeline.candidate import Candidate
from pipeline.exploration import explore, explored_items, pick
from pipeline.labels import read_labels
from store.assessments import save_assessments
from store.db import Store
from store.items import upsert_items
from store.types import Assessment, Exploration, Item, Kind, Ruling, Verdict
from store.verdicts import save_verdict
from tests.pipeline.making import NOW, candidate, municipality

TOWN = municipality()
WEEK = "2026-W48"


def uncertain(count: int = 30, relevance: float = 0.4) -> list[Candidate]:
    return [candidate(f"u{number}", relevance=relevance) for number in range(count)]


def picked(
    candidates: list[Candidate], *, installation: str = "a" * 32, week: str = WEEK, **thresholds: int
) -> list[str]:
    town = municipality(thresholds={"relevance": 0.5, "area": 0.4, "per_digest": 25, **thresholds})
    return [one.key for one in pick(candidates, town, (), installation, week, NOW)]


def test_four_are_picked_and_always_the_same_for_the_week() -> None:
    first = picked(uncertain())
    assert len(first) == 4
    assert picked(list(reversed(uncertain()))) == first
    assert picked(uncertain(), week="2026-W49") != first
    assert picked(uncertain(), installation="b" * 32) != first


def test_how_many_is_the_municipalitys_choice() -> None:
    assert len(picked(uncertain(), explore=7)) == 7
    assert picked(uncertain(), explore=0) == []
    assert len(picked(uncertain(2))) == 2


def test_what_is_shown_anyway_and_what_is_hopeless_is_not_picked() -> None:
    candidates = [
        candidate("shown", relevance=0.6),
        candidate("hopeless", relevance=0.05),
        candidate("near", relevance=0.45),
    ]
    assert picked(candidates) == ["near"]


def test_what_was_ruled_on_or_picked_before_is_not_picked_again() -> None:
    known = {("feeds", f"u{number}") for number in range(28)}
    found = pick(uncertain(), TOWN, known, "a" * 32, WEEK, NOW)
    assert {one.key for one in found} == {"u28", "u29"}


def test_one_item_per_story_is_picked() -> None:
    same = [candidate(f"s{number}", relevance=0.4, story="story") for number in range(5)]
    assert len(picked(same)) == 1


def test_the_nearer_the_threshold_the_likelier_and_how_likely_is_kept() -> None:
    candidates = uncertain(20, 0.2) + [candidate(f"n{number}", relevance=0.48) for number in range(20)]
    drawn: Counter[str] = Counter()
    for number in range(300):
        drawn.update(picked(candidates, week=f"week {number}"))
    near = sum(times for key, times in drawn.items() if key.startswith("n"))
    assert near > 4 * (drawn.total() - near) > 0
    told = {one.key: one.propensity for one in pick(candidates, TOWN, (), "a" * 32, WEEK, NOW)}
    key = next(key for key in told if key.startswith("n"))
    mean = near / 20 / 300
    assert abs(told[key] - mean) < 0.03


def test_week_is_picked_once_and_a_verdict_on_it_is_one_on_what_was_explored(store: Store) -> None:
    items = [
        Item(
            source="feeds",
            key=f"u{number}",
            kind=Kind.NEWS,
            title=f"Något om biblioteken {number}",
            url="https://example.org/u",
            published=(NOW - timedelta(days=1)).date(),
        )
        for number in range(9)
    ]
    with store.session() as session:
        upsert_items(session, items, now=NOW - timedelta(days=1))
        save_assessments(session, [assessed(item) for item in items], now=NOW)
    assert explore(store, TOWN, now=NOW) == 4
    assert explore(store, TOWN, now=NOW + timedelta(days=1)) == 0
    with store.session() as session:
        shown = explored_items(session, TOWN, WEEK)
        assert len(shown) == 4
        item, one = next(iter(shown.items()))
        save_verdict(session, dropped(one))
        labels = read_labels(session, TOWN, now=NOW + timedelta(hours=2))
    assert [(label.item.key, label.origin, label.propensity) for label in labels] == [
        (item[1], "explored", one.propensity)
    ]
    assert 0 < one.propensity < 1


def test_next_week_picks_others(store: Store) -> None:
    test_week_is_picked_once_and_a_verdict_on_it_is_one_on_what_was_explored(store)
    assert explore(store, TOWN, now=datetime(2026, 11, 30, 6, 0, tzinfo=UTC)) == 4
    with store.reading() as session:
        first, second = (explored_items(session, TOWN, week) for week in (WEEK, "2026-W49"))
    assert not set(first) & set(second)


def assessed(item: Item) -> Assessment:
    return Assessment(
        source=item.source,
        key=item.key,
        content_hash="",
        assessor="shared 1",
        language="sv",
        relevance=0.42,
        areas={"culture": 0.8},
        flags={},
    )


def dropped(one: Exploration) -> Verdict:
    return Verdict(
        municipality=TOWN.key,
        source=one.source,
        key=one.key,
        ruling=Ruling.DROP,
        at=NOW + timedelta(hours=1),
        by="samordnaren",
    )
