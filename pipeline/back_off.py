"""When a part that went wrong is tried again, and when a part has been silent too long. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from crawlers.dates import STOCKHOLM
from crawlers.protocol import PartEnded
from pipeline.wording import day_in_words
from store.runs import SourcePart
from store.types import PartResult, SourceState

FIRST = timedelta(hours=1)
LONGEST = timedelta(hours=24)  # never off for ever: a source that came back is read within a day
# A run that starts some minutes earlier in the day than the one before would otherwise skip a whole day.
SLACK = timedelta(minutes=15)
FAULTS = (SourceState.REFUSED, SourceState.CHANGED, SourceState.FAILING)
SILENT = "Inget nytt sedan"  # how the message of a part begins that was read whole but has nothing new to tell

_PACES = ((3, "varje dag"), (10, "varje vecka"), (21, "varannan vecka"), (45, "varje månad"), (140, "varje kvartal"))


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a source, and single parts of it, may be without anything new; None means for ever."""

    whole: timedelta | None = None
    parts: Mapping[str, timedelta] = field(default_factory=dict)


def next_try(state: SourceState, failures: int, now: datetime) -> datetime | None:
    """Return when to ask again after so many failures in a row: 1, 2, 4 … at most 24 hours, 24 after a refusal."""
    if state is SourceState.REFUSED:
        return now + LONGEST
    if state not in FAULTS:
        return None
    doublings = min(max(failures - 1, 0), 10)
    return now + min(FIRST * (1 << doublings), LONGEST)


def held_parts(parts: Mapping[str, SourcePart], now: datetime, *, insist: bool) -> dict[str, datetime]:
    """Return the parts that are not to be asked now, and until when.

    A person may insist, which overrides our own back-off but never what the source itself asked for. A moment more
    than a day off was noted under another clock and holds nothing back.
    """
    held = {}
    for name, part in parts.items():
        moments = [part.not_before] if part.not_before and part.not_before > now else []
        if not insist and part.next_try and part.next_try > now + SLACK:
            moments.append(part.next_try)
        if soon := [moment for moment in moments if moment <= now + LONGEST]:
            held[name] = max(soon)
    return held


def result_of(
    ended: PartEnded, before: SourcePart | None, newest: date | None, pace: timedelta | None, now: datetime
) -> PartResult:
    """Return what is kept of a part's end; `newest` is the day of the newest item that came this time."""
    if ended.held and before:
        return _held(ended, before)
    known = max((day for day in (newest, before.newest if before else None) if day), default=None)
    state, message = ended.state, ended.message
    if state is SourceState.WORKING and (silence := told_silence(known, pace, now)):
        state, message = SourceState.QUIET, silence
    failures = (before.failures if before else 0) + 1 if state in FAULTS else 0
    return PartResult(
        part=ended.part,
        state=state,
        items=ended.items,
        message=message,
        failures=failures,
        next_try=later(next_try(state, failures, now), ended.next_try),
        not_before=ended.next_try,
        newest=known,
    )


def _held(ended: PartEnded, before: SourcePart) -> PartResult:
    """Return a part that was not asked, as it was before."""
    said = before.message if "ästa försök" in before.message else f"{before.message} {ended.message}".strip()
    return PartResult(
        part=ended.part,
        state=before.state,
        message=said,
        failures=before.failures,
        next_try=ended.next_try,
        not_before=before.not_before,
        newest=before.newest,
    )


def later(first: datetime | None, second: datetime | None) -> datetime | None:
    """Return the later of two moments that may be missing."""
    return max((moment for moment in (first, second) if moment), default=None)


def told_silence(newest: date | None, pace: timedelta | None, now: datetime) -> str:
    """Return what to tell of a silence longer than the pace, "" when there is none."""
    today = now.astimezone(STOCKHOLM).date()
    if not (newest and pace) or today - newest <= pace:
        return ""
    return f"{SILENT} {day_in_words(newest, today, weekday=False)}; brukar komma {pace_in_words(pace)}."


def pace_in_words(pace: timedelta) -> str:
    """Return "varje vecka" for a source that is seldom silent for longer than that."""
    return next((words for days, words in _PACES if pace.days <= days), "varje år")


def is_silent(part: PartResult) -> bool:
    """Tell whether a part was read whole and only has nothing new to tell."""
    return part.state is SourceState.QUIET and part.message.startswith(SILENT)
