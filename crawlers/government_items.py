"""What becomes of one publication of the Government, told by its RSS feed or by the mirror g0v.se."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from crawlers.dates import parse_day, parse_written_day
from crawlers.feed_entry import Entry
from crawlers.government_parts import DEPARTMENTS, GOVERNMENT_CODE, SITE, TYPE_CODES, Part
from crawlers.references import find_references, own_designation, own_file_number
from crawlers.text import TEXT_LIMIT, plain_title
from store.types import Concept, Deadline, Item, Reference

SOURCE = "regeringen"
_UNQUOTED = "/:.,()!*;@&=+$~-_"  # may stand in a path as they are
_CODE_LISTS = ("types", "senders", "categories")
_SITE_HOSTS = {"", "regeringen.se", "www.regeringen.se"}
_COUNTRIES = range(1014, 1212)  # codes; "Nya Zeeland" is written as a person's name is
_PERSON = re.compile(r"[A-ZÅÄÖÉ][\w'’-]+(?: (?:(?:af|von|van|de|der) )*[A-ZÅÄÖÉ][\w'’-]+)+")
# "Remissvaren ska ha kommit in senast den 13 mars 2026", "Sista dag att svar(a) på remissen är den 17 april 2026".
_ANSWER_BY = re.compile(
    r"(?:\bsenast|\bsista (?:dag(?:en)?|svarsdag|datum)\b[^.:;]{0,60}?(?:\bär|:)"
    r"|\bsvarstid(?:en)?\b[^.]{0,40}?\b(?:till|är))"
    r"\s+(?:\w+dag(?:en)?\s+)?(?:den\s+){0,2}(\d{1,2}\s+[a-zåäö]{3,9}\s+20\d\d)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Publication:
    """What either form tells of a publication, before it is made an item."""

    key: str
    title: str
    text: str
    published: date | None
    updated: date | None
    designation: str
    codes: tuple[tuple[str, str], ...]  # code, label
    links: tuple[tuple[str, str, str], ...] = ()  # list (attachments, shortcuts), name, address


def page_key(url: str) -> str:
    """Return the path of a page on regeringen.se without its final slash; "" for a page elsewhere.

    The two forms spell the same page with and without the slash, the host and the letters' escapes.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    path = unquote(parts.path).rstrip("/")
    return path if parts.netloc.lower() in _SITE_HOSTS and path.startswith("/") else ""


def is_body(code: str, label: str) -> bool:
    """Tell whether a sender's code is a department or the Government, rather than a minister.

    Departments are founded and renamed with each government, so that a code not known here is judged by its label.
    """
    return code in DEPARTMENTS or code == GOVERNMENT_CODE or label.strip().endswith("departementet")


def is_person(code: str, label: str) -> bool:
    """Tell whether a code is a minister's: the feed lists types, senders and subjects as one, so its name must tell."""
    country = code.isdecimal() and int(code) in _COUNTRIES
    return not country and _PERSON.fullmatch(label.strip()) is not None


def from_feed(entry: Entry) -> Publication | None:
    """Return the publication of an RSS entry, or None when its page is not on regeringen.se; ministers are left out."""
    key = page_key(entry.link)
    codes = tuple((code, label) for code, label in entry.categories if code and not is_person(code, label))
    return Publication(key, entry.title, entry.summary, entry.published, entry.updated, "", codes) if key else None


def from_mirror(record: Mapping[str, Any], labels: Mapping[str, str]) -> Publication | None:
    """Return the publication of a record of the mirror, or None when it has no title or page.

    `summary` may be missing and `id` null. Empty `attachments` mean that the mirror did not see any (it has seen none
    since December 2025), so nothing is said of them. Ministers, who are senders too, are left out: they are persons.
    """
    key, title = page_key(_text(record, "url")), plain_title(_text(record, "title"))
    if not key or not title:
        return None
    codes = [(str(code), labels.get(str(code), "")) for name in _CODE_LISTS for code in _list(record, name)]
    ministers = {str(code) for code in _list(record, "senders")} - {
        code for code, label in codes if is_body(code, label)
    }
    links = [
        (name, plain_title(_text(link, "name")), _text(link, "url"))
        for name in ("attachments", "shortcuts")
        for link in _list(record, name)
        if isinstance(link, dict) and _text(link, "url")
    ]
    return Publication(
        key=key,
        title=title,
        text=plain_title(_text(record, "summary"), TEXT_LIMIT),
        published=parse_day(_text(record, "published")),
        updated=parse_day(_text(record, "updated")),
        designation=plain_title(_text(record, "id")),
        codes=tuple((code, label) for code, label in codes if code not in ministers),
        links=tuple(links),
    )


def item_of(publication: Publication, part: Part) -> Item:
    """Return the item of a publication."""
    codes = {code: DEPARTMENTS.get(code) or label.strip() for code, label in publication.codes}
    day = answer_day(publication.text, publication.published) if part.code == "2099" else None
    return Item(
        source=SOURCE,
        key=publication.key,
        kind=part.kind,
        title=publication.title,
        url=f"{SITE}{quote(publication.key, safe=_UNQUOTED)}/",
        text=publication.text,
        language="sv",
        published=publication.published,
        publisher=publisher_of(codes),
        deadlines=(Deadline(day, "answer"),) if day else (),
        concepts=concepts_of(codes),
        references=references_of(publication, part),
        meta=_meta(publication, part, codes),
    )


def departments_of(codes: Mapping[str, str]) -> list[str]:
    """Return the names of the departments among codes and their labels."""
    return [label for code, label in codes.items() if is_body(code, label) and code != GOVERNMENT_CODE]


def publisher_of(codes: Mapping[str, str]) -> str:
    """Return the first department, or else the Government Offices."""
    return next(iter(departments_of(codes)), "Regeringskansliet")


def concepts_of(codes: Mapping[str, str]) -> tuple[Concept, ...]:
    """Return codes and labels as concepts, in the order of the codes."""
    return tuple(Concept("government", code, codes[code]) for code in sorted(codes))


def answer_day(text: str, published: date | None) -> date | None:
    """Return the last day to answer a remiss, where its text tells one that is not before its publication."""
    days = (parse_written_day(found) for found in _ANSWER_BY.findall(text))
    return next((day for day in days if day and day >= (published or day)), None)


def references_of(publication: Publication, part: Part) -> tuple[Reference, ...]:
    """Return the publication's own numbers, then those that its title and text mention."""
    own = []
    if number := own_designation(part.designation, publication.designation, publication.title):
        own.append(Reference(part.designation, number, "is"))
    if number := own_file_number(publication.designation):
        own.append(Reference("dnr", number, "is"))
    numbers = {(reference.scheme, reference.value) for reference in own}
    mentioned = find_references(f"{publication.title}\n{publication.text}")
    return (*own, *(each for each in mentioned if (each.scheme, each.value) not in numbers))


def merge(feed: Item, mirror: Item) -> Item:
    """Return one item of the same page's two descriptions: the feed's, filled up with what only the mirror tells."""
    concepts = {concept.code: concept for concept in (*mirror.concepts, *feed.concepts)}
    own = {reference.value for item in (feed, mirror) for reference in item.references if reference.relation == "is"}
    references = dict.fromkeys(
        reference
        for reference in sorted((*feed.references, *mirror.references), key=lambda each: each.relation != "is")
        if reference.relation == "is" or reference.value not in own
    )
    categories = sorted({*feed.meta.get("categories", ()), *mirror.meta.get("categories", ())})
    return replace(
        feed,
        text=feed.text or mirror.text,
        published=feed.published or mirror.published,
        deadlines=feed.deadlines or mirror.deadlines,
        concepts=tuple(concepts[code] for code in sorted(concepts)),
        references=tuple(references),
        meta={**mirror.meta, **feed.meta, **({"categories": categories} if categories else {})},
    )


def _meta(publication: Publication, part: Part, codes: Mapping[str, str]) -> dict[str, Any]:
    subjects = (label for code, label in codes.items() if code not in TYPE_CODES and not is_body(code, label))
    updated = publication.updated
    meta: dict[str, Any] = {
        "doc_type": part.label,
        "categories": sorted(filter(None, subjects)),
        "organ": departments_of(codes),
        "updated": updated.isoformat() if updated and updated != publication.published else "",
        "attachments": _links(publication.links, "attachments"),
        "shortcuts": _links(publication.links, "shortcuts"),
    }
    return {name: value for name, value in meta.items() if value}


def _links(links: Iterable[tuple[str, str, str]], wanted: str) -> list[list[str]]:
    return [[name, f"{SITE}{url}" if url.startswith("/") else url] for kind, name, url in links if kind == wanted]


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []
