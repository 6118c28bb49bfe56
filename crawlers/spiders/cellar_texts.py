"""The texts of EU acts and proposals, in Swedish where there is one, from CELLAR."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.act_text import act_text
from crawlers.challenge import EMPTY
from crawlers.choices import choices
from crawlers.detail_source import DetailSource, Wanted
from crawlers.failures import FetchFailed
from crawlers.notice import read_notice
from crawlers.protocol import PartEnded
from crawlers.redirects import encrypted
from crawlers.references import find_references
from crawlers.text import TEXT_LIMIT, plain_text
from store.errors import ChangedSource, SourceError
from store.types import Detail, Item, Kind, Reference

RESOURCE = "https://publications.europa.eu/resource/celex/"
LANGUAGES = ("sv", "en")
# Both types: asking for XHTML alone gives 404 on documents from before 2004.
TEXT = "application/xhtml+xml, text/html;q=0.9"
NOTICE = "application/xml;notice=branch"
ABSENT = (404, 406, 410)  # no such language or format
MULTIPLE = 300
MOST_LISTS = 2  # a list may lead to another list
_PROCEDURE = re.compile(r"\b(\d{4}/\d{4})\s?\((COD|CNS|APP|NLE|INI|BUD)\)")


@dataclass(frozen=True, slots=True)
class Reading:
    """How far one document has come: languages still to ask for, files still to read, what was read."""

    wanted: Wanted
    languages: tuple[str, ...] = LANGUAGES
    files: tuple[str, ...] = ()
    lists: int = 0
    texts: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The language that is asked for."""
        return self.languages[0]


class CellarTexts(DetailSource):
    """Asks for the Swedish text, then the English one, and for the notice of what has neither.

    CELLAR answers a document of several files with a list (300), one whose rendition is being made with 202, and leads
    to addresses without encryption, which are asked for with it.
    """

    name = "cellar_texts"
    title = "EU-rättens texter (EUR-Lex)"
    publisher = "EU:s publikationsbyrå"
    homepage = "https://eur-lex.europa.eu/"
    kinds = (Kind.LEGAL_ACT, Kind.PROPOSAL)
    region = "EU"
    languages = LANGUAGES
    licence = "Fri vidareanvändning med källa angiven (kommissionens beslut 2011/833/EU)"
    hosts = ("publications.europa.eu",)
    details_of = "cellar"
    part = "texts"

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.pages = 0
        self.textless = 0  # of the pages, those that were there but held no text

    @classmethod
    def has_detail(cls, item: Item) -> bool:
        """Tell whether a text may exist: CELLAR has none of national measures."""
        return item.key[:1] in {"3", "5"}

    def ask(self, wanted: Wanted) -> Request:
        """Return the request for the Swedish text."""
        return self.ask_text(Reading(wanted))

    def ask_text(self, reading: Reading, url: str = "") -> Request:
        """Return the request for a text in the language of the reading, or for one of its files."""
        return self.get(
            reading,
            url or RESOURCE + quote(reading.wanted.key, safe=""),
            TEXT,
            self.on_text,
            statuses=[MULTIPLE, *ABSENT],
        )

    def ask_notice(self, reading: Reading) -> Request:
        """Return the request for the branch notice."""
        address = RESOURCE + quote(reading.wanted.key, safe="")
        return self.get(reading, address, NOTICE, self.on_notice, statuses=list(ABSENT))

    def get(self, reading: Reading, url: str, accept: str, callback: Any, statuses: list[int]) -> Request:
        """Return one request of a document."""
        language = reading.language if reading.languages else LANGUAGES[0]
        return self.request(
            self.part,
            url,
            callback,
            expect="xml" if accept == NOTICE else "html",
            headers={"Accept": accept, "Accept-Language": language},
            meta={"handle_httpstatus_list": statuses, "encrypt_redirects": True},
            errback=lambda failure: self.on_error(failure, reading),
            cb_kwargs={"reading": reading},
            dont_filter=True,  # the same address is asked for in several languages
        )

    def on_text(self, response: Response, reading: Reading) -> Iterator[Any]:
        """Take a text, follow a list, or try the next language."""
        if response.status in ABSENT:
            yield from self.without_text(reading)
        elif response.status == MULTIPLE:
            yield from self.on_list(response, reading)
        else:
            text = act_text(response.body)
            self.pages += 1
            self.textless += not text
            yield from self.next_file(replace(reading, texts=(*reading.texts, text) if text else reading.texts))

    def on_list(self, response: Response, reading: Reading) -> Iterator[Any]:
        """Read the files that a list names, before those that are still to be read."""
        found = [encrypted(link) for link in choices(response.body, response.url)]
        if not found or reading.lists >= MOST_LISTS:
            error = ChangedSource(f"{response.url}: a list without files", source=self.name, part=self.part)
            yield from self.failed(reading.wanted, error)
            return
        yield from self.next_file(replace(reading, lists=reading.lists + 1, files=(*found, *reading.files)))

    def next_file(self, reading: Reading) -> Iterator[Any]:
        """Read the next file of the document; after the last, tell of the text or try the next language."""
        if reading.files and sum(map(len, reading.texts)) < TEXT_LIMIT:
            following, *files = reading.files
            yield self.ask_text(replace(reading, files=tuple(files)), following)
        elif reading.texts:
            yield from self.tell(self.detail(reading))
        else:
            yield from self.next_language(reading)

    def without_text(self, reading: Reading) -> Iterator[Any]:
        """Go on after an answer that is no text."""
        if not reading.languages:
            yield from self.missing(reading.wanted)
        else:
            yield from self.next_file(reading) if reading.lists else self.next_language(reading)

    def next_language(self, reading: Reading) -> Iterator[Any]:
        """Ask in the next language; after the last, for the notice."""
        following = Reading(reading.wanted, reading.languages[1:])
        yield self.ask_text(following) if following.languages else self.ask_notice(following)

    def on_error(self, failure: Failure, reading: Reading) -> Iterator[Any]:
        """Take an empty answer for a missing text; anything else is a failure."""
        error = failure.value
        if isinstance(error, FetchFailed) and error.message == EMPTY:
            yield from self.without_text(reading)
        else:
            yield from self.failed(reading.wanted, error)

    def on_notice(self, response: Response, reading: Reading) -> Iterator[Any]:
        """Tell what the notice says of a document without text."""
        wanted = reading.wanted
        if response.status in ABSENT:
            yield from self.missing(wanted)
            return
        try:
            notice = read_notice(response.body, wanted.key, source=self.name, part=self.part)
        except SourceError as error:
            yield from self.failed(wanted, error)
            return
        detail = Detail(
            source=wanted.source,
            key=wanted.key,
            fetched_at=self.job.now,
            url=response.url,
            language=notice.language,
            title=notice.title,
            concepts=notice.concepts,
            deadlines=notice.deadlines,
            references=notice.references,
            meta={"dates": notice.dates} if notice.dates else {},
        )
        yield from self.missing(wanted) if detail.is_empty else self.tell(detail)

    def ending(self) -> PartEnded:
        """Return how the part went; a missing text is answered as such, so pages without text are another form."""
        if self.textless and 2 * self.textless >= self.pages:
            error = ChangedSource(
                f"{self.textless} of {self.pages} pages without text", source=self.name, part=self.part
            )
            told = f"{self.textless} av {self.pages} sidor saknade läsbar text: källan kan ha ändrat form."
            return self.part_failed(self.part, error, told)
        return super().ending()

    def detail(self, reading: Reading) -> Detail:
        """Return the detail of the texts that were read."""
        text = plain_text("\n\n".join(reading.texts))
        procedures = [Reference("procedure", f"{number}({kind})") for number, kind in _PROCEDURE.findall(text)]
        named = [*find_references(text), *procedures]
        return Detail(
            source=reading.wanted.source,
            key=reading.wanted.key,
            fetched_at=self.job.now,
            url=RESOURCE + quote(reading.wanted.key, safe=""),
            language=language_of(text, reading.language),
            text=text,
            references=tuple(dict.fromkeys(one for one in named if one.value != reading.wanted.key)),
        )


def language_of(text: str, asked: str) -> str:
    """Return the language of a text: CELLAR may give another than was asked for."""
    words = Counter(re.findall(r"\w+", text[:5_000].lower()))
    swedish, english = words["och"] + words["att"] + words["av"], words["the"] + words["and"] + words["of"]
    return asked if swedish == english else "sv" if swedish > english else "en"
