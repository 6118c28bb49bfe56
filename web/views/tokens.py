"""Keys to the HTTP API, for coordinators: which systems may read, made and revoked here too."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.api_tokens import LONGEST_NAME, new_token
from pipeline.wording import clean
from store.api_tokens import add_token, list_tokens, revoke_token
from store.audit import note
from web import context
from web.access import Role, needs
from web.language import _

page = Blueprint("tokens", __name__)


@page.get("/api-nycklar")
@needs(Role.COORDINATOR)
def show() -> str:
    """Show the keys."""
    return _shown()


@page.post("/api-nycklar")
@needs(Role.COORDINATOR)
def add() -> str | Response:
    """Make a key and show it, this once: the answer is the page itself, so that no address leads back to it."""
    name, role = clean(request.form.get("namn", ""))[:LONGEST_NAME], request.form.get("roll", "")
    if role not in list(Role):
        abort(400)
    if not name:
        flash(_("Skriv vilket system nyckeln är till."))
        return redirect(url_for("tokens.show"), 303)
    token, key = new_token(name, Role(role), context.now())
    if context.serves_several():
        token = replace(token, municipality=context.municipality_key())
    with context.store().session(durable=True) as session:
        add_token(session, token)
        note(session, context.audit("token.add", token.id, role))
    return _shown(key)


@page.post("/api-nycklar/aterkalla")
@needs(Role.COORDINATOR)
def revoke() -> Response:
    """Let a key open nothing from now on."""
    with context.store().session(durable=True) as session:
        if revoke_token(session, request.form.get("nummer", ""), context.now(), _whose()):
            note(session, context.audit("token.remove", request.form["nummer"]))
            flash(_("Nyckeln är återkallad."))
    return redirect(url_for("tokens.show"), 303)


def _shown(key: str = "") -> str:
    with context.store().reading() as session:
        tokens = list_tokens(session, _whose())
    short = {one.key: one.short for one in context.whole().municipalities} if context.chooses() else {}
    return render_template("tokens/show.html", tokens=tokens, key=key, roles=list(Role), short=short)


def _whose() -> str:
    """Return whose keys are shown and revoked, "" for all."""
    return "" if context.sees_all() else context.municipality_key()
