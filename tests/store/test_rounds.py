"""Calls as a forecast reads them: the same days and identifiers, without their texts."""

from __future__ import annotations

from datetime import UTC, date, datetime

from store.db import Store
from store.items import upsert_items
from store.rounds import iter_calls
from store.types import Deadline, Item, Kind, Reference


def test_calls_are_told_without_texts_and_other_kinds_left_out(store: Store) -> None:
    call = Item(
        source="funding_tenders", key="LIFE-2026-X", kind=Kind.CALL, title="Stöd", url="https://example.org/x",
        text="Lång text.", published=date(2026, 4, 1), opens=date(2026, 4, 21),
        deadlines=(Deadline(date(2026, 9, 22)),),
        references=(Reference("call", "LIFE-2026-X", "is"),),
    )  # fmt: skip
    news = Item(source="feeds", key="1", kind=Kind.NEWS, title="Nyhet", url="https://example.org/1")
    with store.session() as session:
        upsert_items(session, [call, news], now=datetime(2026, 4, 2, tzinfo=UTC))
    with store.reading() as session:
        (found,) = iter_calls(session)
    assert (found.text, found.url) == ("", "")
    assert (found.key, found.title, found.opens, found.published) == (call.key, call.title, call.opens, call.published)
    assert (found.deadlines, found.references) == (call.deadlines, call.references)
