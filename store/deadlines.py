"""Days to be met, kept so that they are found by day: written along with items and assessments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from store.tables import ItemDeadlineRow
from store.writing import add, chunks

Rows = Sequence[Sequence[str]]  # ISO day, role, note: as store.codec writes deadlines


def replace_deadlines(session: Session, by_item: Mapping[int, Rows], *, is_own: bool, known: Sequence[int]) -> None:
    """Keep exactly these days of the items; `known` are those of them that may have some already.

    What the source tells and what was read in the text are kept apart, since either is written without the other.
    """
    for some in chunks(known):
        gone = delete(ItemDeadlineRow).where(ItemDeadlineRow.item_id.in_(some), ItemDeadlineRow.is_own == is_own)
        session.execute(gone)
    rows: list[dict[str, Any]] = [
        {"item_id": number, "is_own": is_own, "day": date.fromisoformat(day), "role": role}
        for number, given in by_item.items()
        for day, role in dict.fromkeys((row[0], row[1]) for row in given)
    ]
    add(session, ItemDeadlineRow, rows)
