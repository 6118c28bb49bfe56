"""Calendars of the days to be met, for calendar programs: by a letter's link, or an account's own address."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from pipeline.calendar_events import events_for_all, last_change
from pipeline.calendar_file import calendar_file
from pipeline.keys import load_keys
from pipeline.links import ACCOUNT_CALENDAR, CALENDAR, Link, sign
from pipeline.municipality import COORDINATOR
from store.accounts import get_account
from store.db import Session
from store.triage import last_digest_at
from web import context
from web.access import open_to_all
from web.addresses import address
from web.language import _
from web.signed import letter_of_reader, link_of

page = Blueprint("calendar", __name__)

KEPT = 3_600  # seconds that a program may keep the file before it asks again


@page.get("/kalender/<token>.ics")
@open_to_all
def of_reader(token: str) -> Response:
    """Give the calendar of the units that a letter's reader reads for, as long as it gets letters."""
    link = link_of(CALENDAR, token)
    with context.store().reading() as session:
        digest = letter_of_reader(session, link)
        known = [unit for unit in digest.units if unit == COORDINATOR or unit in context.municipality().units]
        return _given(session, known)


@page.get("/kalender/konto/<token>.ics")
@open_to_all
def of_account(token: str) -> Response:
    """Give the calendar of a unit or of all, as long as the account that asked for the address is there."""
    link = link_of(ACCOUNT_CALENDAR, token)
    unit = request.args.get("enhet", "")
    if unit and unit != COORDINATOR and unit not in context.municipality().units:
        abort(404)
    with context.store().reading() as session:
        if get_account(session, link.digest_id) is None:
            abort(410)
        return _given(session, [unit])


def file_url(purpose: str, subject: str, unit: str = "") -> str:
    """Return the address of a calendar, for a calendar program: of a letter's reader, or of an account."""
    keys = load_keys(context.whole().settings.home)
    endpoint = "calendar.of_reader" if purpose == CALENDAR else "calendar.of_account"
    token = sign(keys, Link(purpose=purpose, digest_id=subject), context.now())
    whose = context.municipality_key() if purpose == ACCOUNT_CALENDAR and context.chooses() else None
    return address(endpoint, token=token, enhet=unit or None, **({context.ASKED: whose} if whose else {}))


def _given(session: Session, units: Sequence[str]) -> Response:
    """Return the file, or 304 to a program that has it."""
    municipality = context.municipality()
    events = events_for_all(session, municipality, units, now=context.now(), today=context.today())
    names = ", ".join(municipality.unit_name(unit) for unit in units if unit) or municipality.short
    response = make_response(calendar_file(_("Frister · %(names)s", names=names), events))
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="frister.ics"'
    response.headers["Cache-Control"] = f"private, max-age={KEPT}"
    moments = [moment for moment in (last_change(events), last_digest_at(session, municipality.key)) if moment]
    if moments:
        response.last_modified = max(moments)
    response.add_etag()
    return response.make_conditional(request)
