"""Saved searches: words and filters under a name, for one municipality."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import SavedSearchRow
from store.types import SavedSearch
from store.writing import upsert


def save_search(session: Session, saved: SavedSearch) -> None:
    """Keep the search; another with the same name is replaced."""
    row = {
        "municipality": saved.municipality,
        "name": storable(saved.name),
        "query": storable(dict(saved.query)),
        "created_at": saved.created_at,
    }
    upsert(session, SavedSearchRow, [row])


def remove_search(session: Session, municipality: str, name: str) -> None:
    """Forget the search with that name, if there is one."""
    named = (SavedSearchRow.municipality == municipality) & (SavedSearchRow.name == name)
    session.execute(delete(SavedSearchRow).where(named))


def list_searches(session: Session, municipality: str) -> list[SavedSearch]:
    """Return the municipality's searches by name."""
    query = select(SavedSearchRow).where(SavedSearchRow.municipality == municipality).order_by(SavedSearchRow.name)
    return [
        SavedSearch(municipality=row.municipality, name=row.name, query=row.query, created_at=row.created_at)
        for row in session.scalars(query)
    ]
