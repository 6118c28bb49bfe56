"""News of the European Commission from its Press Corner, in Swedish where there is a translation.

The service is undocumented; shaped after others' documentation of it (July 2026), not a recording.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.answers import Reader, Record, lost_fields, tell_lost
from crawlers.challenge import EMPTY
from crawlers.dates import parse_day
from crawlers.failures import FetchFailed, explain, next_try_of
from crawlers.feed_parser import parse_feed
from crawlers.press_documents import FIELDS, Document, entry_document, press_item, read_document, read_text
from crawlers.protocol import PartEnded
from crawlers.source import Source
from store.errors import ChangedSource, EmptySource, SourceError
from store.types import Concept, Item, Kind

API = "https://ec.europa.eu/commission/presscorner/api/"
PAGE = 100  # the service gives no more
MOST_PAGES = 30  # of one language: more means that paging is not heeded
FIRST_FILL = timedelta(days=30)
OVERLAP = timedelta(days=3)  # translations follow the original, some days later
LONGEST_CATCH_UP = timedelta(days=180)
# Without speeches, readouts, the agenda and the midday summary, which repeat what these tell.
TYPES = ("IP", "STATEMENT", "QANDA", "FS", "INF")
LANGUAGES = ("sv", "en")  # in the order they are wanted: not everything is translated
MOST_TEXTS = 25  # a lead is enough for the rest
SEARCH, TEXTS = "search", "texts"


class PressCorner(Source):
    """Searches the days since the mark in each language, then fetches the text of the newest documents.

    What was told with its text is left alone for the rest of its time in the window, because telling it again with the
    lead alone would make its text come and go; the mark of `texts` holds those.
    """

    name = "press_corner"
    title = "EU-kommissionens pressrum"
    publisher = "Europeiska kommissionen"
    homepage = "https://ec.europa.eu/commission/presscorner/home/sv"
    kinds = (Kind.AGENCY,)
    region = "EU"
    languages = LANGUAGES
    licence = "Fri vidareanvändning med källa angiven (kommissionens beslut 2011/833/EU)"
    cadence = timedelta(hours=12)
    fewest = 30  # a month; the Commission publishes several a day, fewer in August
    most = 6_000
    longest_silence = timedelta(days=7)
    always = ("published",)
    hosts = ("ec.europa.eu",)
    least_delay = 1.0  # what others keep to

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.types = tuple(str(code) for code in job.options.get("types", TYPES))
        self.told = set(job.marks.get(TEXTS, "").split())
        self.documents: dict[str, Document] = {}
        self.records: list[Record] = []
        self.pages: dict[str, set[str]] = {language: set() for language in LANGUAGES}
        self.left: set[str] = set()  # whose text is still to come
        self.first = self.first_day()

    def first_day(self) -> date:
        """Return the day the window begins."""
        marked = parse_day(self.job.marks.get(SEARCH))
        usual = max(marked - OVERLAP, self.today - LONGEST_CATCH_UP) if marked else self.today - FIRST_FILL
        return min(self.job.since or usual, self.today)

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page of the first language."""
        self.window = (self.first.isoformat(), self.today.isoformat())
        yield self.ask(LANGUAGES[0], 1, 0)

    def ask(self, language: str, page: int, seen: int) -> Request:
        """Return the question for one page of one language."""
        query = {
            "language": language,
            "pagesize": PAGE,
            "pagenumber": page,
            "datefrom": f"{self.first:%d%m%Y}",
            "dateto": f"{self.today:%d%m%Y}",
            "documentTypeCodes": ",".join(self.types),
        }
        state = {"language": language, "page": page, "seen": seen}
        url = f"{API}search?{urlencode(query, safe=',')}"
        return self.request(SEARCH, url, self.on_search, expect="json", errback=self.on_failure, cb_kwargs=state)

    def on_search(self, response: Response, language: str, page: int, seen: int) -> Iterator[Any]:
        """Take a page and go on; whatever is wrong with it, what was read so far is told."""
        try:
            total, records = self.take(response.body, language, page)
            following = self.following(language, page, seen + len(records), total, len(records))
        except SourceError as error:
            yield from self.give_up(error)
        else:
            if following:
                yield following
            else:
                yield from self.finish()

    def take(self, body: bytes, language: str, page: int) -> tuple[int, list[dict[str, Any]]]:
        """Keep the documents of a page; return how many there are in all, and the page's records."""
        reader = Reader(self.name, SEARCH)
        answer = reader.table(reader.parse(body), "the answer")
        total = reader.count(answer.get("totalNumber"), "totalNumber")
        records = reader.rows(answer.get("docuLanguageListResources"), "docuLanguageListResources")
        readings = reader.read(records, read_document)
        keys = {document.reference for document in readings.found}
        if page > 1 and keys and keys <= self.pages[language]:
            raise reader.changed(f"page {page} is one we had: paging is not heeded")
        self.pages[language] |= keys
        wanted = [d for d in readings.found if d.type in self.types and d.language in LANGUAGES]
        if records and not wanted:
            raise reader.changed(f"asked for {self.types} in {language}, got {records[0]}: the query was ignored")
        strays = [d for d in wanted if not self.first - OVERLAP <= d.day <= self.today + OVERLAP]
        if len(strays) * 2 > len(wanted):
            raise reader.changed(f"asked from {self.first} on, got {strays[0].day}: the window was ignored")
        for document in wanted:
            known = self.documents.get(document.reference)
            if not known or LANGUAGES.index(document.language) < LANGUAGES.index(known.language):
                self.documents[document.reference] = document
        self.records += records
        return total, records

    def following(self, language: str, page: int, seen: int, total: int, size: int) -> Request | None:
        """Return the next question, None after the last; a page without documents before the end is a failure."""
        if seen < total:
            if not size:
                raise SourceError(f"page {page} is empty after {seen} of {total}", source=self.name, part=SEARCH)
            if page >= MOST_PAGES:
                raise ChangedSource(f"no end after {page} pages", source=self.name, part=SEARCH)
            return self.ask(language, page + 1, seen)
        later = LANGUAGES[LANGUAGES.index(language) + 1 :]
        return self.ask(later[0], 1, 0) if later else None

    def finish(self) -> Iterator[Any]:
        """Tell of the documents, and ask for the text of the newest."""
        untold = [d for d in self.documents.values() if d.reference not in self.told]
        untold.sort(key=lambda document: (document.day, document.reference), reverse=True)
        with_text, rest = untold[:MOST_TEXTS], untold[MOST_TEXTS:]
        yield from self.items(SEARCH, (self.item(document) for document in rest))
        yield self.search_ending()
        self.left = {document.reference for document in with_text}
        if not with_text:
            yield self.part_done(TEXTS, mark=self.texts_mark())
        for document in with_text:
            query = urlencode({"reference": document.reference, "language": document.language}, safe="/")
            url, state = f"{API}documents?{query}", {"document": document}
            yield self.request(
                TEXTS, url, self.on_text, expect="json", errback=self.without_text(document), cb_kwargs=state
            )

    def search_ending(self) -> PartEnded:
        """Return how the search went, when it was whole."""
        if not self.documents:
            told = f"Källan svarade, men utan ett enda dokument sedan {self.first}."
            return self.part_failed(SEARCH, EmptySource("no document", source=self.name, part=SEARCH), told)
        if lost := lost_fields(self.records, FIELDS):
            error = ChangedSource(f"no record has {lost}", source=self.name, part=SEARCH)
            return self.part_failed(SEARCH, error, tell_lost(lost))
        marked = parse_day(self.job.marks.get(SEARCH))
        whole = marked is None or self.first <= marked  # a later start leaves a gap behind it
        return self.part_done(SEARCH, mark=(self.today if whole or marked is None else marked).isoformat())

    def on_text(self, response: Response, document: Document) -> Iterator[Any]:
        """Tell of a document with its text."""
        try:
            text, keywords = read_text(response.body, Reader(self.name, TEXTS))
        except SourceError as error:
            yield from self.text_failed(document, error)
        else:
            yield from self.items(TEXTS, [self.item(document, text, keywords)])
            yield from self.text_told(document)

    def without_text(self, document: Document) -> Any:
        """Return what to do when the text of a document cannot be had."""

        def failed(failure: Failure) -> Iterator[Any]:
            yield from self.text_failed(document, failure.value)

        return failed

    def text_failed(self, document: Document, error: BaseException | None) -> Iterator[Any]:
        """Tell of a document with its lead; an empty answer is how the service says that there is no text at all."""
        yield from self.items(TEXTS, [self.item(document)])
        if isinstance(error, FetchFailed) and error.message == EMPTY:
            yield from self.text_told(document)
        else:
            state, message = explain(error)
            yield PartEnded(TEXTS, state, 0, f"{document.reference}: {message}", next_try=next_try_of(error))

    def text_told(self, document: Document) -> Iterator[Any]:
        """Note that a document has its text, and end the part with the last of them."""
        self.told.add(document.reference)
        self.left.discard(document.reference)
        if not self.left:
            yield self.part_done(TEXTS, mark=self.texts_mark())

    def texts_mark(self) -> str:
        """Return the documents of the window that have their text, for the next run."""
        return " ".join(sorted(self.told & set(self.documents)))

    def on_failure(self, failure: Failure) -> Iterator[Any]:
        """Tell what was read before the failure."""
        yield from self.give_up(failure.value)

    def give_up(self, error: BaseException | None) -> Iterator[Any]:
        """Tell what was read before a page failed, or else ask the feed; the part fails in any case."""
        state, message = explain(error)
        next_try = next_try_of(error)
        if self.documents:
            fresh = (d for d in self.documents.values() if d.reference not in self.told)
            yield from self.items(SEARCH, (self.item(document) for document in fresh))
            yield PartEnded(SEARCH, state, message=message, next_try=next_try)
            return
        ending = PartEnded(SEARCH, state, message=message, next_try=next_try)
        url, state_of = f"{API}rss?language=sv&pagesize={PAGE}", {"ending": ending}

        def failed(_failure: Failure) -> Iterator[Any]:
            yield ending

        yield self.request(SEARCH, url, self.on_feed, expect="xml", errback=failed, cb_kwargs=state_of)

    def on_feed(self, response: Response, ending: PartEnded) -> Iterator[Any]:
        """Tell of the feed's entries; the search stays failed, because the feed does not reach back."""
        feed = parse_feed(response.body, url=response.url, source=self.name, part=SEARCH)
        count = 0
        for entry in feed.entries:
            document = entry_document(entry, self.today)
            if document and document.type in self.types and document.reference not in self.told:
                yield from self.items(SEARCH, [self.item(document)])
                count += 1
        yield replace(ending, message=f"{ending.message} Läst via RSS: {count} poster.")

    def item(self, document: Document, text: str = "", keywords: tuple[Concept, ...] = ()) -> Item:
        """Return the item of a document."""
        return press_item(document, text, keywords, source=self.name, publisher=self.publisher)
