"""Feeds of any kind to entries: RSS 2.0, RSS 1.0, Atom and JSON Feed, fast and without trusting them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from crawlers.feed_broken import parse_broken
from crawlers.feed_decoding import decode_feed, without_doctype
from crawlers.feed_entry import LONGEST_SUMMARY, Entry, Fields, entry_of
from crawlers.feed_json import parse_json
from crawlers.links import join_link
from store.errors import ChangedSource

_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
# Namespaces in which an element without prefix may stand; media:title or itunes:summary are something else.
_PLAIN = {"", _ATOM, "http://purl.org/atom/ns#", "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"}
_ROOT_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)
_LAST_END = re.compile(r".*</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE | re.DOTALL)
_LAST_START = re.compile(r"<(?:item|entry)[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """The entries of a feed that have a title and a link.

    `dropped` counts those that lacked one; `whole` is false when the answer was cut off before its end.
    """

    entries: tuple[Entry, ...]
    dropped: int = 0
    whole: bool = True


def parse_feed(
    body: bytes, *, url: str, source: str, part: str = "", charset: str = "", longest_summary: int = LONGEST_SUMMARY
) -> Feed:
    """Return what the feed holds; raises ChangedSource when the answer is not a feed that can be read."""
    text, had_doctype = without_doctype(decode_feed(body, charset))
    if not text:
        raise ChangedSource(f"empty answer from {url}", source=source, part=part)
    if text[:1] in "{[":
        fields, whole = parse_json(text, source=source, part=part), True
    elif re.match(r"\s*(<!--.*?-->\s*)*<html\b", text[:4_096], re.IGNORECASE | re.DOTALL):
        raise ChangedSource(f"{url} answers a web page, not a feed", source=source, part=part)
    else:
        fields, whole = _parse_xml(text, url, source, part, trusted=not had_doctype)
    entries = tuple(entry for entry in (entry_of(each, url, longest_summary) for each in fields) if entry is not None)
    return Feed(entries, len(fields) - len(entries), whole)


def _parse_xml(text: str, url: str, source: str, part: str, *, trusted: bool) -> tuple[list[Fields], bool]:
    """Return the entries' fields, by the fast path where it can be taken, else by feedparser."""
    root = _read_strictly(text) if trusted else None
    if root is not None:
        if (fields := _entries_of(root)) is None:
            raise ChangedSource(f"{url} answers <{_split(root)[1]}>, not a feed", source=source, part=part)
        return fields, True
    whole = _ROOT_END.search(text[-4_096:]) is not None
    return parse_broken(text if whole else _without_half_entry(text), url=url, source=source, part=part), whole


def _read_strictly(text: str) -> etree._Element | None:
    """Return the root element of well-formed XML without entities of its own, else None."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if root.getroottree().docinfo.doctype else root


def _without_half_entry(text: str) -> str:
    """Return a cut feed without the entry that was cut: half a title must not pass for a title."""
    end = _LAST_END.match(text)
    position = end.end() if end else 0
    half = _LAST_START.search(text, position)
    return text[: half.start()] if half else text


def _entries_of(root: etree._Element) -> list[Fields] | None:
    """Return the fields of each entry of a feed's root element; None when it is no feed."""
    name = _split(root)[1].lower()
    if name == "feed":
        return [_fields(element, root) for element in _children(root, "entry")]
    if name not in {"rss", "rdf"}:
        return None
    channels = [element for element in root if _split(element)[1] == "channel"]
    if not channels:
        return None
    places = [root, *channels]  # RSS 1.0 has its items beside the channel, RSS 2.0 within
    return [_fields(element, place) for place in places for element in _children(place, "item")]


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    return [e for e in parent if _split(e)[1] == name and _split(e)[0] in _PLAIN]


def _fields(element: etree._Element, parent: etree._Element) -> Fields:
    """Return the fields of one entry; the first of each name counts."""
    fields = Fields(base=join_link(parent.get(_BASE) or "", element.get(_BASE) or ""))
    for child in element:
        namespace, name = _split(child)
        if namespace == _DC and name == "date":
            fields.published = fields.published or _text(child)
        elif namespace in _PLAIN:
            _take(fields, name, namespace, child)
    return fields


def _take(fields: Fields, name: str, namespace: str, child: etree._Element) -> None:
    match name:
        case "title":
            fields.title = fields.title or _text(child)
        case "link":
            _take_link(fields, namespace, child)
        case "guid" | "id":
            fields.guid = fields.guid or _text(child).strip()
            if (child.get("isPermaLink") or "true").strip().lower() != "false" and name == "guid":
                fields.permalink = fields.permalink or fields.guid
        case "description" | "summary":
            fields.summary = fields.summary or _text(child)
        case "pubDate" | "published" | "issued":
            fields.published = _text(child).strip() or fields.published
        case "updated" | "modified":
            fields.updated = fields.updated or _text(child).strip()
        case "category":
            label = child.get("label") or _text(child) or child.get("term") or ""
            fields.categories.append((child.get("domain") or child.get("scheme") or "", label.strip()))
        case _:
            pass  # content and enclosures are the publisher's; we keep headline, ingress, link and date


def _take_link(fields: Fields, namespace: str, child: etree._Element) -> None:
    """Keep the link to the page: the text in RSS, the alternate in Atom (also inside RSS, where it comes second)."""
    if "href" not in child.attrib:
        fields.link = _text(child).strip() or fields.link
    elif (child.get("rel") or "alternate") == "alternate" and not (namespace == _ATOM and fields.link):
        fields.link = child.get("href") or ""


def _split(element: etree._Element) -> tuple[str, str]:
    tag = element.tag
    return _split_tag(tag) if isinstance(tag, str) else ("", "")  # an entity reference has none


@lru_cache(maxsize=1_000)
def _split_tag(tag: str) -> tuple[str, str]:
    namespace, _, name = tag.rpartition("}")
    return namespace[1:], name


def _text(element: etree._Element) -> str:
    """Return the text of an element with that of any markup within it (Atom's xhtml titles)."""
    return "".join(element.itertext()) if len(element) else element.text or ""
