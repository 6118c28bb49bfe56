"""What becomes of a feed's entries: items with keys that stay the same from one fetch to the next."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from crawlers.feed_catalogue import FeedFacts
from crawlers.feed_entry import Entry
from crawlers.links import canonical_link
from store.types import Item

SOURCE = "feeds"
_FIRST_DAY = date(1990, 1, 1)  # older than the web: a date that was never filled in
_FUTURE = timedelta(days=2)  # a clock or a zone may be wrong by that much


def feed_items(entries: Iterable[Entry], feed: FeedFacts, today: date) -> list[Item]:
    """Return the items of a feed, one per key."""
    entries = list(entries)
    items: dict[str, Item] = {}
    for key, entry in zip(entry_keys(entries), entries, strict=True):
        items.setdefault(key, _item(f"{feed.name}:{key}", entry, feed, today))
    return list(items.values())


def entry_keys(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield a key for each entry: its canonical link, and a guid only where entries share a link.

    The guid is not asked first, because feeds are seen that give every entry a new one at every fetch, and others that
    give the same one to several entries; without history neither can be told from a good one. The link is what the
    reader follows: two entries with the same link are the same thing unless the feed gives all of them one address.
    """
    entries = list(entries)
    links = [canonical_link(entry.link) for entry in entries]
    titles: dict[str, set[str]] = {}
    for link, entry in zip(links, entries, strict=True):
        titles.setdefault(link, set()).add(entry.title)
    pages = {link for link, some in titles.items() if len(some) == 1 and not _is_front_page(link)}
    if len(pages) == len(titles):
        yield from links
        return
    guids = Counter(guid for link, guid in {(link, e.guid) for link, e in zip(links, entries, strict=True)})
    pairs = Counter((link, e.guid) for link, e in {(link, e) for link, e in zip(links, entries, strict=True)})
    for link, entry in zip(links, entries, strict=True):
        if link in pages:
            yield link
        elif entry.guid and guids[entry.guid] == 1 and pairs[link, entry.guid] == 1:
            yield entry.guid
        else:
            yield f"{link}#{hashlib.sha256(entry.title.encode()).hexdigest()[:12]}"


def believable_day(day: date | None, today: date) -> date | None:
    """Return the day, or None when no entry can have been published then."""
    return day if day and _FIRST_DAY <= day <= today + _FUTURE else None


def _item(key: str, entry: Entry, feed: FeedFacts, today: date) -> Item:
    published = believable_day(entry.published, today)
    meta = {"feed": feed.name, "feed_title": feed.title, "region": feed.region}
    if entry.published and not published:
        meta["odd_date"] = entry.published.isoformat()
    return Item(
        source=SOURCE,
        key=key,
        kind=feed.kind,
        title=entry.title,
        url=entry.link,
        text="" if entry.summary == entry.title else entry.summary,
        language=feed.language,
        published=published,
        publisher=feed.publisher,
        meta=meta,
    )


def _is_front_page(link: str) -> bool:
    """Tell whether a canonical link names no page of its own; a feed of such links is told apart by other means."""
    return "?" not in link and "/" not in link[len("https://") :]
