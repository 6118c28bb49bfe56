"""Publications: the items that residents are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import PublicationRow
from store.types import Publication
from store.writing import upsert


def save_publication(session: Session, publication: Publication) -> None:
    """Keep the publication; the one with the same id is replaced."""
    row = {
        "id": publication.id,
        "municipality": publication.municipality,
        "source": publication.source,
        "key": publication.key,
        "meaning": storable(publication.meaning),
        "published_at": publication.published_at,
        "changed_at": publication.changed_at,
        "by": storable(publication.by),
        "shows_actions": publication.shows_actions,
        "withdrawn_at": publication.withdrawn_at,
    }
    upsert(session, PublicationRow, [row])


def withdraw_publication(session: Session, publication_id: str, now: datetime) -> None:
    """Show the item to residents no more; what was written of it is kept."""
    named = update(PublicationRow).where(PublicationRow.id == publication_id, PublicationRow.withdrawn_at.is_(None))
    session.execute(named.values(withdrawn_at=now, changed_at=now))


def get_publication(session: Session, publication_id: str) -> Publication | None:
    """Return the publication, withdrawn or not."""
    row = session.get(PublicationRow, publication_id, populate_existing=True)
    return _publication(row) if row else None


def list_publications(
    session: Session,
    municipality: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> list[Publication]:
    """Return what is shown and was published from `since` until before `until`, newest first."""
    query = _shown(select(PublicationRow), municipality)
    if since:
        query = query.where(PublicationRow.published_at >= since)
    if until:
        query = query.where(PublicationRow.published_at < until)
    query = query.order_by(PublicationRow.published_at.desc(), PublicationRow.id).limit(limit)
    return [_publication(row) for row in session.scalars(query)]


def moments_published(session: Session, municipality: str) -> list[datetime]:
    """Return when each publication that is shown was published, newest first."""
    query = _shown(select(PublicationRow.published_at), municipality)
    return list(session.scalars(query.order_by(PublicationRow.published_at.desc())))


def _shown(query: Any, municipality: str) -> Any:
    return query.where(PublicationRow.municipality == municipality, PublicationRow.withdrawn_at.is_(None))


def _publication(row: Any) -> Publication:
    return Publication(
        id=row.id,
        municipality=row.municipality,
        source=row.source,
        key=row.key,
        meaning=row.meaning,
        published_at=row.published_at,
        changed_at=row.changed_at,
        by=row.by,
        shows_actions=row.shows_actions,
        withdrawn_at=row.withdrawn_at,
    )
