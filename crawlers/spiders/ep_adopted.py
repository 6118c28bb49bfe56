"""Texts adopted by the European Parliament, and the state of procedures named in configuration.

Reads the Open Data API, version 2. The pages of single documents and procedures are shaped after recordings; the two
lists and the error within an answer are shaped after documentation and others' reports (2026), not a recording.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.adopted_texts import document_item, lost_in, procedure_id, procedure_item, text_ids
from crawlers.answers import BadRecord, Reader, Record, tell_lost
from crawlers.failures import explain, next_try_of
from crawlers.protocol import PartEnded
from crawlers.source import Source
from store.errors import ChangedSource, ConfigurationError, EmptySource, SourceError
from store.types import Kind

API = "https://data.europarl.europa.eu/api/v2/"
ACCEPT = "application/ld+json"
PAGE = 50
MOST_PAGES = 30
# Far below the 500 requests in five minutes that the API allows, also when it answers at once.
MOST_DETAILS = 60
MOST_PROCEDURES = 50
FEED, TEXTS, PROCEDURES = "feed", "texts", "procedures"


class EpAdopted(Source):
    """Reads the feed of the week and the list of the year, which give names only, then the documents one by one.

    The mark of `texts` is the newest document that was read; those in the feed are read again, because titles in other
    languages follow later. The feed answers 404 in recess, which means empty. It is a part of its own: without it the
    list still tells of every new text. The feeds of procedures and events are not asked: they take minutes, time out
    and ignore the days asked for.
    """

    name = "ep_adopted"
    title = "Europaparlamentets antagna texter"
    publisher = "Europaparlamentet"
    homepage = "https://data.europarl.europa.eu/"
    kinds = (Kind.PROPOSAL,)
    region = "EU"
    languages = ("sv", "en")
    licence = "Fri vidareanvändning med källa angiven (Europaparlamentets öppna data)"
    cadence = timedelta(days=1)
    fewest = 5
    most = 1_000
    longest_silence = timedelta(days=75)  # the summer recess, and a first session after it
    always = ("published", "language")
    hosts = ("data.europarl.europa.eu",)
    least_delay = 0.6  # 500 requests in five minutes

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.listed: set[str] = set()
        self.updated: list[str] = []
        self.mark = job.marks.get(TEXTS, "")
        self.waiting: set[str] = set()
        self.left: set[str] = set()
        self.details: dict[str, list[Record]] = {TEXTS: [], PROCEDURES: []}
        named = job.options.get("procedures", [])
        self.procedures = [procedure_id(str(name)) for name in named] if isinstance(named, list) else [""]
        if "" in self.procedures:
            raise ConfigurationError(f"ep_adopted: procedures ska vara en lista som ['2025/0260(COD)'], är {named!r}")
        if len(self.procedures) > MOST_PROCEDURES:
            raise ConfigurationError(f"ep_adopted: högst {MOST_PROCEDURES} procedures, är {len(self.procedures)}")

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the feed; the list follows whatever comes of it, so that one question is asked at a time."""
        url = f"{API}adopted-texts/feed?timeframe=one-week"
        yield self.ask(FEED, url, self.on_feed, {}, self.on_feed_failed, empty=True)
        for number in self.procedures:
            self.left.add(number)
            yield self.ask(PROCEDURES, f"{API}procedures/{number}", self.on_procedure, {"number": number}, empty=True)

    def ask(
        self, part: str, url: str, callback: Any, state: dict[str, Any], errback: Any = None, *, empty: bool = False
    ) -> Request:
        """Return a question; `empty` lets 404 through, which in recess means that there is nothing."""
        # The API asks for a User-Agent of the form name-environment-version; the contact address stays in it.
        headers = {"Accept": ACCEPT, "User-Agent": self.job.user_agent.replace("/", "-prd-", 1)}
        meta = {"handle_httpstatus_list": [404]} if empty else {}
        return self.request(
            part, url, callback, expect="json", headers=headers, meta=meta, errback=errback, cb_kwargs=state
        )

    def ask_list(self, years: Sequence[int], offset: int = 0) -> Request:
        """Return the question for a page of the list of the first of these years."""
        query = urlencode({"year": years[0], "offset": offset, "limit": PAGE})
        state = {"years": years, "offset": offset}
        # A year begins without texts.
        return self.ask(TEXTS, f"{API}adopted-texts?{query}", self.on_list, state, empty=years[0] == self.today.year)

    def years(self) -> list[int]:
        """Return the years to list: this one, and the last one in January or while the mark is still there."""
        this = self.today.year
        return [this, this - 1] if self.today.month == 1 or f"-{this - 1}-" in self.mark else [this]

    def on_feed(self, response: Response) -> Iterator[Any]:
        """Take the names of the feed and go on to the list."""
        try:
            self.updated = text_ids(self.rows(response, FEED), Reader(self.name, FEED))
        except SourceError as error:
            yield from self.without_feed(error)
        else:
            yield self.part_done(FEED)
            yield self.ask_list(self.years())

    def on_feed_failed(self, failure: Failure) -> Iterator[Any]:
        """Go on to the list although the feed could not be fetched."""
        yield from self.without_feed(failure.value)

    def without_feed(self, error: BaseException | None) -> Iterator[Any]:
        """Say that the feed failed, and go on to the list."""
        state, message = explain(error)
        next_try = next_try_of(error)
        yield PartEnded(FEED, state, 0, f"{message} Årets lista läses ändå.", next_try=next_try)
        yield self.ask_list(self.years())

    def on_list(self, response: Response, years: Sequence[int], offset: int) -> Iterator[Any]:
        """Take a page of a year's names, and go on to the next page, year or the documents."""
        rows = self.rows(response, TEXTS)
        reader = Reader(self.name, TEXTS)
        names = set(text_ids(rows, reader))
        if offset and names and names <= self.listed:
            raise reader.changed(f"the page from {offset} on is one we had: paging is not heeded")
        self.listed |= names
        if len(rows) >= PAGE:
            if offset // PAGE >= MOST_PAGES:
                raise reader.changed(f"no end to the texts of {years[0]}")
            yield self.ask_list(years, offset + PAGE)
        elif len(years) > 1:
            yield self.ask_list(years[1:])
        else:
            yield from self.ask_details()

    def ask_details(self) -> Iterator[Any]:
        """Ask for the documents: new ones from the mark on, then those of the feed, newest first."""
        if not self.listed and self.today.month > 2:
            error = EmptySource("no text this year", source=self.name, part=TEXTS)
            yield self.part_failed(TEXTS, error, "Källan svarade, men utan en enda antagen text i år.")
            return
        known = self.listed | set(self.updated)
        new = sorted(name for name in known if name > self.mark)
        new = new[:MOST_DETAILS] if self.mark else new[-MOST_DETAILS:]  # a first reading begins with the newest
        again = sorted(set(self.updated) - set(new), reverse=True)
        chosen = [*new, *(name for name in again if name <= self.mark)][:MOST_DETAILS]
        self.mark = new[-1] if new else self.mark
        self.waiting = set(chosen)
        if not chosen:
            yield self.part_done(TEXTS, mark=self.mark)
        for name in chosen:
            yield self.ask(TEXTS, f"{API}adopted-texts/{name}", self.on_text, {"name": name}, empty=True)

    def on_text(self, response: Response, name: str) -> Iterator[Any]:
        """Tell of a document, and end the part with the last one."""
        yield from self.tell(response, TEXTS, document_item, name)
        self.waiting.discard(name)
        if not self.waiting:
            yield self.ending(TEXTS, self.mark)

    def on_procedure(self, response: Response, number: str) -> Iterator[Any]:
        """Tell of a procedure, and end the part with the last one."""
        if response.status == 404:
            yield self.skipped(PROCEDURES, number, "no such procedure")
        else:
            yield from self.tell(response, PROCEDURES, procedure_item, number)
        self.left.discard(number)
        if not self.left:
            yield self.ending(PROCEDURES, None)

    def tell(self, response: Response, part: str, read: Any, key: str) -> Iterator[Any]:
        """Tell of the one thing an answer holds; one that cannot be read is left out."""
        rows = self.rows(response, part)
        if not rows and response.status == 200:
            raise ChangedSource(f"{key}: an answer without data", source=self.name, part=part)
        if not rows:  # named in a list, but gone
            yield self.skipped(part, key, f"answered {response.status}")
            return
        self.details[part].append(rows[0])
        try:
            yield from self.items(part, [read(rows[0], self.name, self.publisher)])
        except BadRecord as error:
            yield self.skipped(part, key, str(error))

    def ending(self, part: str, mark: str | None) -> PartEnded:
        """Return how a part went whose documents have all been read."""
        read, found = self.details[part], self.found.get(part, 0)
        if lost := lost_in(read, procedures=part == PROCEDURES):
            changed = ChangedSource(f"no answer has {lost}", source=self.name, part=part)
            return self.part_failed(part, changed, tell_lost(lost))
        if found * 2 <= len(read):  # also when there was nothing to read
            changed = ChangedSource(f"{found} of {len(read)} answers could be read", source=self.name, part=part)
            return self.part_failed(part, changed, f"{found} av {len(read)} svar gick att läsa.")
        return self.part_done(part, mark=mark)

    def rows(self, response: Response, part: str) -> list[dict[str, Any]]:
        """Return the data of an answer; 204 and 404 are empty, an error within an answer is the source's own."""
        if response.status in (204, 404):
            return []
        reader = Reader(self.name, part)
        answer = reader.table(reader.parse(response.body), "the answer")
        if answer.get("error"):
            raise SourceError(f"an error as answer: {str(answer['error'])[:200]}", source=self.name, part=part)
        return reader.rows(answer.get("data"), "data")
