"""Plain values for the tests of routing and the digest: items, assessments and a small municipality."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.candidate import Candidate
from pipeline.municipality import Municipality
from store.codec import content_hash
from store.types import Assessment, Deadline, Item, Kind, Money, Reason, Revision, Ruling, StoredItem, Thread, Verdict

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # Monday of week 48, 07:00 in Stockholm
TODAY = date(2026, 11, 23)
GOLDEN = Path(__file__).parent / "golden"


def municipality(**changes: Any) -> Municipality:
    """Return Provköping: a school, a social and a water unit, and a coordinator."""
    values: dict[str, Any] = {
        "name": "Provköpings kommun",
        "short": "Provköping",
        "code": "0001",
        "population": 12_000,
        "domain": "provkoping.example.org",
        "coordinator": {"role": "samordnaren", "email": "samordnare@example.org"},
        "thresholds": {"relevance": 0.5, "area": 0.4, "per_digest": 25},
        "units": {
            "skola": unit("Skolförvaltningen", ["school", "youth_leisure"], "skola"),
            "social": unit("Socialförvaltningen", ["social", "elderly_disability"], "social"),
            "vatten": unit("Provköpings Vatten AB", ["water"], "vatten", kind="company"),
            "ledning": unit("Kommunledningskontoret", ["governance", "international"], "ledning"),
        },
    }
    return Municipality.model_validate(values | changes)


def unit(name: str, areas: list[str], mailbox: str | None, kind: str = "administration") -> dict[str, Any]:
    """Return a unit's table; without a mailbox it has no contact person."""
    table: dict[str, Any] = {"name": name, "kind": kind, "areas": areas}
    if mailbox:
        table["contact"] = {"role": f"kontaktperson för {name}", "email": f"{mailbox}@example.org"}
    return table


def candidate(
    key: str,
    title: str = "Något om skolan",
    *,
    kind: Kind = Kind.NEWS,
    relevance: float = 0.8,
    areas: dict[str, float] | None = None,
    flags: dict[str, float] | None = None,
    reasons: tuple[Reason, ...] = (),
    summary: str = "",
    language: str = "sv",
    story: str | None = None,
    thread: Thread | None = None,
    revisions: tuple[Revision, ...] = (),
    first_seen: datetime = datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
    published: date | None = date(2026, 11, 20),
    source: str = "feeds",
    deadlines: tuple[Deadline, ...] = (),
    money: tuple[Money, ...] = (),
    facts: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Candidate:
    """Return an assessed item that is recent, relevant and about school, unless told otherwise."""
    fields.setdefault("url", f"https://example.org/{key}")
    fields.setdefault("publisher", "Exempelbladet")
    item = Item(
        source=source,
        key=key,
        kind=kind,
        title=title,
        published=published,
        deadlines=deadlines,
        money=money,
        **fields,
    )
    assessment = Assessment(
        source=source,
        key=key,
        content_hash=content_hash(item),
        assessor="test",
        language=language,
        relevance=relevance,
        areas={"school": 0.9} if areas is None else areas,
        flags=flags or {},
        reasons=reasons,
        summary=summary,
        facts=facts or {},
    )
    stored = StoredItem(item=item, first_seen=first_seen, changed_at=first_seen, content_hash=content_hash(item))
    return Candidate(stored=stored, assessment=assessment, story=story, thread=thread, revisions=revisions)


def moved_deadline(key: str, before: str, after: str, *, seen_at: datetime, source: str = "feeds") -> Revision:
    """Return the event of a deadline that moved."""
    changes = {"deadlines": [[[before, "application", ""]], [[after, "application", ""]]]}
    return Revision(source=source, key=key, seen_at=seen_at, changes=changes, is_event=True)


def verdict(
    candidate: Candidate,
    ruling: Ruling,
    areas: tuple[str, ...] | None = None,
    units: tuple[str, ...] | None = None,
) -> Verdict:
    """Return the coordinator's verdict on an item."""
    return Verdict(
        municipality="provköping",
        source=candidate.item.source,
        key=candidate.item.key,
        ruling=ruling,
        at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        by="samordnaren",
        areas=areas,
        units=units,
    )
