"""What residents are shown, as an Atom feed and as open data (JSON and CSV)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from pipeline.archive import table
from pipeline.municipality import Municipality
from pipeline.publications import Shown, publication_id
from pipeline.wording import listed

ATOM = "http://www.w3.org/2005/Atom"
FEED_LENGTH = 50  # entries: what feed readers ask for between two visits
COLUMNS = (
    "id", "titel", "typ", "utgivare", "källa", "sida", "betydelse", "publicerad", "ändrad", "nästa_dag", "åtgärder"
)  # fmt: skip

Address = Callable[[str], str]  # of the page of an item, by its id


def licence_text(municipality: Municipality, licence: str) -> str:
    """Return the terms under which the data may be used."""
    return (
        f"Texterna om vad något betyder och vad kommunen har gjort är {municipality.name}s egna och får användas "
        f"enligt {licence}. Rubrikerna hör till den källa som anges vid varje post, och dess villkor gäller för dem."
    )


def atom(
    municipality: Municipality, found: Sequence[Shown], *, feed_url: str, page_url: str, address: Address, licence: str
) -> bytes:
    """Return the feed; its ids and times are the same from one reading to the next unless something has changed."""
    feed = etree.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": "sv"}, nsmap={None: ATOM})
    _add(feed, "id", f"urn:uuid:{publication_id(municipality.key, ('', ''))}")
    _add(feed, "title", f"Omvärlden och {municipality.name}")
    _add(feed, "subtitle", "Det i omvärlden som rör dig som bor här, och vad kommunen gör åt det.")
    _add(feed, "updated", _moment(max((one.updated_at for one in found), default=datetime.fromisoformat(NEVER))))
    etree.SubElement(feed, _name("link"), rel="self", type="application/atom+xml", href=feed_url)
    etree.SubElement(feed, _name("link"), rel="alternate", type="text/html", href=page_url)
    _add(etree.SubElement(feed, _name("author")), "name", municipality.name)
    _add(feed, "rights", licence_text(municipality, licence))
    for one in found:
        _entry(feed, one, address)
    return etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)


NEVER = "2026-01-01T00:00:00+00:00"  # a feed without entries needs a time too, and one that does not move


def _entry(feed: etree._Element, one: Shown, address: Address) -> None:
    entry = etree.SubElement(feed, _name("entry"))
    _add(entry, "id", one.uri)
    title = _add(entry, "title", one.title)
    if one.language:
        title.set("{http://www.w3.org/XML/1998/namespace}lang", one.language)
    _add(entry, "published", _moment(one.published_at))
    _add(entry, "updated", _moment(one.updated_at))
    etree.SubElement(entry, _name("link"), rel="alternate", type="text/html", href=address(one.id))
    if one.url:
        etree.SubElement(entry, _name("link"), rel="via", href=one.url)
    etree.SubElement(entry, _name("category"), term=one.kind)
    _add(entry, "summary", _summary(one))


def _summary(one: Shown) -> str:
    deeds = "; ".join(f"{deed.title}: {deed.outcome}" if deed.outcome else deed.title for deed in one.deeds)
    return f"{one.meaning} Det har kommunen gjort: {deeds}." if deeds else one.meaning


def open_json(municipality: Municipality, found: Sequence[Shown], *, address: Address, licence: str) -> bytes:
    """Return everything that is shown, as JSON."""
    values = {
        "municipality": {"name": municipality.name, "code": municipality.code},
        "licence": licence_text(municipality, licence),
        "items": [_values(one, address) for one in found],
    }
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()


def _values(one: Shown, address: Address) -> dict[str, Any]:
    return {
        "id": one.uri,
        "title": one.title,
        "language": one.language or "sv",
        "kind": one.kind,
        "publisher": one.publisher,
        "source_url": one.url,
        "page_url": address(one.id),
        "meaning": one.meaning,
        "published": _moment(one.published_at),
        "updated": _moment(one.updated_at),
        "days": [{"what": day.words, "on": day.on.isoformat()} for day in one.days],
        "done": [{"what": d.title, "outcome": d.outcome, "by": d.by, "on": _moment(d.on)} for d in one.deeds],
    }


def open_csv(found: Sequence[Shown], *, address: Address) -> bytes:
    """Return everything that is shown, a row each, for a Swedish spreadsheet; no cell is a formula."""
    return table(COLUMNS, _rows(found, address))


def _rows(found: Sequence[Shown], address: Address) -> Iterator[Sequence[Any]]:
    for one in found:
        deeds = listed([f"{deed.title} ({deed.outcome})" if deed.outcome else deed.title for deed in one.deeds])
        day = f"{one.days[0].on.isoformat()} {one.days[0].words.lower()}" if one.days else ""
        yield (
            one.uri, one.title, one.kind, one.publisher, one.url, address(one.id), one.meaning,
            _moment(one.published_at), _moment(one.updated_at), day, deeds,
        )  # fmt: skip


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _add(parent: etree._Element, tag: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, _name(tag))
    child.text = text
    return child


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
