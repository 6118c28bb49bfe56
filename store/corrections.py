"""Corrections: what each municipality has taught, every version that can still be gone back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from store.tables import CorrectionRow
from store.types import StoredCorrection
from store.writing import add, core_table

KEPT = 20  # versions per municipality; a busy one makes that many in a week, each up to a megabyte


def save_correction(session: Session, correction: StoredCorrection) -> None:
    """Make this the municipality's active correction; the one before is replaced, the oldest are thrown away."""
    retire_correction(session, correction.municipality)
    names = [column.name for column in core_table(CorrectionRow).c]
    add(session, CorrectionRow, [{name: getattr(correction, name) for name in names}])
    old = list(session.scalars(_ids(correction.municipality).where(CorrectionRow.state == "replaced").offset(KEPT)))
    session.execute(delete(CorrectionRow).where(CorrectionRow.id.in_(old)))


def retire_correction(session: Session, municipality: str) -> None:
    """Let the shared assessment stand alone; what was in use can be gone back to."""
    session.execute(
        update(CorrectionRow)
        .where(CorrectionRow.municipality == municipality, CorrectionRow.state == "active")
        .values(state="replaced")
    )


def active_correction(session: Session, municipality: str) -> StoredCorrection | None:
    """Return the correction in use, None when the shared assessment stands alone."""
    query = select(CorrectionRow).where(CorrectionRow.municipality == municipality, CorrectionRow.state == "active")
    row = session.scalar(query.order_by(CorrectionRow.made_at.desc(), CorrectionRow.id).limit(1))
    return None if row is None else _correction(row)


def list_corrections(session: Session, municipality: str) -> list[StoredCorrection]:
    """Return every version that is kept, newest first, without what it taught: that is read one at a time."""
    columns = [column for column in core_table(CorrectionRow).c if column.name != "payload"]
    query = select(*columns).where(CorrectionRow.municipality == municipality).order_by(*_NEWEST_FIRST)
    return [StoredCorrection(payload=b"", **row) for row in session.execute(query).mappings()]


def roll_back(session: Session, municipality: str, to: StoredCorrection | None, *, now: datetime) -> int:
    """Use an earlier version again, or none; labels given since it was made are left out from now on.

    Returns how many versions were set aside by it.
    """
    later = [
        row.id
        for row in list_corrections(session, municipality)
        if row.state != "rolled_back" and (to is None or (row.made_at, row.id) > (to.made_at, to.id))
    ]
    session.execute(
        update(CorrectionRow)
        .where(CorrectionRow.id.in_(later))
        .values(state="rolled_back", forgotten_from=to.made_at if to else None, forgotten_until=now)
    )
    if to is not None:
        session.execute(update(CorrectionRow).where(CorrectionRow.id == to.id).values(state="active"))
    return len(later)


def forget_rollbacks(session: Session, municipality: str) -> None:
    """Let all labels count again, also those that a rollback left out."""
    session.execute(
        update(CorrectionRow)
        .where(CorrectionRow.municipality == municipality)
        .values(forgotten_from=None, forgotten_until=None)
    )


_NEWEST_FIRST = (CorrectionRow.made_at.desc(), CorrectionRow.id.desc())


def _ids(municipality: str) -> Select[str]:
    return select(CorrectionRow.id).where(CorrectionRow.municipality == municipality).order_by(*_NEWEST_FIRST)


def _correction(row: CorrectionRow) -> StoredCorrection:
    return StoredCorrection(
        id=row.id,
        municipality=row.municipality,
        made_at=row.made_at,
        assessor=row.assessor,
        labels=row.labels,
        labels_hash=row.labels_hash,
        payload=row.payload,
        state=row.state,
        forgotten_from=row.forgotten_from,
        forgotten_until=row.forgotten_until,
    )
