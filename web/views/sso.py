"""Logging in through the municipality's own provider: there and back again."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from pipeline.belonging import ALL
from store.accounts import account_named, account_of_subject, add_account, set_account_municipality, set_role
from store.audit import note
from store.db import Session
from store.types import Account, AuditEntry, Role
from store.web_sessions import end_web_sessions_of
from web import context
from web.access import open_to_all
from web.addresses import base_address, host_of
from web.language import N_, _
from web.navigation import start
from web.safe_url import own_path
from web.sign_on import Person, ProviderAway, SignOn, SignOnError
from web.views.login import begin as begin_login

logger = logging.getLogger(__name__)

page = Blueprint("sso", __name__)

HELD = "sign-on"
UNWELCOME = {
    "no role": N_("Ditt konto har ingen roll i Utkik. Be samordnaren om en."),
    "no municipality": N_(
        "Din inloggning hör inte till någon av kommunerna här. Be den som sköter inloggningen att rätta det."
    ),
    "several municipalities": N_(
        "Din inloggning hör till flera av kommunerna här, och Utkik kan inte välja åt dig. "
        "Be den som sköter inloggningen att rätta det."
    ),
}


@page.get("/logga-in/gemensam")
@open_to_all
def begin() -> Response | tuple[str, int]:
    """Send the reader to the provider."""
    try:
        url, held = _sign_on().begin(_back(), context.now())
    except SignOnError as error:
        return _refused(error)
    session[HELD] = held | {"next": own_path(request.args.get("next", ""))}
    return redirect(url)


@page.get("/logga-in/gemensam/svar")
@open_to_all
def back() -> Response | tuple[str, int]:
    """Take the provider's answer, which is good for one time only."""
    held = session.pop(HELD, {})
    try:
        person = _sign_on().finish(request.args, held, _back(), context.now())
        with context.store().session() as database:
            account = _account(database, person)
            if isinstance(account, Account):
                begin_login(database, account, "single sign-on")
    except SignOnError as error:
        return _refused(error)
    if not isinstance(account, Account):
        return _refused(SignOnError(account), _(UNWELCOME[account]))
    return redirect(held["next"] or start())


def _account(database: Session, person: Person) -> Account | str:
    """Return the person's account as the provider has it today; why there is none, and no login anywhere, else."""
    account = account_of_subject(database, person.issuer, person.subject)
    fault, municipality = ("no role", "") if person.role is None else _belonging(person, account)
    if fault or person.role is None:
        if account:
            end_web_sessions_of(database, account.id)
        return fault
    if account is None:
        return _new_account(database, person, person.role, municipality)
    if account.role is not person.role:
        set_role(database, account.id, person.role)
        _note(database, "account.role", replace(account, role=person.role, municipality=municipality))
    if account.municipality != municipality:
        set_account_municipality(database, account.id, municipality)
        _note(database, "account.municipality", replace(account, role=person.role, municipality=municipality))
    return replace(account, role=person.role, municipality=municipality)


def _belonging(person: Person, account: Account | None) -> tuple[str, str]:
    """Return why the person is let into no municipality, and the one that it is let into ("" for all)."""
    if person.belongs is None:  # the provider is not asked: what an account has been given here stands
        known = account.municipality if account else ""
        unknown = not account and context.serves_several()
        gone = known and not context.is_served(known)
        return ("no municipality" if unknown or gone else "", known)
    if ALL in person.belongs:
        return "", ""
    if len(person.belongs) > 1:
        return "several municipalities", ""
    key = next(iter(person.belongs), "")
    return ("", key) if context.is_served(key) else ("no municipality", "")


def _new_account(database: Session, person: Person, role: Role, municipality: str) -> Account:
    if account_named(database, person.name):
        # An address that has been given to somebody else, or a local account: neither may be taken over.
        raise SignOnError("name taken")
    account = Account(
        id=uuid.uuid4().hex,
        name=person.name,
        role=role,
        created_at=context.now(),
        issuer=person.issuer,
        subject=person.subject,
        municipality=municipality,
    )
    add_account(database, account)
    _note(database, "account.add", account)
    return account


def _note(database: Session, action: str, account: Account) -> None:
    entry = AuditEntry(
        at=context.now(),
        account_id=account.id,
        role=account.role.value,
        action=action,
        subject=account.id,
        detail=account.municipality if action == "account.municipality" else account.role.value,
        municipality=account.municipality,
    )
    note(database, entry)


def _sign_on() -> SignOn:
    found = context.surroundings().sign_on
    if found is None:
        abort(404)
    return found


def _back() -> str:
    # url_for holds the path of the address already; without an address it is this machine's.
    return f"{host_of(base_address()) or request.host_url.rstrip('/')}{url_for('sso.back')}"


def _refused(error: SignOnError, text: str = "") -> tuple[str, int]:
    logger.warning("single sign-on refused: %s", error.reason)
    if not text and isinstance(error, ProviderAway):
        text = _("Inloggningstjänsten svarar inte som den ska. Försök igen om en stund, eller logga in med lösenord.")
    elif not text and error.reason == "name taken":
        text = _("Ett annat konto har redan ditt namn. Be den som sköter installationen ta bort det gamla kontot.")
    fault = text or _("Inloggningen gick inte att bekräfta. Ingen är inloggad. Börja om härifrån.")
    oidc = context.whole().settings.web.oidc
    return render_template("login/show.html", fault=fault, name="", next="", oidc=oidc), 403
