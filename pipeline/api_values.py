"""What the HTTP API tells, as JSON-serialisable values; `web/api_description.py` describes the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pipeline.health import Health
from pipeline.status import health_values
from store.types import Action, Assessment, Deadline, Digest, Money, StoredItem, Thread, Verdict


def item_values(stored: StoredItem) -> dict[str, Any]:
    """Return an item without its text."""
    item = stored.item
    return {
        "source": item.source,
        "key": item.key,
        "kind": item.kind.value,
        "title": item.title,
        "url": item.url,
        "language": item.language,
        "published": _iso(item.published),
        "status": item.status,
        "opens": _iso(item.opens),
        "publisher": item.publisher,
        "deadlines": [_deadline(one) for one in item.deadlines],
        "money": [_money(one) for one in item.money],
        "concepts": [{"scheme": c.scheme, "code": c.code, "label": c.label} for c in item.concepts],
        "references": [{"scheme": r.scheme, "value": r.value, "relation": r.relation} for r in item.references],
        "first_seen": stored.first_seen.isoformat(),
        "changed_at": stored.changed_at.isoformat(),
    }


def assessment_values(one: Assessment) -> dict[str, Any]:
    """Return what the assessor says of an item, with its reasons."""
    return {
        "source": one.source,
        "key": one.key,
        "assessor": one.assessor,
        "language": one.language,
        "relevance": one.relevance,
        "areas": dict(one.areas),
        "flags": dict(one.flags),
        "deadlines": [_deadline(each) for each in one.deadlines],
        "money": [_money(each) for each in one.money],
        "reasons": [{"text": r.text, "area": r.area, "weight": r.weight} for r in one.reasons],
        "summary": one.summary,
        "facts": dict(one.facts),
    }


def verdict_values(one: Verdict) -> dict[str, Any]:
    """Return a ruling; `id` is what the next one on the item must say it has seen."""
    return {
        "id": one.id,
        "source": one.source,
        "key": one.key,
        "ruling": one.ruling.value,
        "at": one.at.isoformat(),
        "by": one.by,
        "note": one.note,
        "areas": None if one.areas is None else list(one.areas),
        "units": None if one.units is None else list(one.units),
        "origin": one.origin,
    }


def digest_values(one: Digest) -> dict[str, Any]:
    """Return a letter by its units and items; neither its address nor its bytes."""
    return {
        "id": one.id,
        "period": one.week,
        "units": list(one.units),
        "subject": one.subject,
        "state": one.state.value,
        "created_at": one.created_at.isoformat(),
        "settled_at": _iso(one.settled_at),
        "entries": [
            {"source": e.source, "key": e.key, "section": e.section, "position": e.position, "because": e.because}
            for e in one.entries
        ],
    }


def action_values(one: Action) -> dict[str, Any]:
    """Return what is done about an item."""
    return {
        "id": one.id,
        "source": one.source,
        "key": one.key,
        "unit": one.unit,
        "title": one.title,
        "state": one.state,
        "outcome": one.outcome,
        "owner": one.owner,
        "due": _iso(one.due),
        "applied": one.applied,
        "granted": one.granted,
        "currency": one.currency,
        "created_at": one.created_at.isoformat(),
        "changed_at": _iso(one.changed_at),
        "version": one.version,
    }


def thread_values(one: Thread) -> dict[str, Any]:
    """Return a matter's documents in order of time."""
    members = [
        {"source": m.source, "key": m.key, "stage": m.stage.value if m.stage else None, "on": m.on.isoformat()}
        for m in one.members
    ]
    return {"id": one.id, "members": members}


def source_values(health: Mapping[str, Health], items: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return every source with how it is."""
    return [
        {"name": name, "title": one.source.title, "items": items.get(name, 0), **health_values(one)}
        for name, one in sorted(health.items())
    ]


def _deadline(one: Deadline) -> dict[str, str]:
    return {"on": one.on.isoformat(), "role": one.role, "note": one.note}


def _money(one: Money) -> dict[str, Any]:
    return {"value": one.value, "currency": one.currency, "role": one.role}


def _iso(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None
