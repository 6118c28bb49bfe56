"""One entry of a feed: its raw fields as any format gives them, and what we make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from crawlers.dates import parse_day
from crawlers.links import clean_link, join_link
from crawlers.text import TITLE_LIMIT, plain_title

LONGEST_SUMMARY = 1_000  # characters; what a reader needs to choose, and no more of what others have written
_LONGEST_MARKUP = 50_000  # characters of a field that are looked at; a megabyte of tags is not a headline


@dataclass(slots=True)
class Fields:
    """The fields of one entry as written, whatever the format called them."""

    title: str = ""
    link: str = ""
    guid: str = ""
    permalink: str = ""  # the guid, when the feed says that it is the address of the page
    summary: str = ""
    published: str = ""
    updated: str = ""
    categories: list[tuple[str, str]] = field(default_factory=list)  # domain or scheme, label
    base: str = ""  # xml:base


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry with a title and a link, as plain text; `published` is the Swedish day, None when not told."""

    title: str
    link: str
    guid: str = ""
    summary: str = ""
    published: date | None = None
    updated: date | None = None
    categories: tuple[tuple[str, str], ...] = ()


def entry_of(fields: Fields, url: str, longest_summary: int = LONGEST_SUMMARY) -> Entry | None:
    """Return the entry, or None when it has no title or no link that a reader may follow."""
    title = plain_title(fields.title[:_LONGEST_MARKUP])
    link = clean_link(fields.link or fields.permalink, join_link(url, fields.base))
    if not title or not link:
        return None
    updated = parse_day(fields.updated)
    return Entry(
        title=title,
        link=link,
        guid=fields.guid[:TITLE_LIMIT],
        summary=plain_title(fields.summary[:_LONGEST_MARKUP], longest_summary),
        published=parse_day(fields.published) or updated,
        updated=updated,
        categories=tuple((domain, plain_title(label[:_LONGEST_MARKUP])) for domain, label in fields.categories),
    )
