"""How far the first reading of the sources has come, for the page that is shown meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.settings import Settings
from pipeline.week import wanted_sources
from store.db import Session
from store.runs import last_runs
from store.types import Outcome


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the sources have been read, how many items that gave, and whether they are assessed."""

    sources: int
    read: int
    failed: int
    items: int
    is_assessed: bool

    @property
    def is_done(self) -> bool:
        """Whether the week's list has what the first reading gave."""
        return self.is_assessed and self.read >= self.sources


def progress_of(session: Session, settings: Settings) -> Progress:
    """Return how far it has come."""
    names = {source.name for source in wanted_sources(settings, []) if not source.details_of}
    runs = [run for name, run in last_runs(session).items() if name in names]
    ended = [run for run in runs if run.outcome is not Outcome.RUNNING]
    assessed = last_runs(session, "assess").get("")
    latest = max((run.ended_at for run in ended if run.ended_at), default=None)
    return Progress(
        sources=len(names),
        read=len(ended),
        failed=sum(run.outcome is Outcome.FAILED for run in ended),
        items=sum(run.counts.get("new", 0) for run in ended),
        is_assessed=bool(assessed and assessed.ended_at and latest and assessed.ended_at >= latest),
    )
