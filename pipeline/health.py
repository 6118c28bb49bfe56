"""How each source is: in one named state, since when, and when it is tried next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawlers.catalogue import SourceFacts, facts
from pipeline.back_off import later
from pipeline.settings import Settings
from pipeline.week import is_on
from store.db import Session
from store.runs import last_runs, source_parts
from store.types import Outcome, Run, SourceState

WELL = (SourceState.WORKING, SourceState.OFF, SourceState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one source is; `since` and `next_try` are None where there is nothing to say."""

    source: SourceFacts
    state: SourceState
    message: str = ""
    since: datetime | None = None
    next_try: datetime | None = None
    run: Run | None = None

    @property
    def is_well(self) -> bool:
        """Whether nobody needs to do anything about it."""
        return self.state in WELL


def health_of(session: Session, settings: Settings) -> dict[str, Health]:
    """Return how every source is, by name."""
    runs = last_runs(session)
    return {source.name: _health(session, settings, source, runs.get(source.name)) for source in facts()}


def _health(session: Session, settings: Settings, source: SourceFacts, run: Run | None) -> Health:
    if not is_on(settings, source):
        reason = source.why_off if not source.enabled_by_default else ""
        return Health(source=source, state=SourceState.OFF, message=reason, run=run)
    if run is None:
        return Health(source=source, state=SourceState.WAITING)
    state = run.state or _interrupted(run)
    parts = source_parts(session, source.name)
    troubled = [part for part in run.parts if part.state is not SourceState.WORKING]
    begun = [parts[part.part].since for part in troubled if part.part in parts]
    tries = [moment for part in troubled if (moment := later(part.next_try, part.not_before))]
    well = state in WELL
    return Health(
        source=source,
        state=state,
        message=run.message,
        since=None if well else min(begun, default=None if run.parts else run.started_at),
        next_try=None if well else min(tries, default=None),
        run=run,
    )


def _interrupted(run: Run) -> SourceState:
    """Return the state of a run that has none of its own: it is under way, or was cut off before its end."""
    return SourceState.FAILING if run.outcome is Outcome.INTERRUPTED else SourceState.WAITING


def region_shares(counts: dict[tuple[str, str], int], sources: list[SourceFacts]) -> dict[str, int]:
    """Return the number of items per region, most first; an item that names none counts to its source's."""
    own = {source.name: source.region for source in sources}
    shares = dict.fromkeys(own.values(), 0)
    for (source, region), number in counts.items():
        name = region or own.get(source, "")
        if name:
            shares[name] = shares.get(name, 0) + number
    return dict(sorted(shares.items(), key=lambda share: -share[1]))


def told_shares(shares: dict[str, int]) -> str:
    """Return "Sverige 61 %, EU 30 %, Norden 5 %, Världen 4 %", "" when there are no items."""
    total = sum(shares.values())
    return ", ".join(f"{region} {percent(number, total)}" for region, number in shares.items()) if total else ""


def percent(number: int, total: int) -> str:
    """Return the share in whole per cent; what is there but rounds to nothing is "under 1 %"."""
    share = round(100 * number / total)
    return "under 1 %" if number and not share else f"{share} %"
