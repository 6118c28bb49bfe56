"""Which sources could not be read this week, in words for a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.dates import STOCKHOLM
from crawlers.politeness import tell_time
from pipeline.back_off import is_silent
from pipeline.health import Health
from pipeline.wording import HARD_SPACE, counted, day_in_words
from store.types import Outcome, PartResult, Run, SourceState

STALE = timedelta(days=8)  # a week and a day: the weekly run may be some hours late
PARTS_NAMED = 3
_FAULTS = {
    SourceState.CHANGED: "svarar i en form som vi inte känner igen",
    SourceState.REFUSED: "släpper inte in oss",
    SourceState.FAILING: "svarar inte som den ska",
    SourceState.QUIET: "gav färre poster än den brukar",
}


@dataclass(frozen=True, slots=True)
class SourceNotes:
    """How many sources were read, and a sentence for each that was not, or not whole."""

    sources: int
    faults: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One sentence on all of them; silence must never be able to mean that something is broken."""
        if not self.sources:
            return "Ingen källa har lästs än."
        read = counted(self.sources, "källa kontrollerad", "källor kontrollerade")
        if not self.faults:
            return f"{read}, {'den' if self.sources == 1 else 'alla'} gick att läsa."
        return f"{read}, {len(self.faults)}{HARD_SPACE}gick inte att läsa helt."


def source_notes(sources: Mapping[str, Health], titles: Mapping[str, str], now: datetime) -> SourceNotes:
    """Return the notes on each source's last run, as of a moment; `titles` has sources and "source/part"."""
    read = {name: health for name, health in sorted(sources.items()) if health.run and is_watched(health)}
    faults = [
        f"{titles.get(name, name)} {fault}"
        for name, health in read.items()
        if (fault := told_fault(health, titles, now))
    ]
    return SourceNotes(len(read), tuple(faults))


def is_watched(health: Health) -> bool:
    """Tell whether a source is meant to be read and has been asked at least once."""
    return health.run is not None and health.state is not SourceState.OFF


def told_fault(health: Health, titles: Mapping[str, str], now: datetime) -> str:
    """Return what is wrong with a source, since when and when it is tried again; "" when nothing is."""
    run = health.run
    if run is None:
        return ""
    if now - run.started_at > STALE:
        return f"har inte lästs på {(now - run.started_at).days} dagar"
    if run.outcome is Outcome.INTERRUPTED:
        return "lästes inte färdigt"
    fault = _fault(run, titles)
    return f"{fault}{_since(health, now)}{_next_try(health, now)}" if fault else ""


def _fault(run: Run, titles: Mapping[str, str]) -> str:
    silent = [part for part in run.parts if is_silent(part)]
    parts = [part for part in run.parts if part.state in _FAULTS and part not in silent]
    if run.outcome is Outcome.PARTIAL and parts:
        return f"lästes till en del; detta saknas: {_named(run, parts, titles)}"
    if run.outcome is Outcome.COMPLETE and run.state is SourceState.QUIET:
        return f"har inte gett något nytt på länge{f': {_named(run, silent, titles)}' if silent else ''}"
    if run.outcome is Outcome.FAILED or run.state in _FAULTS:
        return _FAULTS.get(run.state or SourceState.FAILING, _FAULTS[SourceState.FAILING])
    return ""


def _named(run: Run, parts: Sequence[PartResult], titles: Mapping[str, str]) -> str:
    names = ", ".join(titles.get(f"{run.subject}/{part.part}", part.part) for part in parts[:PARTS_NAMED])
    return names + (f" och {len(parts) - PARTS_NAMED} till" if len(parts) > PARTS_NAMED else "")


def _since(health: Health, now: datetime) -> str:
    """Return " (sedan 20 nov)" for a trouble that did not begin today."""
    if health.since is None:
        return ""
    day, today = (moment.astimezone(STOCKHOLM).date() for moment in (health.since, now))
    return f" (sedan {day_in_words(day, today, weekday=False)})" if day < today else ""


def _next_try(health: Health, now: datetime) -> str:
    """Return "; nytt försök tidigast 14:20" while that is still to come."""
    if health.next_try is None or health.next_try <= now:
        return ""
    return f"; nytt försök tidigast {tell_time(health.next_try, now)}"
