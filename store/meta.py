"""Single facts about the installation, by name."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import MetaRow
from store.writing import upsert


def get_meta(session: Session, name: str) -> str | None:
    """Return the value of the name, or None."""
    return session.scalar(select(MetaRow.value).where(MetaRow.name == name))


def set_meta(session: Session, name: str, value: str) -> None:
    """Keep the value under the name."""
    upsert(session, MetaRow, [{"name": name, "value": value}])


def list_meta(session: Session, prefix: str) -> dict[str, str]:
    """Return every value whose name begins so, by name."""
    query = select(MetaRow.name, MetaRow.value).where(MetaRow.name.startswith(prefix, autoescape=True))
    return {row.name: row.value for row in session.execute(query)}


def installation_id(session: Session) -> str:
    """Return the 32 hex digits that tell this installation from others; made with the database, never changed."""
    return get_meta(session, "installation_id") or ""
