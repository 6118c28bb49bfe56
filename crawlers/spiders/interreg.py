"""Interreg calls that are open to Sweden, from the search behind interreg.eu.

The search belongs to a service (Algolia) with a key that changes; it is no official interface, so the key stands in
configuration. One recorded hit gave the shape of a call; the envelope is shaped after the service's documentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.answers import BadRecord, Reader, Record, lost_fields, tell_lost, texts
from crawlers.dates import parse_day
from crawlers.failures import explain, next_try_of
from crawlers.links import clean_link
from crawlers.protocol import PartEnded
from crawlers.source import Source
from crawlers.text import plain_title
from store.errors import ChangedSource, ConfigurationError, EmptySource, SourceError
from store.types import Concept, Deadline, Item, Kind, SourceState

INDEX = "prod_en-us_content"
FILTER = "contentType:callForProjectsPage AND (callStatus:Open OR callStatus:Forthcoming)"
STATUSES = {"open": "open", "forthcoming": "forthcoming"}
PAGE = 100
MOST_PAGES = 20
CALLS = "calls"
FIELDS = (
    "objectID", "title", "callStatus", "callOpenDate", "callDeadlineDate", "callEligibleCountryNuts",
    "callEligibleRegionNuts", "associatedProgrammes", "targetAudience", "callExternalUrl", "contentUrl",
)  # fmt: skip
NO_KEY = (
    "Kräver en nyckel: sätt key och app under [sources.interreg.options], och enabled = true under [sources.interreg]. "
    "Be interreg.eu om medgivande först."
)
KEY_GONE = "Nyckeln godtas inte längre (fel 403): den byts ibland; sätt den nya under [sources.interreg.options]."


class Interreg(Source):
    """Reads all open and forthcoming calls, and keeps those with an eligible region in Sweden.

    A call that names neither countries nor regions is kept, because nobody can tell that it is not for us.
    `options["regions"]` narrows: ["SE232", "SE231"] are Västra Götaland and Halland.
    """

    name = "interreg"
    title = "Interreg, utlysningar öppna för Sverige"
    publisher = "Interreg"
    homepage = "https://interreg.eu/calls-for-projects/"
    kinds = (Kind.CALL,)
    region = "EU"
    languages = ("en",)
    licence = "Uppgifter om utlysningar; fråga interreg.eu om medgivande"
    cadence = timedelta(days=1)
    fewest = 0  # in winter there may be none that is open to Sweden
    most = 2_000
    longest_silence = timedelta(days=180)
    always = ("status", "opens", "publisher")
    hosts: tuple[str, ...] = ("2e032drcns-dsn.algolia.net",)  # the application's, once it is configured
    enabled_by_default: ClassVar[bool] = False
    why_off: ClassVar[str] = NO_KEY

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.key, self.app = str(job.options.get("key") or ""), str(job.options.get("app") or "")
        if not re.fullmatch(r"[0-9a-fA-F]{16,128}", self.key) or not re.fullmatch(r"[0-9A-Za-z]{6,20}", self.app):
            raise ConfigurationError(f"interreg: {NO_KEY}")
        self.hosts = (f"{self.app.lower()}-dsn.algolia.net",)
        regions = job.options.get("regions", ["SE"])
        self.regions = tuple(texts(regions)) or ("SE",)
        self.calls: set[str] = set()
        self.lost: list[str] = []

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page, which is number 0."""
        yield self.ask(0)

    def ask(self, page: int) -> Request:
        """Return the question for a page, one of several that could be asked at once."""
        question = {"indexName": INDEX, "query": "", "filters": FILTER, "hitsPerPage": PAGE, "page": page}
        return self.request(
            CALLS,
            f"https://{self.hosts[0]}/1/indexes/*/queries",
            self.on_page,
            expect="json",
            method="POST",
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "X-Algolia-Application-Id": self.app,
                "X-Algolia-API-Key": self.key,
            },
            body=json.dumps({"requests": [question]}).encode(),
            errback=self.on_failure,
            cb_kwargs={"page": page},
            dont_filter=True,
        )

    def on_failure(self, failure: Failure) -> Iterator[Any]:
        """Say that the key was changed when that is why."""
        error = failure.value
        state, message = explain(error)
        if isinstance(error, HttpError) and error.response.status == 403:
            state, message = SourceState.REFUSED, KEY_GONE
        next_try = next_try_of(error)
        yield PartEnded(CALLS, state, message=message, next_try=next_try)

    def on_page(self, response: Response, page: int) -> Iterator[Any]:
        """Keep a page of calls, until as many have come as there are."""
        reader = Reader(self.name, CALLS)
        answer = reader.table(reader.parse(response.body), "the answer")
        results = reader.rows(answer.get("results"), "results")
        if len(results) != 1:
            raise reader.changed(f"one question, {len(results)} answers")
        hits = reader.rows(results[0].get("hits"), "hits")
        total = reader.count(results[0].get("nbHits"), "nbHits")
        new = {str(hit.get("objectID") or f"{page}/{number}") for number, hit in enumerate(hits)}
        if hits and new <= self.calls:
            raise reader.changed(f"page {page} is one we had: paging is not heeded")
        self.calls |= new
        yield from self.take(hits, reader)
        if len(self.calls) >= total:
            yield self.ending()
        elif not hits:
            raise SourceError(f"{len(self.calls)} of {total} calls, and no more", source=self.name, part=CALLS)
        elif page + 1 >= MOST_PAGES:
            raise reader.changed(f"no end after {MOST_PAGES} pages")
        else:
            yield self.ask(page + 1)

    def take(self, hits: list[dict[str, Any]], reader: Reader) -> Iterator[Any]:
        """Tell of the calls of a page that Sweden may answer; all are read, so that a change shows in each."""
        self.lost += [name for name in lost_fields(hits, FIELDS) if name not in self.lost]
        readings = reader.read(hits, self.item)
        asked_for = [item for item in readings.found if item.status]
        if readings.found and not asked_for:
            raise reader.changed(f"asked for open calls, got {hits[0].get('callStatus')!r}: the filter was ignored")
        for key, complaint in readings.bad:
            yield self.skipped(CALLS, key, complaint)
        ours = {str(hit.get("objectID")) for hit in hits if self.is_ours(hit)}
        yield from self.items(CALLS, (item for item in asked_for if item.key in ours))

    def ending(self) -> PartEnded:
        """Return how the reading went."""
        if not self.calls:
            error = EmptySource("no call", source=self.name, part=CALLS)
            return self.part_failed(CALLS, error, "Källan svarade, men utan en enda utlysning.")
        if self.lost:
            changed = ChangedSource(f"no call has {self.lost}", source=self.name, part=CALLS)
            return self.part_failed(CALLS, changed, tell_lost(self.lost))
        return self.part_done(CALLS)

    def is_ours(self, record: Record) -> bool:
        """Tell whether a call names one of our regions, or Sweden when it names no regions at all."""
        regions = texts(record.get("callEligibleRegionNuts"))
        places = regions or texts(record.get("callEligibleCountryNuts"))
        # A call that names the whole of Sweden is open to its parts, and the other way round.
        return not places or any(
            place.startswith(ours) or ours.startswith(place) for place in places for ours in self.regions
        )

    def item(self, record: Record) -> Item:
        """Return the item of a call."""
        key, title = record.get("objectID"), record.get("title")
        if not isinstance(key, str) or not key:
            raise BadRecord(f"objectID is {key!r}", key)
        if not isinstance(title, str) or not plain_title(title):
            raise BadRecord("no title", key)
        status = record.get("callStatus")
        if not isinstance(status, str) or not status:
            raise BadRecord(f"callStatus is {status!r}", key)
        deadline, opens = window_of(record, key)
        external, own = record.get("callExternalUrl"), record.get("contentUrl")
        programmes, themes = texts(record.get("associatedProgrammes")), texts(record.get("callThemes"))
        audience = texts(record.get("targetAudience"))
        regions = texts(record.get("callEligibleRegionNuts")) or texts(record.get("callEligibleCountryNuts"))
        lines = {"Programme": programmes, "Themes": themes, "Target audience": audience}
        return Item(
            source=self.name,
            key=key,
            kind=Kind.CALL,
            title=plain_title(title),
            url=(clean_link(external) if isinstance(external, str) else "")
            or clean_link(own if isinstance(own, str) else "", "https://interreg.eu/")
            or self.homepage,
            text="\n".join(f"{name}: {', '.join(values)}" for name, values in lines.items() if values),
            language="en",
            published=parse_day(record.get("createdDate")),
            status=STATUSES.get(status.lower(), ""),
            opens=opens,
            publisher=", ".join(programmes) or self.publisher,
            deadlines=(Deadline(deadline, "application"),) if deadline else (),
            concepts=tuple(
                [Concept("programme", name, name) for name in programmes] + [Concept("keyword", n, n) for n in themes]
            ),
            meta={
                "regions": [region for region in regions if region.startswith("SE")],
                "eligibility": "" if regions else "kontrollera",
            },
        )


def window_of(record: Record, key: str) -> tuple[date | None, date | None]:
    """Return a call's last day and its opening day; raises BadRecord where one stands in a form we do not know."""
    closing, opening = record.get("callDeadlineDate"), record.get("callOpenDate")
    deadline, opens = parse_day(closing), parse_day(opening)
    if (closing and not deadline) or (opening and not opens):
        raise BadRecord(f"callDeadlineDate is {closing!r}, callOpenDate {opening!r}", key)
    return deadline, opens
