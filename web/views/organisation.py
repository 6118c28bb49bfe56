"""The organisation: units, what they answer for, who reads, what nobody has; and what was changed, by whom."""

from __future__ import annotations

import logging

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crawlers import log_lines
from pipeline.leaving import reach_again
from pipeline.municipality import MunicipalityFault
from pipeline.organisation import known_addresses, view_of
from pipeline.organisation_edit import read_organisation, restore_organisation, with_differences
from pipeline.toml_edit import ChangedMeanwhile, version_of
from pipeline.trial_mail import fault_in_words, send_trial
from store.audit import note
from store.contacts import contact_states
from store.errors import ConfigurationError, DeliveryError
from store.organisation import get_change, list_changes
from web import context
from web.access import Role, needs
from web.errors import error_page
from web.language import _

logger = logging.getLogger(__name__)

page = Blueprint("organisation", __name__)

ON_A_PAGE = 20


@page.get("/organisation")
@needs(Role.READER)
def show() -> str:
    """Show the organisation, what lacks a reader first."""
    municipality = context.municipality()
    with context.store().reading() as session:
        states = contact_states(session, municipality.key)
    return render_template(
        "organisation/show.html", view=view_of(municipality, states, context.today()), towns=municipality.twin_towns
    )


@page.post("/organisation/brev")
@needs(Role.COORDINATOR)
def reach() -> Response:
    """Begin the letters to an address again."""
    email = _known_address()
    if reach_again(context.store(), context.municipality(), email, now=context.now()):
        with context.store().session() as session:
            note(session, context.audit("contact.reach", subject=_role_of(email)))
        flash(_("Breven till %(email)s börjar igen.") % {"email": email})
    else:
        flash(_("Breven till %(email)s var redan på.") % {"email": email})
    return redirect(url_for("organisation.show"), 303)


@page.post("/organisation/provbrev")
@needs(Role.COORDINATOR)
def try_mail() -> Response:
    """Send a trial letter to one of the organisation's addresses, and tell how it went."""
    email, installation = _known_address(), context.installation()
    try:
        send_trial(installation, email, _role_of(email), now=context.now())
    except DeliveryError as error:
        logger.warning("trial letter: %s", log_lines.told(error))
        flash(fault_in_words(error, installation.settings.mail.transport))
    except ConfigurationError:
        flash(_("E-postservern är inte inställd. Gör det under Inställningar."))
    else:
        with context.store().session() as session:
            note(session, context.audit("contact.try", subject=_role_of(email)))
        in_folder = installation.settings.mail.transport == "folder"
        told = (
            _("Provbrevet till %(email)s ligger i mappen för breven.")
            if in_folder
            else _("Provbrevet till %(email)s är lämnat till e-postservern. Fråga om det kom fram.")
        )
        flash(told % {"email": email})
    return redirect(url_for("organisation.show"), 303)


@page.get("/organisation/historik")
@needs(Role.COORDINATOR)
def history() -> str:
    """Show who changed what in the file, newest first."""
    before = request.args.get("fore", type=int)
    with context.store().reading() as session:
        changes = list_changes(session, context.municipality().key, limit=ON_A_PAGE + 1, before=before)
        names = context.names(session, [change.account_id for change in changes])
    rows = with_differences(changes)[:ON_A_PAGE]
    return render_template(
        "organisation/history.html",
        rows=rows,
        names=names,
        seen=_version(),
        newest=changes[0].number if changes and before is None else None,
        older=rows[-1][0].number if len(changes) > ON_A_PAGE else None,
    )


@page.post("/organisation/historik/<int:number>")
@needs(Role.COORDINATOR)
def restore(number: int) -> Response:
    """Put the file back as it was after that change."""
    installation = context.installation()
    with context.store().reading() as session:
        change = get_change(session, installation.municipality.key, number)
    if change is None:
        abort(404)
    what = f"lade tillbaka filen från {change.at:%Y-%m-%d %H:%M} UTC"
    audit = context.audit("organisation.restore", subject=str(number))
    try:
        restore_organisation(installation, number, seen=request.form.get("seen", ""), what=what, audit=audit)
    except ChangedMeanwhile:
        return error_page(409)
    except MunicipalityFault:
        flash(_("Den versionen går inte att använda längre. Inget är ändrat."))
    else:
        flash(_("Filen är som den var då. Det som gällde nyss finns kvar i historiken."))
    return redirect(url_for("organisation.history"), 303)


def _version() -> str:
    try:
        return version_of(read_organisation(context.installation()).text)
    except ConfigurationError:
        return ""


def _known_address() -> str:
    """Return the address of the form, which must be one that the file names."""
    email = request.form.get("email", "").strip().lower()
    if email not in known_addresses(context.municipality()):
        abort(400)
    return email


def _role_of(email: str) -> str:
    return known_addresses(context.municipality())[email]
