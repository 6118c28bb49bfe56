"""What has been kept long enough: counted, and removed so that numbers stay where persons go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from store.tables import (
    AuditRow,
    DeliveryRow,
    DetailRow,
    DigestEntryRow,
    DigestRow,
    FeedbackCountRow,
    FeedbackRow,
    ItemRow,
    RevisionRow,
    RunRow,
)
from store.types import DigestState, Kind
from store.writing import chunks, upsert

SETTLED = (DigestState.SENT, DigestState.REFUSED, DigestState.BOUNCED)


def count_feedback(session: Session, before: datetime) -> int:
    """Return how many answers were given before the moment and are still tied to a letter."""
    return _number(session, select(func.count()).select_from(FeedbackRow).where(FeedbackRow.at < before))


def forget_feedback(session: Session, before: datetime) -> int:
    """Turn answers given before the moment into counts per item and answer, which no letter or person hangs on."""
    rows = session.execute(
        select(DigestRow.municipality, FeedbackRow.source, FeedbackRow.key, FeedbackRow.answer, func.count())
        .join(DigestRow, DigestRow.id == FeedbackRow.digest_id)
        .where(FeedbackRow.at < before)
        .group_by(DigestRow.municipality, FeedbackRow.source, FeedbackRow.key, FeedbackRow.answer)
    ).all()
    _add_counts(session, rows)
    return _gone(session, delete(FeedbackRow).where(FeedbackRow.at < before).returning(FeedbackRow.id))


def _add_counts(session: Session, rows: Sequence[Any]) -> None:
    for municipality, source, key, answer, number in rows:
        name = {"municipality": municipality, "source": source, "key": key, "answer": answer}
        earlier = session.scalar(select(FeedbackCountRow.number).filter_by(**name)) or 0
        upsert(session, FeedbackCountRow, [name | {"number": earlier + number}])


def feedback_counts(session: Session, municipality: str) -> dict[tuple[str, str, str], int]:
    """Return how often each (source, key, answer) was given, of the answers that have become counts."""
    query = select(FeedbackCountRow).where(FeedbackCountRow.municipality == municipality)
    return {(row.source, row.key, row.answer): row.number for row in session.scalars(query)}


def _old_runs(before: datetime) -> Any:
    """Runs begun before the moment, but for the newest of each step, subject and outcome, which the schedule needs."""
    newest = select(func.max(RunRow.id)).group_by(RunRow.step, RunRow.subject, RunRow.outcome)
    return (RunRow.started_at < before) & RunRow.id.not_in(newest)


def count_runs(session: Session, before: datetime) -> int:
    """Return how many runs have been kept long enough."""
    return _number(session, select(func.count()).select_from(RunRow).where(_old_runs(before)))


def forget_runs(session: Session, before: datetime) -> int:
    """Remove the runs that have been kept long enough."""
    old = list(session.scalars(select(RunRow.id).where(_old_runs(before))))
    for some in chunks(old):
        session.execute(delete(RunRow).where(RunRow.id.in_(some)))
    return len(old)


def _old_news(before: date) -> Any:
    return (ItemRow.kind == Kind.NEWS.value) & (ItemRow.day < before)


def count_news_texts(session: Session, before: date) -> int:
    """Return how many news items from before the day still have a text."""
    return _number(session, select(func.count()).select_from(ItemRow).where(_old_news(before), ItemRow.text != ""))


def forget_news_texts(session: Session, before: date) -> int:
    """Empty the texts of news from before the day, also fetched and earlier ones; title, link and day stay."""
    old = select(ItemRow.id).where(_old_news(before))
    session.execute(update(DetailRow).where(DetailRow.item_id.in_(old), DetailRow.text != "").values(text=""))
    session.execute(delete(RevisionRow).where(RevisionRow.item_id.in_(old)))
    emptied = update(ItemRow).where(_old_news(before), ItemRow.text != "").values(text="").returning(ItemRow.id)
    return _gone(session, emptied)


def _old_digests(before: datetime) -> Any:
    return (DigestRow.created_at < before) & DigestRow.state.in_([state.value for state in SETTLED])


def count_digests(session: Session, before: datetime) -> int:
    """Return how many settled digests were written before the moment."""
    return _number(session, select(func.count()).select_from(DigestRow).where(_old_digests(before)))


def forget_digests(session: Session, before: datetime) -> int:
    """Remove settled digests written before the moment with all that hangs on them, answers as counts."""
    old = list(session.scalars(select(DigestRow.id).where(_old_digests(before))))
    for some in chunks(old):
        last = session.scalar(select(func.max(FeedbackRow.at)).where(FeedbackRow.digest_id.in_(some)))
        if last is not None:
            _count_answers_of(session, list(some))
        for table in (FeedbackRow, DeliveryRow, DigestEntryRow):
            session.execute(delete(table).where(table.digest_id.in_(some)))
        session.execute(delete(DigestRow).where(DigestRow.id.in_(some)))
    return len(old)


def _count_answers_of(session: Session, ids: list[str]) -> None:
    query = (
        select(DigestRow.municipality, FeedbackRow.source, FeedbackRow.key, FeedbackRow.answer, func.count())
        .join(DigestRow, DigestRow.id == FeedbackRow.digest_id)
        .where(FeedbackRow.digest_id.in_(ids))
        .group_by(DigestRow.municipality, FeedbackRow.source, FeedbackRow.key, FeedbackRow.answer)
    )
    _add_counts(session, session.execute(query).all())


def count_audit(session: Session, before: datetime) -> int:
    """Return how many lines of the log of who did what are from before the moment."""
    return _number(session, select(func.count()).select_from(AuditRow).where(AuditRow.at < before))


def forget_audit(session: Session, before: datetime) -> int:
    """Remove the lines of the log of who did what from before the moment."""
    return _gone(session, delete(AuditRow).where(AuditRow.at < before).returning(AuditRow.id))


def _number(session: Session, query: Any) -> int:
    return session.scalar(query) or 0


def _gone(session: Session, statement: Any) -> int:
    return len(session.execute(statement).all())
