"""What an installation holds and how its sources are, as plain values."""

from __future__ import annotations

from typing import Any

from crawlers.catalogue import facts
from pipeline.installation import Installation
from pipeline.week import is_on
from store.assessments import count_assessed
from store.digests import count_by_state
from store.items import count_by_kind, count_by_source
from store.runs import last_runs
from store.stories import count_stories
from store.types import SourceState


def status_of(installation: Installation) -> dict[str, Any]:
    """Return sources with items, state and last run, items per kind, assessed, stories and digests per state."""
    with installation.store.reading() as session:
        items, runs = count_by_source(session), last_runs(session)
        sources = {}
        for source in facts():
            run = runs.get(source.name)
            state = (run.state if run else None) or SourceState.WAITING
            moment = (run.ended_at or run.started_at) if run else None
            sources[source.name] = {
                "items": items.get(source.name, 0),
                "state": str(state if is_on(installation.settings, source) else SourceState.OFF),
                "last_run": moment.isoformat() if moment else None,
                "message": run.message if run else "",
            }
        return {
            "municipality": installation.municipality.name,
            "home": str(installation.settings.home),
            "database": installation.store.url,
            "sources": sources,
            "kinds": {str(kind): number for kind, number in sorted(count_by_kind(session).items())},
            "assessed": count_assessed(session),
            "stories": count_stories(session),
            "digests": {str(state): number for state, number in sorted(count_by_state(session).items())},
        }
