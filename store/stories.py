"""Stories: which items tell the same thing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store.among import is_among
from store.item_rows import COLUMNS, Key, item_ids, rows_by_key
from store.tables import AssessmentRow, ItemRow, StoryMemberRow, StoryRow
from store.types import Kind, Reference, Story
from store.writing import add, chunks, upsert


def save_stories(session: Session, stories: Sequence[Story], *, now: datetime) -> None:
    """Keep these stories with exactly these members; a member leaves the story it was in, and empty stories go."""
    latest = {story.id: story for story in stories}
    for some in chunks(list(latest.values())):
        members = [key for story in some for key in story.members]
        ids = item_ids(session, members)
        names = [story.id for story in some]
        left = _leave(session, names, list(ids.values()))
        upsert(session, StoryRow, [{"id": name, "changed_at": now} for name in names])
        rows = {
            ids[key]: {"item_id": ids[key], "story_id": story.id, "position": position}
            for story in some
            for position, key in enumerate(story.members)
        }
        add(session, StoryMemberRow, list(rows.values()))
        _remove_empty(session, [*left, *names])


def _leave(session: Session, names: Sequence[str], ids: Sequence[int]) -> list[str]:
    """Take these items out of the stories they were in, empty the named stories, and return all that lost members."""
    left: set[str] = set()
    for some in chunks(ids):
        gone = (
            delete(StoryMemberRow)
            .where(is_among(session, StoryMemberRow.item_id, some))
            .returning(StoryMemberRow.story_id)
        )
        left.update(session.execute(gone).scalars())
    session.execute(delete(StoryMemberRow).where(is_among(session, StoryMemberRow.story_id, names)))
    return sorted(left)


def _remove_empty(session: Session, names: Sequence[str]) -> None:
    for some in chunks(names):
        has_member = select(StoryMemberRow.item_id).where(StoryMemberRow.story_id == StoryRow.id).exists()
        session.execute(delete(StoryRow).where(is_among(session, StoryRow.id, some), ~has_member))


def story_of(session: Session, keys: Sequence[Key]) -> dict[Key, str]:
    """Return the story id of each of the items that is in a story."""
    keys_by_id = {
        row.id: (row.source, row.key) for row in rows_by_key(session, keys, COLUMNS.id, COLUMNS.source, COLUMNS.key)
    }
    found = {}
    for some in chunks(list(keys_by_id)):
        query = select(StoryMemberRow.item_id, StoryMemberRow.story_id).where(
            is_among(session, StoryMemberRow.item_id, some)
        )
        found.update({keys_by_id[number]: story for number, story in session.execute(query)})
    return found


@dataclass(frozen=True, slots=True)
class Telling:
    """What of an item shows whether it tells the same as another, and its number in the store."""

    number: int
    source: str
    key: str
    kind: Kind
    title: str
    text: str
    day: date
    language: str  # as it was read, not as the source has it
    references: tuple[Reference, ...]


_TOLD = [COLUMNS[name] for name in ("id", "source", "key", "kind", "title", "text", "published", "first_seen", "refs")]


def recent_tellings(session: Session, *, min_relevance: float, since: datetime) -> list[Telling]:
    """Return what the assessed items tell that were first seen or changed at the moment or later, in no order."""
    query = (
        select(*_TOLD, AssessmentRow.language)
        .join(AssessmentRow, AssessmentRow.item_id == COLUMNS.id)
        .where(AssessmentRow.relevance >= min_relevance, COLUMNS.changed_at >= since)
    )
    return [
        Telling(number, source, key, _KINDS[kind], title, text, day or seen.date(), language, _references(rows))
        for number, source, key, kind, title, text, day, seen, rows, language in session.connection().execute(query)
    ]


_KINDS = {kind.value: kind for kind in Kind}


def _references(rows: Sequence[Sequence[str]]) -> tuple[Reference, ...]:
    return tuple(Reference(*row) for row in rows)


def stories_with(session: Session, numbers: Collection[int]) -> list[Story]:
    """Return the stories that one of these items is in, with all their members."""
    names: set[str] = set()
    for some in chunks(sorted(numbers)):
        query = select(StoryMemberRow.story_id).where(is_among(session, StoryMemberRow.item_id, some))
        names.update(session.scalars(query))
    return [
        story for some in chunks(sorted(names)) for story in _stories(session, is_among(session, StoryRow.id, some))
    ]


def list_stories(session: Session, *, since: datetime | None = None) -> list[Story]:
    """Return the stories saved at or after the moment, or all, members in their order."""
    return _stories(session, *([] if since is None else [StoryRow.changed_at >= since]))


def _stories(session: Session, *conditions: Any) -> list[Story]:
    query = (
        select(StoryMemberRow.story_id, ItemRow.source, ItemRow.key)
        .join(ItemRow, ItemRow.id == StoryMemberRow.item_id)
        .join(StoryRow, StoryRow.id == StoryMemberRow.story_id)
        .where(*conditions)
        .order_by(StoryMemberRow.story_id, StoryMemberRow.position)
    )
    members: dict[str, list[Key]] = {}
    for story_id, source, key in session.execute(query):
        members.setdefault(story_id, []).append((source, key))
    return [Story(id=story_id, members=tuple(keys)) for story_id, keys in members.items()]


def count_stories(session: Session, *, fewest: int = 1) -> int:
    """Return how many stories have at least `fewest` members: 2 counts only what more than one item tells."""
    sizes = select(StoryMemberRow.story_id).group_by(StoryMemberRow.story_id).having(func.count() >= fewest).subquery()
    return session.scalar(select(func.count()).select_from(sizes)) or 0
