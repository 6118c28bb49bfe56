"""Calls as a forecast looks at them: their days and identifiers, without the texts."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.codec import deadlines_from_json
from store.tables import ItemRow
from store.types import Item, Kind, Reference


def iter_calls(session: Session) -> Iterator[Item]:
    """Yield every call there is, newest first, with days, identifiers and title alone."""
    columns = (ItemRow.source, ItemRow.key, ItemRow.title, ItemRow.opens, ItemRow.published, ItemRow.deadlines,
               ItemRow.refs)  # fmt: skip
    query = select(*columns).where(ItemRow.kind == Kind.CALL.value).order_by(ItemRow.day.desc(), ItemRow.id.desc())
    for row in session.execute(query.execution_options(yield_per=2_000)):
        yield Item(
            source=row.source,
            key=row.key,
            kind=Kind.CALL,
            title=row.title,
            url="",
            opens=row.opens,
            published=row.published,
            deadlines=deadlines_from_json(row.deadlines),
            references=tuple(Reference(*values) for values in row.refs),
        )
