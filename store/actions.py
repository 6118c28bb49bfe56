"""Actions: what a municipality does about an item, with every change that was made in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from store.among import is_among
from store.columns import storable
from store.tables import ActionChangeRow, ActionRow
from store.types import Action, ActionChange
from store.writing import add, core_table, upsert

OPEN_STATES = ("open", "ongoing")
TOLD = ("unit", "title", "due", "state", "outcome", "owner", "applied", "granted", "currency", "note")


def hold_action(session: Session, name: str) -> None:
    """Let no one else change the action until this transaction ends (SQLite's write transactions wait anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        lock = {"name": f"utkik.action.{name}"}
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), lock)


def save_action(session: Session, action: Action, *, by: str = "", at: datetime | None = None) -> int:
    """Keep the action, new or changed, and return its version; its id tells which.

    What differs from before is added to its history, under the role and the moment; what is the same adds nothing.
    """
    hold_action(session, action.id)
    before = get_action(session, action.id)
    moment = at or action.changed_at or action.created_at
    changes = _changes(before, action)
    if before is not None and not changes:
        return before.version
    version = before.version + 1 if before else 1
    told = {name: storable(getattr(action, name)) for name in TOLD}
    names = {"id": action.id, "municipality": action.municipality, "source": action.source, "key": action.key}
    row = {**names, **told, "created_at": action.created_at, "changed_at": moment, "version": version}
    upsert(session, ActionRow, [row], keep=["created_at"])
    change = {"action_id": action.id, "version": version, "at": moment, "by": storable(by), "changes": changes}
    add(session, ActionChangeRow, [change])
    return version


def _changes(before: Action | None, after: Action) -> dict[str, list[Any]]:
    if before is None:
        return {}
    pairs = {name: [_plain(getattr(before, name)), _plain(storable(getattr(after, name)))] for name in TOLD}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def get_action(session: Session, name: str) -> Action | None:
    """Return the action, or None when there is none of that id."""
    row = session.execute(select(*_COLUMNS).where(_COLUMNS.id == name)).one_or_none()
    return _action(row) if row else None


def get_actions(session: Session, names: Collection[str]) -> dict[str, Action]:
    """Return the actions of these ids that there are, by id."""
    query = select(*_COLUMNS).where(is_among(session, _COLUMNS.id, sorted(names)))
    return {row.id: _action(row) for row in session.execute(query)}


def action_changes(session: Session, name: str) -> list[ActionChange]:
    """Return what was changed in the action, the newest first."""
    query = select(ActionChangeRow).where(ActionChangeRow.action_id == name).order_by(ActionChangeRow.version.desc())
    return [ActionChange(action_id=r.action_id, version=r.version, at=r.at, by=r.by, changes=r.changes)
            for r in session.scalars(query)]  # fmt: skip


def list_actions(
    session: Session,
    municipality: str,
    *,
    state: str | None = None,
    states: Collection[str] | None = None,
    unit: str | None = None,
    keys: Collection[tuple[str, str]] | None = None,
    due_before: date | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Action]:
    """Return the municipality's actions, the one due soonest first and those without a date last."""
    query = (
        select(*_COLUMNS)
        .where(_COLUMNS.municipality == municipality)
        .order_by(_COLUMNS.due.is_(None), _COLUMNS.due, _COLUMNS.created_at, _COLUMNS.id)
    )
    wanted = states if states is not None else None if state is None else [state]
    if wanted is not None:
        query = query.where(_COLUMNS.state.in_(sorted(wanted)))
    if unit is not None:
        query = query.where(_COLUMNS.unit == unit)
    if keys is not None:
        query = query.where(_COLUMNS.key.in_(sorted({key for _, key in keys})))
    if due_before is not None:
        query = query.where(_COLUMNS.due < due_before)
    found = [_action(row) for row in session.execute(query.limit(limit).offset(offset))]
    return found if keys is None else [action for action in found if (action.source, action.key) in keys]


def count_actions(session: Session, municipality: str) -> Mapping[tuple[str, str], int]:
    """Return how many actions there are of each (unit, state)."""
    query = select(ActionRow.unit, ActionRow.state, func.count()).where(ActionRow.municipality == municipality)
    return {(unit, state): number for unit, state, number in session.execute(query.group_by("unit", "state"))}


_COLUMNS = core_table(ActionRow).c


def _action(row: Any) -> Action:
    return Action(**row._asdict())
