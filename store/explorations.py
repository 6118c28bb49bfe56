"""Explorations: what a municipality's coordinator is shown each week so that more is learnt."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables import ExplorationRow
from store.types import Exploration
from store.writing import add, core_table


def save_explorations(session: Session, explorations: Sequence[Exploration]) -> None:
    """Keep what was picked; the same item twice in a municipality's week is refused by the database."""
    names = [column.name for column in core_table(ExplorationRow).c]
    add(session, ExplorationRow, [{name: getattr(picked, name) for name in names} for picked in explorations])


def list_explorations(session: Session, municipality: str, *, week: str | None = None) -> list[Exploration]:
    """Return what was picked, in the order of the weeks and as it is shown."""
    query = select(ExplorationRow).where(ExplorationRow.municipality == municipality)
    if week is not None:
        query = query.where(ExplorationRow.week == week)
    query = query.order_by(ExplorationRow.week, ExplorationRow.position)
    return [
        Exploration(
            municipality=row.municipality,
            week=row.week,
            source=row.source,
            key=row.key,
            position=row.position,
            propensity=row.propensity,
            chosen_at=row.chosen_at,
        )
        for row in session.scalars(query)
    ]
