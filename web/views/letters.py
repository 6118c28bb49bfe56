"""Ending the letters from a letter's own link: seen first, done by a press of the button or by the mail program."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from pipeline.answers import LinkGone
from pipeline.leaving import begin_letters, end_letters, has_left, may_leave
from pipeline.links import UNSUBSCRIBE, Link
from web import context
from web.access import one_click, open_to_all
from web.signed import letter_of, link_of

page = Blueprint("letters", __name__)


@page.get("/avsluta/<token>")
@open_to_all
def show(token: str) -> str:
    """Show what ending the letters means, and the button; looking ends nothing."""
    return _shown(token, link_of(UNSUBSCRIBE, token))


@page.post("/avsluta/<token>")
@open_to_all
@one_click
def leave(token: str) -> str:
    """End the letters, as the page's button or the mail program (RFC 8058) asks, or take it back.

    Neither cookie nor CSRF token is asked for: a mail program has none, and the signed link alone is the right to it.
    """
    link, form = link_of(UNSUBSCRIBE, token), request.form
    try:
        if form.get("List-Unsubscribe") == "One-Click" or "end" in form:
            audit = context.audit("letters.end")
            end_letters(context.store(), context.municipality(), link, now=context.now(), audit=audit)
        elif "begin" in form:
            audit = context.audit("letters.begin")
            begin_letters(context.store(), context.municipality(), link, now=context.now(), audit=audit)
        else:
            abort(400)
    except LinkGone:
        abort(410)
    return _shown(token, link)


def _shown(token: str, link: Link) -> str:
    municipality = context.municipality()
    with context.store().reading() as session:
        digest = letter_of(session, link)
        left = has_left(session, municipality, digest.contact)
    return render_template(
        "letters/leave.html",
        token=token,
        left=left,
        allowed=may_leave(municipality, digest.contact),
        units=[municipality.unit_name(unit) for unit in digest.units if unit in municipality.units],
        coordinator=municipality.coordinator,
    )
