"""What the international working group decided: minutes typed in, one decision at a time; what became of each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.action_wording import STATE_WORDS
from pipeline.candidate import ItemId
from pipeline.meeting import LONGEST, MeetingView, choices_of, decide, read_decisions
from pipeline.municipality import COORDINATOR
from store.audit import note
from store.errors import ConfigurationError
from store.items import get_items
from web import context
from web.access import Role, needs
from web.language import _
from web.triage_page import item_of, keeper

page = Blueprint("meetings", __name__)

BACK = timedelta(days=730)  # what is older stands in the yearly follow-ups
BY = "internationella arbetsgruppen"


class _Refused(ValueError):
    """The form lacks something; the message is Swedish, for the page."""


@page.get("/moten")
@needs(Role.READER)
def show() -> str:
    """Show the meetings of the last two years with their decisions, and the form for those who write minutes."""
    return _shown(_day(request.args.get("dag", "")) or context.today(), {})


@page.post("/moten")
@needs(Role.COORDINATOR)
def add() -> Response | tuple[str, int]:
    """Keep a decision from the minutes; about an item it becomes an action."""
    form = request.form
    day = _day(form.get("dag", ""))
    try:
        asked = _asked(day)
        with context.store().session() as session:
            if asked["item"] and not get_items(session, [asked["item"]]):
                raise _Refused(_("Posten finns inte. Välj en i listan, eller klistra in adressen till postens sida."))
            decision = decide(session, context.municipality(), by=BY, now=context.now(), **asked)
            note(session, context.audit("meeting.decide", str(asked["meeting"])))
    except (_Refused, ConfigurationError) as refused:
        return _shown(day or context.today(), form.to_dict(), fault=str(refused)), 400
    flash(_("Beslutet är antecknat och har blivit en åtgärd.") if decision.action_id else _("Beslutet är antecknat."))
    return redirect(url_for("meetings.show", dag=decision.meeting.isoformat(), _anchor="nytt"), 303)


def _asked(day: date | None) -> dict[str, Any]:
    """Return what the form decides; raises _Refused in Swedish."""
    form, municipality = request.form, context.municipality()
    if day is None or day > context.today():
        raise _Refused(_("Skriv mötets dag som 2026-12-01; den ska inte vara efter i dag."))
    if not form.get("beslut", "").strip():
        raise _Refused(_("Skriv vad mötet beslutade."))
    item = _item(form.get("annan", "").strip() or form.get("post", ""))
    unit, due = form.get("enhet", ""), _day(form.get("senast", ""))
    if form.get("senast", "").strip() and due is None:
        raise _Refused(_("Skriv dagen som 2027-12-31, eller lämna den tom."))
    if item and unit not in (*municipality.units, COORDINATOR):
        raise _Refused(_("Välj vilken enhet som gör det."))
    if item is None and (unit or due):
        raise _Refused(_("En åtgärd gäller alltid en post: välj vilken, eller ta bort enhet och dag."))
    return {"meeting": day, "text": form["beslut"], "item": item, "unit": unit, "due": due}


def _item(text: str) -> ItemId | None:
    """Return the item of "source/key" or of the address of its page."""
    if not text:
        return None
    path = urlsplit(text).path if "://" in text or text.startswith("/") else f"/post/{text}"
    item = item_of(unquote(path).removeprefix("/post/"))
    if item is None:
        raise _Refused(_("Posten finns inte. Välj en i listan, eller klistra in adressen till postens sida."))
    return item


def _shown(day: date, form: dict[str, str], fault: str = "") -> str:
    municipality = context.municipality()
    with context.store().reading() as session:
        found: MeetingView = read_decisions(session, municipality, day - BACK, context.today() + timedelta(days=1))
        can_write = context.account().role.covers(Role.COORDINATOR)
        rows = keeper().rows(session, municipality, context.now())[1] if can_write else []
    names = {**{key: unit.name for key, unit in municipality.units.items()}, COORDINATOR: _("Samordnaren")}
    return render_template(
        "meetings/show.html",
        day=day,
        form=form,
        fault=fault,
        meetings=found.meetings,
        titles=found.titles,
        choices=choices_of(rows),
        unit_names=names,
        state_words=STATE_WORDS,
        longest=LONGEST,
        can_write=can_write,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
