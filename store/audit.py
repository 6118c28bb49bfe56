"""The audit log: who did what, added to and never changed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import AuditRow
from store.types import AuditEntry
from store.writing import add


def note(session: Session, entry: AuditEntry) -> None:
    """Add the entry, in the same transaction as what it tells of."""
    row = {
        "at": entry.at,
        "account_id": entry.account_id,
        "role": entry.role,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
        "municipality": entry.municipality,
    }
    add(session, AuditRow, [row])


def list_audit(
    session: Session, *, limit: int = 100, offset: int = 0, action: str = "", municipality: str = ""
) -> list[AuditEntry]:
    """Return the entries, newest first; `action` is the beginning of those wanted, such as "account.".

    When a municipality is named, only what concerns it is returned, and nothing of the installation as a whole.
    """
    query = select(AuditRow).order_by(AuditRow.at.desc(), AuditRow.id.desc()).limit(limit).offset(offset)
    if action:
        query = query.where(AuditRow.action.startswith(action, autoescape=True))
    if municipality:
        query = query.where(AuditRow.municipality == municipality)
    return [
        AuditEntry(
            at=row.at,
            account_id=row.account_id,
            role=row.role,
            action=row.action,
            subject=row.subject,
            detail=row.detail,
            municipality=row.municipality,
        )
        for row in session.scalars(query)
    ]
