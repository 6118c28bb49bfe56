"""Which sources could not be read this week, in words for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.wording import HARD_SPACE, counted
from store.types import Outcome, Run, SourceState

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


def source_notes(runs: Mapping[str, Run], titles: Mapping[str, str], now: datetime) -> SourceNotes:
    """Return the notes on each source's last run, as of a moment; `titles` has sources and "source/part"."""
    watched = {name: run for name, run in sorted(runs.items()) if run.state is not SourceState.OFF}
    faults = [
        f"{titles.get(name, name)} {fault}" for name, run in watched.items() if (fault := _fault(run, titles, now))
    ]
    return SourceNotes(len(watched), tuple(faults))


def _fault(run: Run, titles: Mapping[str, str], now: datetime) -> str:
    if now - run.started_at > STALE:
        return f"har inte lästs på {(now - run.started_at).days} dagar"
    if run.outcome is Outcome.INTERRUPTED:
        return "lästes inte färdigt"
    parts = [part for part in run.parts if part.state in _FAULTS]
    if run.outcome is Outcome.PARTIAL and parts:
        names = ", ".join(titles.get(f"{run.subject}/{part.part}", part.part) for part in parts[:PARTS_NAMED])
        more = f" och {len(parts) - PARTS_NAMED} till" if len(parts) > PARTS_NAMED else ""
        return f"lästes till en del; detta saknas: {names}{more}"
    if run.outcome is Outcome.FAILED or run.state in _FAULTS:
        return _FAULTS.get(run.state or SourceState.FAILING, _FAULTS[SourceState.FAILING])
    return ""
