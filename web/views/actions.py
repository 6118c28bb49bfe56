"""What the municipality does about items: the register, each action's own page, and the register as a file."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.action_wording import STATE_WORDS, actions_file, amount_in_words, changes_in_words, sums_in_words
from pipeline.actions_view import PER_PAGE, ActionRefused, Counts, change_action, counts_of, filled, new_action
from pipeline.candidate import ItemId
from pipeline.item_view import ItemView, view_item
from pipeline.municipality import COORDINATOR
from pipeline.wording import CURRENCIES, clean, shortened
from store.actions import OPEN_STATES, action_changes, get_action, list_actions, save_action
from store.audit import note
from store.db import Session
from store.items import get_items
from store.types import Action
from web import context
from web.access import Role, needs
from web.downloads import csv_of_today
from web.language import N_, _
from web.showing import ROLE_WORDS
from web.triage_page import item_of

page = Blueprint("actions", __name__)

# The lists, by their word in the address: which states, and whether only what is late.
LISTS: Mapping[str, tuple[str, ...]] = {
    "": OPEN_STATES,
    "forsenade": OPEN_STATES,
    "klara": ("done",),
    "nedlagda": ("dropped",),
    "alla": tuple(STATE_WORDS),
}
LIST_WORDS = {
    "": N_("Öppna"),
    "forsenade": N_("Försenade"),
    "klara": N_("Klara"),
    "nedlagda": N_("Nedlagda"),
    "alla": N_("Alla"),
}
EMPTY_WORDS = {
    "": N_(
        "Inget är på gång. Här visas det ni gör åtgärder av i veckan, och där kontaktpersoner svarat ”Vi gör något”."
    ),
    "forsenade": N_("Inget är försenat."),
    "klara": N_("Inget är klart än. Det ni har gjort samlas här, med resultat och pengar."),
    "nedlagda": N_("Inget har lagts ned."),
    "alla": N_("Inga åtgärder än. De börjar i veckan, på en posts egen sida eller med ett svar på ett brev."),
}
MOST_IN_FILE = 20_000


@page.get("/atgarder")
@needs(Role.READER)
def show() -> str:
    """Show a list of actions: of a unit or all, in one of the states."""
    chosen, unit = _asked()
    number = request.args.get("sida", 1, int)
    first = max(0, min(number, 10_000) - 1) * PER_PAGE
    with context.store().reading() as session:
        found = _found(session, chosen, unit, limit=PER_PAGE + 1, offset=first)
        counts = counts_of(session, context.municipality(), unit, context.today())
        items = get_items(session, [(action.source, action.key) for action in found])
    shown = found[:PER_PAGE]
    return render_template(
        "actions/show.html",
        actions=shown,
        titles={key: shortened(clean(stored.item.title), 140) for key, stored in items.items()},
        sums=sums_in_words(shown),
        counts=_numbers(counts),
        chosen=chosen,
        unit=unit,
        empty=EMPTY_WORDS[chosen],
        address=address,
        lists=LIST_WORDS,
        newer=address(chosen, unit, sida=number - 1) if first else "",
        older=address(chosen, unit, sida=number + 1) if len(found) > PER_PAGE else "",
        **words(),
    )


@page.get("/atgarder/lista.csv")
@needs(Role.READER)
def export() -> Response:
    """Give the same list as a file for a spreadsheet."""
    chosen, unit = _asked()
    with context.store().reading() as session:
        found = _found(session, chosen, unit, limit=MOST_IN_FILE)
        content = actions_file(session, context.municipality(), found)
    return csv_of_today(content, "atgarder")


@page.get("/atgarder/ny")
@needs(Role.ANALYST)
def begin() -> str:
    """Show the form for something new to do about an item."""
    item, view = _named(request.args.get("post", ""))
    return _form(None, item, view, {"title": view.row.title, "unit": view.row.units[0]})


@page.post("/atgarder/ny")
@needs(Role.ANALYST)
def add() -> Response | tuple[str, int]:
    """Keep something new to do."""
    item, view = _named(request.form.get("post", ""))
    try:
        action = new_action(context.municipality(), item, request.form, context.now())
    except ActionRefused as refused:
        return _form(None, item, view, request.form, fault=str(refused)), 400
    with context.store().session() as session:
        save_action(session, action, by=ROLE_WORDS[context.account().role])
        note(session, context.audit("action.add", "/".join(item)))
    flash(_("Åtgärden är sparad."))
    return redirect(url_for("actions.one", action=action.id), 303)


@page.get("/atgarder/<action>")
@needs(Role.READER)
def one(action: str) -> str:
    """Show an action with its item, its matter and its history."""
    return _one(action, {})


@page.post("/atgarder/<action>")
@needs(Role.ANALYST)
def change(action: str) -> Response | tuple[str, int]:
    """Keep a change, unless somebody else has changed the action since the page was made."""
    with context.store().session() as session:
        known = get_action(session, action)
        if known is None or known.municipality != context.municipality().key:
            abort(404)
        try:
            changed = filled(known, context.municipality(), request.form)
        except ActionRefused as refused:
            return _one(action, request.form, fault=str(refused)), 400
        seen = request.form.get("seen", 0, int)
        by = ROLE_WORDS[context.account().role]
        saved = change_action(session, changed, seen, by=by, now=context.now())
        if not saved.is_changed_by_other:
            note(session, context.audit("action.change", action))
    if saved.is_changed_by_other:
        return _one(action, request.form, other=(saved.by, saved.at)), 409
    flash(_("Ändringen är sparad."))
    return redirect(url_for("actions.one", action=action), 303)


def _asked() -> tuple[str, str]:
    chosen, unit = request.args.get("lista", ""), request.args.get("enhet", "")
    return chosen if chosen in LISTS else "", unit if unit in words()["unit_names"] else ""


def _found(session: Session, chosen: str, unit: str, *, limit: int, offset: int = 0) -> list[Action]:
    return list_actions(
        session,
        context.municipality().key,
        states=LISTS[chosen],
        unit=unit or None,
        due_before=context.today() if chosen == "forsenade" else None,
        limit=limit,
        offset=offset,
    )


def _numbers(counts: Counts) -> Mapping[str, int]:
    """Return how many stand in each list."""
    numbers = {name: sum(counts.by_state.get(state, 0) for state in states) for name, states in LISTS.items()}
    return {**numbers, "forsenade": counts.late}


def address(chosen: str, unit: str, **more: object) -> str:
    """Return the address of a list."""
    fields = {name: value for name, value in {"lista": chosen, "enhet": unit, **more}.items() if value}
    return f"{url_for('actions.show')}?{urlencode(fields)}" if fields else url_for("actions.show")


def _named(text: str) -> tuple[ItemId, ItemView]:
    """Return the item that an action is to be about; 404 when there is none."""
    item = item_of(text)
    with context.store().reading() as session:
        view = view_item(session, context.municipality(), item, context.now()) if item else None
    if item is None or view is None:
        abort(404)
    return item, view


def _one(name: str, form: Mapping[str, str], **told: object) -> str:
    with context.store().reading() as session:
        action = get_action(session, name)
        if action is None or action.municipality != context.municipality().key:
            abort(404)
        item = (action.source, action.key)
        view = view_item(session, context.municipality(), item, context.now())
        changes = action_changes(session, name)
    shown = form or {
        **{
            field: getattr(action, field)
            for field in ("unit", "title", "owner", "state", "currency", "outcome", "note")
        },
        "due": action.due.isoformat() if action.due else "",
        "applied": amount_in_words(action.applied),
        "granted": amount_in_words(action.granted),
    }
    names = words()["unit_names"]
    history = [(change, changes_in_words(change, names)) for change in changes]
    return _form(action, item, view, shown, history=history, **told)


def _form(action: Action | None, item: ItemId, view: ItemView | None, form: Mapping[str, str], **told: object) -> str:
    return render_template(
        "actions/one.html",
        action=action,
        item=item,
        view=view,
        form=form,
        can_change=context.account().role.covers(Role.ANALYST),
        currencies=CURRENCIES,
        **{"history": [], "fault": "", "other": None, **told},
        **words(),
    )


def words() -> dict[str, Mapping[str, str]]:
    """Return the words that the templates look up."""
    units = {key: unit.name for key, unit in context.municipality().units.items()}
    return {"state_words": STATE_WORDS, "unit_names": {**units, COORDINATOR: _("Samordnaren")}}


page.add_app_template_global(amount_in_words, "amount")
