"""What is due at a moment, from what the database says: pure, so that years of Mondays can be tried in a second."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from crawlers.dates import STOCKHOLM
from pipeline.back_off import FIRST, LONGEST, SLACK
from pipeline.lateness import ON_TIME, Lateness
from pipeline.week import is_week, iso_day, iso_week

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FRESH = timedelta(hours=2)  # before its slot the digest's sources are read once more, so that it tells what is new
PUNCTUAL = timedelta(minutes=30)  # reading sources may hold a digest up; later than this it says that it is late
DAILY = timedelta(days=1)
LONGEST_OFF = 60  # weeks: more than that between two digests is a clock that was wrong, not a machine that was off


class StepName(StrEnum):
    """The steps, in the order in which they are done."""

    COLLECT = "collect"
    ASSESS = "assess"
    FETCH = "fetch"  # what passed the relevance filter, whole
    SECOND_READER = "second_reader"  # when the municipality has one
    COMPOSE = "compose"
    NOTICE = "notice"  # of what is new and closes soon, between two digests
    SEND = "send"
    BACKUP = "backup"
    HOUSEKEEP = "housekeep"  # what the retention settings say is to go


@dataclass(frozen=True, slots=True)
class Slot:
    """When in the week the digest comes, on Swedish clocks."""

    day: int  # of the ISO week, 1 is Monday
    at: time

    @classmethod
    def parse(cls, text: str) -> Slot:
        """Return the slot that the settings write as "mon 07:00"."""
        day, _, clock = text.partition(" ")
        return cls(DAYS.index(day) + 1, time.fromisoformat(clock))

    def in_week(self, week: str) -> datetime:
        """Return the moment of the slot in an ISO week written as 2026-W48."""
        day = datetime.strptime(f"{week}-{self.day}", "%G-W%V-%u").date()  # noqa: DTZ007 - the zone is given below
        return datetime.combine(day, self.at, STOCKHOLM)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What decides when a source is read: its own pace, and how its latest reading went."""

    cadence: timedelta
    begun: datetime | None = None  # None: never read
    interrupted: bool = False
    next_try: datetime | None = None  # of the part to be tried first, when any went wrong
    of_details: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoreFacts:
    """What decides when a daily chore is done: when it was begun last, and when last done whole."""

    begun: datetime | None = None
    done: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What decides when one municipality's letters are written."""

    since: datetime | None = None  # when it was served first, when that was after the schedule was first kept
    composed: frozenset[str] = frozenset()  # weeks whose digests the schedule has written
    told: frozenset[str] = frozenset()  # weeks that anybody has a digest of, by whatever hand
    noticed: str = ""  # the day whose notices the schedule wrote last, as 2026-W48-2


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database says that the schedule depends on."""

    slot: Slot
    since: datetime  # when the schedule was first kept: slots before that were never promised
    sources: Mapping[str, SourceFacts] = field(default_factory=dict)
    unassessed: bool = False
    second_reader: bool = False  # it is on and its turn has come
    letters: Mapping[str, LetterFacts] = field(default_factory=dict)  # by municipality
    urgent: time | None = None  # when notices go out, on Swedish clocks
    outbox: bool = False
    chores: Mapping[StepName, ChoreFacts] = field(default_factory=dict)  # those that are switched on


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to do now."""

    name: StepName
    sources: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()  # whose letters, by key
    week: str = ""
    late: Lateness = ON_TIME


Tried = tuple[StepName, str]  # a step and the municipality that it was tried for, "" when it is about none


def due(now: datetime, facts: Facts) -> list[Step]:
    """Return what is to be done now, in order; to be asked again after each step, since one makes another due."""
    noticed = tuple(key for key, letters in facts.letters.items() if notice_is_due(now, facts, letters))
    read = [name for name, source in facts.sources.items() if source_is_due(now, source, facts)]
    listed = tuple(name for name in read if not facts.sources[name].of_details)
    details = tuple(name for name in read if facts.sources[name].of_details)
    steps = [Step(name=StepName.COLLECT, sources=listed)] if listed else []
    steps += [Step(name=StepName.ASSESS)] if facts.unassessed else []
    steps += [Step(name=StepName.FETCH, sources=details)] if details else []
    steps += [Step(name=StepName.SECOND_READER)] if facts.second_reader else []
    steps += digests_due(now, facts)
    steps += [Step(name=StepName.NOTICE, municipalities=noticed)] if noticed else []
    steps += [Step(name=StepName.SEND)] if facts.outbox else []
    steps += [Step(name=name) for name, chore in facts.chores.items() if chore_is_due(now, chore)]
    return steps


def untried(steps: Iterable[Step], tried: Collection[Tried]) -> Step | None:
    """Return the first step that has not been tried, for the municipalities that it has not been tried for."""
    for step in steps:
        left = tuple(key for key in step.municipalities or ("",) if (step.name, key) not in tried)
        if left:
            return replace(step, municipalities=left) if step.municipalities else step
    return None


def beside(steps: Iterable[Step], facts: Facts) -> list[Step]:
    """Return what may be done beside the machine that keeps the schedule: send, and write once it has begun to write.

    From the other end, so that the two meet. Before that its sources are not read yet.
    """
    begun = {week for letters in facts.letters.values() for week in letters.composed}
    return [
        replace(step, municipalities=step.municipalities[::-1])
        for step in steps
        if step.name is StepName.SEND or (step.name is StepName.COMPOSE and step.week in begun)
    ]


def chore_is_due(now: datetime, chore: ChoreFacts) -> bool:
    """Tell whether a daily chore is to be done: a day after the last, and an hour after a try that failed."""
    if chore.done and timedelta(0) <= now - chore.done < DAILY - SLACK:
        return False
    return chore.begun is None or not timedelta(0) <= now - chore.begun < FIRST - SLACK


def digests_due(now: datetime, facts: Facts) -> list[Step]:
    """Return the writing of this ISO week's digests once their slot has passed, for those whose are not written.

    The week is the key and not the time, so a clock that jumps never gives a second one. A machine that was off sends
    late; weeks that passed altogether are merged into this one, as what a reader was told of last decides what is new.
    A municipality that has come since the slot gets its first digest in the same week, and is not late.
    """
    week = iso_week(now)
    slot = facts.slot.in_week(week)
    if now < slot or slot < facts.since:
        return []
    lacking: dict[Lateness, list[str]] = {}
    for key, letters in facts.letters.items():
        if week not in letters.composed:
            was_promised = letters.since is None or letters.since <= slot
            late = slot if was_promised and now - slot >= PUNCTUAL else None
            lacking.setdefault(Lateness(late, missed_weeks(week, facts, letters)), []).append(key)
    return [
        Step(name=StepName.COMPOSE, week=week, late=late, municipalities=tuple(keys)) for late, keys in lacking.items()
    ]


def notice_is_due(now: datetime, facts: Facts, letters: LetterFacts) -> bool:
    """Tell whether the day's notices are to be written: once its slot has passed, however late in the day.

    Not before anybody has had a digest, and not on a day whose digest is still to come: that one tells it all.
    """
    today = now.astimezone(STOCKHOLM).date()
    if (
        facts.urgent is None
        or iso_day(now) == letters.noticed
        or not any(map(is_week, letters.composed | letters.told))
    ):
        return False
    slot = datetime.combine(today, facts.urgent, STOCKHOLM)
    week = iso_week(now)
    waits = week not in letters.composed and facts.slot.in_week(week).date() == today
    return facts.since <= slot <= now and not waits


def missed_weeks(week: str, facts: Facts, letters: LetterFacts) -> tuple[str, ...]:
    """Return the weeks just before this one whose slots passed without a digest, oldest first."""
    known, since = letters.composed | letters.told, max(facts.since, letters.since or facts.since)
    missed: list[str] = []
    slot = facts.slot.in_week(week)
    for back in range(1, LONGEST_OFF + 1):
        before = slot - timedelta(days=7 * back)
        name = iso_week(before)
        if name in known or before < since:
            return tuple(reversed(missed))
        missed.append(name)
    return ()


def source_is_due(now: datetime, source: SourceFacts, facts: Facts) -> bool:
    """Tell whether a source is to be read: by its pace, when a part that failed has its turn, or before the digest."""
    if source.begun is None or source.begun > now + SLACK or source.interrupted:  # a clock that was wrong holds nothing
        return True
    since = now - source.begun
    if since < SLACK:
        return False
    if source.next_try and (source.next_try <= now or source.next_try > now + LONGEST):
        return True
    return since >= source.cadence - SLACK or _wanted_fresh(now, source.begun, facts)


def _wanted_fresh(now: datetime, begun: datetime, facts: Facts) -> bool:
    week = iso_week(now)
    slot = facts.slot.in_week(week)
    lacking = any(week not in letters.composed for letters in facts.letters.values())
    return lacking and slot >= facts.since and begun < slot - FRESH <= now


def after_cut_off(begun: datetime) -> datetime:
    """Return when a reading that ended without any answer is tried again."""
    return begun + FIRST
