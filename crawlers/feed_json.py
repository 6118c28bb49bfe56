"""JSON Feed (jsonfeed.org, versions 1 and 1.1) to entries' fields."""

from __future__ import annotations

import json
from typing import Any

from crawlers.feed_entry import Fields
from store.errors import ChangedSource


def parse_json(text: str, *, source: str, part: str) -> list[Fields]:
    """Return the fields of each item; raises ChangedSource when the text is not a JSON Feed."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ChangedSource(f"{part}: neither XML nor JSON ({error})", source=source, part=part) from error
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        raise ChangedSource(f"{part}: JSON, but not a JSON Feed", source=source, part=part)
    items = feed.get("items")
    if not isinstance(items, list):
        raise ChangedSource(f"{part}: a JSON Feed without items", source=source, part=part)
    return [_fields(item) for item in items if isinstance(item, dict)]


def _fields(item: dict[str, Any]) -> Fields:
    tags = item.get("tags")
    return Fields(
        title=_text(item, "title"),
        link=_text(item, "url") or _text(item, "external_url"),
        guid=_text(item, "id", or_number=True),
        summary=_text(item, "summary"),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        categories=[("", str(tag)) for tag in tags if tag] if isinstance(tags, list) else [],
    )


def _text(item: dict[str, Any], name: str, *, or_number: bool = False) -> str:
    """Return a value that is text; ids are numbers in some feeds, and anything else is none."""
    value = item.get(name)
    number = or_number and isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if isinstance(value, str) or number else ""
