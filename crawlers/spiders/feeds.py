"""News and press feeds named in configuration: RSS, Atom and JSON Feed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from scrapy.http import Response

from crawlers.feed_catalogue import FeedFacts, feed_facts, merged_feeds
from crawlers.feed_items import SOURCE, feed_items
from crawlers.feed_parser import parse_feed
from crawlers.protocol import Message, PartEnded
from crawlers.source import Source
from store.errors import ConfigurationError, EmptySource
from store.types import Item, Kind, SourceState

MOST_DROPPED = 1 / 3  # of a feed's entries without title or link, before it is taken for another form
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


class Feeds(Source):
    """Reads each feed that is switched on; one feed is one part, and its trouble is its own."""

    name = SOURCE
    title = "Nyhetsflöden"
    publisher = "Flera utgivare"
    homepage = ""
    kinds = (Kind.NEWS, Kind.AGENCY)
    region = "Världen"
    languages = ("sv", "en")
    licence = "Rubrik, flödets egen ingress, länk och datum; texterna hör till sina utgivare"
    cadence = timedelta(hours=6)
    fewest = 1
    most = 50_000  # a hundred feeds of five hundred entries
    longest_silence = timedelta(days=7)
    hosts: tuple[str, ...] = ()  # those of the feeds, known when it is configured

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        tables = job.options.get("feeds")
        facts = feed_facts(merged_feeds({}) if tables is None else tables)
        self.feeds = {feed.name: feed for feed in facts if feed.enabled}
        if not self.feeds:
            raise ConfigurationError("feeds: inget flöde är påslaget")
        self.hosts = tuple(sorted({feed.host for feed in self.feeds.values()}))

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every feed."""
        for feed in self.feeds.values():
            yield self.request(
                feed.name,
                feed.url,
                partial(self.read, feed),
                conditional=True,
                headers={"Accept": ACCEPT},
                dont_filter=True,  # two names may share an address; each must get its answer
            )

    def floor(self, part: str) -> int:
        """Return the fewest entries of a feed's whole answer."""
        return self.feeds[part].fewest if part in self.feeds else 0

    def read(self, feed: FeedFacts, response: Response) -> Iterator[Message]:
        """Take a feed's entries."""
        charset = (response.headers.get("Content-Type") or b"").decode("latin-1").partition("charset=")[2]
        found = parse_feed(
            response.body, url=response.url, source=self.name, part=feed.name, charset=charset.strip("\"' ;")
        )
        items = feed_items(found.entries, feed, self.today)
        yield from self.items(feed.name, items)
        if found.dropped:
            yield self.skipped(feed.name, "", f"poster utan rubrik eller länk: {found.dropped}")
        yield self.ending(feed, items, whole=found.whole, dropped=found.dropped)

    def ending(self, feed: FeedFacts, items: list[Item], *, whole: bool, dropped: int = 0) -> PartEnded:
        """Return how a feed went: cut off, empty, in another form, silent for too long, or well."""
        done = self.part_done(feed.name)
        if not whole:
            told = f"Flödet var avbrutet och gick inte att tolka helt; {len(items)} poster lästes."
            return replace(done, state=SourceState.CHANGED, message=told)
        if not items:
            empty = EmptySource(f"{feed.url}: no entries", source=self.name, part=feed.name)
            return self.part_failed(feed.name, empty, f"0 poster, brukar vara minst {max(feed.fewest, 1)}.")
        if MOST_DROPPED * (dropped + len(items)) < dropped:
            told = f"{dropped} poster saknar rubrik eller länk; {len(items)} lästes: flödet har ändrat form."
            return replace(done, state=SourceState.CHANGED, message=told)
        newest = max((item.published for item in items if item.published), default=None)
        if newest and feed.longest_silence_days and (self.today - newest).days > feed.longest_silence_days:
            told = f"Inget nytt sedan {newest}, brukar komma inom {feed.longest_silence_days} dagar."
            return replace(done, state=SourceState.QUIET, message=told)
        return done
