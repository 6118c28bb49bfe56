"""Notices: what is new and closes soon is told once, between two digests, and the digest does not repeat it."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from crawlers.dates import STOCKHOLM
from pipeline.candidate import Candidate
from pipeline.compose import compose
from pipeline.due import Facts, LetterFacts, Slot, Step, StepName, notice_is_due
from pipeline.due_facts import read_facts
from pipeline.installation import Installation
from pipeline.notice import compose_notices
from pipeline.perform import perform
from pipeline.settings import Settings
from pipeline.week import iso_day, iso_week
from store.assessments import save_assessments
from store.db import Store
from store.digests import list_digests
from store.items import upsert_items
from store.types import Deadline, Kind
from tests.pipeline.making import NOW, candidate, municipality
from tests.pipeline.test_compose import text_of

TUESDAY = NOW + timedelta(days=1)
READER = "skola@example.org"
SLOT = Slot.parse("mon 07:00")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def call(key: str, last: date, **fields: object) -> Candidate:
    return candidate(key, f"Utlysning {key}", kind=Kind.CALL, deadlines=(Deadline(last),), **fields)  # type: ignore[arg-type]


def keep(store: Store, *candidates: Candidate, at: datetime) -> None:
    with store.session() as session:
        upsert_items(session, [c.item for c in candidates], now=at)
        save_assessments(session, [c.assessment for c in candidates], now=at)


def letters(store: Store, contact: str = READER) -> dict[str, list[str]]:
    with store.reading() as session:
        return {d.week: [e.key for e in d.entries] for d in list_digests(session) if d.contact == contact}


def week(store: Store, settings: Settings, now: datetime) -> None:
    compose(store, municipality(), settings, week=iso_week(now), now=now)


def notices(store: Store, settings: Settings, now: datetime) -> int:
    return compose_notices(store, municipality(), settings, now=now).counts["notices"]


def test_what_is_new_and_closes_within_two_weeks_is_told_the_same_day_to_its_reader_alone(
    store: Store, settings: Settings
) -> None:
    week(store, settings, NOW)
    keep(store, call("snart", date(2026, 12, 4)), call("sen", date(2027, 2, 1)), candidate("nyhet"), at=NOW)
    assert notices(store, settings, TUESDAY) == 1
    assert letters(store) == {"2026-W48": [], "2026-W48-2": ["snart"]}
    assert letters(store, "social@example.org") == {"2026-W48": []}


def test_a_calm_day_writes_no_notice(store: Store, settings: Settings) -> None:
    week(store, settings, NOW)
    keep(store, candidate("nyhet"), at=NOW)
    assert notices(store, settings, TUESDAY) == 0


def test_what_was_told_in_the_digest_or_in_a_notice_is_not_told_again(store: Store, settings: Settings) -> None:
    keep(store, call("i-brevet", date(2026, 12, 4)), at=NOW - timedelta(days=1))
    week(store, settings, NOW)
    keep(store, call("ny", date(2026, 12, 5)), at=NOW)
    assert [notices(store, settings, TUESDAY + timedelta(days=n)) for n in (0, 0, 1, 2)] == [1, 0, 0, 0]
    week(store, settings, NOW + timedelta(days=7))
    assert letters(store) == {"2026-W48": ["i-brevet"], "2026-W48-2": ["ny"], "2026-W49": []}


def test_the_next_digest_names_what_a_notice_told_without_calling_it_new(store: Store, settings: Settings) -> None:
    week(store, settings, NOW)
    keep(store, call("ny", date(2026, 12, 4)), at=NOW)
    notices(store, settings, TUESDAY)
    week(store, settings, NOW + timedelta(days=7))
    with store.reading() as session:
        digest = next(d for d in list_digests(session, week="2026-W49") if d.contact == READER)
    text = text_of(digest)
    assert "REDAN SKICKAT I VECKAN" in text
    assert "- Utlysning ny – sök senast fre 4 dec" in text
    assert digest.subject == "v. 49: inget nytt för Skolförvaltningen"


def test_a_deadline_that_moves_near_is_told_at_once(store: Store, settings: Settings) -> None:
    keep(store, call("a", date(2027, 1, 20)), at=NOW - timedelta(days=1))
    week(store, settings, NOW)
    keep(store, call("a", date(2026, 12, 4)), at=NOW + timedelta(hours=5))
    assert notices(store, settings, TUESDAY) == 1
    with store.reading() as session:
        notice = next(d for d in list_digests(session, week="2026-W48-2"))
    assert notice.subject == "Ny frist: Utlysning a stänger 4 dec"
    assert "Ändrad frist: 20 jan → 4 dec." in text_of(notice).replace(" 2027", "")


def test_a_notice_does_not_shorten_how_far_back_the_next_digest_looks(store: Store, settings: Settings) -> None:
    keep(store, candidate("gammal"), at=NOW - timedelta(days=1))
    week(store, settings, NOW)
    keep(store, candidate("nyhet", published=date(2026, 11, 25)), at=NOW + timedelta(days=2))
    late = NOW + timedelta(days=35)
    keep(store, call("ny", (late + timedelta(days=9)).date()), at=late - timedelta(days=3))
    assert notices(store, settings, late - timedelta(days=2)) == 1
    week(store, settings, late)
    assert "nyhet" in letters(store)[iso_week(late)]


@pytest.mark.parametrize("seed", range(3))
def test_every_deadline_is_told_exactly_once_over_eight_weeks_with_outages(
    sqlite_store: Store, settings: Settings, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same weeks every time
    closing: dict[str, date] = {}
    composed, noticed, up = {"2026-W47"}, "", []
    for number in range(56):
        now = NOW + timedelta(days=number)
        for n in range(chance.choice([0, 0, 1, 2])):
            key = f"{number}-{n}"
            closing[key] = now.date() + timedelta(days=chance.choice([6, 10, 13, 20, 40]))
            keep(sqlite_store, call(key, closing[key]), at=now - timedelta(hours=2))
        if chance.random() < 0.25:  # switched off today
            continue
        up.append(now.date())
        if iso_week(now) not in composed:
            week(sqlite_store, settings, now)
            composed.add(iso_week(now))
        if notice_is_due(now, facts(), letter_facts(composed=frozenset(composed), noticed=noticed)):
            notices(sqlite_store, settings, now)
            noticed = iso_day(now)
    told = Counter(key for keys in letters(sqlite_store).values() for key in keys)
    assert set(told.values()) == {1}
    seen = {key: NOW.date() + timedelta(days=int(key.split("-")[0])) for key in closing}
    near = {
        key
        for key, last in closing.items()
        if (last - seen[key]).days < 14 and any(seen[key] <= day <= last for day in up)
    }
    assert near <= set(told)


def test_the_schedule_writes_the_days_notices_once(sqlite_store: Store, settings: Settings) -> None:
    installation = Installation(settings, sqlite_store, municipality())
    week(sqlite_store, settings, NOW)
    keep(sqlite_store, call("ny", date(2026, 12, 4)), at=NOW)
    step = Step(name=StepName.NOTICE)
    assert perform(installation, step, TUESDAY, lambda: None) == "notices 1, entries 1"
    assert read_facts(installation, TUESDAY).letters[municipality().key].noticed == "2026-W48-2"
    assert perform(installation, step, TUESDAY, lambda: None) == "notices 0, entries 0"


def facts(**changes: object) -> Facts:
    values = {
        "slot": SLOT,
        "since": datetime(2019, 1, 1, tzinfo=UTC),
        "urgent": time(6, 30),
    }
    return Facts(**(values | {name: said for name, said in changes.items() if name in values}))  # type: ignore[arg-type]


def letter_facts(**changes: object) -> LetterFacts:
    known = {name: said for name, said in changes.items() if name in ("composed", "told", "noticed")}
    return LetterFacts(**({"composed": frozenset({"2026-W48"})} | known))  # type: ignore[arg-type]


def stockholm(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "changes", "expected"),
    [
        ("2026-11-24 06:29", {}, False),
        ("2026-11-24 06:30", {}, True),
        ("2026-11-24 23:50", {}, True),
        ("2026-11-24 06:30", {"noticed": "2026-W48-2"}, False),
        ("2026-11-24 06:30", {"noticed": "2026-W48-1"}, True),
        ("2026-11-24 06:30", {"urgent": None}, False),
        ("2026-11-23 06:30", {"composed": frozenset({"2026-W47"})}, False),
        ("2026-11-23 06:30", {"composed": frozenset({"2026-W47", "2026-W48"})}, True),
        ("2026-11-24 06:30", {"composed": frozenset()}, False),
        ("2026-11-24 06:30", {"composed": frozenset(), "told": frozenset({"2026-W48-1"})}, False),
        ("2026-11-24 06:30", {"since": stockholm("2026-11-24 12:00")}, False),
    ],
)
def test_a_notice_is_due_once_a_day_after_its_slot(now: str, changes: dict[str, object], expected: bool) -> None:
    assert notice_is_due(stockholm(now), facts(**changes), letter_facts(**changes)) is expected


def test_F40_notices_come_once_a_day_over_ten_years_with_random_outages_and_clock_changes() -> None:
    chance = random.Random(14)  # noqa: S311 - the same outages every time
    now, noticed = stockholm("2026-01-01 00:00"), ""
    written: Counter[str] = Counter()
    up: set[str] = set()
    while now < stockholm("2036-01-01 00:00"):
        now += timedelta(days=chance.choice([1, 2, 9])) if chance.random() < 0.01 else timedelta(hours=1)
        known = letter_facts(noticed=noticed, composed=frozenset({iso_week(now)}))
        if now.astimezone(STOCKHOLM).time() >= time(6, 30):
            up.add(iso_day(now))
        if notice_is_due(now, facts(), known):
            noticed = iso_day(now)
            written[noticed] += 1
    assert set(written.values()) == {1}
    assert set(written) == up
