"""Co-financing to be tried for planned projects, calls that may come back, and what concerns the twin towns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.cofinancing_register import STATE_WORDS, decide, evidence, values_of
from pipeline.municipality import Municipality
from pipeline.outlook import forecast_lines, read_outlook, read_partners
from pipeline.partner_lens import DIRECTIONS, directions
from store.audit import note
from store.db import Session
from store.errors import ConfigurationError
from store.triage import letters_mark
from store.types import TrialState
from web import context
from web.access import Role, needs
from web.downloads import csv_of_today
from web.language import N_, _
from web.showing import ROLE_WORDS

page = Blueprint("cofinancing", __name__)
T = TypeVar("T")

SOON, PATIENT = 1.0, 5.0  # seconds that the page waits for the new when it has the old to show, and when it has nothing

CHOICES = {
    TrialState.CONSIDERED: N_("Överväg"),
    TrialState.APPLIED: N_("Sök"),
    TrialState.DECLINED: N_("Avstå"),
}


@page.get("/medfinansiering")
@needs(Role.READER)
def show() -> str:
    """Show each planned project with the calls that could pay for a part of it, and the calls that may come back."""
    return _shown()


@page.post("/medfinansiering")
@needs(Role.COORDINATOR)
def change() -> Response | tuple[str, int]:
    """Keep what was decided on a call for a project."""
    form = request.form
    try:
        state = TrialState(form.get("state", ""))
    except ValueError:
        abort(400)
    item = (form.get("source", ""), form.get("key", ""))
    role = ROLE_WORDS[context.account().role]
    try:
        with context.store().session() as session:
            decide(
                session,
                context.municipality(),
                form.get("project", ""),
                item,
                state,
                why=form.get("why", ""),
                by=role,
                now=context.now(),
            )
            note(session, context.audit(f"cofinancing.{state.value}", "/".join(item)))
    except ConfigurationError as refused:
        return _shown(fault=str(refused), tried=(form.get("project", ""), *item)), 400
    flash(_("Sparat: %(state)s.", state=_(STATE_WORDS[state])))
    return redirect(url_for("cofinancing.show", _anchor=form.get("project", "")), code=303)


@page.get("/medfinansiering/register.csv")
@needs(Role.READER)
def export() -> Response:
    """Give everything that was said of calls for projects, as evidence."""
    with context.store().reading() as session:
        content = "\ufeff" + evidence(session, context.municipality())
    return csv_of_today(content, "medfinansiering")


@page.get("/partner")
@needs(Role.READER)
def partners() -> str:
    """Show what concerns the twin towns and networks, and where the towns fit as partners."""
    values, is_fresh = _kept("partners", read_partners)
    towns = context.municipality().twin_towns
    return render_template(
        "cofinancing/partners.html",
        directions=[(words, directions(towns)[name]) for name, (words, _codes) in DIRECTIONS.items()],
        networks=[network.name for network in context.municipality().networks],
        mentions=values["mentions"] if values else [],
        calls=[_with_day(call) for call in values["calls"]] if values else [],
        is_fresh=is_fresh,
        is_ready=values is not None,
    )


def _shown(*, fault: str = "", tried: tuple[str, ...] = ()) -> str:
    municipality = context.municipality()
    outlook, is_fresh = _kept("outlook", read_outlook)
    with context.store().reading() as session:
        projects = values_of(session, municipality, outlook.matches) if outlook else []
    for project in projects:
        project["calls"] = [_with_day(call) for call in project["calls"]]
    today = context.today()
    return render_template(
        "cofinancing/show.html",
        projects=projects,
        is_fresh=is_fresh,
        is_ready=outlook is not None,
        forecasts=[forecast_lines(one, today) for one in outlook.forecasts] if outlook else [],
        states=STATE_WORDS,
        choices=CHOICES,
        fault=fault,
        tried=tried,
        form=request.form,
    )


def _kept(name: str, read: Callable[[Session, Municipality, datetime], T]) -> tuple[T | None, bool]:
    """Return what was worked out, and whether it is of the calls as they stand; None before the first time is over."""
    store, municipality, now = context.store(), context.municipality(), context.now()

    def work() -> T:
        with store.reading() as session:
            return read(session, municipality, now)

    with store.reading() as session:
        mark = (municipality, context.today(), letters_mark(session, municipality.key))
    found: T | None
    for wait in (SOON, PATIENT - SOON):
        found, is_fresh = context.surroundings().keeper.get(context.own_name(name), mark, work, wait=wait)
        if found is not None:
            break
    return found, is_fresh


def _with_day(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"last_day": date.fromisoformat(values["last_day"]) if values["last_day"] else None}
