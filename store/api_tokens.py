"""Keys to the HTTP API: made, found by their digest, revoked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import ApiTokenRow
from store.types import ApiToken, Role
from store.writing import add


def add_token(session: Session, token: ApiToken) -> None:
    """Keep a new key."""
    row = {
        "id": token.id,
        "name": storable(token.name),
        "role": token.role.value,
        "digest": token.digest,
        "created_at": token.created_at,
        "municipality": token.municipality,
    }
    add(session, ApiTokenRow, [row])


def token_with(session: Session, digest: str) -> ApiToken | None:
    """Return the key with the digest, unless it is revoked."""
    query = select(ApiTokenRow).where(ApiTokenRow.digest == digest, ApiTokenRow.revoked_at.is_(None))
    row = session.scalars(query).one_or_none()
    return _token(row) if row else None


def list_tokens(session: Session, municipality: str = "") -> list[ApiToken]:
    """Return every key, or those bound to one municipality, the revoked ones last, each group by name."""
    query = select(ApiTokenRow).order_by(ApiTokenRow.revoked_at.is_not(None), ApiTokenRow.name, ApiTokenRow.id)
    if municipality:
        query = query.where(ApiTokenRow.municipality == municipality)
    return [_token(row) for row in session.scalars(query)]


def mark_used(session: Session, token_id: str, day: date) -> None:
    """Keep the day on which the key was last used."""
    session.execute(update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(last_used=day))


def set_token_municipality(session: Session, token_id: str, municipality: str) -> None:
    """Bind the key to the municipality, or to none with ""."""
    session.execute(update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(municipality=municipality))


def revoke_token(session: Session, token_id: str, now: datetime, municipality: str = "") -> bool:
    """Let the key open nothing from now on; False when there is none, or it is revoked already.

    When a municipality is named, only a key that is bound to it is revoked.
    """
    known = select(ApiTokenRow.id).where(ApiTokenRow.id == token_id, ApiTokenRow.revoked_at.is_(None))
    if municipality:
        known = known.where(ApiTokenRow.municipality == municipality)
    if session.scalar(known) is None:
        return False
    session.execute(update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(revoked_at=now))
    return True


def _token(row: Any) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        digest=row.digest,
        created_at=row.created_at,
        last_used=row.last_used,
        revoked_at=row.revoked_at,
        municipality=row.municipality,
    )
