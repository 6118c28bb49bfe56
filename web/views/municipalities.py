"""All municipalities of the installation: how each fares, which one is shown, and adding one from the list of 290."""

from __future__ import annotations

import logging

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crawlers import log_lines
from pipeline.belonging import bind_unbound
from pipeline.municipalities_view import municipality_rows
from pipeline.municipality import MunicipalityFault
from pipeline.municipality_files import add_municipalities, wanted_files
from pipeline.municipality_list import find_listed, listed_municipalities, nearest_listed
from store.audit import note
from store.errors import ConfigurationError
from web import context, sessions
from web.access import Role, for_whole, needs
from web.language import _
from web.navigation import start

logger = logging.getLogger(__name__)

page = Blueprint("municipalities", __name__)


@page.get("/kommuner")
@needs(Role.READER)
@for_whole
def show() -> str:
    """Show every municipality, those with something wrong first."""
    return _shown()


@page.post("/kommuner")
@needs(Role.COORDINATOR)
@for_whole
def add() -> Response | tuple[str, int]:
    """Add one by its name, with the organisation that is usual until it is corrected."""
    name = request.form.get("municipality", "").strip()
    listed = find_listed(name)
    if listed is None:
        near = nearest_listed(name)
        told = _("Menade du %(near)s?", near=near) if near else _("Skriv en av Sveriges 290 kommuner.")
        return _shown(told), 422
    first = "" if context.serves_several() else context.whole().municipality.key
    if context.is_served(listed.key):
        return _shown(_("%(name)s finns redan.", name=listed.short)), 422
    try:
        files = list(wanted_files([listed.key], [], all_listed=False))
        add_municipalities(context.whole().settings, files, coordinator=request.form.get("email", "").strip())
    except MunicipalityFault:
        return _shown(email_fault=_("Skriv en hel e-postadress, som samordnare@kommun.se.")), 422
    except ConfigurationError as error:
        logger.warning("municipality not added: %s", log_lines.told(error))
        return _shown(_("Kommunen gick inte att lägga till. Inget är ändrat.")), 422
    with context.store().session(durable=True) as session:
        if first:
            bind_unbound(session, first, but=context.account().id)
        note(session, context.audit("municipality.add", subject=listed.key))
    flash(_("%(name)s är tillagd, med en vanlig organisation som ni rättar.", name=listed.short))
    return redirect(url_for("municipalities.show"), 303)


@page.post("/kommuner/valj")
@needs(Role.READER)
@for_whole
def choose() -> Response:
    """Show another municipality from now on."""
    key = request.form.get(context.ASKED, "")
    if not context.is_served(key):
        abort(404)
    with context.store().session() as session:
        sessions.choose(session, key)
    return redirect(start(), 303)


def _shown(fault: str = "", email_fault: str = "") -> str:
    with context.store().reading() as session:
        rows = municipality_rows(session, context.whole(), context.now())
    return render_template(
        "municipalities/show.html",
        rows=rows,
        names=[one.short for one in listed_municipalities().values()],
        can_add=context.account().role.covers(Role.COORDINATOR),
        fault=fault,
        email_fault=email_fault,
        typed=request.form.get("municipality", ""),
        email=request.form.get("email", ""),
    )
