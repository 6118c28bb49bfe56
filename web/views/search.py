"""Search over everything that was ever collected, and each item's own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crawlers.catalogue import facts
from pipeline.areas import area_names
from pipeline.candidate import ItemId
from pipeline.item_view import RULING_WORDS, view_item
from pipeline.municipality import COORDINATOR
from pipeline.publications import publication_of
from pipeline.search_hints import LONGEST, hints
from pipeline.terminal import KIND_WORDS
from pipeline.wording import clean, kind_in_words, shortened
from store.audit import note
from store.item_search import Found, Place, Search, State, find_items
from store.saved_searches import list_searches, remove_search, save_search
from store.triage import last_told
from store.types import Kind, Ruling, SavedSearch, StoredItem, Verdict
from store.verdicts import verdicts_on
from web import context
from web.access import Role, needs
from web.language import N_, _
from web.triage_page import item_of

page = Blueprint("search", __name__)

PER_PAGE = 50
SUMMARY = 220  # characters
FIELDS = ("q", "slag", "omrade", "kalla", "fran", "till", "lage")  # of the address
STATE_WORDS = {
    "send": N_("ska skickas"),
    "later": N_("väntar"),
    "drop": N_("nej"),
    "told": N_("har skickats"),
    "open": N_("varken bedömd eller skickad"),
}
FIELD_WORDS = {
    "title": N_("rubriken"),
    "text": N_("texten"),
    "status": N_("läget"),
    "opens": N_("öppningsdagen"),
    "deadlines": N_("frister"),
    "money": N_("belopp"),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A found item as the list shows it."""

    item: ItemId
    title: str
    kind: str
    publisher: str
    day: date
    summary: str
    language: str
    state: str


@page.app_template_filter("change_text")
def change_text(value: Any) -> str:
    """Return one side of a change as a reader writes it: the days, the amounts or the word."""
    if isinstance(value, list):
        return ", ".join(str(one[0]) if isinstance(one, list) and one else str(one) for one in value) or "–"
    return str(value or "–")


@page.get("/sok")
@needs(Role.READER)
def show() -> str:
    """Show what is found, newest first, with hints where the words do not mean what they seem to."""
    asked = {name: request.args.get(name, "").strip() for name in FIELDS}
    wanted = search_of(asked, request.args.get("efter", ""))
    is_asked = any(asked.values())
    with context.store().reading() as session:
        found = find_items(session, wanted, limit=PER_PAGE) if is_asked else Found([])
        keys = [(stored.item.source, stored.item.key) for stored in found.items]
        verdicts = verdicts_on(session, context.municipality().key, keys)
        told = last_told(session, context.municipality().key, keys)
        saved = list_searches(session, context.municipality().key)
    return render_template(
        "search/show.html",
        asked={**asked, "q": asked["q"][: LONGEST * 2]},
        is_asked=is_asked,
        hits=[hit_of(stored, verdicts, told) for stored in found.items],
        hints=hints(asked["q"]),
        next_url=address({**asked, "efter": place_text(found.next)}) if found.next else "",
        first_url=address(asked) if wanted.before else "",
        saved=[(one.name, address(one.query)) for one in saved],
        can_save=context.account().role.covers(Role.ANALYST),
        **words(),
    )


@page.post("/sok/spara")
@needs(Role.ANALYST)
def save() -> Response:
    """Keep a search under a name, or forget one."""
    name = clean(request.form.get("namn", ""))[:60]
    asked = {field: value for field in FIELDS if (value := request.form.get(field, "").strip()[:LONGEST])}
    if gone := request.form.get("glom", ""):
        with context.store().session() as session:
            remove_search(session, context.municipality().key, gone)
            note(session, context.audit("search.remove", gone))
        flash(_("Sökningen är borttagen."))
    elif name and asked:
        with context.store().session() as session:
            kept = SavedSearch(
                municipality=context.municipality().key, name=name, query=asked, created_at=context.now()
            )
            save_search(session, kept)
            note(session, context.audit("search.save", name))
        flash(_("Sökningen är sparad som %(name)s.", name=name))
    else:
        flash(_("Ge sökningen ett namn, och något att söka efter."))
    return redirect(address(asked), 303)


@page.get("/post/<source>/<path:key>")
@needs(Role.READER)
def item(source: str, key: str) -> str:
    """Show everything that is known of an item."""
    named = item_of(f"{source}/{key}")
    with context.store().reading() as session:
        view = view_item(session, context.municipality(), named, context.now()) if named else None
        publication = publication_of(session, context.municipality(), named) if named else None
    if view is None:
        abort(404)
    may = {
        "can_publish": context.account().role.covers(Role.COORDINATOR),
        "is_public": context.installation().settings.web.public,
    }
    return render_template("search/item.html", view=view, publication=publication, **may, **words())


def search_of(asked: Mapping[str, str], after: str) -> Search:
    """Return what is looked for; what is not understood is no condition."""
    kind, state = asked["slag"], asked["lage"]
    return Search(
        words=asked["q"][:LONGEST],
        kinds=[Kind(kind)] if kind in list(Kind) else (),
        sources=[asked["kalla"].replace("\0", "")] if asked["kalla"] else (),
        area=asked["omrade"] if asked["omrade"] in area_names() else "",
        deadline_from=_day(asked["fran"]),
        deadline_until=_day(asked["till"]),
        state=_state(state),
        municipality=context.municipality().key,
        before=place_of(after),
    )


def _state(text: str) -> State:
    known: tuple[State, ...] = get_args(State)
    return next((state for state in known if state == text), "")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def place_text(place: Place | None) -> str:
    """Return where the next page begins, as it stands in the address."""
    return f"{place[0].isoformat()}.{place[1]}" if place else ""


def place_of(text: str) -> Place | None:
    """Return where the page begins; None for the first and for what is no place."""
    day, _dot, number = text.partition(".")
    found = _day(day)
    return (found, int(number)) if found and number.isdecimal() and len(number) < 18 else None


def address(asked: Mapping[str, str]) -> str:
    """Return the address of the search."""
    fields = {name: value for name, value in asked.items() if value}
    return f"{url_for('search.show')}?{urlencode(fields)}" if fields else url_for("search.show")


def hit_of(stored: StoredItem, verdicts: Mapping[ItemId, list[Verdict]], told: Mapping[ItemId, Any]) -> Hit:
    """Return the item as the list shows it."""
    found = stored.item
    key = (found.source, found.key)
    standing = verdicts[key][-1].ruling if key in verdicts else Ruling.REOPENED
    state = _("skickad") if key in told else "" if standing is Ruling.REOPENED else _(RULING_WORDS[standing])
    return Hit(
        key,
        shortened(clean(found.title), 220) or _("(utan rubrik)"),
        kind_in_words(found),
        clean(found.publisher) or found.source,
        found.published or stored.first_seen.date(),
        shortened(clean(found.text), SUMMARY),
        found.language if found.language not in ("sv", "") else "",
        state,
    )


def words() -> dict[str, object]:
    """Return the words that the templates look up."""
    units = {key: unit.name for key, unit in context.municipality().units.items()}
    return {
        "area_names": area_names(),
        "kind_words": KIND_WORDS,
        "state_words": STATE_WORDS,
        "source_words": {source.name: source.title.split(": ")[0] for source in facts()},
        "unit_names": {**units, COORDINATOR: _("Samordnaren")},
        "ruling_words": RULING_WORDS,
        "field_words": FIELD_WORDS,
    }
