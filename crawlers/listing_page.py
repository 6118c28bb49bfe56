"""A listing page to entries: by the selectors of its table, or by the generic rule of a link and what is around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.dates import parse_day
from crawlers.links import canonical_link, clean_link
from crawlers.listing_catalogue import ListingFacts
from crawlers.listing_days import Days, days_in, first_day
from crawlers.text import HTML_LIMIT, plain_text, plain_title

SHORTEST_TITLE = 15  # characters; shorter links are "Läs mer", "Nästa", "Kontakt"
LONGEST_SUMMARY = 1_000
MOST_LINKS = 3_000
DEEPEST = 200  # elements: what lies deeper is not a page that a person reads
HIGHEST_BLOCK = 8  # elements from a link up to the block that is its item
NAVIGATION = {"nav", "aside", "form"}
FRAME = {"header", "footer"}  # of the page; within an article or an item of a list they belong to that
_NAVIGATION_ROLES = {"navigation", "banner", "contentinfo", "search", "menu", "dialog"}
_BREADCRUMB = re.compile(r"breadcrumb|brodsmul|pagination|paginering|skip-?link|cookie", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListingEntry:
    """One item of a listing page."""

    key: str
    title: str
    url: str
    text: str
    days: Days


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page lists, how much of it could not be read, and which of the table's selectors found nothing."""

    entries: tuple[ListingEntry, ...]
    unreadable: int = 0
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Block:
    node: LexborNode
    link: LexborNode | None
    url: str


def read_listing(html: str, facts: ListingFacts, url: str, today: date) -> Listing:
    """Return what a page lists; `url` is where it was found, which links are seen from."""
    tree = LexborHTMLParser(html[:HTML_LIMIT])
    roots = _roots(tree, facts)
    blocks = list(_selected(roots, facts, url) if facts.item else _generic(roots, facts, url))
    read = [(block, _entry(block, facts, today)) for block in blocks]
    entries: dict[str, ListingEntry] = {}
    for _, entry in read:
        if entry is not None:
            entries.setdefault(entry.key, entry)
    optional = [name for name in ("date", "deadline", "summary") if getattr(facts, name)]
    unused = tuple(n for n in optional if blocks and not any(_found(b.node, getattr(facts, n)) for b in blocks))
    return Listing(tuple(entries.values()), sum(entry is None for _, entry in read), unused)


def visible_text(html: str) -> str:
    """Return the text that a reader sees of a page."""
    return plain_text(html, HTML_LIMIT)


def _roots(tree: LexborHTMLParser, facts: ListingFacts) -> list[LexborNode]:
    for selector in [facts.within] if facts.within else ["main, [role=main]", "article", "body"]:
        if found := tree.css(selector):
            return found
    return []


def _selected(roots: Iterable[LexborNode], facts: ListingFacts, url: str) -> Iterator[_Block]:
    """Yield every element that the table calls an item, with its first link that may be one."""
    for node in _unique(each for root in roots for each in root.css(facts.item)):
        links = [node] if node.tag == "a" else node.css("a[href]")
        found = ((link, clean_link(link.attributes.get("href") or "", url)) for link in links)
        good = ((link, address) for link, address in found if address and _wanted(address, facts, url, strict=False))
        link, address = next(good, (None, ""))
        yield _Block(node, link, address)


def _generic(roots: Iterable[LexborNode], facts: ListingFacts, url: str) -> Iterator[_Block]:
    """Yield, for every address that may be an item's, its links' surroundings that hold no other such address."""
    links: dict[str, LexborNode] = {}
    owners: dict[int, str] = {}  # element -> the only address within it, "" when there are several
    for link in _unique(each for root in roots for each in root.css("a[href]")):
        address = clean_link(link.attributes.get("href") or "", url)
        if len(owners) > MOST_LINKS * DEEPEST or not address or not _wanted(address, facts, url, strict=True):
            continue
        above = list(_ancestors(link))
        if len(above) >= DEEPEST or _is_navigation([link, *above]):
            continue
        key = canonical_link(address)
        known = links.get(key)
        if known is None or len(plain_title(known.text())) < len(plain_title(link.text())):
            links[key] = link
        for node in above:
            owners[node.mem_id] = key if owners.get(node.mem_id, key) == key else ""
    for key, link in links.items():
        yield _Block(_surroundings(link, key, owners), link, clean_link(link.attributes.get("href") or "", url))


def _surroundings(link: LexborNode, key: str, owners: dict[int, str]) -> LexborNode:
    block = link
    for node in list(_ancestors(link))[:HIGHEST_BLOCK]:
        if owners.get(node.mem_id) != key or node.tag in {"main", "body", "html"}:
            break
        block = node
    return block


def _wanted(address: str, facts: ListingFacts, url: str, *, strict: bool) -> bool:
    """Tell whether an address may be an item's: by the table's pattern, else deeper than the page on its own host."""
    if facts.link:
        return re.search(facts.link, address) is not None
    if canonical_link(address) == canonical_link(url):
        return False
    there, here = urlsplit(address), urlsplit(url)
    same = (there.hostname or "").removeprefix("www.") == (here.hostname or "").removeprefix("www.")
    return not strict or (same and _depth(there.path) > _depth(here.path))


def _depth(path: str) -> int:
    return len([step for step in path.split("/") if step])


def _is_navigation(nodes: list[LexborNode]) -> bool:
    kept = any(node.tag in {"article", "li", "main"} for node in nodes)
    for node in nodes:
        marks = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        if node.tag in NAVIGATION or (node.tag in FRAME and not kept) or _BREADCRUMB.search(marks):
            return True
        if (node.attributes.get("role") or "") in _NAVIGATION_ROLES:
            return True
    return False


def _entry(block: _Block, facts: ListingFacts, today: date) -> ListingEntry | None:
    """Return the entry of a block; None when it has no title or no link."""
    title = _title(block, facts)
    if block.link is None or len(title) < SHORTEST_TITLE:
        return None
    whole = plain_text(block.node.html or "", 5_000)
    summary = _found(block.node, facts.summary) if facts.summary else _ingress(block.node)
    text = "" if summary == title else summary
    return ListingEntry(
        canonical_link(block.url), title, block.url, text, _days(block.node, whole, title, facts, today)
    )


def _title(block: _Block, facts: ListingFacts) -> str:
    if facts.heading:
        return plain_title(_found(block.node, facts.heading))
    link = block.link
    if link is None:
        return ""
    within = _found(link, "h1, h2, h3, h4, h5")
    own = plain_title(within or (link.html or ""))
    return own if len(own) >= SHORTEST_TITLE else plain_title(_found(block.node, "h1, h2, h3, h4, h5"))


def _days(node: LexborNode, text: str, title: str, facts: ListingFacts, today: date) -> Days:
    days = days_in(text.replace(title, "", 1), today)
    stamp = next((parse_day(time.attributes.get("datetime") or "") for time in node.css("time[datetime]")), None)
    # A time element says when, but not what: it is the published day only where the text gives it no other meaning.
    if stamp and days.published is None and stamp not in {days.deadline, days.opens} and stamp <= today:
        days = Days(stamp, days.opens, days.deadline)
    if facts.date:
        days = Days(first_day(_stamped(node, facts.date), today), days.opens, days.deadline)
    if facts.deadline:
        days = Days(days.published, days.opens, first_day(_stamped(node, facts.deadline), today))
    return days


def _stamped(node: LexborNode, selector: str) -> str:
    """Return the time stamps and the text of what a selector finds."""
    marked = [each for found in node.css(selector) for each in (found, *found.css("[datetime]"))]
    stamps = [stamp[:10] for each in marked if (stamp := each.attributes.get("datetime"))]
    return " ".join([*stamps, _found(node, selector)])


def _ingress(node: LexborNode) -> str:
    paragraphs = (plain_title(paragraph.html or "", LONGEST_SUMMARY) for paragraph in node.css("p"))
    return next((text for text in paragraphs if len(text) >= 2 * SHORTEST_TITLE), "")


def _found(node: LexborNode, selector: str) -> str:
    """Return the text of the first element within a node that a selector finds, "" when there is none."""
    found = node.css_first(selector) if selector else None
    return plain_title(found.html or "", LONGEST_SUMMARY) if found is not None else ""


def _ancestors(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    for _ in range(DEEPEST):
        if parent is None:
            return
        yield parent
        parent = parent.parent


def _unique(nodes: Iterable[LexborNode]) -> Iterator[LexborNode]:
    seen: set[int] = set()
    for node in nodes:
        if node.mem_id not in seen:
            seen.add(node.mem_id)
            yield node
