"""Logging in with a password, and logging out."""

from __future__ import annotations

import logging
import math

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.passwords import is_password, is_stale, password_digest
from store.accounts import account_named, list_accounts, renew_digest
from store.audit import note
from store.db import Session
from store.types import Account
from web import context, sessions
from web.access import open_to_all
from web.language import _, ngettext
from web.navigation import start
from web.safe_url import own_path

logger = logging.getLogger(__name__)

page = Blueprint("login", __name__)


@page.get("/logga-in")
@open_to_all
def show() -> Response | str:
    """Show the form."""
    if context.account_or_none():
        return redirect(own_path(request.args.get("next", "")) or start())
    return _form()


@page.post("/logga-in")
@open_to_all
def log_in() -> Response | str | tuple[str, int]:
    """Log in; a wrong name and a wrong password are told alike, and take the same time."""
    name, address = request.form.get("name", "").strip().lower(), request.remote_addr or ""
    attempts, now = context.surroundings().attempts, context.now()
    if wait := attempts.wait(name, address, now):
        minutes = math.ceil(wait.total_seconds() / 60)
        text = ngettext("Vänta %(n)d minut och försök igen.", "Vänta %(n)d minuter och försök igen.", minutes)
        return _form(f"{_('För många försök.')} {text % {'n': minutes}}"), 429
    account = _account(name, request.form.get("password", ""))
    if account is None:
        attempts.failed(name, address, now)
        logger.warning("login refused")
        return _form(_("Namn eller lösenord stämmer inte.")), 401
    attempts.succeeded(name)
    if account.municipality and not context.is_served(account.municipality):
        logger.warning("login refused: the account's municipality is not served")
        return _form(_("Kontots kommun finns inte här längre. Be den som sköter installationen om hjälp.")), 403
    with context.store().session() as database:
        _renew(database, account, request.form["password"])
        begin(database, account, "password")
    return redirect(own_path(request.form.get("next", "")) or start())


@page.post("/logga-ut")
@open_to_all
def log_out() -> Response:
    """End the login on the server."""
    with context.store().session() as database:
        if context.account_or_none():
            note(database, context.audit("logout"))
        sessions.end(database)
    flash(_("Du är utloggad."))
    return redirect(url_for("login.show"))


def begin(database: Session, account: Account, way: str) -> None:
    """Log the account in and note it."""
    sessions.begin(database, account)
    note(database, context.audit("login", detail=way))


def _form(fault: str = "") -> str:
    with context.store().reading() as database:
        nobody = not list_accounts(database)
    return render_template(
        "login/show.html",
        fault=fault,
        nobody=nobody,
        name=request.form.get("name", ""),
        next=own_path(request.values.get("next", "")),
        oidc=context.whole().settings.web.oidc,
    )


def _account(name: str, password: str) -> Account | None:
    with context.store().reading() as database:
        account = account_named(database, name)
    # Without an account, too, a password is worked out: the time it takes must not tell which names there are.
    return account if is_password(password, account.password if account else "") else None


def _renew(database: Session, account: Account, password: str) -> None:
    if is_stale(account.password):
        renew_digest(database, account.id, password_digest(password))
