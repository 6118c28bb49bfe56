"""Listing pages of funders and regions that have no feed, named in configuration."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from scrapy.http import Response, TextResponse

from crawlers.challenge import is_html, judge_page
from crawlers.listing_catalogue import ListingFacts, listing_facts, merged_listings
from crawlers.listing_page import Listing, ListingEntry, read_listing, visible_text
from crawlers.protocol import Message, PartEnded
from crawlers.source import Source
from store.errors import ChangedSource, ConfigurationError, EmptySource
from store.types import Deadline, Item, Kind, SourceState

PAGE_END = re.compile(r"</(?:html|body|main)\s*>", re.IGNORECASE)
SHORTEST_PAGE = 400  # characters of text; less is a shell that a script fills, or a wall before the page


class Listings(Source):
    """Reads each listing page that is switched on; one page is one part, and its trouble is its own."""

    name = "listings"
    title = "Listsidor hos finansiärer och regioner"
    publisher = "Flera utgivare"
    homepage = ""
    kinds = (Kind.CALL, Kind.CONSULTATION, Kind.AGENCY, Kind.NEWS)
    region = "Sverige"
    languages = ("sv", "en")
    licence = "Rubrik, sidans egen ingress, länk och datum; texterna hör till sina utgivare"
    cadence = timedelta(days=1)
    fewest = 1
    most = 20_000
    longest_silence = timedelta(days=120)  # some funders open one call a year
    enabled_by_default: ClassVar[bool] = False
    why_off: ClassVar[str] = "Av tills en sida har spelats in; slå på en sida i taget under [listings.NAMN]."
    hosts: tuple[str, ...] = ()  # those of the pages, known when it is configured

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        tables = job.options.get("listings")
        facts = listing_facts(merged_listings({}) if tables is None else tables)
        self.pages = {page.name: page for page in facts if page.enabled}
        if not self.pages:
            raise ConfigurationError("listings: ingen listsida är påslagen")
        self.hosts = tuple(sorted({page.host for page in self.pages.values()}))

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every page."""
        for page in self.pages.values():
            yield self.request(
                page.name, page.url, partial(self.read, page), expect="html", conditional=True, dont_filter=True
            )

    def floor(self, part: str) -> int:
        """Return the fewest items of a page's whole answer."""
        return self.pages[part].fewest if part in self.pages else 0

    def read(self, page: ListingFacts, response: Response) -> Iterator[Message]:
        """Take a page's items."""
        html = self.page_text(page, response)
        listing = read_listing(html, page, response.url, self.today)
        if not listing.entries:
            self.refuse_empty(page, html, listing)
        yield from self.items(page.name, (listed_item(entry, page) for entry in listing.entries))
        if listing.unreadable and page.item:
            yield self.skipped(page.name, "", f"poster utan rubrik eller länk: {listing.unreadable}")
        yield self.ending(page, listing, whole=PAGE_END.search(html[-4_096:]) is not None)

    def page_text(self, page: ListingFacts, response: Response) -> str:
        """Return the HTML of an answer; raises when it is another thing, a login or a wall."""
        if not isinstance(response, TextResponse) or not is_html(
            response.body, response.headers.get("Content-Type") or b""
        ):
            raise ChangedSource(f"{response.url}: no web page", source=self.name, part=page.name)
        if failure := judge_page(response.body, "html"):
            raise failure
        return response.text

    def refuse_empty(self, page: ListingFacts, html: str, listing: Listing) -> None:
        """Raise why a page gave nothing: a shell or another shape is a change, a page with text is quiet."""
        if len(visible_text(html)) < SHORTEST_PAGE or (page.item and listing.unreadable):
            raise ChangedSource(f"{page.url}: a page without its list", source=self.name, part=page.name)
        raise EmptySource(f"{page.url}: no items", source=self.name, part=page.name)

    def ending(self, page: ListingFacts, listing: Listing, *, whole: bool) -> PartEnded:
        """Return how a page went: what its own table promises must be there."""
        done = self.part_done(page.name)
        told = ""
        if not whole:
            told = f"Sidan var avbruten; {len(listing.entries)} poster lästes."
        elif page.item and listing.unreadable > len(listing.entries):
            told = f"{listing.unreadable} poster utan rubrik eller länk: sidan har gjorts om."
        elif listing.unused:
            told = f"Ingen post har {', '.join(listing.unused)}, som tabellen pekar ut: sidan har gjorts om."
        return replace(done, state=SourceState.CHANGED, message=told) if told else done


def listed_item(entry: ListingEntry, page: ListingFacts) -> Item:
    """Return the item of an entry; its key is its canonical link, so that two pages may list the same thing."""
    deadline = entry.days.deadline
    return Item(
        source=Listings.name,
        key=entry.key,
        kind=page.kind,
        title=entry.title,
        url=entry.url,
        text=entry.text,
        language=page.language,
        published=entry.days.published,
        opens=entry.days.opens,
        publisher=page.publisher,
        deadlines=(Deadline(deadline, "answer" if page.kind is Kind.CONSULTATION else "application"),)
        if deadline
        else (),
        meta={"listing": page.name, "listing_title": page.title, "region": page.region},
    )
