"""The listing pages there are: the bundled catalogue, merged with what an installation says of its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawlers.links import clean_link
from store.errors import ConfigurationError
from store.types import Kind

CATALOGUE = Path(__file__).with_name("listings.toml")
REGIONS = ("Sverige", "EU", "Norden", "Världen")
SELECTORS = ("within", "item", "heading", "date", "deadline", "summary")
NO_ADDRESS = "Adressen är inte känd."
_NAME = re.compile(r"[a-z0-9åäö][a-z0-9åäö._-]{0,60}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFacts:
    """One listing page: where it is, what it lists, and how an item of it is told from the rest of the page."""

    name: str
    url: str  # "" when nobody knows it yet; such a page cannot be switched on
    title: str
    publisher: str = ""
    region: str = "Sverige"
    language: str = "sv"
    kind: Kind = Kind.CALL
    within: str = ""  # selector of the part of the page that holds the list; "" means main, article or body
    item: str = ""  # selector of one item; "" means the generic rule: a link and what stands around it
    heading: str = ""  # selectors within an item, each "" when the generic rule is to find it
    date: str = ""
    deadline: str = ""
    summary: str = ""
    link: str = ""  # regular expression that the links of items match; "" means deeper than the page itself
    fewest: int = 1  # items in a whole answer under which something is wrong
    enabled: bool = True
    note: str = ""  # Swedish, for people

    @property
    def host(self) -> str:
        """The host that the page is asked of."""
        return urlsplit(self.url).hostname or ""

    @property
    def why_off(self) -> str:
        """Why the page is not read, in Swedish; "" when it is."""
        if self.enabled:
            return ""
        return " ".join(filter(None, ("" if self.url else NO_ADDRESS, self.note or "avstängd i utkik.toml")))


@cache
def bundled_listings() -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of the bundled catalogue."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


def merged_listings(own: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the bundled tables with an installation's own laid over them, field by field; new names are added."""
    names = [*bundled_listings(), *(name for name in own if name not in bundled_listings())]
    return {name: {**bundled_listings().get(name, {}), **own.get(name, {})} for name in names}


def listing_facts(tables: Mapping[str, Mapping[str, Any]]) -> list[ListingFacts]:
    """Return the listing pages of a configuration; raises ConfigurationError where it is wrong."""
    return [_listing(name, table) for name, table in tables.items()]


def _listing(name: str, table: Mapping[str, Any]) -> ListingFacts:
    place = f"listings.{name}"
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{place}: namnet får bara ha bokstäver, siffror, bindestreck, punkt och _")
    if unknown := sorted(set(table) - {field.name for field in fields(ListingFacts)}):
        raise ConfigurationError(f"{place}: okänt fält {', '.join(unknown)}")
    url = str(table.get("url") or "")
    if not clean_link(url) and (url or table.get("enabled", True)):
        raise ConfigurationError(f"{place}: url saknas eller är ingen http-adress: {url!r}")
    if table.get("region", REGIONS[0]) not in REGIONS:
        raise ConfigurationError(f"{place}: region ska vara en av {', '.join(REGIONS)}")
    try:
        kind = Kind(table.get("kind", Kind.CALL))
        re.compile(str(table.get("link", "")))
    except ValueError as error:
        raise ConfigurationError(f"{place}: kind ska vara call, consultation, agency eller news") from error
    except re.error as error:
        raise ConfigurationError(f"{place}: link är inget reguljärt uttryck: {error}") from error
    for field in SELECTORS:
        _check_selector(f"{place}: {field}", str(table.get(field, "")))
    title = str(table.get("title") or name)
    publisher = str(table.get("publisher") or title)
    return ListingFacts(**{**table, "name": name, "url": url, "title": title, "kind": kind, "publisher": publisher})


def _check_selector(place: str, selector: str) -> None:
    try:
        if selector:
            LexborHTMLParser("<p>").css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ConfigurationError(f"{place} är ingen CSS-selektor: {selector!r}") from error
