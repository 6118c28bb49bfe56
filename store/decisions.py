"""Decisions: what the international working group decided at its meetings."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import DecisionRow
from store.types import Decision
from store.writing import add


def save_decision(session: Session, decision: Decision) -> None:
    """Add the decision."""
    row = {
        "id": decision.id,
        "municipality": decision.municipality,
        "meeting": decision.meeting,
        "text": storable(decision.text),
        "at": decision.at,
        "by": storable(decision.by),
        "action_id": decision.action_id or None,
    }
    add(session, DecisionRow, [row])


def list_decisions(session: Session, municipality: str, *, since: date, until: date) -> list[Decision]:
    """Return the decisions of the meetings from `since` until before `until`, in the order they were written."""
    query = select(DecisionRow).where(
        DecisionRow.municipality == municipality, DecisionRow.meeting >= since, DecisionRow.meeting < until
    )
    return [
        Decision(
            id=row.id,
            municipality=row.municipality,
            meeting=row.meeting,
            text=row.text,
            at=row.at,
            by=row.by,
            action_id=row.action_id or "",
        )
        for row in session.scalars(query.order_by(DecisionRow.meeting, DecisionRow.at, DecisionRow.id))
    ]


def last_meeting(session: Session, municipality: str, before: date) -> date | None:
    """Return the day of the latest meeting before the day that anything was decided at."""
    query = select(func.max(DecisionRow.meeting)).where(
        DecisionRow.municipality == municipality, DecisionRow.meeting < before
    )
    return session.scalar(query)
