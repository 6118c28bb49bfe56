"""Logins that are open: begun, found and ended on the server."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from store.tables import WebSessionRow
from store.types import WebSession
from store.writing import add


def add_web_session(session: Session, opened: WebSession) -> None:
    """Keep a session that begins."""
    row = {
        "id": opened.id,
        "account_id": opened.account_id,
        "created_at": opened.created_at,
        "municipality": opened.municipality,
    }
    add(session, WebSessionRow, [row])


def get_web_session(session: Session, session_id: str) -> WebSession | None:
    """Return the session, unless it has ended."""
    row = session.get(WebSessionRow, session_id)
    if row is None:
        return None
    return WebSession(id=row.id, account_id=row.account_id, created_at=row.created_at, municipality=row.municipality)


def choose_municipality(session: Session, session_id: str, municipality: str) -> None:
    """Keep which municipality the session is shown."""
    session.execute(update(WebSessionRow).where(WebSessionRow.id == session_id).values(municipality=municipality))


def end_web_session(session: Session, session_id: str) -> None:
    """End the session."""
    session.execute(delete(WebSessionRow).where(WebSessionRow.id == session_id))


def end_web_sessions_of(session: Session, account_id: str) -> None:
    """End every session of the account."""
    session.execute(delete(WebSessionRow).where(WebSessionRow.account_id == account_id))


def end_web_sessions_before(session: Session, moment: datetime) -> None:
    """End every session begun before the moment."""
    session.execute(delete(WebSessionRow).where(WebSessionRow.created_at < moment))


def count_web_sessions(session: Session, account_id: str) -> int:
    """Return how many sessions of the account are open."""
    return len(session.scalars(select(WebSessionRow.id).where(WebSessionRow.account_id == account_id)).all())
