"""What regeringen.se and its mirror g0v.se answer, made from the sample week's government documents."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from email.utils import format_datetime
from html import escape
from typing import Any

from crawlers.dates import STOCKHOLM
from pipeline.sample_data import Record, SampleData

_SITE = "https://www.regeringen.se"
_FEED_LENGTH = 100  # as the real feed
_LAW = "rattsliga-dokument/"
_LISTS = {  # type code -> path of the list on regeringen.se and, with .json, on the mirror
    "1325": _LAW + "departementsserien-och-promemorior",
    "1327": _LAW + "kommittedirektiv",
    "1329": _LAW + "proposition",
    "1330": _LAW + "skrivelse",
    "1331": _LAW + "statens-offentliga-utredningar",
    "1334": "pressmeddelanden",
    "1341": "rapporter",
    "1342": "regeringsuppdrag",
    "2085": _LAW + "lagradsremiss",
    "2097": "artiklar",
    "2098": "kommenterade-dagordningar",
    "2099": "remisser",
    "2540": "faktapromemoria",
}


def rss(data: SampleData, parameters: dict[str, str]) -> str:
    """Return the feed of a type code, of a department within it, or of everything."""
    code, department = parameters.get("preFilteredCategories"), parameters.get("filteredContentCategories")
    records = [
        record
        for record in data.government
        if (not code or record["type"] == code) and (not department or department in record["senders"])
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss xmlns:a10="http://www.w3.org/2005/Atom" version="2.0"><channel>'
        f"<title>RSS - Regeringen.se</title><link>{_SITE}/</link><description>RSS - Regeringen.se</description>"
        + "".join(_rss_item(record, data.codes) for record in records[:_FEED_LENGTH])
        + "</channel></rss>"
    )


def mirror(data: SampleData, path: str) -> Any:
    """Return what g0v.se keeps under a path ending in .json, or None when it keeps nothing there."""
    if path == "api/codes.json":
        return data.codes
    if path == "api/latest_updated.json":
        stamp = f"{data.today.isoformat()} 02:14:09"  # Swedish time without a zone, as the mirror has it
        return {"latest_updated": stamp, "items": len(data.government), "codes": len(data.codes)}
    if path == "api/items.json":
        return [_mirrored(record) for record in data.government]
    code = next((code for code, name in _LISTS.items() if path in {f"{name}.json", f"{name.rsplit('/')[-1]}.json"}), "")
    return [_mirrored(record) for record in data.government if record["type"] == code] if code else None


def mirrored_page(data: SampleData, path: str) -> str | None:
    """Return the Markdown that g0v.se keeps of a document's page."""
    record = _at(data, path.removesuffix(".md"))
    return f"# {record['title']}\n\n{record['summary']}\n\n{record.get('page', '')}\n" if record else None


def page(data: SampleData, path: str) -> str | None:
    """Return a document's page on regeringen.se; a remiss says its answer date in prose only."""
    record = _at(data, path)
    if record is None:
        return None
    vignette = f'<span class="h1-vignette">Diarienummer: {record["dnr"]}</span>' if "dnr" in record else ""
    department = record["senders"][0]
    prose = "".join(f"<p>{escape(text)}</p>" for text in str(record.get("page") or record["summary"]).split("\n\n"))
    return (
        f'<!DOCTYPE html><html lang="sv"><head><meta charset="utf-8"><title>{escape(record["title"])}</title></head>'
        f'<body><h1 id="h1id">{vignette}{escape(record["title"].split(", ")[0])}</h1>'
        f'<p class="categories-text"><a href="/tx/{department}">{data.codes[department]}</a></p>'
        f'<p class="date-publ-updated"><span class="published">Publicerad <time datetime="{record["published"]}">'
        f'{record["published"]}</time></span></p><div class="has-wordExplanation">{prose}</div></body></html>'
    )


def listing(data: SampleData, number: int) -> str:
    """Return a page of the list of remisser, twenty to a page."""
    records = [record for record in data.government if record["type"] == "2099"]
    rows = "".join(
        f'<li><div class="sortcompact"><a href="{record["path"]}">{escape(record["title"])}</a>'
        f'<div class="block--timeLinks"><p><time datetime="{record["published"]}">{record["published"]}</time> · '
        f'<a href="/tx/2099">Remiss</a> från <a href="/tx/{record["senders"][0]}">'
        f"{data.codes[record['senders'][0]]}</a></p></div></div></li>"
        for record in records[(number - 1) * 20 : number * 20]
    )
    return f'<!DOCTYPE html><html lang="sv"><body><ul class="list--block">{rows}</ul></body></html>'


def _at(data: SampleData, path: str) -> Record | None:
    wanted = path.strip("/")
    return next((record for record in data.government if record["path"].strip("/") == wanted), None)


def _rss_item(record: Record, labels: dict[str, str]) -> str:
    moment = datetime.combine(datetime.fromisoformat(record["published"]), time(9), tzinfo=STOCKHOLM)
    codes = [*record["categories"], *record["senders"], "1296", record["type"]]
    categories = "".join(f'<category domain="{code}">{escape(labels[code])}</category>' for code in codes)
    guid = uuid.uuid5(uuid.NAMESPACE_URL, _SITE + record["path"])
    return (
        f'<item><guid isPermaLink="false">{guid}</guid><link>{_SITE}{record["path"]}</link>{categories}'
        f"<title>{escape(record['title'])}</title><description>{escape(record['summary'])}</description>"
        f"<pubDate>{format_datetime(moment)}</pubDate><a10:updated>{moment.isoformat()}</a10:updated></item>"
    )


def _mirrored(record: Record) -> Record:
    """Return a document as g0v.se lists it; its attachments have been empty since December 2025."""
    return {
        "title": record["title"],
        "url": record["path"],
        "published": record["published"],
        "updated": None,
        "types": [record["type"]],
        "senders": [*record["senders"], "1296"],
        "categories": record["categories"],
        "summary": record["summary"],
        "id": record.get("id"),
        "shortcuts": [],
        "attachments": [],
    }
