"""Logging in through the municipality's own provider: there and back again."""

from __future__ import annotations

import logging
import uuid

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from store.accounts import account_named, account_of_subject, add_account, set_role
from store.audit import note
from store.db import Session
from store.types import Account, AuditEntry, Role
from store.web_sessions import end_web_sessions_of
from web import context
from web.access import open_to_all
from web.language import _
from web.navigation import start
from web.safe_url import own_path
from web.sign_on import Person, ProviderAway, SignOn, SignOnError
from web.views.login import begin as begin_login

logger = logging.getLogger(__name__)

page = Blueprint("sso", __name__)

HELD = "sign-on"


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
            if account is not None:
                begin_login(database, account, "single sign-on")
    except SignOnError as error:
        return _refused(error)
    if account is None:
        return _refused(SignOnError("no role"), _("Ditt konto har ingen roll i Utkik. Be samordnaren om en."))
    return redirect(held["next"] or start())


def _account(database: Session, person: Person) -> Account | None:
    """Return the person's account as the provider has it today; None, and no login anywhere, when it gives no role."""
    account = account_of_subject(database, person.issuer, person.subject)
    if person.role is None:
        if account:
            end_web_sessions_of(database, account.id)
        return None
    if account is None:
        return _new_account(database, person, person.role)
    if account.role is not person.role:
        set_role(database, account.id, person.role)
        _note(database, "account.role", account.id, person.role)
    return account_of_subject(database, person.issuer, person.subject)


def _new_account(database: Session, person: Person, role: Role) -> Account:
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
    )
    add_account(database, account)
    _note(database, "account.add", account.id, role)
    return account


def _note(database: Session, action: str, account_id: str, role: Role) -> None:
    entry = AuditEntry(
        at=context.now(),
        account_id=account_id,
        role=role.value,
        action=action,
        subject=account_id,
        detail=role.value,
    )
    note(database, entry)


def _sign_on() -> SignOn:
    found = context.surroundings().sign_on
    if found is None:
        abort(404)
    return found


def _back() -> str:
    address = context.installation().settings.web.address.rstrip("/")
    # url_for holds the path of the address already; without an address it is this machine's.
    host = "/".join(address.split("/")[:3]) if address else request.host_url.rstrip("/")
    return f"{host}{url_for('sso.back')}"


def _refused(error: SignOnError, text: str = "") -> tuple[str, int]:
    logger.warning("single sign-on refused: %s", error.reason)
    if not text and isinstance(error, ProviderAway):
        text = _("Inloggningstjänsten svarar inte som den ska. Försök igen om en stund, eller logga in med lösenord.")
    elif not text and error.reason == "name taken":
        text = _("Ett annat konto har redan ditt namn. Be den som sköter installationen ta bort det gamla kontot.")
    fault = text or _("Inloggningen gick inte att bekräfta. Ingen är inloggad. Börja om härifrån.")
    oidc = context.installation().settings.web.oidc
    return render_template("login/show.html", fault=fault, name="", next="", oidc=oidc), 403
