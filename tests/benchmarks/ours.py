"""The measured steps as Utkik does them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from crawlers.feed_catalogue import FeedFacts
from crawlers.feed_items import feed_items
from crawlers.feed_parser import parse_feed
from nlp.assessor import Assessor
from nlp.stories import StoryEntry, group
from store.db import Store, open_store
from store.items import upsert_items
from store.types import Item
from tests.benchmarks.texts import TODAY

FEED = FeedFacts(name="bench", url="https://bench.example.org/rss.xml", title="Bench")
NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def items_of(feeds: Sequence[bytes]) -> list[Item]:
    """Return the items of all feeds."""
    parsed = (parse_feed(body, url=FEED.url, source="feeds", part="bench") for body in feeds)
    return [item for feed in parsed for item in feed_items(feed.entries, FEED, TODAY)]


def parse(feeds: Sequence[bytes]) -> int:
    """Parse every feed and return the number of items."""
    return len(items_of(feeds))


def new_store(folder: Path) -> Store:
    """Return a store without items."""
    return open_store(f"sqlite:///{folder / uuid.uuid4().hex}.db")


def store_feeds(feeds: Sequence[bytes], store: Store) -> int:
    """Parse every feed into the store, a transaction per feed, and return the number of items."""
    number = 0
    for body in feeds:
        items = items_of([body])
        with store.session() as session:
            upsert_items(session, items, now=NOW)
        number += len(items)
    return number


def warm_assessor(items: Sequence[Item]) -> Assessor:
    """Return an assessor that has met the words once, as after its first minute."""
    assessor = Assessor.load()
    assessor.assess(items[:200])
    return assessor


def assess(assessor: Assessor, items: Sequence[Item]) -> int:
    """Assess all items whole: language, areas, relevance, flags, deadlines, money, reasons, summary."""
    return len(assessor.assess(items))


def stories(items: Sequence[Item]) -> int:
    """Look for items that tell the same, and return how many were looked at."""
    entries = [
        StoryEntry(source=item.source, key=item.key, title=item.title, text=item.text, published=item.published)
        for item in items
    ]
    group(entries, {})
    return len(entries)
