"""Logins: begun with a new id, checked on every request, ended on the server.

The browser holds a signed cookie with the id, the moment of the latest request and the CSRF token. What a login is
worth is decided by the store alone, so a cookie that was copied dies with the logout. The moment of the latest request
is in the cookie so that looking at a page writes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, g, request, session

from pipeline.settings import WebSettings
from store.accounts import get_account
from store.db import Session
from store.types import Account, WebSession
from store.web_sessions import (
    add_web_session,
    choose_municipality,
    end_web_session,
    end_web_sessions_before,
    get_web_session,
)
from web import context
from web.access import is_public, token_role
from web.language import CHOICE

TOKEN = "login"  # noqa: S105 - the name of the field
SEEN = "seen"
SEEN_EVERY = timedelta(minutes=1)  # how exactly the moment of the latest request is kept


def install(app: Flask) -> None:
    """Find out who is logged in before every view."""
    app.before_request(_recognise)


def begin(database: Session, account: Account) -> None:
    """Log the account in: everything that the browser held before is forgotten, its language apart."""
    settings, now = context.whole().settings.web, context.now()
    end_web_sessions_before(database, now - _longest(settings))
    language, former = session.get(CHOICE), session.get(TOKEN)
    if former:
        end_web_session(database, digest(former))
    session.clear()
    token = secrets.token_urlsafe(32)
    add_web_session(database, WebSession(id=digest(token), account_id=account.id, created_at=now))
    session[TOKEN], session[SEEN] = token, int(now.timestamp())
    if language:
        session[CHOICE] = language
    g.account = account


def end(database: Session) -> None:
    """Log out: the id is worth nothing any more, in this browser or in any copy."""
    if token := session.get(TOKEN):
        end_web_session(database, digest(token))
    forget()


def choose(database: Session, municipality: str) -> None:
    """Show the municipality from now on in this login; only for an account of the whole installation."""
    choose_municipality(database, digest(session[TOKEN]), municipality)
    g.chosen = municipality


def forget() -> None:
    """Forget the login in this browser, its language apart."""
    language = session.get(CHOICE)
    session.clear()
    if language:
        session[CHOICE] = language
    g.account = None


def digest(token: str) -> str:
    """Return what is stored of an id: whoever reads the database cannot log in with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _recognise() -> None:
    g.account = None
    view = current_app.view_functions.get(request.endpoint or "")
    if is_public(view) or (view is not None and token_role(view)):
        return  # the same for everybody, and by key alone: a cookie must make no difference
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return
    settings, now = context.whole().settings.web, context.now()
    seen = datetime.fromtimestamp(session.get(SEEN, 0), UTC)
    with context.store().reading() as database:
        opened = get_web_session(database, digest(token))
        account = get_account(database, opened.account_id) if opened else None
    if not opened or not account or now >= opened.created_at + _longest(settings) or now >= seen + _idle(settings):
        forget()
        return
    if account.municipality and not context.is_served(account.municipality):
        forget()  # its municipality is here no more: there is nothing that it may see
        return
    if now >= seen + SEEN_EVERY:
        session[SEEN] = int(now.timestamp())
    g.account, g.chosen = account, opened.municipality


def _idle(settings: WebSettings) -> timedelta:
    return timedelta(minutes=settings.idle_minutes)


def _longest(settings: WebSettings) -> timedelta:
    return timedelta(hours=settings.longest_hours)
