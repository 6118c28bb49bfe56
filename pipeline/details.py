"""Details: which single items are to be fetched whole, now that they have passed the relevance filter."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from crawlers.catalogue import find_source
from crawlers.detail_source import MOST
from pipeline.record import begin, end
from store.db import Session, Store
from store.details import items_wanting_detail
from store.types import Outcome, Run, SourceState

LEAST_RELEVANCE = 0.4  # a little under what is shown by default: the whole text may lift an item over the threshold
RECENT = timedelta(days=60)  # since it was first seen or changed; nobody is told of older items
EMPTY = timedelta(days=6)  # a document that had no text yet is asked for again in next week's run


def wanted_details(session: Session, source: str, *, now: datetime) -> list[dict[str, Any]]:
    """Return the items that a source of details is to be asked for, newest first; none for any other source."""
    reader = find_source(source)
    if not reader.details_of:
        return []
    relevant = items_wanting_detail(
        session,
        reader.details_of,
        min_relevance=LEAST_RELEVANCE,
        changed_since=now - RECENT,
        empty_before=now - EMPTY,
    )
    chosen = islice((stored.item for stored in relevant if reader.has_detail(stored.item)), MOST)
    return [{"source": item.source, "key": item.key, "url": item.url} for item in chosen]


def nothing_wanted(store: Store, source: str, *, now: datetime) -> Run:
    """Return the run of a source that had nothing to be asked for: no process, and no fault."""
    run = begin(store, "collect", source, now=now)
    return end(
        store,
        Run(
            id=run.id,
            step=run.step,
            subject=source,
            started_at=run.started_at,
            outcome=Outcome.COMPLETE,
            state=SourceState.WORKING,
            counts={"read": 0},
        ),
        now=now,
    )
