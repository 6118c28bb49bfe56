"""Matters from proposal to duty: those that have moved, those that wait for Swedish law, and each with its papers."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for

from pipeline.action_wording import STATE_WORDS
from pipeline.municipality import COORDINATOR
from pipeline.search_hints import LONGEST
from pipeline.threads_view import Matters, awaiting_matters, found_matters, moved_matters, whole_matter
from pipeline.wording import MONTHS
from store.matters import Place
from web import context
from web.access import Role, needs
from web.language import N_, _

page = Blueprint("threads", __name__)

LISTS = {"": N_("Har rört sig"), "infors": N_("Ska bli svensk lag")}


@page.app_template_filter("dated")
def dated(day: date) -> str:
    """Return the day with its year, as one reads a course of years: "13 jan 2025"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


@page.get("/arenden")
@needs(Role.READER)
def show() -> str:
    """Show a list of matters, or those that are searched for."""
    chosen = request.args.get("lista", "")
    chosen = chosen if chosen in LISTS else ""
    words = request.args.get("q", "").strip()[:LONGEST]
    everything = request.args.get("urval", "") == "allt"
    place = place_of(request.args.get("efter", ""))
    with context.store().reading() as session:
        municipality, today = context.municipality(), context.today()
        if words:
            found = found_matters(session, municipality, words, today)
        elif chosen:
            found = awaiting_matters(session, municipality, today, everything=everything, after=place)
        else:
            found = moved_matters(session, municipality, today, everything=everything, before=place)
    return render_template(
        "threads/show.html",
        found=found,
        words=words,
        chosen=chosen,
        everything=everything,
        is_first=place is None,
        lists=LISTS,
        address=address,
        next_url=_next(found, chosen, everything),
    )


@page.get("/arenden/<thread>")
@needs(Role.READER)
def one(thread: str) -> str:
    """Show a matter: its chain, its days, its papers, and what was done."""
    with context.store().reading() as session:
        whole = whole_matter(session, context.municipality(), thread, context.today())
    if whole is None:
        abort(404)
    units = {key: unit.name for key, unit in context.municipality().units.items()}
    return render_template(
        "threads/one.html",
        whole=whole,
        matter=whole.matter,
        state_words=STATE_WORDS,
        unit_names={**units, COORDINATOR: _("Samordnaren")},
    )


def _next(found: Matters, chosen: str, everything: bool) -> str:
    return address(chosen, everything, efter=f"{found.next[0].isoformat()}.{found.next[1]}") if found.next else ""


def address(chosen: str, everything: bool, **more: str) -> str:
    """Return the address of a list."""
    fields = {"lista": chosen, "urval": "allt" if everything else "", **more}
    given = {name: value for name, value in fields.items() if value}
    return f"{url_for('threads.show')}?{urlencode(given)}" if given else url_for("threads.show")


def place_of(text: str) -> Place | None:
    """Return where the page begins; None for the first and for what is no place."""
    day, _dot, name = text.partition(".")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    return (found, name.replace("\0", "")) if name else None
