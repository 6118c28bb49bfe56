"""CELLAR's answer 300: the list of the files that a document consists of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.feed_decoding import decode_feed
from crawlers.links import clean_link

MOST = 4  # files read of one document: an act and its first annexes; the text is cut at 20,000 characters anyway
_NAME = re.compile(r"stream_name\W+(?:<[^>]*>\W*)*([^\s<>\"']+)", re.IGNORECASE)
_ORDER = re.compile(r"stream_order\W+(?:<[^>]*>\W*)*(\d+)", re.IGNORECASE)
_OTHER_FORMATS = re.compile(r"\.(pdf|docx?|xml|fmx4?|zip|rdf|jpe?g|png|tiff?)$", re.IGNORECASE)


def choices(body: bytes, base: str) -> list[str]:
    """Return the addresses of the files to read, in their order; none when the page is no such list.

    The act itself is the file whose name holds ACT. Where none is called so every file is read: the first alone may be
    a cover page.
    """
    found: list[tuple[str, int, str]] = []
    for position, (link, around) in enumerate(_links(decode_feed(body), base)):
        name, order = _NAME.search(around), _ORDER.search(around)
        label = name[1] if name else link.rsplit("/", 1)[-1]
        found.append((label, int(order[1]) if order else position + 1, link))
    readable = [row for row in found if not _OTHER_FORMATS.search(row[0])] or found
    acts = [row for row in readable if "ACT" in row[0].upper().split("_") or ".ACT" in row[0].upper()]
    ordered = sorted(acts or readable, key=lambda row: row[1])
    return list(dict.fromkeys(link for _, _, link in ordered))[:MOST]


def _links(page: str, base: str) -> Iterator[tuple[str, str]]:
    """Yield each file's address and the markup around it; a second list leads to lists, not to items."""
    tree = LexborHTMLParser(page)
    items = tree.css("li[title=item]") or tree.css("li")
    for item in items:
        anchor: LexborNode | None = item.css_first("a[href]")
        link = clean_link((anchor.attributes.get("href") or "") if anchor else "", base)
        if "/resource/" in urlsplit(link).path:
            yield link, item.html or ""
