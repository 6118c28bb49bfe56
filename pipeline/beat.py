"""The schedule's sign of life in the database: noted at every waking, and while a long step is watched over."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.db import Session, Store
from store.meta import get_meta, set_meta

BEAT = "schedule.beat"
EVERY = timedelta(minutes=5)
DEAD_AFTER = 3 * EVERY  # one may be lost to a writer that took long


def note_beat(store: Store, now: datetime) -> None:
    """Note that the schedule is alive."""
    with store.session() as session:
        set_meta(session, BEAT, now.isoformat())


def last_beat(session: Session) -> datetime | None:
    """Return when the schedule was last alive, None when it has never been kept."""
    said = get_meta(session, BEAT)
    return datetime.fromisoformat(said) if said else None
