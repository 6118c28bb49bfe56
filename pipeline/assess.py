"""Assess: read every item that has no assessment of its present text, and join those that belong together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from nlp.stacking import Assessing
from nlp.stories import StoryEntry, group
from pipeline.record import begin, complete
from pipeline.threads import join_threads
from store.assessments import iter_assessed, save_assessments
from store.db import Store
from store.details import get_details, with_detail
from store.items import count_without_assessment, items_without_assessment
from store.stories import list_stories, save_stories
from store.types import Assessment, Run, StoredItem

BATCH = 500  # items per transaction; an interrupted assessment loses at most this much work
STORY_WINDOW = timedelta(days=60)  # how long after its first member a story takes in new ones
FEWEST_RELEVANCE = 0.1  # what nobody will be shown need not be compared with everything else

Progress = Callable[[int, int | None], None]


def assess(store: Store, assessor: Assessing, *, now: datetime, progress: Progress | None = None) -> Run:
    """Assess what is new or changed, or was assessed with other knowledge, then join; return the ended run."""
    run = begin(store, "assess", now=now)
    with store.reading() as session:
        total = count_without_assessment(session, assessor.version)
    done = 0
    while True:
        with store.reading() as session:
            waiting = items_without_assessment(session, assessor.version, limit=BATCH)
            details = get_details(session, [(stored.item.source, stored.item.key) for stored in waiting])
        if not waiting:
            break
        read = [with_detail(stored.item, details.get((stored.item.source, stored.item.key))) for stored in waiting]
        # Of the item as its list tells it: what is fetched of it has its own way of asking for a new assessment.
        assessments = [
            replace(assessment, content_hash=stored.content_hash)
            for stored, assessment in zip(waiting, assessor.assess(read), strict=True)
        ]
        with store.session() as session:
            save_assessments(session, assessments, now=now)
        done += len(waiting)
        if progress:
            progress(done, total)
    stories = join_stories(store, now=now)
    threads = join_threads(store, now=now)
    return complete(store, run, now=now, counts={"assessed": done, "stories": stories, "threads": threads})


def join_stories(store: Store, *, now: datetime) -> int:
    """Join the items of the last weeks that tell the same thing; return how many stories there are among them.

    An item that has not changed keeps its story, so that running this again changes nothing.
    """
    with store.reading() as session:
        recent = iter_assessed(session, min_relevance=FEWEST_RELEVANCE, since=now - STORY_WINDOW)
        entries = [story_entry(stored, assessment) for stored, assessment in recent]
        # With their older members, or those would fall out of the stories they are in.
        existing = {member: story.id for story in list_stories(session) for member in story.members}
    stories = group(entries, existing)
    with store.session() as session:
        save_stories(session, stories, now=now)
    return len(stories)


def story_entry(stored: StoredItem, assessment: Assessment) -> StoryEntry:
    """Return what the joining of stories looks at."""
    item = stored.item
    return StoryEntry(
        source=item.source,
        key=item.key,
        title=item.title,
        text=item.text,
        published=item.published or stored.first_seen.date(),
        language=assessment.language,
        references=item.references,
        kind=item.kind,
    )
