"""The feeds there are: the bundled catalogue, merged with what an installation says of its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawlers.links import clean_link
from store.errors import ConfigurationError
from store.types import Kind

CATALOGUE = Path(__file__).with_name("feeds.toml")
REGIONS = ("Sverige", "EU", "Norden", "Världen")
_NAME = re.compile(r"[a-z0-9åäö][a-z0-9åäö._-]{0,60}", re.IGNORECASE)  # begins every key, so a colon may not be in it


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFacts:
    """One feed: where it is, what it tells about, and how much of it to expect."""

    name: str
    url: str
    title: str
    publisher: str = ""
    region: str = "Sverige"
    language: str = ""  # "" when its entries are in several
    kind: Kind = Kind.NEWS
    fewest: int = 1  # entries in a whole answer under which something is wrong
    longest_silence_days: int = 0  # without a newer entry, after which something is wrong; 0 means never
    enabled: bool = True
    note: str = ""  # Swedish, for people

    @property
    def host(self) -> str:
        """The host that the feed is asked of."""
        return urlsplit(self.url).hostname or ""


@cache
def bundled_feeds() -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of the bundled catalogue."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


def merged_feeds(own: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the bundled tables with an installation's own laid over them, field by field; new names are added."""
    names = [*bundled_feeds(), *(name for name in own if name not in bundled_feeds())]
    return {name: {**bundled_feeds().get(name, {}), **own.get(name, {})} for name in names}


def feed_facts(tables: Mapping[str, Mapping[str, Any]]) -> list[FeedFacts]:
    """Return the feeds of a configuration; raises ConfigurationError where it is wrong."""
    return [_feed(name, table) for name, table in tables.items()]


def _feed(name: str, table: Mapping[str, Any]) -> FeedFacts:
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"feeds.{name}: namnet får bara ha bokstäver, siffror, bindestreck, punkt och _")
    if unknown := sorted(set(table) - {field.name for field in fields(FeedFacts)}):
        raise ConfigurationError(f"feeds.{name}: okänt fält {', '.join(unknown)}")
    url = str(table.get("url") or "")
    if not clean_link(url):
        raise ConfigurationError(f"feeds.{name}: url saknas eller är ingen http-adress: {url!r}")
    if table.get("region", REGIONS[0]) not in REGIONS:
        raise ConfigurationError(f"feeds.{name}: region ska vara en av {', '.join(REGIONS)}")
    title = str(table.get("title") or name)
    try:
        kind = Kind(table.get("kind", Kind.NEWS))
    except ValueError as error:
        raise ConfigurationError(f"feeds.{name}: kind ska vara news eller agency") from error
    publisher = str(table.get("publisher") or title)
    return FeedFacts(**{**table, "name": name, "title": title, "kind": kind, "publisher": publisher})
