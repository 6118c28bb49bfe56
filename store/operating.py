"""Figures for whoever watches over the program: each by an index or over the newest rows, also in a large store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from store.tables import AssessmentRow, DeliveryRow, ItemRow, RunRow
from store.types import Outcome

NEWEST = 10_000  # runs and attempts to deliver that are looked at: more than a day of the largest installation has
_WHOLE = Outcome.COMPLETE.value
MOST_WAITING = 100_000  # items counted as waiting at most


def count_items(session: Session) -> int:
    """Return how many items there are; read from an index alone."""
    return session.scalar(select(func.count()).select_from(ItemRow)) or 0


def count_unassessed(session: Session, since: datetime | None) -> int:
    """Return how many items that came or changed since a moment are not assessed as they stand; at most 100,000."""
    waiting = (
        select(ItemRow.id)
        .outerjoin(AssessmentRow, AssessmentRow.item_id == ItemRow.id)
        .where(or_(AssessmentRow.item_id.is_(None), AssessmentRow.content_hash != ItemRow.content_hash))
        .limit(MOST_WAITING)
    )
    if since is not None:
        waiting = waiting.where(ItemRow.changed_at >= since)
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def newest_assessor(session: Session) -> str:
    """Return what assessed the newest item that is assessed, "" before any is."""
    return session.scalar(select(AssessmentRow.assessor).order_by(AssessmentRow.item_id.desc()).limit(1)) or ""


def last_success(session: Session, step: str, subject: str) -> datetime | None:
    """Return when the step last ended whole on that subject."""
    query = select(RunRow.ended_at).where(RunRow.step == step, RunRow.subject == subject, RunRow.outcome == _WHOLE)
    return session.scalar(query.order_by(RunRow.started_at.desc(), RunRow.id.desc()).limit(1))


def last_successes(session: Session, steps: Sequence[str]) -> dict[str, tuple[datetime, datetime]]:
    """Return when each step that ever ended whole did so last, as it began and ended; on whatever subject."""
    newest = _newest(RunRow.step, RunRow.outcome, RunRow.started_at, RunRow.ended_at)
    whole = select(newest.c.step, func.max(newest.c.started_at), func.max(newest.c.ended_at)).group_by(newest.c.step)
    found = {row[0]: (row[1], row[2]) for row in session.execute(whole.where(newest.c.outcome == _WHOLE))}
    for step in steps:
        # Longer ago than the newest runs reach. One that was never begun is told by an index.
        if step not in found and session.scalar(select(RunRow.id).where(RunRow.step == step).limit(1)):
            last = select(func.max(RunRow.started_at), func.max(RunRow.ended_at))
            begun, ended = session.execute(last.where(RunRow.step == step, RunRow.outcome == _WHOLE)).one()
            found |= {step: (begun, ended)} if ended else {}
    return {step: found[step] for step in steps if step in found}


def recent_runs(session: Session, since: datetime) -> dict[tuple[str, ...], int]:
    """Return how many runs of each (step, outcome) were begun since, of the newest."""
    newest = _newest(RunRow.step, RunRow.outcome, RunRow.started_at)
    return _counted(session, newest, (newest.c.step, newest.c.outcome), newest.c.started_at >= since)


def recent_deliveries(session: Session, since: datetime) -> dict[tuple[str, ...], int]:
    """Return how many attempts to deliver of each (transport, state) were made since, of the newest."""
    columns = (DeliveryRow.transport, DeliveryRow.state, DeliveryRow.at)
    newest = select(*columns).order_by(DeliveryRow.id.desc()).limit(NEWEST).subquery()
    return _counted(session, newest, (newest.c.transport, newest.c.state), newest.c.at >= since)


def _newest(*columns: Any) -> Any:
    return select(*columns).order_by(RunRow.id.desc()).limit(NEWEST).subquery()


def _counted(session: Session, newest: Any, names: Sequence[Any], condition: Any) -> dict[tuple[str, ...], int]:
    query = select(*names, func.count()).select_from(newest).where(condition).group_by(*names)
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def database_bytes(session: Session) -> int:
    """Return how much room the database takes, indexes included."""
    if session.get_bind().dialect.name == "postgresql":
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages, size = (session.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
    return int(pages) * int(size)
