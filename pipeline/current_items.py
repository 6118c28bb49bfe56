"""The items that are current, with their stories, threads and changes: read once for all that one step serves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from nlp.learning import Correction
from nlp.learning_pool import Pool
from pipeline.candidate import KINDS_ONE_ANSWERS, Candidate, ItemId
from pipeline.currency import LONGEST_CATCH_UP, Week, is_current
from pipeline.learned import least_shared, shared_reader
from store.assessments import iter_assessed
from store.db import Session
from store.items import events_since
from store.stories import story_of
from store.threads import threads_of
from store.types import Assessment, Kind, Revision, StoredItem, Thread

EVENTS_KEPT = timedelta(days=400)  # a call is announced up to a year before it closes
OTHER_KINDS = tuple(kind for kind in Kind if kind not in KINDS_ONE_ANSWERS)

Pair = tuple[StoredItem, Assessment]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an item; the same for every municipality."""

    story: str | None = None
    thread: Thread | None = None
    revisions: tuple[Revision, ...] = ()


@dataclass(slots=True)
class _Read:
    now: datetime
    least: float
    pairs: dict[ItemId, Pair]
    around: dict[ItemId, Around]
    revisions: Mapping[ItemId, tuple[Revision, ...]] | None = None
    pool: Pool | None = None
    order: Sequence[ItemId] = ()  # of the pool's items


class CurrentItems:
    """Reads for the first that asks and remembers it for the others of the same moment; threads may share one.

    Make one for a step that serves several municipalities, and no longer: what is written after the first has asked
    counts from the next step. `keep_texts` is for who asks again and again, as the page does, each time with a new one.
    """

    def __init__(self, *, keep_texts: bool = False) -> None:
        self._lock = Lock()
        self._kept: _Read | None = None
        self._keep_texts = keep_texts

    def pairs(self, session: Session, least: float, week: Week) -> dict[ItemId, Pair]:
        """Return current items that are at least so relevant, with their assessments, newest first."""
        with self._lock:
            kept = self._read(session, least, week)
        return {item: pair for item, pair in kept.pairs.items() if pair[1].relevance >= least}

    def reached(
        self, session: Session, least: float, week: Week, correction: Correction | None
    ) -> tuple[dict[ItemId, Pair], Pool | None]:
        """Return the current items that may be so relevant when corrected, and what knows their rows."""
        if correction is None:
            return self.pairs(session, least, week), None
        shared = least_shared(least, correction)
        with self._lock:
            kept = self._read(session, shared, week)
            if kept.pool is None:
                told = [(stored.item, assessment) for stored, assessment in kept.pairs.values()]
                kept.pool, kept.order = Pool(told, shared_reader(), keep=self._keep_texts), list(kept.pairs)
            pool = kept.pool
        found = (kept.order[number] for number in pool.reached(correction, least))
        return {item: kept.pairs[item] for item in found if kept.pairs[item][1].relevance >= shared}, pool

    def relevances(
        self, session: Session, least: float, week: Week, correction: Correction | None
    ) -> Iterator[tuple[ItemId, float]]:
        """Yield the current items that are so relevant when corrected, each with its relevance."""
        pairs, pool = self.reached(session, least, week, correction)
        if correction is None or pool is None:
            yield from ((item, pair[1].relevance) for item, pair in pairs.items())
            return
        moved = pool.relevances([(stored.item, assessment) for stored, assessment in pairs.values()], correction)
        yield from ((item, relevance) for item, relevance in zip(pairs, moved, strict=True) if relevance >= least)

    def _read(self, session: Session, least: float, week: Week) -> _Read:
        """Return what has been read, anew when it is of another moment or less than is asked for."""
        kept = self._kept
        if kept is None or kept.now != week.now or kept.least > least:
            kept = self._kept = _Read(week.now, least, read_current(session, least, week), {})
        return kept

    def around(self, session: Session, items: Collection[ItemId], week: Week) -> dict[ItemId, Around]:
        """Return what stands around each of the items at the week's moment."""
        with self._lock:
            kept = self._kept
            if kept is None or kept.now != week.now:
                return read_around(session, items, changes_until(session, week))
            if kept.revisions is None:
                kept.revisions = changes_until(session, week)
            if new := [item for item in items if item not in kept.around]:
                kept.around |= read_around(session, new, kept.revisions)
            return {item: kept.around[item] for item in items}


def read_current(session: Session, least: float, week: Week) -> dict[ItemId, Pair]:
    """Return current items; the store is asked only for what can be current, not for years of old news."""
    since = week.now - LONGEST_CATCH_UP - timedelta(days=1)
    found = {}
    for pairs in (
        iter_assessed(session, min_relevance=least, kinds=KINDS_ONE_ANSWERS, since=since, open_on=week.today),
        iter_assessed(session, min_relevance=least, kinds=OTHER_KINDS, since=since),
    ):
        for stored, assessment in pairs:
            if is_current(Candidate(stored=stored, assessment=assessment), week):
                found[stored.item.source, stored.item.key] = (stored, assessment)
    return found


def changes_until(session: Session, week: Week) -> dict[ItemId, tuple[Revision, ...]]:
    """Return the changes of each item that readers are to hear of, as of the week's moment."""
    found: dict[ItemId, tuple[Revision, ...]] = {}
    for revision in events_since(session, week.now - EVENTS_KEPT):
        if revision.seen_at <= week.now:
            item = (revision.source, revision.key)
            found[item] = (*found.get(item, ()), revision)
    return found


def read_around(
    session: Session, items: Collection[ItemId], revisions: Mapping[ItemId, tuple[Revision, ...]]
) -> dict[ItemId, Around]:
    """Return the story, thread and changes of each of the items."""
    keys = list(items)
    stories, threads = story_of(session, keys), threads_of(session, keys)
    return {item: Around(stories.get(item), threads.get(item), revisions.get(item, ())) for item in keys}
