"""Assess: read every item that has no assessment of its present text, and join those that belong together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nlp.assessor import Assessor
from nlp.stacking import Assessing, StackedAssessor
from nlp.stories import StoryEntry, group
from pipeline.engine import LOCAL, Engine
from pipeline.record import begin, complete
from pipeline.threads import join_threads
from store.assessments import save_assessments
from store.collector import collector_paused
from store.db import Store
from store.details import get_details, with_detail
from store.errors import ModelMismatch
from store.items import count_without_assessment, items_without_assessment
from store.stories import Telling, recent_tellings, save_stories, stories_with
from store.types import Assessment, Item, Run, StoredItem

BATCH = 500  # items per transaction; an interrupted assessment loses at most this much work
STORY_WINDOW = timedelta(days=60)  # how long after its first member a story takes in new ones
FEWEST_RELEVANCE = 0.1  # what nobody will be shown need not be compared with everything else

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class AssessItems:
    """The assessing of some items, for an engine."""

    version: str
    waits: bool = False

    def ready(self) -> Callable[[Sequence[Item]], list[Assessment]]:
        """Load the shared assessor; raises ModelMismatch when it is another one than is asked for."""
        assessor = Assessor.load()
        if assessor.version != self.version:
            raise ModelMismatch(f"bedömaren är {assessor.version}, inte {self.version} som skulle användas")
        return assessor.assess


def assess(
    store: Store, assessor: Assessing, *, now: datetime, progress: Progress | None = None, engine: Engine = LOCAL
) -> Run:
    """Assess what is new or changed, or was assessed with other knowledge, then join; return the ended run.

    The engine reads, this process writes: each batch in a transaction of its own, so that what is cut off goes on.
    """
    run = begin(store, "assess", now=now)
    total = _number_waiting(store, assessor.version) if progress else 0  # to count them is to look through all items
    done = 0
    while passed := _assess_all(store, assessor, engine, now, _Told(done, total, progress)):
        done += passed  # and once more: what changed meanwhile
    stories = join_stories(store, now=now)
    threads = join_threads(store, now=now)
    return complete(store, run, now=now, counts={"assessed": done, "stories": stories, "threads": threads})


def _number_waiting(store: Store, version: str) -> int:
    with store.reading() as session:
        return count_without_assessment(session, version)


@dataclass(frozen=True, slots=True)
class _Told:
    """Tells how far it has come."""

    before: int
    total: int
    progress: Progress | None

    def of(self, number: int) -> None:
        """Tell that so many more are done."""
        if self.progress:
            self.progress(self.before + number, self.total)


def _assess_all(store: Store, assessor: Assessing, engine: Engine, now: datetime, told: _Told) -> int:
    """Assess everything that waits, once, and return how much it was."""
    # An encoder lies on this machine alone, and is quick: it is laid on here.
    inner = assessor.inner if isinstance(assessor, StackedAssessor) else assessor
    under_way: deque[_Batch] = deque()
    done = 0

    def texts() -> Iterator[list[Item]]:
        for batch in _waiting(store, assessor.version):
            under_way.append(batch)
            yield batch.read

    for said in engine.map(AssessItems(inner.version), texts(), loaded=inner.assess):
        batch = under_way.popleft()
        if isinstance(assessor, StackedAssessor):
            said = assessor.lay_on(batch.read, said)
        # Of the item as its list tells it: what is fetched of it has its own way of asking for a new assessment.
        assessments = [
            assessment
            if assessment.content_hash == stored.content_hash
            else replace(assessment, content_hash=stored.content_hash)
            for stored, assessment in zip(batch.stored, said, strict=True)
        ]
        with store.session() as session, collector_paused():
            save_assessments(session, assessments, now=now)
        done += len(assessments)
        told.of(done)
    return done


@dataclass(frozen=True, slots=True)
class _Batch:
    """Items that wait, and each as it is read: with what was fetched of it."""

    stored: list[StoredItem]
    read: list[Item]


def _waiting(store: Store, version: str) -> Iterator[_Batch]:
    last = None
    while True:
        with store.reading() as session, collector_paused():
            waiting = items_without_assessment(session, version, limit=BATCH, after=last)
            details = get_details(session, [(stored.item.source, stored.item.key) for stored in waiting])
        if not waiting:
            return
        last = waiting[-1].item.source, waiting[-1].item.key
        yield _Batch(waiting, [with_detail(s.item, details.get((s.item.source, s.item.key))) for s in waiting])


@collector_paused()
def join_stories(store: Store, *, now: datetime) -> int:
    """Join the items of the last weeks that tell the same thing; return how many stories there are among them.

    An item that has not changed keeps its story, so that running this again changes nothing.
    """
    with store.reading() as session:
        recent = recent_tellings(session, min_relevance=FEWEST_RELEVANCE, since=now - STORY_WINDOW)
        # With their older members, or those would fall out of the stories they are in.
        known = stories_with(session, [telling.number for telling in recent])
    stories = group(
        [_entry(telling) for telling in recent], {key: story.id for story in known for key in story.members}
    )
    with store.session() as session:
        save_stories(session, stories, now=now)
    return len(stories)


def _entry(telling: Telling) -> StoryEntry:
    return StoryEntry(
        source=telling.source,
        key=telling.key,
        title=telling.title,
        text=telling.text,
        published=telling.day,
        language=telling.language,
        references=telling.references,
        kind=telling.kind,
    )
