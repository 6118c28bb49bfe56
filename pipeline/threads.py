"""Threads: read what each new or changed item is tied to, and join those about one matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crawlers.dates import STOCKHOLM
from nlp.matters import RULES, read_matter
from nlp.threads import Key, join
from store.collector import collector_paused
from store.db import Store
from store.threads import (
    entries_around,
    items_without_reading,
    keys_around,
    may_be_tied,
    save_readings,
    save_threads,
    threads_of,
)
from store.types import StoredItem

BATCH = 1000  # items per transaction: their texts take some 20 MB


def join_threads(store: Store, *, now: datetime) -> int:
    """Read every item that is new or changed, relevant or not, and join the matters it touches; return their number.

    Relevance does not matter here: the proposal that nobody was shown is what makes the act a new stage.
    """
    threads = 0
    last: Key | None = None
    while True:
        with store.reading() as session, collector_paused():
            waiting = items_without_reading(session, RULES, limit=BATCH, after=last)
        if not waiting:
            return threads
        threads += _read_and_join(store, waiting, now)
        last = waiting[-1].item.source, waiting[-1].item.key


@collector_paused()
def _read_and_join(store: Store, waiting: Sequence[StoredItem], now: datetime) -> int:
    entries = [read_matter(s.item, s.first_seen.astimezone(STOCKHOLM).date()) for s in waiting]
    with store.session() as session:
        keys = may_be_tied(session, entries)
        # Looked up before and after: a number that is gone leads only from what was read earlier.
        left = keys_around(session, keys)
        save_readings(session, entries, RULES)
        around = entries_around(session, [*left, *keys])
        looked_at = [(entry.source, entry.key) for entry in around]
        existing = {key: thread.id for key, thread in threads_of(session, looked_at).items()}
        found = join(around, existing)
        save_threads(session, found, looked_at, now=now)
    return len(found)
