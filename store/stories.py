"""Stories: which items tell the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store.among import is_among
from store.item_rows import COLUMNS, Key, item_ids, rows_by_key
from store.tables import ItemRow, StoryMemberRow, StoryRow
from store.types import Story
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


def list_stories(session: Session, *, since: datetime | None = None) -> list[Story]:
    """Return the stories saved at or after the moment, or all, members in their order."""
    query = (
        select(StoryMemberRow.story_id, ItemRow.source, ItemRow.key)
        .join(ItemRow, ItemRow.id == StoryMemberRow.item_id)
        .join(StoryRow, StoryRow.id == StoryMemberRow.story_id)
        .order_by(StoryMemberRow.story_id, StoryMemberRow.position)
    )
    if since is not None:
        query = query.where(StoryRow.changed_at >= since)
    members: dict[str, list[Key]] = {}
    for story_id, source, key in session.execute(query):
        members.setdefault(story_id, []).append((source, key))
    return [Story(id=story_id, members=tuple(keys)) for story_id, keys in members.items()]


def count_stories(session: Session, *, fewest: int = 1) -> int:
    """Return how many stories have at least `fewest` members: 2 counts only what more than one item tells."""
    sizes = select(StoryMemberRow.story_id).group_by(StoryMemberRow.story_id).having(func.count() >= fewest).subquery()
    return session.scalar(select(func.count()).select_from(sizes)) or 0
