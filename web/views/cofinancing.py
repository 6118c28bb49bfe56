"""Co-financing to be tried for planned projects, calls that may come back, and what concerns the twin towns."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.cofinancing_register import STATE_WORDS, decide, evidence, project_values
from pipeline.forecast import forecasts
from pipeline.outlook import forecast_lines, partner_values
from pipeline.partner_lens import DIRECTIONS
from store.audit import note
from store.errors import ConfigurationError
from store.items import iter_items
from store.types import Kind, TrialState
from web import context
from web.access import Role, needs
from web.downloads import csv_of_today
from web.language import N_, _
from web.showing import ROLE_WORDS

page = Blueprint("cofinancing", __name__)

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
    values = partner_values(context.store(), context.municipality(), context.now())
    return render_template(
        "cofinancing/partners.html",
        directions=[(words, values["directions"][name]) for name, (words, _codes) in DIRECTIONS.items()],
        networks=values["networks"],
        mentions=values["mentions"],
        calls=[_with_day(call) for call in values["calls"]],
    )


def _shown(*, fault: str = "", tried: tuple[str, ...] = ()) -> str:
    projects = project_values(context.store(), context.municipality(), context.now())
    for project in projects:
        project["calls"] = [_with_day(call) for call in project["calls"]]
    today = context.today()
    with context.store().reading() as session:
        coming = forecasts((stored.item for stored in iter_items(session, kinds=[Kind.CALL])), today)
    return render_template(
        "cofinancing/show.html",
        projects=projects,
        forecasts=[forecast_lines(one, today) for one in coming],
        states=STATE_WORDS,
        choices=CHOICES,
        fault=fault,
        tried=tried,
        form=request.form,
    )


def _with_day(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"last_day": date.fromisoformat(values["last_day"]) if values["last_day"] else None}
