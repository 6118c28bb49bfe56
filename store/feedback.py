"""Feedback: what contact persons have answered, all of it kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import DigestRow, FeedbackRow
from store.types import Answer, Feedback
from store.writing import add


def save_feedback(session: Session, feedback: Feedback) -> None:
    """Add the answer; earlier ones on the same item stay as history, the last counts."""
    row = {
        "digest_id": feedback.digest_id,
        "source": feedback.source,
        "key": feedback.key,
        "answer": feedback.answer.value,
        "at": feedback.at,
        "unit": feedback.unit,
        "passed_to": feedback.passed_to,
        "note": storable(feedback.note),
    }
    add(session, FeedbackRow, [row])


def list_feedback(
    session: Session, *, digest_id: str | None = None, since: datetime | None = None, municipality: str | None = None
) -> list[Feedback]:
    """Return the answers given at or after the moment, in the order they were given."""
    query = select(FeedbackRow).order_by(FeedbackRow.at, FeedbackRow.id)
    if municipality is not None:
        query = query.join(DigestRow, DigestRow.id == FeedbackRow.digest_id)
        query = query.where(DigestRow.municipality == municipality)
    if digest_id is not None:
        query = query.where(FeedbackRow.digest_id == digest_id)
    if since is not None:
        query = query.where(FeedbackRow.at >= since)
    return [_feedback(row) for row in session.scalars(query)]


def newest_answers(session: Session, *, since: datetime) -> dict[str, datetime]:
    """Return when anybody in each municipality that has answered since then did so last."""
    newest = select(DigestRow.municipality, func.max(FeedbackRow.at)).where(FeedbackRow.at >= since)
    newest = newest.join(DigestRow, DigestRow.id == FeedbackRow.digest_id).group_by(DigestRow.municipality)
    return {row[0]: row[1] for row in session.execute(newest)}


def _feedback(row: FeedbackRow) -> Feedback:
    return Feedback(
        digest_id=row.digest_id,
        source=row.source,
        key=row.key,
        answer=Answer(row.answer),
        at=row.at,
        unit=row.unit,
        passed_to=row.passed_to,
        note=row.note,
    )
