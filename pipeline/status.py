"""What an installation holds and how its sources are, as plain values."""

from __future__ import annotations

from typing import Any

from crawlers.catalogue import facts
from pipeline.health import Health, health_of, region_shares
from pipeline.installation import Installation
from pipeline.learn import STEP as LEARN
from pipeline.second_reading import newest_run, told_reader
from store.assessments import count_assessed
from store.db import Session
from store.digests import count_by_state
from store.items import count_by_kind, count_by_region, count_by_source
from store.runs import last_begun
from store.stories import count_stories
from store.types import Outcome


def health_values(health: Health) -> dict[str, Any]:
    """Return how a source is as JSON-serialisable values."""
    run = health.run
    moment = (run.ended_at or run.started_at) if run else None
    return {
        "state": health.state.value,
        "last_run": moment.isoformat() if moment else None,
        "message": health.message,
        "since": health.since.isoformat() if health.since else None,
        "next_try": health.next_try.isoformat() if health.next_try else None,
    }


def told_name(installation: Installation) -> str:
    """Return the municipality's name, or how many there are."""
    number = len(installation.municipalities)
    return installation.municipality.name if number == 1 else f"{number} kommuner"


def municipality_values(session: Session, installation: Installation) -> list[dict[str, Any]]:
    """Return what is wrong for each municipality: its file, and what it has taught; "" when nothing is."""
    learnt = last_begun(session, LEARN)
    faults = {fault.key: fault.message for fault in installation.faults}
    names = {one.key: one.name for one in installation.municipalities}
    return [
        {
            "key": key,
            "name": names.get(key, ""),
            "served": key in names,
            "fault": faults.get(key, ""),
            "learning": run.message if (run := learnt.get(key)) and run.outcome is Outcome.FAILED else "",
        }
        for key in dict.fromkeys([*names, *faults])
    ]


def _digests(session: Session, installation: Installation) -> dict[str, int]:
    """Return the letters by state: of one among several only its own."""
    one_of_several = len(installation.municipalities) == 1 < len(installation.places)
    return count_by_state(session, municipality=installation.municipality.key if one_of_several else None)


def status_of(installation: Installation) -> dict[str, Any]:
    """Return sources with items, state and last run, items per kind, assessed, stories and digests per state."""
    with installation.store.reading() as session:
        items = count_by_source(session)
        sources = {
            name: {"items": items.get(name, 0), **health_values(health)}
            for name, health in health_of(session, installation.settings).items()
        }
        return {
            "municipality": told_name(installation),
            "municipalities": municipality_values(session, installation),
            "home": str(installation.settings.home),
            "database": installation.store.url,
            "sources": sources,
            "regions": region_shares(count_by_region(session), facts()),
            "kinds": {str(kind): number for kind, number in sorted(count_by_kind(session).items())},
            "assessed": count_assessed(session),
            "stories": count_stories(session),
            "second_reader": told_reader(newest_run(session), is_on=installation.settings.second_reader.is_on),
            "digests": {str(state): number for state, number in sorted(_digests(session, installation).items())},
        }
