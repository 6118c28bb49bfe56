"""The sources there are: found in `crawlers/spiders`, one per file, none registered by hand."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import cache
from importlib import import_module

import crawlers.spiders
from crawlers.source import Source
from store.types import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What a source says of itself, for pages and commands that do not crawl."""

    name: str
    title: str
    publisher: str
    homepage: str
    kinds: tuple[Kind, ...]
    region: str
    languages: tuple[str, ...]
    licence: str
    cadence: timedelta
    fewest: int
    most: int
    longest_silence: timedelta
    hosts: tuple[str, ...]
    enabled_by_default: bool = True
    why_off: str = ""
    details_of: str = ""
    part_silences: Mapping[str, timedelta] = field(default_factory=dict)


def source_names() -> list[str]:
    """Return the names of all sources, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(crawlers.spiders.__path__))


def find_source(name: str) -> type[Source]:
    """Return the source of a name; raises LookupError when there is none."""
    if name not in source_names():
        raise LookupError(f"no source named {name!r}; there are {', '.join(source_names())}")
    module = import_module(f"crawlers.spiders.{name}")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Source) and getattr(value, "name", None) == name:
            return value
    raise LookupError(f"{module.__name__} holds no Source whose name is {name!r}")


def find_sources() -> dict[str, type[Source]]:
    """Return all sources by name."""
    return {name: find_source(name) for name in source_names()}


def facts() -> list[SourceFacts]:
    """Return what every source says of itself."""
    return list(_facts())


@cache
def _facts() -> tuple[SourceFacts, ...]:
    names = [each.name for each in fields(SourceFacts)]
    return tuple(SourceFacts(**{name: getattr(source, name) for name in names}) for source in find_sources().values())
