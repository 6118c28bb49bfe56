"""What becomes of one document of the Riksdag's list, and what its pages of documents look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crawlers.answers import Reader, text_of
from crawlers.dates import parse_day
from crawlers.links import clean_link
from crawlers.references import find_references
from crawlers.riksdag_types import BODIES, Type
from crawlers.text import plain_text, plain_title
from store.errors import ChangedSource
from store.types import Item, Reference

SOURCE = "riksdagen"
SITE = "https://data.riksdagen.se"
PLANNED = "planerat"
CUT = "Propositionens huvudsakliga innehåll"  # what stands before it in a bill is its cover

_REPORT = re.compile(r"\b(?:bet(?:änkande|\.)?\s?)(\d{4}/\d{2})\s?:\s?([A-ZÅÄÖ][A-Za-zåäöÅÄÖ]{1,3}U\d+)")
_COVER = re.compile(
    r"\s*(?:sou|ds|dir|prop|skr|bet)\.?\s\d{4}|\s*(?:Regeringens (?:proposition|skrivelse)|Kommittédirektiv)\b"
    r"|SOU och Ds finns på|överlämnar denna (?:proposition|skrivelse)|\bBetänkande av\b.*\bStockholm \d{4}\b",
    re.IGNORECASE | re.DOTALL,
)
# What every recorded list gives in every document, if only as an empty text.
FIELDS = frozenset(["dok_id", "titel", "datum", "doktyp", "rm", "organ", "beteckning", "status", "dokument_url_html"])
_SHORTEST_TEXT = 80  # what is shorter only repeats the title
_CALENDAR_YEAR = re.compile(r"(?:19|20)\d{2}")
_SESSION = re.compile(r"((?:19|20)\d{2})/(?:\d{2})?(\d{2})")
_INQUIRY = re.compile(r"\b(?:[A-ZÅÄÖ]{1,2}[a-zåäö]?|Komm)\s\d{4}:\d{2,3}\b")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; numbers as the source gives them, 0 where it gives none."""

    documents: list[Mapping[str, Any]]
    total: int
    number: int
    has_more: bool
    warning: str


def read_page(body: bytes, part: str) -> Page:
    """Return a page of a list; raises ChangedSource when it is none.

    Every value is a text or null, numbers too; a list of one may be given as that one.
    """

    def changed(message: str) -> ChangedSource:
        return ChangedSource(f"{part}: {message}", source=SOURCE, part=part)

    answer = Reader(SOURCE, part).parse(body)
    told = answer.get("dokumentlista") if isinstance(answer, dict) else None
    if not isinstance(told, dict):
        raise changed(f"no dokumentlista but {body[:80]!r}")
    total = text_of(told, "@traffar")
    number = text_of(told, "@sida") or ("1" if total == "0" else "")
    if not total.isdecimal() or not number.isdecimal():
        raise changed(f"@traffar {total!r} and @sida {number!r} are no numbers")
    documents = as_list(told.get("dokument"))
    if not all(isinstance(document, dict) for document in documents):
        raise changed("documents that are no objects")
    if int(total) and not documents:
        raise changed(f"{total} hits and no documents")
    return Page(documents, int(total), int(number), bool(text_of(told, "@nasta_sida")), text_of(told, "@varning"))


def as_list(value: object) -> list[Any]:
    """Return a list as it is, nothing as an empty one, and anything else as a list of it."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def is_of(record: Mapping[str, Any], kind: Type) -> bool:
    """Tell whether a document is of the type that was asked for; the old types have a subtype's name."""
    return kind.code.lower() in {text_of(record, name).lower() for name in ("doktyp", "typ", "subtyp")}


def is_planned(record: Mapping[str, Any]) -> bool:
    """Tell whether a document is only planned: it has a day to come, no file, and may change."""
    return text_of(record, "status").lower() == PLANNED


def day_of(record: Mapping[str, Any], kind: Type, today: date) -> date | None:
    """Return the day a document was published, None when that is not known.

    `systemdatum` is when the index last touched it, years later. The first of January is a stand-in where the document
    belongs to another year.
    """
    day = parse_day(text_of(record, "publicerad")) or parse_day(text_of(record, "datum"))
    if day is None or is_planned(record) or day > today:
        return None
    year = text_of(record, "rm")
    placeholder = kind.by_year and (day.month, day.day) == (1, 1) and year != str(day.year)
    return None if placeholder else day


def year_of(record: Mapping[str, Any], kind: Type) -> str:
    """Return the session ("2025/26") or, for the types counted by calendar year, the year; "" when there is none.

    A calendar-year document has been seen with no year of its own but in its number at the sender ("2024:25").
    """
    told = text_of(record, "rm")
    if not kind.by_year:
        session = _SESSION.fullmatch(told)
        return "{}/{}".format(*session.groups()) if session else ""
    if _CALENDAR_YEAR.fullmatch(told):
        return told
    year, colon, _ = text_of(record, "kall_id").partition(":")
    return year if colon and _CALENDAR_YEAR.fullmatch(year) else ""


def designation_of(record: Mapping[str, Any], kind: Type) -> str:
    """Return the number by which people know a document ("Prop. 2023/24:20", "2025/26:JuU47"), "" when it has none."""
    number, year = text_of(record, "beteckning") or text_of(record, "nummer"), year_of(record, kind)
    if kind.scheme == "com":
        named = find_references(f"{number} {text_of(record, 'titel')}")
        return next((each.value for each in named if each.scheme == "com"), "")
    number = number.rpartition(":")[2].strip()  # where it is given with its year
    if not number or not year:
        return ""
    if kind.scheme == "fpm" and not number.upper().startswith("FPM"):
        number = f"FPM{number}"
    return f"{kind.prefix}{year}:{number}"


def body_of(record: Mapping[str, Any], kind: Type) -> str:
    """Return the department or committee behind a document: told as a name, as a code, or not at all."""
    told = "" if (organ := text_of(record, "organ")).isdecimal() else organ
    return BODIES.get(told.removesuffix("-dep").lower(), told) or kind.body


def item_of(record: Mapping[str, Any], kind: Type, today: date) -> Item | None:
    """Return the item of a document, None when it has no id or title; a number alone is neither."""
    key, title = text_of(record, "dok_id") or text_of(record, "id").upper(), plain_title(text_of(record, "titel"))
    if not key or not title or key.isdecimal() or title.isdecimal():
        return None
    designation, told, planned = designation_of(record, kind), body_of(record, kind), is_planned(record)
    return Item(
        source=SOURCE,
        key=key,
        kind=kind.kind,
        title=title,
        url=link_of(record, "dokument_url_html") or f"{SITE}/dokument/{key}.html",
        text=text_beyond_cover(record),
        language="sv",
        published=day_of(record, kind, today),
        status="planned" if planned else "",
        publisher=told,
        references=tuple(references_of(title, designation, kind)),
        meta=_meta(record, kind, designation, planned),
    )


def text_beyond_cover(record: Mapping[str, Any]) -> str:
    """Return a document's summary where it says more than its cover; it is the first 300 characters of the print."""
    told = text_of(record, "summary") or text_of(record, "notis")
    cover, found, content = told.partition(CUT)
    text = plain_text(content if found else "" if _COVER.match(told) or _COVER.search(told) else cover)
    return text if len(text) >= _SHORTEST_TEXT else ""


def references_of(title: str, designation: str, kind: Type) -> Iterator[Reference]:
    """Yield a document's own number, then those that its title mentions."""
    if designation and kind.scheme:
        yield Reference(kind.scheme, designation, "is")
    reports = [Reference("bet", f"{year}:{number}") for year, number in _REPORT.findall(title)]
    for named in dict.fromkeys([*find_references(title), *reports]):
        if (named.scheme, named.value) != (kind.scheme, designation):
            yield named


def link_of(record: Mapping[str, Any], name: str) -> str:
    """Return a link of the Riksdag's own; they are given without their protocol."""
    link = clean_link(text_of(record, name), f"{SITE}/")
    return link.replace("http://", "https://", 1) if link.partition("://")[2].startswith("data.riksdagen.se/") else ""


def _files(record: Mapping[str, Any]) -> list[list[str]]:
    holder = record.get("filbilaga")
    files = as_list(holder.get("fil")) if isinstance(holder, dict) else []
    found = [(text_of(each, "namn"), link_of(each, "url")) for each in files if isinstance(each, dict)]
    return [[name or "dokument", url] for name, url in found if url]


def _meta(record: Mapping[str, Any], kind: Type, designation: str, planned: bool) -> dict[str, Any]:
    inquiry = _INQUIRY.search(f"{text_of(record, 'tempbeteckning')} {text_of(record, 'undertitel')}")
    meta: dict[str, Any] = {
        "doc_type": kind.label,
        "designation": designation,
        "organ": text_of(record, "organ"),
        "inquiry": inquiry.group() if inquiry else "",
        "planned_for": text_of(record, "datum") if planned else "",
        "attachments": _files(record),
    }
    return {name: value for name, value in meta.items() if value}
