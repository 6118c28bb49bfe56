"""The sample week's feeds: their table for the configuration, and their bytes as of a moment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipeline.sample_data import FOLDER, SampleData


def _feed(file: str, host: str, title: str, region: str, language: str) -> dict[str, str]:
    return {
        "url": f"https://{host}.example.org/{file}",
        "title": title,
        "publisher": title,
        "region": region,
        "language": language,
        "kind": "news",
    }


# Invented publishers: no real one shall be credited with news that it has not written.
SAMPLE_FEEDS: Mapping[str, Mapping[str, str]] = {
    "kommunnytt": _feed("kommunnytt.xml", "kommunnytt", "Kommunnytt", "Sverige", "sv"),
    "vastnytt": _feed("vastnytt.xml", "vastnytt", "Västnytt", "Sverige", "sv"),
    "europabrevet": _feed("europabrevet.xml", "europabrevet", "Europabrevet", "EU", "sv"),
    "norden-runt": _feed("norden-runt.xml", "nordenrunt", "Norden runt", "Norden", "sv"),
    "cities-of-the-world": _feed("cities-of-the-world.json", "cities", "Cities of the World", "Världen", "en"),
    "varldsnytt": _feed("varldsnytt.xml", "varldsnytt", "Världsnytt", "Världen", "sv"),
}

_ENTRY = re.compile(rb"[ \t]*<(item|entry)\b.*?</\1>\s*", re.DOTALL)
_DAY = re.compile(rb"<(?:pubDate|published|dc:date|updated)>([^<]+)<")


def feed_body(data: SampleData, url: str) -> bytes | None:
    """Return a feed as it stood at the moment, byte for byte but for the entries that came later."""
    names = {feed["url"]: feed["url"].rsplit("/", 1)[-1] for feed in SAMPLE_FEEDS.values()}
    if url not in names:
        return None
    body = (FOLDER / "feeds" / names[url]).read_bytes()
    if names[url].endswith(".json"):
        feed: dict[str, Any] = json.loads(body)
        feed["items"] = [item for item in feed["items"] if _day(item["date_published"]) <= data.today]
        return json.dumps(feed, ensure_ascii=False).encode()
    return _ENTRY.sub(lambda entry: entry.group() if _is_out(entry.group(), data.today) else b"", body)


def _is_out(entry: bytes, today: date) -> bool:
    """Say whether an entry is published; one without a date always was."""
    found = _DAY.search(entry)
    return found is None or _day(found.group(1).decode()) <= today


def _day(text: str) -> date:
    return (datetime.fromisoformat(text) if text[0].isdigit() else parsedate_to_datetime(text)).date()
