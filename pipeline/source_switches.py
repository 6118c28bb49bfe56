"""Switching sources and their parts on and off, and adding a feed: changes of the settings file, checked as read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from crawlers.catalogue import facts
from crawlers.feed_catalogue import merged_feeds
from crawlers.links import clean_link
from pipeline.current import refreshed
from pipeline.settings import FILE_NAME, Settings, settings_of
from pipeline.toml_edit import Change, edit_toml
from pipeline.toml_file import TomlFile
from pipeline.week import check_options, is_on, listings_of
from store.errors import ConfigurationError

FIELDS = ("url", "title", "publisher", "region", "language", "kind", "note")
NAMED = 40  # characters of a name made from a title


def switch_source(settings: Settings, name: str, *, on: bool) -> Settings:
    """Switch a source on or off in the settings file and return the settings as they are then.

    Raises LookupError on an unknown source and ConfigurationError when the file cannot be changed, or when the
    environment says otherwise.
    """
    source = next((source for source in facts() if source.name == name), None)
    if source is None:
        raise LookupError(name)
    now = _change(settings, [(("sources", name, "enabled"), on)])
    if is_on(now, source) != on:
        raise ConfigurationError(f"{source.title} styrs av en miljövariabel (UTKIK_SOURCES__…); ändra den i stället")
    return now


def switch_part(settings: Settings, source: str, part: str, *, on: bool) -> Settings:
    """Switch one feed or listing page on or off; raises as `switch_source` does."""
    if part not in parts_of(settings, source):
        raise LookupError(part)
    now = _change(settings, [((source, part, "enabled"), on)])
    if bool(parts_of(now, source)[part].get("enabled", True)) != on:
        raise ConfigurationError(f"{part} styrs av en miljövariabel; ändra den i stället")
    return now


def parts_of(settings: Settings, source: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of the parts that are switched one by one; empty for a source without such parts."""
    if source == "listings":
        return listings_of(settings)
    if source == "feeds":
        own = {name: feed.model_dump(exclude_none=True) for name, feed in settings.feeds.items()}
        return merged_feeds(own) if settings.bundled_feeds else own
    return {}


def add_feed(settings: Settings, fields: Mapping[str, str]) -> str:
    """Add a feed and return its name; raises ConfigurationError, in Swedish, when the fields are no feed."""
    told = {name: text for name in FIELDS if (text := fields.get(name, "").strip())}
    if not told.get("title"):
        raise ConfigurationError("Flödet behöver ett namn, så att läsarna vet varifrån nyheterna kommer.")
    if not clean_link(told.get("url", "")):
        raise ConfigurationError(
            "Adressen ska börja med https:// eller http:// och leda till ett RSS- eller Atom-flöde."
        )
    known = parts_of(settings, "feeds")
    if taken := next((name for name, table in known.items() if table.get("url") == told["url"]), None):
        raise ConfigurationError(f"Flödet finns redan: {known[taken].get('title', taken)}.")
    name = free_name(told["title"], known)
    _change(settings, [(("feeds", name), told)])
    return name


def free_name(title: str, known: Mapping[str, object]) -> str:
    """Return a name of small letters, digits and hyphens that no other feed has."""
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAMED].strip("-") or "flode"
    numbers = (f"{stem}-{number}" for number in range(2, len(known) + 3))
    return next(name for name in (stem, *numbers) if name not in known)


def _change(settings: Settings, changes: Sequence[Change]) -> Settings:
    def check(file: TomlFile) -> None:
        check_options(settings_of(file, settings.home))

    edit_toml(settings.home / FILE_NAME, changes, check=check)
    return refreshed(settings)
