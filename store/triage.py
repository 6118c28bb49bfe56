"""What triage asks of several tables at once: what has been told, and whether anything has changed since a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from store.item_rows import Key
from store.tables import (
    ContactStateRow,
    CorrectionRow,
    DigestEntryRow,
    DigestRow,
    ExplorationRow,
    FeedbackRow,
    ItemRow,
    RunRow,
    StoryMemberRow,
    VerdictRow,
)
from store.types import DigestState
from store.writing import chunks


def last_digest_at(session: Session, municipality: str) -> datetime | None:
    """Return when the municipality's newest digest was frozen."""
    return session.scalar(select(func.max(DigestRow.created_at)).where(DigestRow.municipality == municipality))


def last_told(session: Session, municipality: str, keys: Sequence[Key]) -> dict[Key, datetime]:
    """Return when any reader was last told of each of the items that some reader was told of."""
    by_source: dict[str, list[str]] = {}
    for source, key in keys:
        by_source.setdefault(source, []).append(key)
    found: dict[Key, datetime] = {}
    for source, names in by_source.items():
        for some in chunks(names):
            query = (
                select(DigestEntryRow.key, func.max(DigestRow.created_at))
                .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
                .where(DigestEntryRow.source == source, DigestEntryRow.key.in_(some))
                .where(DigestRow.municipality == municipality)
                .group_by(DigestEntryRow.key)
            )
            found.update({(source, key): moment for key, moment in session.execute(query)})
    return found


def week_mark(session: Session, municipality: str) -> tuple[object, ...]:
    """Return a value that is another one when runs, digests, explorations or what was learnt are."""
    # One by one, since each is then the end of an index.
    runs = (session.scalar(select(func.max(RunRow.id))), session.scalar(select(func.max(RunRow.ended_at))))
    digests = select(func.count(), func.max(DigestRow.created_at)).where(DigestRow.municipality == municipality)
    learned = select(func.max(CorrectionRow.made_at)).where(CorrectionRow.municipality == municipality)
    explored = select(func.count(), func.max(ExplorationRow.chosen_at))
    picked = explored.where(ExplorationRow.municipality == municipality)
    return (*runs, *session.execute(digests).one(), session.scalar(learned), *session.execute(picked).one())


def letters_mark(session: Session, municipality: str) -> tuple[object, ...]:
    """Return a value that is another one when anything is that the week's letters are made of."""
    verdicts = select(func.max(VerdictRow.id)).where(VerdictRow.municipality == municipality)
    states = select(func.count(), func.max(ContactStateRow.since)).where(ContactStateRow.municipality == municipality)
    answers = session.scalar(select(func.max(FeedbackRow.id)))
    reached = session.execute(states).one()
    return (*week_mark(session, municipality), session.scalar(verdicts), answers, *reached)


@dataclass(frozen=True, slots=True)
class Telling:
    """That a reader was told of an item in a digest."""

    digest_id: str
    week: str
    contact: str
    units: tuple[str, ...]
    state: DigestState
    at: datetime


def tellings(session: Session, municipality: str, source: str, key: str) -> list[Telling]:
    """Return every digest in which a reader was told of the item, the newest first."""
    query = (
        select(DigestRow)
        .join(DigestEntryRow, DigestRow.id == DigestEntryRow.digest_id)
        .options(load_only(DigestRow.week, DigestRow.contact, DigestRow.units, DigestRow.state, DigestRow.created_at))
        .where(DigestEntryRow.source == source, DigestEntryRow.key == key, DigestRow.municipality == municipality)
        .order_by(DigestRow.created_at.desc(), DigestRow.contact)
    )
    return [
        Telling(row.id, row.week, row.contact, tuple(row.units), DigestState(row.state), row.created_at)
        for row in session.scalars(query)
    ]


def story_members(session: Session, story: str) -> list[Key]:
    """Return the items that tell the story, the shown one first."""
    query = (
        select(ItemRow.source, ItemRow.key)
        .join(StoryMemberRow, StoryMemberRow.item_id == ItemRow.id)
        .where(StoryMemberRow.story_id == story)
        .order_by(StoryMemberRow.position)
    )
    return [(source, key) for source, key in session.execute(query)]
