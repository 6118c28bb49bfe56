"""The ledger: whether and when somebody was told of something, every letter with its result, and the archive's file."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request, send_file, url_for

from crawlers.dates import STOCKHOLM
from pipeline.ledger import ANSWER_WORDS
from pipeline.ledger_search import Told
from pipeline.ledger_view import Asked, choices, export_bytes, ledger_page, summed, told_page
from pipeline.outbox import STATE_WORDS
from pipeline.search_hints import LONGEST
from store.audit import note
from store.errors import ConfigurationError
from store.ledger import Place
from web import context
from web.access import Role, needs

page = Blueprint("ledger", __name__)

FIELDS = ("q", "enhet", "fran", "till", "resultat", "svar")


@page.get("/uppfoljning")
@needs(Role.READER)
def show() -> str:
    """Show who was told of what the words name, or without words every letter."""
    asked = _asked()
    municipality = context.municipality()
    rows: list[dict[str, Any]] = []
    with context.store().reading() as session:
        told = told_page(session, municipality, asked) if asked.words else Told(())
        following = told.next
        if not asked.words:
            rows, following = ledger_page(session, municipality, asked)
    fields = {name: request.args[name] for name in FIELDS if request.args.get(name)}
    older = {**fields, "fore": _written(following)} if following else {}
    return render_template(
        "ledger/show.html",
        asked=asked,
        fields=fields,
        choices=choices(municipality),
        state_words={state.value: words for state, words in STATE_WORDS.items()},
        answer_words={answer.value: words for answer, words in ANSWER_WORDS.items()},
        told=told.rows,
        looked_until=_written_on(told.next),
        written_before=_written_on(asked.before),
        summed=summed(told.rows),
        rows=rows,
        older=f"{url_for('ledger.show')}?{urlencode(older)}" if older else "",
        newest=f"{url_for('ledger.show')}?{urlencode(fields)}" if asked.before else "",
    )


@page.post("/uppfoljning/export")
@needs(Role.COORDINATOR)
def export() -> Response:
    """Give the ledger of the chosen days as one file for the archive: letters, tables, checksums."""
    asked = _asked()
    try:
        content = export_bytes(context.installation(), asked)
    except ConfigurationError:
        abort(400)
    with context.store().session() as session:
        days = "/".join(day.isoformat() if day else "" for day in (asked.since, asked.until))
        note(session, context.audit("ledger.export", subject=asked.unit, detail=days.strip("/")))
    name = f"liggare-{context.municipality().code}-{context.today().isoformat()}.zip"
    return send_file(io.BytesIO(content), mimetype="application/zip", as_attachment=True, download_name=name)


def _asked() -> Asked:
    given = request.values
    return Asked(
        words=given.get("q", "").strip()[:LONGEST],
        unit=given.get("enhet", ""),
        since=_day(given.get("fran", "")),
        until=_day(given.get("till", "")),
        state=given.get("resultat", "") if given.get("resultat", "") in set(STATE_WORDS) else "",
        answered=given.get("svar", "") if given.get("svar") in ("ja", "nej") else "",
        before=_place(given.get("fore", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _written_on(place: Place | None) -> date | None:
    """Return the Swedish day on which the letter was written."""
    return place[0].astimezone(STOCKHOLM).date() if place else None


def _written(place: Place) -> str:
    return f"{place[0].isoformat()} {place[1]}"


def _place(text: str) -> Place | None:
    moment, _, name = text.partition(" ")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, name) if at.tzinfo else None
