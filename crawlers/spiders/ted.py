"""Procurement notices of Swedish municipalities and their companies from TED, the EU's tender journal.

One recorded notice gave the shape of a notice; the envelope with its token is shaped after documentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from crawlers.answers import BadRecord, Reader, Record, lost_fields, tell_lost, texts
from crawlers.dates import parse_day
from crawlers.source import Source
from crawlers.text import plain_title
from store.errors import ChangedSource, EmptySource, SourceError
from store.types import Concept, Deadline, Item, Kind

API = "https://api.ted.europa.eu/v3/notices/search"
FIELDS = (
    "publication-number", "publication-date", "notice-title", "notice-type", "buyer-name", "buyer-legal-type",
    "buyer-country", "procedure-identifier", "deadline-receipt-tender-date-lot", "classification-cpv", "links",
)  # fmt: skip
ALWAYS = ("publication-number", "publication-date", "notice-title", "notice-type", "buyer-name", "buyer-country")
PAGE = 250  # the most that is given
MOST_PAGES = 60
FIRST_FILL = timedelta(days=14)
OVERLAP = timedelta(days=3)
LONGEST_CATCH_UP = timedelta(days=60)
# Local authority, body under public law and public undertaking that one controls, and organisation it subsidises.
LOCAL = {"la", "body-pl-la", "pub-undert-la", "org-sub-la"}
NOTICES = "notices"
_LANGUAGES = (("swe", "sv"), ("eng", "en"))
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?")
_NAME = re.compile(r"\b(kommun|stad|kommunalförbund|kommunförbund)", re.IGNORECASE)


class Ted(Source):
    """Searches the notices of Swedish buyers since the mark and keeps those of local ones.

    A date in the wrong form is answered with success and no hits, so no hits at all in several days is no answer.
    """

    name = "ted"
    title = "TED, upphandlingar från svenska kommuner"
    publisher = "EU:s publikationsbyrå"
    homepage = "https://ted.europa.eu/sv/"
    kinds = (Kind.AGENCY,)
    region = "Sverige"
    languages = ("sv", "en")
    licence = "Fri vidareanvändning med källa angiven (kommissionens beslut 2011/833/EU)"
    cadence = timedelta(days=1)
    fewest = 20
    most = 10_000
    longest_silence = timedelta(days=7)
    always = ("publisher", "concepts", "published")
    hosts = ("api.ted.europa.eu",)
    least_delay = 0.5  # bursts are answered 429
    enabled_by_default: ClassVar[bool] = False
    why_off: ClassVar[str] = (
        "Av från början: upphandlingar är många och angår få. Slå på med enabled = true under [sources.ted]."
    )

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        marked = parse_day(job.marks.get(NOTICES))
        usual = max(marked - OVERLAP, self.today - LONGEST_CATCH_UP) if marked else self.today - FIRST_FILL
        self.marked, self.first = marked, min(job.since or usual, self.today)
        self.numbers: set[str] = set()
        self.notices: dict[str, Item] = {}
        self.lost: list[str] = []
        self.pages = 0

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page."""
        self.window = (self.first.isoformat(), self.today.isoformat())
        yield self.ask("")

    def ask(self, token: str) -> Request:
        """Return the question; `scope` must be ALL, or only the latest issue is searched."""
        self.pages += 1
        day = f"{self.first:%Y%m%d}"
        body: dict[str, Any] = {
            "query": f"(buyer-country IN (SWE)) AND (publication-date >= {day}) SORT BY publication-number DESC",
            "fields": list(FIELDS),
            "limit": PAGE,
            "scope": "ALL",
            "paginationMode": "ITERATION",
            "checkQuerySyntax": False,
        }
        if token:
            body["iterationNextToken"] = token
        return self.request(
            NOTICES,
            API,
            self.on_page,
            expect="json",
            method="POST",
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=json.dumps(body).encode(),
            meta={"handle_httpstatus_list": [400]},
            dont_filter=True,
        )

    def on_page(self, response: Response) -> Iterator[Any]:
        """Keep a page of notices, until as many have come as there are; the token is given after the last page too."""
        reader = Reader(self.name, NOTICES)
        if response.status == 400:
            yield self.refused_question(response.body)
            return
        answer = reader.table(reader.parse(response.body), "the answer")
        records = reader.rows(answer.get("notices"), "notices")
        if answer.get("timedOut") is True:
            raise SourceError("the search timed out and is not whole", source=self.name, part=NOTICES)
        numbers = {str(record.get("publication-number")) for record in records}
        if records and numbers <= self.numbers:
            raise reader.changed(f"page {self.pages} is one we had: the token is not heeded")
        self.numbers |= numbers
        yield from self.take(records, reader)
        total, token = answer.get("totalNoticeCount"), answer.get("iterationNextToken")
        missing = len(self.numbers) < reader.count(total, "totalNoticeCount")
        if not missing:
            yield from self.finish()
        elif not records or not isinstance(token, str) or not token:
            raise SourceError(f"{len(self.numbers)} of {total} notices, and no more", source=self.name, part=NOTICES)
        elif self.pages >= MOST_PAGES:
            raise reader.changed(f"no end after {self.pages} pages")
        else:
            yield self.ask(token)

    def refused_question(self, body: bytes) -> Any:
        """Return the end of the part when TED does not take the question: one unknown field is enough for that."""
        words = " ".join(plain_title(body.decode("utf-8", "replace")).split())[:200]
        error = ChangedSource(f"the question was refused: {words}", source=self.name, part=NOTICES)
        return self.part_failed(NOTICES, error, f"TED godtog inte frågan (fel 400): {words}")

    def take(self, records: list[dict[str, Any]], reader: Reader) -> Iterator[Any]:
        """Keep the local buyers' notices of a page, one per procedure: the newest, which comes first."""
        if records and not any("SWE" in texts(record.get("buyer-country")) for record in records):
            raise reader.changed(f"asked for Swedish buyers, got {str(records[0])[:80]}: the query was ignored")
        readings = reader.read([record for record in records if is_local(record)], self.item)
        for key, complaint in readings.bad:
            yield self.skipped(NOTICES, key, complaint)
        for item in readings.found:
            self.notices.setdefault(item.key, item)
        self.lost += [name for name in lost_in(records, readings.found) if name not in self.lost]

    def finish(self) -> Iterator[Any]:
        """Tell of what was kept, and end the part."""
        yield from self.items(NOTICES, self.notices.values())
        if not self.numbers:
            told = f"Inga träffar alls sedan {self.first}; frågans datumform kan ha slutat gälla."
            yield self.part_failed(NOTICES, EmptySource("no hits", source=self.name, part=NOTICES), told)
        elif self.lost:
            error = ChangedSource(f"no notice has {self.lost}", source=self.name, part=NOTICES)
            yield self.part_failed(NOTICES, error, tell_lost(self.lost))
        else:
            whole = self.marked is None or self.first <= self.marked
            yield self.part_done(NOTICES, mark=(self.today if whole or not self.marked else self.marked).isoformat())

    def item(self, record: Record) -> Item:
        """Return the item of a notice."""
        number = record.get("publication-number")
        if not isinstance(number, str) or not re.fullmatch(r"\d+-\d{4}", number):
            raise BadRecord(f"publication-number is {number!r}", number)
        published = days(record.get("publication-date"))
        if not published:
            raise BadRecord(f"publication-date is {record.get('publication-date')!r}", number)
        title, language = in_language(record.get("notice-title"))
        if not title:
            raise BadRecord("no notice-title", number)
        kind = next(iter(texts(record.get("notice-type"))), "")
        closing = days(record.get("deadline-receipt-tender-date-lot"))
        procedure = next(iter(texts(record.get("procedure-identifier"))), "")
        status = "" if not kind.startswith("cn-") or not closing else "open" if closing[-1] >= self.today else "closed"
        return Item(
            source=self.name,
            key=procedure or number,
            kind=Kind.AGENCY,
            title=title,
            url=f"https://ted.europa.eu/sv/notice/-/detail/{number}",
            language=language,
            published=published[0],
            status=status,
            publisher=in_language(record.get("buyer-name"))[0],
            deadlines=tuple(Deadline(day, "other", "anbud") for day in closing),
            concepts=tuple(Concept("keyword", f"cpv:{code}") for code in texts(record.get("classification-cpv"))),
            meta={"type": kind, "publication_number": number},
        )


def lost_in(records: list[dict[str, Any]], items: list[Item]) -> list[str]:
    """Return the fields that are gone from a page; what one kind of notice lacks is missed only in the other."""
    lost = lost_fields(records, ALWAYS)
    for name in ("buyer-legal-type", "procedure-identifier"):
        if records and not any(texts(record.get(name)) for record in records):
            lost.append(name)
    if items and all(item.language != "sv" for item in items):
        lost.append("notice-title.swe")
    competitions = [item for item in items if item.meta["type"].startswith("cn-")]
    if competitions and not any(item.deadlines for item in competitions):
        lost.append("deadline-receipt-tender-date-lot")
    if items and not any(item.concepts for item in items):
        lost.append("classification-cpv")
    return lost


def is_local(record: Record) -> bool:
    """Tell whether a Swedish municipality or its company buys: by type, else by name where the type is missing."""
    if "SWE" not in texts(record.get("buyer-country")):
        return False
    types = texts(record.get("buyer-legal-type"))
    return bool(LOCAL & set(types)) if types else bool(_NAME.search(in_language(record.get("buyer-name"))[0]))


def days(value: Any) -> list[date]:
    """Return the days of dates like "2026-09-02+02:00", each once, in order; the offset says nothing about the day."""
    found = (_DAY.fullmatch(text) for text in texts(value))
    return sorted({day for match in found if match and (day := parse_day(match[1]))})


def in_language(value: Any) -> tuple[str, str]:
    """Return a text that is given per language: the Swedish, else the English, else any, and its language."""
    if not isinstance(value, Mapping):
        return "", ""
    for name, code in (*_LANGUAGES, *((name, "") for name in sorted(value))):
        if words := texts(value.get(name)):
            return plain_title(words[0]), code
    return "", ""
