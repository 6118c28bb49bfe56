"""What is due, decided from plain facts: thirty years of Mondays in a moment."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.dates import STOCKHOLM
from pipeline.currency import Week
from pipeline.due import ChoreFacts, Facts, LetterFacts, Slot, SourceFacts, Step, StepName, beside, due, iso_week
from pipeline.lateness import ON_TIME, Lateness
from pipeline.settings import load_settings
from store.errors import ConfigurationError

MONDAY = Slot.parse("mon 07:00")
LETTERS = {"composed", "told", "noticed"}
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stockholm(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def facts(**changes: object) -> Facts:
    of_letters = {"told": frozenset({"2026-W47"})} | {name: changes.pop(name) for name in LETTERS & changes.keys()}
    letters = {"provköping": LetterFacts(**of_letters)}  # type: ignore[arg-type]
    return Facts(**({"slot": MONDAY, "since": LONG_AGO, "letters": letters} | changes))  # type: ignore[arg-type]


def digest(now: datetime, known: Facts) -> Step | None:
    return next((step for step in due(now, known) if step.name is StepName.COMPOSE), None)


def test_daily_chore_is_done_once_a_day_and_an_hour_after_a_try_that_failed() -> None:
    now = stockholm("2026-11-22 12:00")

    def chores(begun: datetime | None, done: datetime | None) -> list[str]:
        chore = {StepName.BACKUP: ChoreFacts(begun=begun, done=done)}
        return [step.name for step in due(now, facts(chores=chore)) if step.name is StepName.BACKUP]

    assert chores(None, None) == ["backup"]
    assert chores(now - 23 * HOUR, now - 23 * HOUR) == []
    assert chores(now - 24 * HOUR, now - 24 * HOUR) == ["backup"]
    assert chores(now - HOUR / 2, now - 30 * HOUR) == []
    assert chores(now - HOUR, now - 30 * HOUR) == ["backup"]
    assert chores(now + 300 * HOUR, now + 300 * HOUR) == ["backup"]  # noted by a clock that was wrong
    assert [step.name for step in due(now, facts()) if step.name is StepName.BACKUP] == []


def test_another_machine_helps_to_send_and_to_write_once_the_first_has_begun_to_write() -> None:
    names = (StepName.COLLECT, StepName.COMPOSE, StepName.SEND, StepName.BACKUP)
    steps = [Step(name=name, week="2026-W48", municipalities=("a", "b")) for name in names]
    assert [step.name for step in beside(steps, facts())] == ["send"]
    helped = beside(steps, facts(composed=frozenset({"2026-W48"})))
    assert [(step.name, step.municipalities) for step in helped] == [("compose", ("b", "a")), ("send", ("b", "a"))]


def test_the_steps_stand_in_their_order() -> None:
    sources = {"feeds": SourceFacts(cadence=HOUR), "texts": SourceFacts(cadence=HOUR, of_details=True)}
    steps = due(stockholm("2026-11-23 07:00"), facts(sources=sources, unassessed=True, outbox=True))
    assert [step.name for step in steps] == ["collect", "assess", "fetch", "compose", "send"]
    assert [step.sources for step in steps] == [("feeds",), (), ("texts",), (), ()]


def test_nothing_is_due_when_all_is_done() -> None:
    now = stockholm("2026-11-24 12:00")
    sources = {"feeds": SourceFacts(cadence=6 * HOUR, begun=now - HOUR)}
    assert due(now, facts(sources=sources, composed=frozenset({"2026-W48"}))) == []


def test_the_digest_waits_for_its_slot_and_comes_once() -> None:
    assert digest(stockholm("2026-11-23 06:59"), facts()) is None
    assert digest(stockholm("2026-11-23 07:00"), facts()) == Step(
        name=StepName.COMPOSE, municipalities=("provköping",), week="2026-W48"
    )
    assert digest(stockholm("2026-11-23 07:05"), facts(composed=frozenset({"2026-W48"}))) is None


def test_another_weekday_is_a_slot_of_its_own_week() -> None:
    friday = facts(slot=Slot.parse("fri 13:30"))
    assert digest(stockholm("2026-11-27 13:29"), friday) is None
    step = digest(stockholm("2026-11-27 13:30"), friday)
    assert step is not None
    assert (step.week, step.late) == ("2026-W48", ON_TIME)


def test_a_new_installation_owes_no_digest_of_a_slot_before_it() -> None:
    new = facts(since=stockholm("2026-11-25 10:00"), told=frozenset())
    assert digest(stockholm("2026-11-25 10:05"), new) is None
    step = digest(stockholm("2026-11-30 07:00"), new)
    assert step is not None
    assert step.late == ON_TIME


@pytest.mark.parametrize(
    ("up_again", "note", "missed"),
    [
        ("2026-11-23 08:00", "Försenat: skulle ha kommit måndag 07.00.", ()),
        ("2026-11-26 07:00", "Försenat: skulle ha kommit måndag 07.00.", ()),
        ("2026-12-14 06:00", None, None),
        ("2026-12-14 07:00", "", ("2026-W48", "2026-W49", "2026-W50")),
        ("2026-12-16 07:00", "Försenat: skulle ha kommit måndag 07.00.", ("2026-W48", "2026-W49", "2026-W50")),
    ],
)
def test_F42_off_over_the_slot_sends_late_and_merges_whole_weeks(
    up_again: str, note: str | None, missed: tuple[str, ...] | None
) -> None:
    step = digest(stockholm(up_again), facts())
    assert (step.late.note if step else None, step.late.missed if step else None) == (note, missed)


def test_F42_the_coordinator_is_told_in_words() -> None:
    three = Lateness(None, ("2026-W48", "2026-W49", "2026-W50"))
    assert three.matter == (
        "Veckobreven för vecka 48, 49 och 50 uteblev: Utkik var inte igång. Det nya sedan dess står i veckans brev."
    )
    assert (
        "för vecka 50 till 2 uteblev"
        in Lateness(None, ("2026-W50", "2026-W51", "2026-W52", "2027-W01", "2027-W02")).matter
    )
    assert ON_TIME.matter == ""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (SourceFacts(cadence=6 * HOUR), True),
        (SourceFacts(cadence=6 * HOUR, begun=stockholm("2026-11-24 11:00")), False),
        (SourceFacts(cadence=6 * HOUR, begun=stockholm("2026-11-24 06:00")), True),
        # A cut-off reading is done again at once, a failed part when its back-off is over, and neither all the time.
        (SourceFacts(cadence=24 * HOUR, begun=stockholm("2026-11-24 11:59"), interrupted=True), True),
        (
            SourceFacts(cadence=24 * HOUR, begun=stockholm("2026-11-24 10:30"), next_try=stockholm("2026-11-24 12:30")),
            False,
        ),
        (
            SourceFacts(cadence=24 * HOUR, begun=stockholm("2026-11-24 10:30"), next_try=stockholm("2026-11-24 11:30")),
            True,
        ),
        (
            SourceFacts(cadence=24 * HOUR, begun=stockholm("2026-11-24 11:55"), next_try=stockholm("2026-11-24 11:56")),
            False,
        ),
        # F41: read under a clock that was a year ahead.
        (SourceFacts(cadence=24 * HOUR, begun=stockholm("2027-11-24 12:00")), True),
    ],
)
def test_each_source_is_read_at_its_own_pace(source: SourceFacts, expected: bool) -> None:
    known = facts(sources={"one": source}, composed=frozenset({"2026-W48"}))
    assert bool(due(stockholm("2026-11-24 12:00"), known)) is expected


def test_sources_are_read_once_more_before_the_digest() -> None:
    night = SourceFacts(cadence=24 * HOUR, begun=stockholm("2026-11-23 00:30"))
    dawn = SourceFacts(cadence=24 * HOUR, begun=stockholm("2026-11-23 05:05"))
    steps = due(stockholm("2026-11-23 05:10"), facts(sources={"night": night, "dawn": dawn}))
    assert [(step.name, step.sources) for step in steps] == [("collect", ("night",))]


@pytest.mark.parametrize("text", ["1 07:00", "mon 02:00", "mon 02:59", "mån 07:00", "mon 7:00", "mon 24:00", "07:00"])
def test_a_slot_that_cannot_be_is_refused(tmp_path, text: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigurationError, match="mellan 02:00 och 03:00"):
        load_settings(tmp_path, {"UTKIK_SCHEDULE__DIGEST": text})


@pytest.mark.parametrize(
    ("week", "utc"),
    [
        ("2026-W13", "2026-03-23 06:00"),
        ("2026-W14", "2026-03-30 05:00"),  # summer time began on Sunday
        ("2026-W44", "2026-10-26 06:00"),  # and ended
        ("2026-W53", "2026-12-28 06:00"),
        ("2020-W01", "2019-12-30 06:00"),
        ("2024-W09", "2024-02-26 06:00"),  # the week of a leap day
    ],
)
def test_F40_the_slot_is_seven_on_swedish_clocks(week: str, utc: str) -> None:
    slot = MONDAY.in_week(week)
    assert slot.astimezone(UTC).strftime("%Y-%m-%d %H:%M") == utc
    assert iso_week(slot) == week


@dataclass
class Machine:
    """A machine with a database, and a reader who keeps every letter."""

    since: datetime
    letters: list[tuple[str, datetime, Lateness]] = field(default_factory=list)

    def wake(self, now: datetime) -> None:
        weeks = frozenset(week for week, _, _ in self.letters)
        step = digest(now, self.facts(weeks, weeks))
        if step:
            self.letters.append((step.week, now, step.late))
            assert digest(now, self.facts(weeks | {step.week}, weeks)) is None

    def facts(self, composed: frozenset[str], told: frozenset[str]) -> Facts:
        letters = {"provköping": LetterFacts(composed=composed, told=told)}
        return Facts(slot=MONDAY, since=self.since, letters=letters)


def awake(chance: random.Random, start: datetime, end: datetime) -> list[datetime]:
    """Return the moments at which a machine wakes that is now and then off, for an hour or for some weeks."""
    moments = []
    now = start
    while now < end:
        off = chance.random()
        if off < 0.002:
            now += timedelta(hours=chance.uniform(1, 24 * 35))
        elif off < 0.03:
            now += timedelta(hours=chance.uniform(1, 80))
        now += timedelta(hours=chance.uniform(0.1, 7))
        moments.append(now)
    return moments


@pytest.mark.parametrize("seed", range(2))
def test_F40_F42_thirty_years_of_mondays_with_outages(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable outages, not secrets
    start, end = stockholm("2020-01-01 12:00"), stockholm("2050-01-01 12:00")
    machine = Machine(since=start)
    moments = awake(chance, start, end)
    for now in moments:
        machine.wake(now)
    weeks = [week for week, _, _ in machine.letters]
    assert len(weeks) == len(set(weeks))
    able = {iso_week(now) for now in moments if start <= MONDAY.in_week(iso_week(now)) <= now}
    assert set(weeks) == able
    assert 1200 < len(weeks) < 1566
    assert {"2020-W53", "2026-W53", "2032-W53", "2037-W53", "2043-W53", "2048-W53"} & able
    for week, now, late in machine.letters:
        assert late.slot is None or now - late.slot >= timedelta(minutes=30)
        assert iso_week(now) == week
    missed = [week for _, _, late in machine.letters for week in late.missed]
    promised = {iso_week(start + timedelta(days=days)) for days in range((machine.letters[-1][1] - start).days)}
    assert set(missed) == {week for week in promised - able if MONDAY.in_week(week) >= start}
    assert len(missed) == len(set(missed))
    assert_nothing_skipped(machine)


def assert_nothing_skipped(machine: Machine) -> None:
    """Every letter reaches back to the one before it, so that whatever came between them is in it."""
    previous = None
    for _, now, _ in machine.letters:
        reach = Week.since(now, previous)
        assert previous is None or now - reach.recent <= previous
        previous = now


@pytest.mark.parametrize("seed", range(2))
def test_F41_a_clock_that_jumps_gives_no_second_digest(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable jumps, not secrets
    true = stockholm("2024-01-01 12:00")
    machine = Machine(since=true)
    wrong = timedelta()
    able = set()
    for _ in range(6_000):
        true += timedelta(hours=chance.uniform(0.1, 7))
        if chance.random() < 0.02:  # set wrong by minutes or months, or right again by NTP
            wrong = chance.choice([timedelta(), timedelta(minutes=chance.uniform(-90, 90)), timedelta(days=200)])
        now = true + wrong
        machine.wake(now)
        if MONDAY.in_week(iso_week(now)) <= now and MONDAY.in_week(iso_week(now)) >= machine.since:
            able.add(iso_week(now))
    weeks = [week for week, _, _ in machine.letters]
    assert len(weeks) == len(set(weeks))
    assert set(weeks) == able
