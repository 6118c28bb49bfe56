"""A field that hardly any item of a source lacks: when most lack it, the source has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from scrapy.http import Response

from crawlers.protocol import PartEnded
from store.types import Item, Kind, SourceState
from tests.crawlers.conversation import job
from tests.crawlers.keeping import read_source
from tests.crawlers.one_source import OneSource

URL = "https://source.example/list"


class Dated(OneSource):
    """A source whose items have days."""

    always = ("published",)

    def read(self, response: Response) -> Iterator[Any]:
        """Tell of an item per day."""
        days = [date.fromisoformat(day) if day else None for day in json.loads(response.body)]
        yield from self.items("list", (self.dated(n, day) for n, day in enumerate(days)))
        yield self.part_done("list", mark="2026-08-22")

    def dated(self, number: int, day: date | None) -> Item:
        """Return an item."""
        return Item(source=self.name, key=str(number), kind=Kind.NEWS, title="Titel", url=URL, published=day)


def ending(*days: str) -> PartEnded:
    source = Dated(job("one_source", options={"urls": {"list": URL}}))
    (ended,) = read_source(source, lambda _: json.dumps(days).encode()).endings
    return ended


def test_F22_most_items_without_a_field_that_all_have_leave_the_part_changed_and_its_mark_unmoved() -> None:
    ended = ending("", "", "2026-08-20")
    assert ended.state is SourceState.CHANGED
    assert ended.message == "De flesta poster saknar datum: källan har ändrat form."
    assert ended.mark is None
    assert ended.items == 3


def test_one_item_without_the_field_is_no_change() -> None:
    ended = ending("", "2026-08-21", "2026-08-20")
    assert (ended.state, ended.mark) == (SourceState.WORKING, "2026-08-22")


def test_no_items_lack_nothing() -> None:
    assert ending().state is SourceState.WORKING
