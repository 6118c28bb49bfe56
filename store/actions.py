"""Actions: what a municipality does about an item."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import ActionRow
from store.types import Action
from store.writing import upsert


def save_action(session: Session, action: Action) -> None:
    """Keep the action, new or changed; its id tells which."""
    row = {
        "id": action.id,
        "municipality": action.municipality,
        "source": action.source,
        "key": action.key,
        "unit": action.unit,
        "title": storable(action.title),
        "created_at": action.created_at,
        "due": action.due,
        "state": action.state,
        "outcome": storable(action.outcome),
        "owner": storable(action.owner),
        "applied": action.applied,
        "granted": action.granted,
    }
    upsert(session, ActionRow, [row], keep=["created_at"])


def list_actions(session: Session, municipality: str, *, state: str | None = None) -> list[Action]:
    """Return the municipality's actions, the one due soonest first and those without a date last."""
    query = (
        select(ActionRow)
        .where(ActionRow.municipality == municipality)
        .order_by(ActionRow.due.is_(None), ActionRow.due, ActionRow.created_at, ActionRow.id)
    )
    if state is not None:
        query = query.where(ActionRow.state == state)
    return [_action(row) for row in session.scalars(query)]


def _action(row: ActionRow) -> Action:
    return Action(
        id=row.id,
        municipality=row.municipality,
        source=row.source,
        key=row.key,
        unit=row.unit,
        title=row.title,
        created_at=row.created_at,
        due=row.due,
        state=row.state,
        outcome=row.outcome,
        owner=row.owner,
        applied=row.applied,
        granted=row.granted,
    )
