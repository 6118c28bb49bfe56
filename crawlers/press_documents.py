"""Documents of the Commission's Press Corner: the lines of its search, its texts, and the items they become."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from crawlers.answers import BadRecord, Reader, Record
from crawlers.dates import parse_day
from crawlers.feed_entry import Entry
from crawlers.references import find_references
from crawlers.text import plain_text, plain_title
from store.types import Concept, Item, Kind

FIELDS = ("refCode", "eventDate", "title", "leadText", "docutype", "languageCode")
_NUMBER = re.compile(r"[A-Z]+/\d{2}/\d+")
_IN_ADDRESS = re.compile(r"([a-z]+)_(\d{2})_(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """One line of the search: what it is called, and its lead."""

    reference: str  # "IP/26/301"
    day: date
    title: str
    lead: str
    type: str
    language: str


def read_document(record: Record) -> Document:
    """Return the document of a line of the search."""
    reference, title = record.get("refCode"), record.get("title")
    kind, language, lead = record.get("docutype"), record.get("languageCode"), record.get("leadText")
    if not isinstance(reference, str) or not _NUMBER.fullmatch(reference):
        raise BadRecord(f"refCode is {reference!r}", reference)
    if not isinstance(title, str) or not (plain := plain_title(title)):
        raise BadRecord("no title", reference)
    day = parse_day(record.get("eventDate"))
    if day is None:
        raise BadRecord(f"eventDate is {record.get('eventDate')!r}", reference)
    if not isinstance(kind, dict) or not isinstance(kind.get("code"), str) or not isinstance(language, str):
        raise BadRecord(f"docutype is {kind!r}, languageCode {language!r}", reference)
    text = plain_text(lead) if isinstance(lead, str) else ""
    return Document(reference, day, plain, text, kind["code"], language.lower())


def read_text(body: bytes, reader: Reader) -> tuple[str, tuple[Concept, ...]]:
    """Return the text of a document and the policies it was filed under; raises ChangedSource on another shape."""
    answer = reader.table(reader.parse(body), "the document")
    resource = reader.table(answer.get("docuLanguageResource"), "docuLanguageResource")
    html = resource.get("htmlContent", False)
    if html is not None and not isinstance(html, str):
        raise reader.changed(f"htmlContent is {str(html)[:80]}")
    policies = reader.rows(answer.get("policiesResource") or [], "policiesResource")
    pairs = [(policy.get("code"), policy.get("description")) for policy in policies]
    keywords = [Concept("keyword", code, label if isinstance(label, str) else "") for code, label in pairs if code]
    return plain_text(html), tuple(keywords)


def entry_document(entry: Entry, today: date) -> Document | None:
    """Return the document of a feed's entry, whose guid ends with its number; None when no number is found."""
    found = _IN_ADDRESS.search(entry.guid) or _IN_ADDRESS.search(entry.link)
    if not found:
        return None
    kind, year, number = found.groups()
    reference = f"{kind.upper()}/{year}/{number}"
    # The feed does not say in which language an entry is.
    return Document(reference, entry.published or today, entry.title, entry.summary, kind.upper(), "")


def press_item(document: Document, text: str, keywords: tuple[Concept, ...], *, source: str, publisher: str) -> Item:
    """Return the item of a document: its lead, and its text unless that begins with the lead."""
    lead = "" if document.lead == document.title or document.lead in text else document.lead
    text = "\n\n".join(filter(None, (lead, text)))
    address = document.reference.lower().replace("/", "_")
    return Item(
        source=source,
        key=document.reference,
        kind=Kind.AGENCY,
        title=document.title,
        url=f"https://ec.europa.eu/commission/presscorner/detail/{document.language or 'sv'}/{address}",
        text=text,
        language=document.language,
        published=document.day,
        publisher=publisher,
        concepts=keywords,
        references=tuple(find_references(f"{document.title}\n{text}")),
        meta={"type": document.type},
    )
