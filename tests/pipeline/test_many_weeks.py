"""Ten weeks in a row, with pauses: what concerns a reader comes once, again when it changed, and in the end at all."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.candidate import Candidate
from pipeline.compose import compose
from pipeline.settings import Settings
from pipeline.week import iso_week
from store.assessments import save_assessments
from store.db import Store
from store.digests import list_digests
from store.items import upsert_items
from store.stories import save_stories
from store.types import Deadline, Kind, Story
from tests.pipeline.making import NOW, candidate, municipality, unit

WEEKS = 10
READER = "skola@example.org"
FLOOD = 45  # calls of one week, more than a letter holds: a letter has 25 places and a week some seven items


@dataclass(slots=True)
class World:
    """What ten weeks brought: when each item came, which changed, and which pairs tell the same."""

    chance: random.Random
    came: dict[str, Candidate] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def bring(self, store: Store, week: int, now: datetime) -> None:
        """Store what the sources tell some days before the letter."""
        day = now - timedelta(days=self.chance.randint(1, 6))
        news = [news_of(f"nyhet-{week}-{n}", day, self.areas()) for n in range(4)]
        calls = [call_of(f"utlysning-{week}-{n}", day, self.areas(), weeks=15) for n in range(3)]
        if week == 2:
            calls += [call_of(f"flod-{n}", day, self.areas(), weeks=30, relevance=0.55) for n in range(FLOOD)]
        keep(store, [*news, *calls], day)
        self.came |= {c.item.key: c for c in (*news, *calls)}
        if week % 3 == 0:
            self.pairs.append((news[0].item.key, news[1].item.key))
            members = tuple(("feeds", key) for key in self.pairs[-1])
            with store.session() as session:
                save_stories(session, [Story(id=f"samma-{week}", members=members)], now=day)

    def change(self, store: Store, told: set[str], now: datetime) -> None:
        """Move the deadline of a call that the reader knows of, once for each."""
        known = sorted(key for key in told if key.startswith("utlysning") and key not in self.changed)
        if not known:
            return
        key = self.chance.choice(known)
        item = self.came[key].item
        moved = replace(item, deadlines=(Deadline(item.deadlines[0].on + timedelta(days=9)),))
        with store.session() as session:
            upsert_items(session, [moved], now=now - timedelta(hours=5))
        self.changed.append(key)

    def areas(self) -> dict[str, float]:
        """Return areas of one of the reader's units, or of both."""
        return self.chance.choice([{"school": 0.9}, {"social": 0.8}, {"school": 0.7, "social": 0.9}])


def news_of(key: str, seen: datetime, areas: dict[str, float]) -> Candidate:
    return candidate(key, f"Nyhet {key}", areas=areas, relevance=0.9, published=seen.date())


def call_of(key: str, seen: datetime, areas: dict[str, float], *, weeks: int, relevance: float = 0.8) -> Candidate:
    last = (Deadline(seen.date() + timedelta(weeks=weeks)),)
    return candidate(
        key,
        f"Utlysning {key}",
        kind=Kind.CALL,
        areas=areas,
        relevance=relevance,
        published=seen.date(),
        deadlines=last,
        status="open",
    )


def keep(store: Store, found: list[Candidate], now: datetime) -> None:
    with store.session() as session:
        upsert_items(session, [c.item for c in found], now=now)
        save_assessments(session, [c.assessment for c in found], now=now)


def told_in(store: Store) -> list[list[str]]:
    """Return the items of each letter to the reader, the oldest letter first."""
    with store.reading() as session:
        letters = [d for d in list_digests(session) if d.contact == READER]
    return [[entry.key for entry in d.entries] for d in sorted(letters, key=lambda d: d.week)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_weeks_with_pauses_tell_everything_once_and_a_change_once_more(
    sqlite_store: Store, tmp_path: Path, seed: int
) -> None:
    two_units = {"skola": unit("Skolförvaltningen", ["school"], "skola"), "social": unit("Soc", ["social"], "skola")}
    at, settings = municipality(units=two_units), Settings(home=tmp_path)
    world = World(random.Random(seed))  # noqa: S311 - chance that can be repeated
    paused = set(world.chance.sample(range(1, WEEKS - 2), 3))
    for week in range(WEEKS):
        now = NOW + timedelta(weeks=week)
        world.bring(sqlite_store, week, now)
        world.change(sqlite_store, {key for letter in told_in(sqlite_store) for key in letter}, now)
        if week in paused:
            continue
        for moment in (now, now + timedelta(hours=2)):  # a second run in the same week adds nothing
            compose(sqlite_store, at, settings, week=iso_week(moment), now=moment)
    letters = told_in(sqlite_store)
    times = Counter(key for letter in letters for key in letter)
    assert len(letters) == WEEKS - len(paused)
    assert max(map(len, letters)) == 25
    assert all(len(letter) == len(set(letter)) for letter in letters)
    same = {key for pair in world.pairs for key in pair}
    assert {sum(times[key] for key in pair) for pair in world.pairs} == {1}
    assert {key: times[key] for key in world.came if key not in same} == {
        key: 2 if key in world.changed else 1 for key in world.came if key not in same
    }


def test_the_weeks_of_new_year_have_each_one_letter(sqlite_store: Store, tmp_path: Path) -> None:
    settings, at = Settings(home=tmp_path), municipality()
    days = [date(2026, 12, 28), date(2027, 1, 1), date(2027, 1, 3), date(2027, 1, 4)]
    for day in days:
        now = datetime(day.year, day.month, day.day, 7, 0, tzinfo=NOW.tzinfo)
        compose(sqlite_store, at, settings, week=iso_week(now), now=now)
    with sqlite_store.reading() as session:
        weeks = sorted(d.week for d in list_digests(session) if d.contact == READER)
    assert weeks == ["2026-W53", "2027-W01"]
