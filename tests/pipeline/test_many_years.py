"""Odd weeks of thirty years on a real database: clock changes, week 53, outages and clocks that jump.

Every Monday of the thirty years is tried in test_due.py and test_notice.py, on the decision alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from crawlers.dates import STOCKHOLM
from pipeline.due import StepName, due
from pipeline.due_facts import note_kept, read_facts
from pipeline.installation import Installation
from pipeline.perform import perform
from pipeline.settings import Settings
from pipeline.week import is_week, iso_week
from store.assessments import save_assessments
from store.db import Store
from store.digests import list_digests
from store.items import upsert_items
from store.types import Deadline, Kind
from tests.pipeline.making import candidate, municipality

READERS = {"skola@example.org", "social@example.org", "vatten@example.org", "ledning@example.org"}
YEARS = (2020, 2023, 2026, 2028, 2030, 2032, 2035, 2037, 2043, 2048, 2049)
LONG_YEARS = (2020, 2026, 2032, 2037, 2043, 2048)  # those with a week 53
WRITING = (StepName.COMPOSE, StepName.NOTICE)


def odd_mondays() -> Iterator[date]:
    """Yield a Monday of each year: of week 53 or of the new year, or the first after a change of clocks."""
    for year in YEARS:
        if year in LONG_YEARS:
            yield date.fromisocalendar(year, 53, 1)
        elif year % 3 == 0:
            yield date.fromisocalendar(year + 1, 1, 1)
        else:
            last = date(year, 3 if year % 3 == 1 else 10, 31)  # the clocks change on the month's last Sunday
            yield last - timedelta(days=(last.weekday() + 1) % 7) + timedelta(days=1)


def wakes(monday: date, chance: random.Random) -> list[datetime]:
    """Return when a machine wakes from Sunday to Thursday, off now and then, its clock set back and forth on Monday."""
    midnight = datetime.combine(monday, time(0), STOCKHOLM).astimezone(UTC)
    moments = [midnight + timedelta(hours=h + chance.random()) for h in range(-16, 90, 8) if chance.random() < 0.7]
    jump = midnight + timedelta(hours=9)
    moments += [jump, jump - timedelta(hours=chance.choice([1, 3, 26])), jump + timedelta(minutes=1)]
    return [*sorted(moments), midnight + timedelta(hours=92)]


def bring(store: Store, monday: date) -> set[str]:
    """Store some news of the Saturday before, and a call that comes on Monday afternoon and closes soon."""
    saturday = datetime.combine(monday - timedelta(days=2), time(12), UTC)
    afternoon = saturday + timedelta(days=2, hours=3)
    news = candidate(f"nyhet-{monday}", f"Skolor {monday}", published=saturday.date())
    call = candidate(
        f"utlysning-{monday}",
        f"Stöd till skolor {monday}",
        kind=Kind.CALL,
        published=monday,
        deadlines=(Deadline(monday + timedelta(days=11)),),
    )
    for one, at in ((news, saturday), (call, afternoon)):
        with store.session() as session:
            upsert_items(session, [one.item], now=at)
            save_assessments(session, [one.assessment], now=at)
    return {news.item.key, call.item.key}


def wake(installation: Installation, now: datetime) -> None:
    """Write what is due, as the schedule does it."""
    note_kept(installation, now)
    tried: set[StepName] = set()
    while steps := [s for s in due(now, read_facts(installation, now)) if s.name in WRITING and s.name not in tried]:
        tried.add(steps[0].name)
        perform(installation, steps[0], now, lambda: None)


@pytest.mark.slow
@pytest.mark.timeout(900)  # some ten seconds on quiet cores, most of them waiting for the disk
def test_F40_F41_F42_odd_weeks_give_one_letter_each_and_tell_each_item_once(store: Store, tmp_path: Path) -> None:
    chance = random.Random(2050)  # noqa: S311 - repeatable outages, not secrets
    installation = Installation(Settings(home=tmp_path), store, municipality())
    wake(installation, datetime(2019, 12, 1, tzinfo=UTC))
    brought, weeks = set(), set()
    for monday in odd_mondays():
        brought |= bring(store, monday)
        weeks.add(iso_week(datetime.combine(monday, time(12), UTC)))
        for now in wakes(monday, chance):
            wake(installation, now)
    with store.reading() as session:
        digests = list_digests(session)
    weekly = Counter((d.contact, d.week) for d in digests if is_week(d.week))
    assert {(reader, week) for reader in READERS for week in weeks} <= set(weekly)
    assert set(weekly.values()) == {1}
    assert {"2020-W53", "2026-W53", "2048-W53", "2050-W01"} <= weeks
    told = Counter(e.key for d in digests if d.contact == "skola@example.org" for e in d.entries)
    assert told == dict.fromkeys(brought, 1)  # none skipped, none twice
    noticed = {e.key for d in digests if not is_week(d.week) for e in d.entries}
    assert len(noticed) == len(YEARS)
    assert all(key.startswith("utlysning") for key in noticed)
