"""How the pages of remisses are asked for: the listing where the feed fails, and one page after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.dates import parse_day
from crawlers.failures import explain, next_try_of
from crawlers.government_marks import FILLED, marked_day
from crawlers.government_parts import MIRROR
from crawlers.government_remisses import (
    PART,
    REMEMBERED,
    Case,
    Facts,
    change_of,
    facts_of,
    is_remembered,
    listing_url,
    read_case,
    read_listing,
    read_memory,
    read_text,
    with_case,
    with_facts,
    worth_asking,
    write_memory,
)
from crawlers.protocol import PartEnded
from crawlers.source import Source
from store.errors import SourceError
from store.types import Item, SourceState

MOST_PAGES = 25  # in one run; some two hundred remisses are open at a time, so that a week's runs read them all
MOST_LISTED = 10  # pages of the listing, two hundred remisses
MOST_TROUBLE = 3  # pages in a row that cannot be had before the rest is left for the next run
TELLING = 3  # pages that are needed to tell a change of the pages from one that is odd


@dataclass(slots=True)
class Cases:
    """Reads pages of remisses for a source; `refuse` tells the source that the site will not be asked again."""

    source: Source
    refuse: Callable[[SourceState, str], None]
    refused: bool = False
    listed: dict[str, Item] = field(default_factory=dict)  # what only the listing told of
    items: list[Item] = field(default_factory=list)
    ended: PartEnded | None = None
    waiting: list[Item] = field(default_factory=list)
    known: dict[str, Facts] = field(default_factory=dict)
    read: dict[str, Case] = field(default_factory=dict)
    asked: int = 0
    missed: int = 0
    in_a_row: int = 0  # of those missed
    trouble: tuple[SourceState, str] | None = None
    next_try: datetime | None = None  # before which one of the two sites asked to be left alone

    def begin(self, items: Iterable[Item], ended: PartEnded) -> Iterator[Any]:
        """Read the pages of the items that are perhaps open; then tell of all items, and how the part went."""
        job, today = self.source.job, self.source.today
        self.known, _ = read_memory(job.marks.get(PART.name, ""))
        filled = PART.name in job.marks and job.since is None
        self.items = [item for item in items if not filled or item.published is None or is_remembered(item, today)]
        self.ended = ended
        self.waiting = worth_asking(self.items, self.known, today)
        yield from self.next_page()

    def next_page(self) -> Iterator[Any]:
        """Ask for the next page, from the site or the mirror; finish when there is none."""
        if not self.waiting or self.asked >= MOST_PAGES or self.in_a_row >= MOST_TROUBLE:
            yield from self.finish()
            return
        self.asked += 1
        item = self.waiting.pop(0)
        yield self.text_request(item) if self.refused else self.request(item.url, partial(self.on_page, item), item)

    def request(self, url: str, callback: Callable[..., Any], item: Item) -> Request:
        """Return the question for a page of the site."""
        failed = partial(self.page_failed, item)
        return self.source.request(
            PART.name, url, callback, expect="html", errback=failed, meta={"max_retry_times": 1}, dont_filter=True
        )

    def text_request(self, item: Item) -> Request:
        """Return the question for the mirror's text of a page."""
        url = f"{MIRROR}/{item.url.split('/', 3)[3].rstrip('/')}.md"
        callback, failed = partial(self.on_text, item), partial(self.text_failed, item)
        return self.source.request(PART.name, url, callback, errback=failed, dont_filter=True)

    def on_page(self, item: Item, response: Response) -> Iterator[Any]:
        """Take a page."""
        try:
            self.keep(item, read_case(response.body, item.published))
        except SourceError as error:
            yield from self.failed(item, error)
        yield from self.next_page()

    def page_failed(self, item: Item, failure: Failure) -> Iterator[Any]:
        """Ask the mirror for a page that the site does not give; ask the site nothing more when it refuses."""
        self.explain(failure.value)
        yield self.text_request(item)

    def explain(self, error: BaseException | None) -> tuple[SourceState, str]:
        """Return what is wrong with the site, having noted when it refuses or asks us to wait."""
        state, message = explain(error)
        self.next_try = next_try_of(error) or self.next_try
        if state is SourceState.REFUSED and not self.refused:
            self.refused = True
            self.refuse(state, message)
        return state, message

    def on_text(self, item: Item, response: Response) -> Iterator[Any]:
        """Take the mirror's text of a page."""
        try:
            self.keep(item, read_text(response.body, item.published))
        except SourceError as error:
            yield from self.failed(item, error)
        yield from self.next_page()

    def text_failed(self, item: Item, failure: Failure) -> Iterator[Any]:
        """Go on without a page that neither has."""
        yield from self.failed(item, failure.value)
        yield from self.next_page()

    def keep(self, item: Item, case: Case) -> None:
        """Keep what a page tells."""
        self.in_a_row = 0
        self.read[item.key] = case
        self.known[item.key] = facts_of(case, item, self.known.get(item.key))

    def failed(self, item: Item, error: BaseException | None) -> Iterator[Any]:
        """Note a page that could not be read."""
        self.missed += 1
        self.in_a_row += 1
        self.next_try = next_try_of(error) or self.next_try
        self.trouble = self.trouble or explain(error)
        yield self.source.skipped(PART.name, item.key, f"its page: {error}")

    def finish(self) -> Iterator[Any]:
        """Tell of the remisses with what their pages told, and how the part went."""
        for item in self.items:
            case, facts = self.read.get(item.key), self.known.get(item.key)
            if self.listed.get(item.key) is item:  # neither feed nor mirror told of it
                if case is None and facts is not None:
                    continue  # told before, in full; the listing alone would take its text away
                item = with_case(item, case) if case else item
            yield from self.source.items(PART.name, [with_facts(item, facts)])
        yield self.ending()

    def ending(self) -> PartEnded:
        """Return how the part went, with the memory of its pages in its mark."""
        ended = self.ended or self.source.part_done(PART.name)
        ended = replace(ended, next_try=self.next_try or ended.next_try)
        if ended.mark:
            current = {item.key: item for item in self.items}
            today = self.source.today
            kept = {key: facts for key, facts in self.known.items() if is_young(facts, current.get(key), today)}
            ended = replace(ended, mark=f"{ended.mark} {write_memory(kept, len(self.waiting) + self.missed)}")
        if ended.state is not SourceState.WORKING:
            return ended
        if self.trouble and self.in_a_row >= MOST_TROUBLE and not self.read:
            state, message = self.trouble
            return replace(ended, state=state, message=f"Remissernas sidor gick inte att läsa: {message}", mark=None)
        if len(self.read) >= TELLING and not any(case.deadline for case in self.read.values()):
            told = f"Ingen av {len(self.read)} lästa remissidor anger en sista svarsdag: sidornas form kan ha ändrats."
            return replace(ended, state=SourceState.CHANGED, message=told, mark=None)
        return ended

    def ask_listing(
        self, on_read: Callable[[list[Item]], Iterator[Any]], on_failed: Callable[[SourceState, str], Iterator[Any]]
    ) -> Iterator[Any]:
        """Ask for the listing until what is known, and hand its remisses, or what is wrong with it, on."""
        yield self.listing_request(1, on_read, on_failed)

    def listing_request(self, page: int, on_read: Any, on_failed: Any) -> Request:
        """Return the question for a page of the listing."""
        return self.source.request(
            PART.name,
            listing_url(page),
            partial(self.on_listing, page, on_read, on_failed),
            expect="html",
            errback=lambda failure: self.listing_failed(page, failure.value, on_read, on_failed),
            meta={"max_retry_times": 1},
        )

    def on_listing(self, page: int, on_read: Any, on_failed: Any, response: Response) -> Iterator[Any]:
        """Take a page of the listing; ask for the next one while it may hold something new."""
        try:
            found = {item.key: item for item in read_listing(response.body)}
        except SourceError as error:
            yield from self.listing_failed(page, error, on_read, on_failed)
            return
        new = {key: item for key, item in found.items() if key not in self.listed}
        self.listed.update(new)
        marked = self.source.job.marks.get(PART.name, "") if self.source.job.since is None else ""
        since = marked_day(marked).isoformat() if marked.startswith(FILLED) else ""
        reached = bool(since) and all(change_of(item) < since for item in found.values())
        if new and not reached and page < MOST_LISTED:
            yield self.listing_request(page + 1, on_read, on_failed)
        else:
            yield from on_read(list(self.listed.values()))

    def listing_failed(self, page: int, error: BaseException | None, on_read: Any, on_failed: Any) -> Iterator[Any]:
        """Go on with the pages that were read, or say that there is none."""
        state, message = self.explain(error)
        if page > 1:
            self.source.logger.warning("the listing of remisses ends at page %d: %s", page, message)
            yield from on_read(list(self.listed.values()))
        else:
            yield from on_failed(state, message)


def is_young(facts: Facts, item: Item | None, today: date) -> bool:
    """Tell whether what a page told is still to be remembered; one that was not told of now counts from its change."""
    if item is not None:
        return is_remembered(item, today)
    seen = parse_day(facts.seen)
    return seen is not None and today - seen <= REMEMBERED
