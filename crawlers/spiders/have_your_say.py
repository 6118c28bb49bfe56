"""Open consultations of the European Commission from "Have your say", with their closing days.

The service is undocumented and has changed its shape once; both shapes are read. Shaped after others' documentation
and code (August 2026), not a recording.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers.answers import BadRecord, Reader, Record, as_number, inner, lost_fields, tell_lost
from crawlers.dates import parse_day
from crawlers.references import find_references
from crawlers.source import Source
from crawlers.text import plain_text, plain_title
from store.errors import ChangedSource, EmptySource, SourceError
from store.types import Concept, Deadline, Item, Kind

API = "https://ec.europa.eu/info/law/better-regulation/brpapi/searchInitiatives"
PAGE = 100  # what we ask for; the server may give ten
MOST_PAGES = 100
OPEN = "open"
FIELDS = ("id", "initiativeTranslations", "currentStatuses", "topics", "foreseenActType")
LANGUAGES = ("SV", "EN")
_STAMP = re.compile(r"(\d{4})/(\d{2})/(\d{2})(?:[ T](\d{2}):(\d{2})(?::\d{2})?)?")


class HaveYourSay(Source):
    """Reads all initiatives that are open for feedback, page by page; one missing from an answer says nothing."""

    name = "have_your_say"
    title = "EU-kommissionens samråd (Kom med synpunkter)"
    publisher = "Europeiska kommissionen"
    homepage = "https://ec.europa.eu/info/law/better-regulation/have-your-say_sv"
    kinds = (Kind.CONSULTATION,)
    region = "EU"
    languages = ("sv", "en")
    licence = "Fri vidareanvändning med källa angiven (kommissionens beslut 2011/833/EU)"
    cadence = timedelta(days=1)
    fewest = 10  # some dozens are open at any time
    most = 3_000
    longest_silence = timedelta(days=30)
    always = ("deadlines", "opens", "status", "language")
    hosts = ("ec.europa.eu",)
    least_delay = 0.5  # what others keep to

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.records: dict[int, Record] = {}
        self.rows = 0

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page, which is number 0."""
        yield self.ask(0)

    def ask(self, page: int) -> Request:
        """Return the question for a page; of the two filters by status only `feedbackStatus` is heeded."""
        query = urlencode({"page": page, "size": PAGE, "language": "SV", "feedbackStatus": "OPEN"})
        state = {"page": page}
        return self.request(OPEN, f"{API}?{query}", self.on_page, expect="json", cb_kwargs=state)

    def on_page(self, response: Response, page: int) -> Iterator[Any]:
        """Keep a page's initiatives and go on to the last page that the service tells of."""
        reader = Reader(self.name, OPEN)
        records, pages = read_page(response.body, reader)
        new = {number: record for record in records if (number := as_number(record.get("id"))) is not None}
        if records and not new:
            raise reader.changed(f"no id in {str(records[0])[:80]}")
        if records and new.keys() <= self.records.keys():
            raise reader.changed(f"page {page} is one we had: paging is not heeded")
        for number, record in new.items():
            self.records.setdefault(number, record)
        self.rows += len(records)
        if page + 1 >= pages:
            yield from self.finish(reader)
        elif not records:
            raise SourceError(f"page {page} of {pages} is empty", source=self.name, part=OPEN)
        elif page + 1 >= MOST_PAGES:
            raise reader.changed(f"no end after {MOST_PAGES} pages")
        else:
            yield self.ask(page + 1)

    def finish(self, reader: Reader) -> Iterator[Any]:
        """Tell of the initiatives that are open by their own word."""
        records = list(self.records.values())
        open_ones = [record for record in records if open_status(record)]
        if records and not open_ones:
            raise reader.changed(f"asked for open ones, got {str(records[0].get('currentStatuses'))[:80]}")
        readings = reader.read(open_ones, self.item)
        for key, complaint in readings.bad:
            yield self.skipped(OPEN, key, complaint)
        yield from self.items(OPEN, readings.found)
        if not readings.found:
            error = EmptySource("no open initiative", source=self.name, part=OPEN)
            yield self.part_failed(OPEN, error, "Källan svarade, men utan ett enda öppet samråd.")
        elif gone := lost_in(open_ones, readings.found):
            yield self.part_failed(
                OPEN, ChangedSource(f"no record has {gone}", source=self.name, part=OPEN), tell_lost(gone)
            )
        else:
            yield self.part_done(OPEN)

    def item(self, record: Record) -> Item:
        """Return the item of an open initiative."""
        number, status = as_number(record.get("id")), open_status(record) or {}
        closes = read_stamp(status.get("feedbackEndDate"))
        if closes is None:
            raise BadRecord(f"feedbackEndDate is {status.get('feedbackEndDate')!r}", number)
        title, text, language = read_words(record)
        if not title:
            raise BadRecord("no title", number)
        opens = read_stamp(status.get("feedbackStartDate"))
        day, note = closes
        return Item(
            source=self.name,
            key=str(number),
            kind=Kind.CONSULTATION,
            title=title,
            url=f"https://ec.europa.eu/info/law/better-regulation/have-your-say/initiatives/{number}_sv",
            text=text,
            language=language,
            published=opens[0] if opens else None,
            status="open",
            opens=opens[0] if opens else None,
            publisher=self.publisher,
            deadlines=(Deadline(day, "answer", note),),
            concepts=tuple(topics(record)),
            references=tuple(find_references(f"{title}\n{text}")),
            meta={
                name: value
                for name, value in {
                    "reference": record.get("reference"),
                    "act_type": record.get("foreseenActType"),
                    "stage": status.get("frontEndStage"),
                }.items()
                if isinstance(value, str) and value
            },
        )


def read_page(body: bytes, reader: Reader) -> tuple[list[dict[str, Any]], int]:
    """Return the initiatives of a page and the number of pages, from either of the two known shapes."""
    answer = reader.table(reader.parse(body), "the answer")
    if "initiativeResultDtoPage" in answer:
        page = reader.table(answer["initiativeResultDtoPage"], "initiativeResultDtoPage")
        return reader.rows(page.get("content"), "content"), reader.count(page.get("totalPages"), "totalPages")
    if "_embedded" in answer:
        embedded = reader.table(answer["_embedded"], "_embedded")
        records = reader.rows(embedded.get("initiativeResultDtoes"), "initiativeResultDtoes")
        return records, reader.count(reader.table(answer.get("page"), "page").get("totalPages"), "totalPages")
    raise reader.changed(f"neither of the known shapes but {sorted(answer)[:5]}")


def lost_in(records: list[Record], items: list[Item]) -> list[str]:
    """Return the fields that are gone from every record, or no longer say what they did."""
    lost = lost_fields(records, FIELDS)
    translations = inner(records, "initiativeTranslations")
    lost += lost_fields(translations, ("value", "language", "field"))
    lost += lost_fields(inner(records, "topics"), ("code", "label"))
    if translations and not any(item.language for item in items):
        lost.append("initiativeTranslations (titlar)")
    if items and not any(item.opens for item in items):
        lost.append("feedbackStartDate")
    return lost


def open_status(record: Record) -> Mapping[str, Any] | None:
    """Return the status under which an initiative takes answers now, the current one first."""
    statuses = record.get("currentStatuses")
    found = [s for s in statuses if isinstance(s, dict)] if isinstance(statuses, list) else []
    taking = [status for status in found if str(status.get("receivingFeedbackStatus")).upper() == "OPEN"]
    return max(taking, key=lambda status: status.get("isCurrent") is True, default=None)


def read_stamp(value: Any) -> tuple[date, str] | None:
    """Return the day of "2026/08/31 08:24:00" and the hour in Swedish words, when it is not the end of the day."""
    found = _STAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or not (day := parse_day("-".join(found.groups()[:3]))):
        return None
    hour, minute = found.groups()[3:]
    told = hour is not None and (hour, minute) not in {("00", "00"), ("23", "59")}
    return day, f"kl. {hour}.{minute} Brysseltid" if told else ""


def read_words(record: Record) -> tuple[str, str, str]:
    """Return title, summary and their language: Swedish, else English, else the title without language."""
    translations = record.get("initiativeTranslations")
    rows = [row for row in translations if isinstance(row, dict)] if isinstance(translations, list) else []
    for language in LANGUAGES:
        words = {
            str(row.get("field")).lower(): row["value"]
            for row in rows
            if str(row.get("language")).upper() == language and isinstance(row.get("value"), str)
        }
        title = next((plain_title(value) for field, value in words.items() if "title" in field), "")
        if title:
            texts = (plain_text(value) for field, value in words.items() if "title" not in field)
            return title, "\n\n".join(text for text in texts if text), language.lower()
    short = record.get("shortTitle")
    return plain_title(short) if isinstance(short, str) else "", "", ""


def topics(record: Record) -> Iterator[Concept]:
    """Yield the topics that the Commission set."""
    found = record.get("topics")
    for topic in found if isinstance(found, list) else []:
        code, label = (topic.get("code"), topic.get("label")) if isinstance(topic, dict) else (None, None)
        if isinstance(code, str) and code:
            yield Concept("keyword", code, label if isinstance(label, str) else "")
