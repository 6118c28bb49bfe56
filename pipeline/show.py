"""What the commands show of the store: tables for people, values for scripts."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape

from crawlers.catalogue import facts
from crawlers.dates import STOCKHOLM
from pipeline.by_municipality import lacking_digests
from pipeline.candidate import Candidate
from pipeline.candidates import read_candidates, verdicts_until
from pipeline.changes import change_since
from pipeline.currency import Week
from pipeline.health import told_shares
from pipeline.installation import Installation
from pipeline.municipality import COORDINATOR
from pipeline.outbox import STATE_WORDS
from pipeline.route import route_items
from pipeline.status import status_of
from pipeline.terminal import KIND_WORDS, plain_table, state_text
from pipeline.wording import counted, day_in_words
from store.assessments import get_assessments
from store.errors import ConfigurationError
from store.items import events_since, get_items, search_items
from store.types import DigestState, Route, Run, SourceState, StoredItem


def run_values(run: Run) -> dict[str, Any]:
    """Return a run as JSON-serialisable values."""
    return {
        "step": run.step,
        "subject": run.subject,
        "started_at": run.started_at.isoformat(),
        "outcome": run.outcome.value,
        "state": run.state.value if run.state else None,
        "counts": dict(run.counts),
        "parts": [
            {
                "part": part.part,
                "state": part.state.value,
                "items": part.items,
                "message": part.message,
                "next_try": part.next_try.isoformat() if part.next_try else None,
            }
            for part in run.parts
        ],
        "window": run.window,
        "message": run.message,
    }


def sources_values(installation: Installation) -> list[dict[str, Any]]:
    """Return each source's facts and how it is."""
    known = status_of(installation)["sources"]
    return [
        {
            "name": source.name,
            "title": source.title,
            "publisher": source.publisher,
            "homepage": source.homepage,
            "region": source.region,
            "kinds": [kind.value for kind in source.kinds],
            "languages": list(source.languages),
            "licence": source.licence,
            "cadence_hours": source.cadence.total_seconds() / 3600,
            **known[source.name],
        }
        for source in facts()
    ]


def sources(installation: Installation, console: Console) -> None:
    """Show the sources and how they are."""
    known = sources_values(installation)
    rows = [
        [
            values["name"],
            values["title"],
            values["region"],
            state_text(SourceState(values["state"])),
            str(values["items"]),
            moment_text(values["last_run"]),
        ]
        for values in known
    ]
    console.print(plain_table("Källor", ["Namn", "Källa", "Om", "Läge", "Poster", "Senast"], rows, (4,)))
    if shares := told_shares(status_of(installation)["regions"]):
        console.print(f"Posterna handlar om: {shares}.", highlight=False)
    for values in known:
        if values["message"]:
            console.print(f"[bold]{values['title']}:[/bold] {escape(values['message'])}", highlight=False)


def status(installation: Installation, console: Console) -> None:
    """Show what the installation holds."""
    values = status_of(installation)
    console.print(f"[bold]{values['municipality']}[/bold]  {values['home']}  ({values['database']})", soft_wrap=True)
    for one in values["municipalities"]:
        for fault in filter(None, (one["fault"], one["learning"])):
            console.print(f"[red]{escape(one['name'] or one['key'])}:[/red] {escape(fault)}", soft_wrap=True)
    rows = [
        [name, state_text(SourceState(source["state"])), str(source["items"]), moment_text(source["last_run"])]
        for name, source in values["sources"].items()
    ]
    console.print(plain_table("Källor", ["Källa", "Läge", "Poster", "Senast läst"], rows, (2,)))
    kinds = {KIND_WORDS.get(kind, kind): number for kind, number in values["kinds"].items()}
    console.print(plain_table("Poster", ["Slag", "Antal"], number_rows(kinds), (1,)))
    console.print(f"Bedömda poster: {values['assessed']}. Gemensamma nyheter: {values['stories']}.")
    console.print(escape(values["second_reader"]), highlight=False)
    digests = {STATE_WORDS[DigestState(state)]: number for state, number in values["digests"].items()}
    console.print(plain_table("Utskick", ["Läge", "Antal"], number_rows(digests), (1,)))


def number_rows(numbers: Mapping[str, int]) -> list[list[str]]:
    """Return counts as rows of a table."""
    return [[name, str(number)] for name, number in numbers.items()]


def moment_text(text: str | None) -> str:
    """Return an ISO moment as a Swedish day and time, or a dash."""
    if not text:
        return "–"
    return datetime.fromisoformat(text).astimezone(STOCKHOLM).strftime("%Y-%m-%d %H.%M")


def preview_values(installation: Installation, *, week: str, now: datetime) -> list[dict[str, Any]]:
    """Return each digest that the week still lacks: whom it is for, its subject and its text."""
    digests = lacking_digests(installation, week=week, now=now)
    return [
        {"contact": d.contact, "subject": d.subject, "entries": len(d.entries), "text": text_of(d.message)}
        for d in digests
    ]


def previews(installation: Installation, console: Console, *, week: str, now: datetime) -> None:
    """Show the text of each digest that the week still lacks, without writing anything."""
    digests = lacking_digests(installation, week=week, now=now)
    for digest in digests:
        console.rule(escape(digest.contact))
        console.print(escape(text_of(digest.message)), soft_wrap=True, highlight=False)
    if not digests:
        console.print(f"Alla brev för {week} är redan skrivna. De visas med: utkik outbox")


def text_of(message: bytes) -> str:
    """Return the plain text part of a message."""
    part = email.message_from_bytes(message, policy=email.policy.default).get_body(("plain",))
    return str(part.get_content()) if part else ""


def change_values(installation: Installation, *, now: datetime, days: int) -> list[dict[str, Any]]:
    """Return every change of a deadline or state that was seen in the last days, newest first."""
    with installation.store.reading() as session:
        seen = [event for event in events_since(session, now - timedelta(days=days)) if event.seen_at <= now]
        keys = list({(event.source, event.key) for event in seen})
        stored, assessed = get_items(session, keys), get_assessments(session, keys)
    today = now.astimezone(STOCKHOLM).date()
    rows = []
    for event in reversed(seen):
        key = (event.source, event.key)
        if key in stored and key in assessed:
            candidate = Candidate(stored=stored[key], assessment=assessed[key], revisions=(event,))
            words = change_since(candidate, event.seen_at - timedelta(microseconds=1), now, today)
            rows.append(item_values(stored[key]) | {"change": words, "seen_at": event.seen_at.isoformat()})
    return [row for row in rows if row["change"]]


def changes(installation: Installation, console: Console, *, now: datetime, days: int) -> None:
    """Show changed deadlines and states of the last days."""
    rows = [
        [moment_text(row["seen_at"]), escape(row["change"]), escape(row["title"]), row["url"]]
        for row in change_values(installation, now=now, days=days)
    ]
    if not rows:
        console.print(f"Inga frister eller lägen har ändrats de senaste {days} dagarna.")
        return
    console.print(plain_table(f"Ändrat de senaste {days} dagarna", ["Sett", "Ändring", "Vad", "Länk"], rows))


def item_values(stored: StoredItem) -> dict[str, Any]:
    """Return what a person or script wants to know of an item."""
    item = stored.item
    return {
        "source": item.source,
        "key": item.key,
        "kind": item.kind.value,
        "title": item.title,
        "url": item.url,
        "publisher": item.publisher,
        "published": item.published.isoformat() if item.published else None,
        "first_seen": stored.first_seen.isoformat(),
        "status": item.status,
        "deadlines": [deadline.on.isoformat() for deadline in item.deadlines],
    }


def found_values(
    installation: Installation, *, words: str, unit: str, limit: int, now: datetime
) -> list[dict[str, Any]]:
    """Return items that match the words, or that are current for a unit, best first."""
    if not unit:
        with installation.store.reading() as session:
            return [item_values(stored) for stored in search_items(session, words, limit=limit)]
    municipality = installation.municipality
    if unit not in (*municipality.units, COORDINATOR):
        raise ConfigurationError(f"okänd enhet '{unit}'; det finns {', '.join(municipality.units)}")
    week = Week(now)
    with installation.store.reading() as session:
        verdicts = verdicts_until(session, municipality, week)
        candidates = read_candidates(session, municipality, verdicts, week)
    routes = [r for r in route_items(candidates, municipality, verdicts, week.today) if r.unit == unit]
    return routed_values(candidates, routes, words)[:limit]


def routed_values(candidates: Sequence[Candidate], routes: Sequence[Route], words: str) -> list[dict[str, Any]]:
    """Return the routed items whose title or text has all the words, best first."""
    by_id = {candidate.id: candidate for candidate in candidates}
    rows = []
    for route in sorted(routes, key=lambda r: -r.score):
        candidate = by_id[route.source, route.key]
        text = f"{candidate.item.title} {candidate.item.text}".casefold()
        if all(word in text for word in words.casefold().split()):
            rows.append(item_values(candidate.stored) | {"score": round(route.score, 3), "because": route.because})
    return rows


def items(console: Console, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Show items in a table."""
    if not rows:
        console.print("Inga poster hittades.")
        return
    today = now.astimezone(STOCKHOLM).date()
    table = []
    for row in rows:
        days = [day_in_words(datetime.fromisoformat(day).date(), today) for day in row["deadlines"][:2]]
        date = row["published"] or row["first_seen"][:10]
        table.append([date, escape(row["title"]), escape(row["publisher"]), ", ".join(days), row["url"]])
    console.print(plain_table(counted(len(table), "post", "poster"), ["Datum", "Vad", "Från", "Frist", "Länk"], table))
