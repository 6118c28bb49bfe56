"""Remisses: the listing page, the page of one of them with its last day to answer in prose, and what to remember."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.dates import parse_day
from crawlers.government_items import Publication, answer_day, concepts_of, is_body, item_of, page_key, publisher_of
from crawlers.government_parts import PARTS, SITE, TYPE_CODES
from crawlers.links import clean_link
from crawlers.references import own_file_number
from crawlers.text import plain_text, plain_title
from store.errors import ChangedSource, EmptySource
from store.types import Deadline, Item, Reference

SOURCE = "regeringen"
PART = next(part for part in PARTS if part.name == "remisser")
LONGEST_OPEN = timedelta(days=180)  # remisses are open for about three months; older ones are not asked for
REMEMBERED = timedelta(days=400)  # older ones are not told of again, so that they keep what was known of them

_TYPE_LINK = re.compile(r"/tx/(\d+)/?$")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page of a remiss told; `seen` is the day of its latest change when it was read."""

    seen: str
    deadline: date | None = None
    number: str = ""  # its registry number
    bodies: tuple[str, str] = ("", "")  # the list of those who are asked: a PDF's name and address


@dataclass(frozen=True, slots=True)
class Case:
    """The page of a remiss; `codes` are its senders and subjects, none when it was read as plain text."""

    text: str
    deadline: date | None
    number: str
    bodies: tuple[str, str] = ("", "")
    codes: tuple[tuple[str, str], ...] = ()


def listing_url(page: int) -> str:
    """Return the address of a page of the listing, twenty to a page, the latest changed first."""
    return f"{SITE}/remisser/?p={page}"


def read_listing(body: bytes) -> list[Item]:
    """Return the remisses of a page of the listing, none after the last page.

    Raises ChangedSource when the list is gone or most of it cannot be read.
    """
    tree = LexborHTMLParser(body)
    entries = tree.css("ul.list--block > li div.sortcompact")
    if not entries:
        if tree.css_first("ul.list--block") is None:
            raise ChangedSource("the listing has no ul.list--block", source=SOURCE, part=PART.name)
        raise EmptySource("the listing holds nothing", source=SOURCE, part=PART.name)
    items = [item for entry in entries if (item := _listed(entry)) is not None]
    dated = sum(item.published is not None for item in items)
    if min(len(items), dated) * 2 < len(entries):
        message = f"{len(entries)} entries, {len(items)} readable, {dated} with a day"
        raise ChangedSource(f"the listing has {message}", source=SOURCE, part=PART.name)
    return items


def read_case(body: bytes, published: date | None) -> Case:
    """Return what the page of a remiss tells; raises ChangedSource when it is no such page.

    `time@datetime` is ISO in some places and Swedish in others, so that the day of the listing is kept instead.
    """
    tree = LexborHTMLParser(body)
    heading, main = tree.css_first("h1#h1id"), tree.css_first("main .col-1")
    if heading is None or main is None:
        raise ChangedSource("the page of a remiss has no h1#h1id or no .col-1", source=SOURCE, part=PART.name)
    number = own_file_number(plain_title(heading.text()))
    bodies = next((link for title in main.css("h2.h4") if (link := _bodies(title))), ("", ""))
    senders = _codes(tree.css(".categories-text a"))
    ministers = {code for code, label in senders if not is_body(code, label)}  # persons
    named = (*senders, *_codes(tree.css(".block--politikomrLinks a")))
    codes = tuple(pair for pair in dict.fromkeys(named) if pair[0] not in ministers)
    paragraphs = [plain_text(node.html) for node in main.css(".ingress, .has-wordExplanation")]
    text = "\n\n".join(dict.fromkeys(filter(None, paragraphs)))
    return Case(text, answer_day(text, published), number, bodies, codes)


def read_text(body: bytes, published: date | None) -> Case:
    """Return what the mirror's plain text of the page tells; the heading runs into the registry number."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ChangedSource("the mirror's page is no UTF-8", source=SOURCE, part=PART.name) from error
    heading, _, rest = text.strip().partition("\n")
    if not heading.startswith("# "):
        raise ChangedSource(f"the mirror's page has no heading but {heading[:80]!r}", source=SOURCE, part=PART.name)
    found = plain_text(rest)
    return Case(found, answer_day(found, published), own_file_number(heading))


def facts_of(case: Case, item: Item, before: Facts | None) -> Facts:
    """Return what is to be remembered; the mirror's text has no links, so that a known one is kept."""
    bodies = case.bodies if case.bodies[1] or before is None else before.bodies
    return Facts(change_of(item), case.deadline, case.number, bodies)


def change_of(item: Item) -> str:
    """Return the day on which a page was last changed, as far as is known."""
    return str(item.meta.get("updated") or (item.published.isoformat() if item.published else ""))


def with_facts(item: Item, facts: Facts | None) -> Item:
    """Return a remiss with what its page told; the page knows better than the summary of it."""
    if facts is None:
        return item
    references = item.references
    if facts.number and Reference("dnr", facts.number, "is") not in references:
        others = (each for each in references if (each.scheme, each.value) != ("dnr", facts.number))
        references = (Reference("dnr", facts.number, "is"), *others)
    return replace(
        item,
        deadlines=(Deadline(facts.deadline, "answer"),) if facts.deadline else item.deadlines,
        references=references,
        meta={**item.meta, **({"asked_bodies": list(facts.bodies)} if facts.bodies[1] else {})},
    )


def with_case(item: Item, case: Case) -> Item:
    """Return a remiss that only the listing told of, with the text and the codes of its page."""
    codes = {concept.code: concept.label for concept in item.concepts} | dict(case.codes)
    concepts = concepts_of(codes)
    return replace(item, text=item.text or case.text, concepts=concepts, publisher=publisher_of(codes))


def worth_asking(items: Iterable[Item], known: Mapping[str, Facts], today: date) -> list[Item]:
    """Return the remisses whose page is to be read: perhaps open, and not read since they changed; newest first."""

    def is_due(item: Item) -> bool:
        facts = known.get(item.key)
        day = facts.deadline if facts else None
        last = day or next((deadline.on for deadline in item.deadlines), None)
        closed = last is not None and last < today
        recent = item.published is not None and today - item.published <= LONGEST_OPEN
        return recent and not closed and (facts is None or facts.seen != change_of(item))

    return sorted(filter(is_due, items), key=lambda item: item.published or date.min, reverse=True)


def is_remembered(item: Item, today: date) -> bool:
    """Tell whether a remiss is so young that what its page told is still remembered."""
    return item.published is not None and today - item.published <= REMEMBERED


def write_memory(known: Mapping[str, Facts], pending: int) -> str:
    """Return what is known of pages, and how many are still to be read, as one line."""
    pages = {
        key: [facts.seen, facts.deadline.isoformat() if facts.deadline else "", facts.number, *facts.bodies]
        for key, facts in sorted(known.items())
    }
    return json.dumps({"pages": pages, "pending": pending}, ensure_ascii=False, separators=(",", ":"))


def read_memory(mark: str) -> tuple[dict[str, Facts], int]:
    """Return what `write_memory` wrote, wherever in the mark it begins; nothing when there is none."""
    try:
        told = json.loads(mark[mark.index("{") :])
        return {key: _facts(*row) for key, row in told["pages"].items()}, int(told["pending"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, 0


def _facts(seen: str, day: str, number: str, name: str, url: str) -> Facts:
    return Facts(seen, parse_day(day), number, (name, url))


def _listed(entry: LexborNode) -> Item | None:
    link = entry.css_first("a[href]")
    key, title = page_key(link.attributes.get("href") or "") if link else "", plain_title(link.text()) if link else ""
    if not key.startswith("/remisser/") or not title:
        return None
    days = [parse_day(time.attributes.get("datetime")) or parse_day(time.text().strip()) for time in entry.css("time")]
    publication = Publication(
        key=key,
        title=title,
        text="",
        published=days[0] if days else None,
        updated=days[1] if len(days) > 1 else None,
        designation=title.rpartition(",")[2],  # a title ends in the registry number, where it has one
        codes=tuple(pair for pair in _codes(entry.css("a")) if pair[0] in TYPE_CODES or is_body(*pair)),
    )
    return item_of(publication, PART)


def _codes(links: Iterable[LexborNode]) -> list[tuple[str, str]]:
    """Return the codes that links lead to, with their labels."""
    found = ((_TYPE_LINK.search(link.attributes.get("href") or ""), plain_title(link.text())) for link in links)
    return [(match.group(1), label) for match, label in found if match]


def _bodies(title: LexborNode) -> tuple[str, str] | None:
    """Return the PDF under the heading of those who are asked."""
    following = title.next
    while following is not None and following.tag in {"-text", "-comment"}:
        following = following.next
    link = following.css_first("a[href]") if following and title.text().strip().startswith("Remissinstanser") else None
    url = clean_link(link.attributes.get("href") or "", f"{SITE}/") if link else ""
    return (plain_title(link.text()), url) if link and url else None
