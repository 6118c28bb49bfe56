"""Items as JSON and back, and the hash that says whether an item has changed for a reader."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from store.types import Concept, Deadline, Detail, Item, Kind, Money, Reference

_to_text = json.JSONEncoder(ensure_ascii=False).encode  # made once: json.dumps would make one for every item


def item_to_json(item: Item) -> dict[str, Any]:
    """Return the item as JSON-serialisable values; fields at their default are left out."""
    values: dict[str, Any] = {
        "source": item.source,
        "key": item.key,
        "kind": item.kind.value,
        "title": item.title,
        "url": item.url,
    }
    given: tuple[tuple[str, Any], ...] = (
        ("text", item.text),
        ("language", item.language),
        ("published", day_to_json(item.published)),
        ("status", item.status),
        ("opens", day_to_json(item.opens)),
        ("publisher", item.publisher),
        ("deadlines", item.deadlines and deadlines_to_json(item.deadlines)),
        ("money", item.money and money_to_json(item.money)),
        ("concepts", item.concepts and concepts_to_json(item.concepts)),
        ("references", item.references and references_to_json(item.references)),
        ("meta", dict(item.meta)),
    )
    return values | {name: value for name, value in given if value}


def item_from_json(values: Mapping[str, Any]) -> Item:
    """Return the item that `item_to_json` wrote; raises KeyError or ValueError on anything else."""
    return Item(
        source=values["source"],
        key=values["key"],
        kind=Kind(values["kind"]),
        title=values["title"],
        url=values["url"],
        text=values.get("text", ""),
        language=values.get("language", ""),
        published=day_from_json(values.get("published")),
        status=values.get("status", ""),
        opens=day_from_json(values.get("opens")),
        publisher=values.get("publisher", ""),
        deadlines=deadlines_from_json(values.get("deadlines", [])),
        money=money_from_json(values.get("money", [])),
        concepts=tuple(Concept(*row) for row in values.get("concepts", [])),
        references=tuple(Reference(*row) for row in values.get("references", [])),
        meta=values.get("meta", {}),
    )


def detail_to_json(detail: Detail) -> dict[str, Any]:
    """Return the detail as JSON-serialisable values."""
    return {
        "source": detail.source,
        "key": detail.key,
        "fetched_at": detail.fetched_at.isoformat(),
        "text": detail.text,
        "language": detail.language,
        "url": detail.url,
        "title": detail.title,
        "deadlines": deadlines_to_json(detail.deadlines),
        "money": money_to_json(detail.money),
        "concepts": concepts_to_json(detail.concepts),
        "references": references_to_json(detail.references),
        "meta": dict(detail.meta),
    }


def detail_from_json(values: Mapping[str, Any]) -> Detail:
    """Return the detail that `detail_to_json` wrote; raises KeyError or ValueError on anything else."""
    return Detail(
        source=values["source"],
        key=values["key"],
        fetched_at=datetime.fromisoformat(values["fetched_at"]),
        text=values["text"],
        language=values["language"],
        url=values["url"],
        title=values["title"],
        deadlines=deadlines_from_json(values["deadlines"]),
        money=money_from_json(values["money"]),
        concepts=tuple(Concept(*row) for row in values["concepts"]),
        references=tuple(Reference(*row) for row in values["references"]),
        meta=values["meta"],
    )


def concepts_to_json(concepts: tuple[Concept, ...]) -> list[list[str]]:
    """Return concepts as rows of scheme, code and label."""
    return [[concept.scheme, concept.code, concept.label] for concept in concepts]


def references_to_json(references: tuple[Reference, ...]) -> list[list[str]]:
    """Return references as rows of scheme, value and relation."""
    return [[reference.scheme, reference.value, reference.relation] for reference in references]


def day_to_json(day: date | None) -> str | None:
    """Return the ISO form of a day, or None."""
    return day.isoformat() if day else None


def day_from_json(text: str | None) -> date | None:
    """Return the day of an ISO form, or None; raises ValueError on another form."""
    return date.fromisoformat(text) if text else None


def deadlines_to_json(deadlines: tuple[Deadline, ...]) -> list[list[str]]:
    """Return deadlines as rows of ISO day, role and note."""
    return [[d.on.isoformat(), d.role, d.note] for d in deadlines]


def deadlines_from_json(rows: list[list[str]]) -> tuple[Deadline, ...]:
    """Return the deadlines of rows written by `deadlines_to_json`."""
    return tuple(Deadline(date.fromisoformat(day), role, note) for day, role, note in rows)


def money_to_json(money: tuple[Money, ...]) -> list[list[Any]]:
    """Return amounts as rows of value, currency and role."""
    return [[m.value, m.currency, m.role] for m in money]


def money_from_json(rows: list[list[Any]]) -> tuple[Money, ...]:
    """Return the amounts of rows written by `money_to_json`."""
    return tuple(Money(float(value), currency, role) for value, currency, role in rows)


def content_hash(item: Item) -> str:
    """Return 32 hex digits over what a reader would call the item's content.

    Title, text, status, opening day, deadlines' days and money count. Clock times, order of concepts, links and
    `meta` do not: the portals rewrite those without telling anything new (seconds of a deadline moved 132 times in
    163 recorded crawls of the Funding & Tenders portal).
    """
    content = [
        item.title,
        item.text,
        item.status,
        day_to_json(item.opens),
        sorted([d.on.isoformat(), d.role] for d in item.deadlines) if item.deadlines else [],
        sorted([m.value, m.currency, m.role] for m in item.money) if item.money else [],
    ]
    # Half a surrogate pair, which broken feeds hold, has no UTF-8 form: it counts as a question mark.
    return hashlib.sha256(_to_text(content).encode("utf-8", "replace")).hexdigest()[:32]
