"""The mirror g0v.se: a volunteers' nightly copy of the Government's publications as whole lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crawlers.dates import parse_moment, swedish_day
from crawlers.government_items import SOURCE, from_mirror, item_of, merge
from crawlers.government_parts import Part
from store.errors import ChangedSource, EmptySource
from store.types import Item

LONGEST_LAG = timedelta(days=3)  # it is rebuilt every night; after three it has stopped


@dataclass(frozen=True, slots=True)
class Mirror:
    """What is told of the mirror as a whole: when it was rebuilt, as it writes it, and what the codes mean."""

    updated: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def lag(self, now: datetime) -> str:
        """Return, in Swedish, that the mirror is behind; "" when it is not."""
        moment = parse_moment(self.updated)
        if moment is None:
            return "okänt när den senast uppdaterades"
        return "" if now - moment <= LONGEST_LAG else f"som inte har uppdaterats sedan {swedish_day(moment)}"


def read_updated(body: bytes) -> str:
    """Return when the mirror says it was rebuilt: Swedish time without a zone; "" when it does not say."""
    told = _read(body)
    value = told.get("latest_updated") if isinstance(told, dict) else None
    return value if isinstance(value, str) else ""


def read_labels(body: bytes) -> dict[str, str]:
    """Return the labels of codes; none when the answer is not what it was, for they are known from the feeds too."""
    told = _read(body)
    if not isinstance(told, dict):
        return {}
    return {str(code): label.strip() for code, label in told.items() if isinstance(label, str)}


def read_list(body: bytes, part: Part, labels: Mapping[str, str]) -> tuple[list[Item], int]:
    """Return the items of a list, one per page, and how many records could not be used.

    Raises EmptySource on an empty list and ChangedSource on anything that is not a list of such records.
    """
    records = _read(body)
    if not isinstance(records, list):
        raise ChangedSource(f"{part.list}: not a list", source=SOURCE, part=part.name)
    if not records:
        raise EmptySource(f"{part.list}: an empty list", source=SOURCE, part=part.name)
    items: dict[str, Item] = {}
    unreadable = undated = 0
    for record in records:
        publication = from_mirror(record, labels) if isinstance(record, dict) else None
        if publication is None:
            unreadable += 1
            continue
        undated += publication.published is None
        item = item_of(publication, part)
        known = items.get(item.key)  # a list may hold a page twice; what stands first is newest
        items[item.key] = merge(known, item) if known else item
    if unreadable + undated > len(records) // 2:
        told = f"{part.list}: of {len(records)} records {unreadable} unreadable, {undated} without a day"
        raise ChangedSource(told, source=SOURCE, part=part.name)
    return list(items.values()), unreadable


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
