"""Calls for proposals from the EU Funding & Tenders portal: forthcoming and open ones, whole, every time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers import portal
from crawlers.answers import Record
from crawlers.calls import call_item, call_key
from crawlers.failures import explain, next_try_of
from crawlers.portal import Cursor, Page
from crawlers.programmes import frozen_names, read_names
from crawlers.protocol import PartEnded
from crawlers.source import Source
from store.errors import ChangedSource, EmptySource
from store.types import Kind

CALLS, NAMES = "calls", "names"
MOST_REQUESTS = 60  # of the ordered pass: 20 suffice for a thousand calls; more means that the cursor stands still
SWEEP_REQUESTS = 30  # of both passes together; the second is cut there, its rest is doubles


class FundingTenders(Source):
    """Reads names of programmes, then all calls by sort date, then those that have no sort date.

    A call that is missing from an answer says nothing: items are only ever told of, never closed by absence.
    """

    name = "funding_tenders"
    title = "EU:s utlysningar (Funding & Tenders)"
    publisher = "Europeiska kommissionen"
    homepage = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/home"
    kinds = (Kind.CALL,)
    region = "EU"
    languages = ("en",)
    licence = "Fri vidareanvändning med källa angiven (kommissionens beslut 2011/833/EU)"
    cadence = timedelta(days=1)
    fewest = 300  # between 703 and 932 calls were open or forthcoming at any time of 2026
    most = 3_000
    longest_silence = timedelta(days=30)
    always = ("status", "opens", "text", "deadlines", "publisher")
    hosts = ("api.tech.ec.europa.eu",)
    least_delay = 1.0  # what others keep to

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.names = frozen_names()
        self.records: dict[str, Record] = {}  # by the portal's own reference
        self.asked = 0

    def floor(self, part: str) -> int:
        """Return the fewest calls of a plausible answer; a replay server may hold a sample of any size."""
        return self.fewest if part == CALLS and not self.job.replay_url else 0

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the names first; the calls follow whatever comes of it."""
        yield self.ask(NAMES, portal.facet_url(), portal.facet_parts(), self.on_names, {}, errback=self.on_names_failed)

    def on_names(self, response: Response) -> Iterator[Any]:
        """Take the names of programmes and divisions, and begin with the calls."""
        try:
            self.names = read_names(response.body, source=self.name, part=NAMES)
        except ChangedSource as error:
            yield from self.without_names(error)
        else:
            yield self.part_done(NAMES)
            yield self.ask_in_order(Cursor())

    def on_names_failed(self, failure: Failure) -> Iterator[Any]:
        """Begin with the calls although the names could not be fetched."""
        yield from self.without_names(failure.value)

    def without_names(self, error: BaseException | None) -> Iterator[Any]:
        """Say that the names are those of the table, and begin with the calls."""
        state, message = explain(error or ChangedSource("no answer", source=self.name, part=NAMES))
        yield PartEnded(NAMES, state, 0, f"Programnamnen är de inbyggda. {message}", next_try=next_try_of(error))
        yield self.ask_in_order(Cursor())

    def ask_in_order(self, cursor: Cursor) -> Request:
        """Return the next question of the ordered pass."""
        parts = portal.search_parts(cursor.since, ordered=True)
        return self.ask(CALLS, portal.search_url(cursor.page), parts, self.on_ordered, {"cursor": cursor})

    def on_ordered(self, response: Response, cursor: Cursor) -> Iterator[Any]:
        """Take a page of the ordered pass; after its last, begin the one without order."""
        page = self.page(response, first=cursor == Cursor())
        following = cursor.after(page, source=self.name, part=CALLS)
        yield from self.keep(page)
        if following is None:
            yield self.ask_unordered(1)
        elif self.asked >= MOST_REQUESTS:
            raise ChangedSource(f"no end to the calls after {self.asked} requests", source=self.name, part=CALLS)
        else:
            yield self.ask_in_order(following)

    def ask_unordered(self, page: int) -> Request:
        """Return the question for a page in the portal's own order, which has the records without sort date."""
        parts = portal.search_parts(ordered=False)
        return self.ask(CALLS, portal.search_url(page), parts, self.on_unordered, {"number": page})

    def on_unordered(self, response: Response, number: int) -> Iterator[Any]:
        """Take a page of the pass without order, until there is nothing that could be missing."""
        page = self.page(response, first=number == 1)
        yield from self.keep(page)
        whole = len(self.records) >= page.total or len(page.records) < portal.PAGE
        if not whole and self.asked < SWEEP_REQUESTS:
            yield self.ask_unordered(number + 1)
            return
        if not whole:
            self.logger.info("%d of %d records seen; the rest is taken for doubles", len(self.records), page.total)
        yield from self.finish()

    def page(self, response: Response, *, first: bool) -> Page:
        """Return a page of results; a first page with a total but no results is no answer."""
        page = portal.read_page(response.body, source=self.name, part=CALLS)
        if first and page.total and not page.records:
            raise ChangedSource(f"{page.total} results, but none of them told", source=self.name, part=CALLS)
        return page

    def keep(self, page: Page) -> Iterator[Any]:
        """Keep the records of a page, each once."""
        if 2 * sum(not portal.reference(record) for record in page.records) > len(page.records):
            raise ChangedSource("most results have no reference", source=self.name, part=CALLS)
        for record in page.records:
            if portal.reference(record):
                self.records[portal.reference(record)] = record
            else:
                yield self.skipped(CALLS, portal.first(record, "identifier"), "a record without reference")

    def finish(self) -> Iterator[Any]:
        """Yield the items of all records, and the end of the part."""
        calls: dict[str, Record] = {}
        for reference in sorted(self.records):  # the portal holds doubles of topics: the first reference stands
            calls.setdefault(call_key(self.records[reference]), self.records[reference])
        topics = [r for r in calls.values() if portal.first(r, "type") == portal.TOPIC]
        if 2 * sum(not portal.first(record, "identifier") for record in topics) > len(topics):
            raise ChangedSource("most topics have no identifier, so no key", source=self.name, part=CALLS)
        yield from self.items(
            CALLS, (call_item(r, self.names, source=self.name, publisher=self.publisher) for r in calls.values())
        )
        if topics and not any(portal.first(record, "descriptionByte") for record in topics):
            changed = ChangedSource("no topic carries its descriptionByte", source=self.name, part=CALLS)
            yield self.part_failed(
                CALLS, changed, "Ingen utlysning har längre någon beskrivning: källan har ändrat form."
            )
        elif calls:
            yield self.part_done(CALLS)
        else:
            error = EmptySource("no forthcoming or open call", source=self.name, part=CALLS)
            yield self.part_failed(CALLS, error, "Källan svarade, men utan en enda utlysning.")

    def ask(
        self, part: str, url: str, parts: dict[str, Any], callback: Any, state: dict[str, Any], errback: Any = None
    ) -> Request:
        """Return the request of one multipart question."""
        self.asked += 1
        body, content_type = portal.multipart(parts)
        return self.request(
            part,
            url,
            callback,
            expect="json",
            method="POST",
            headers={"Content-Type": content_type, "Accept": "application/json"},
            body=body,
            errback=errback,
            cb_kwargs=state,
            dont_filter=True,
        )
