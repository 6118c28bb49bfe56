"""The week: the coordinator's list, the reading pane, and the verdicts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from crawlers.catalogue import facts
from pipeline.areas import area_names
from pipeline.candidate import ItemId
from pipeline.item_view import RULING_WORDS, view_item
from pipeline.learn import learn_now
from pipeline.municipality import COORDINATOR
from pipeline.terminal import KIND_WORDS
from pipeline.triage import Order, Ruled, changed_words, rule, rule_many, undo
from pipeline.triage_list import ORDER_WORDS, TAB_WORDS, Tab
from pipeline.wording import clean, shortened
from store.actions import save_action
from store.audit import note
from store.types import Action, Ruling, Verdict
from store.verdicts import verdicts_on
from web import context
from web.access import Role, needs
from web.language import N_, _, ngettext
from web.showing import ROLE_WORDS
from web.triage_page import Asked, Page, asked, has_paused, item_of, moved_words, page_of, sitting, standing

page = Blueprint("week", __name__)

EMPTY_WORDS = {
    Tab.TO_JUDGE: N_("Inget att bedöma just nu. Här visas det nya när källorna har lästs nästa gång."),
    Tab.SEND: N_("Inget är valt att skickas än. Det ni väljer att skicka visas här tills veckans brev har gått."),
    Tab.LATER: N_("Inget väntar. Det ni vill se igen senare läggs här."),
    Tab.DROP: N_("Inget har fått nej."),
    Tab.UNLIKELY: N_("Inget är bortsorterat den här veckan. Det som inte når gränsen visas här, så att inget göms."),
    Tab.EXPLORE: N_("Inga prov den här veckan. Här visas några poster som systemet är osäkert på, så att det lär sig."),
}
NAMED = 80  # characters of a title that is read aloud


@page.get("/veckan")
@needs(Role.READER)
def show() -> str:
    """Show a tab of the week and one of its items."""
    return _render(asked(request.args), "triage/show.html")


@page.get("/veckan/post")
@needs(Role.READER)
def pane() -> str:
    """Show the reading pane alone, for a page that has the list already."""
    wanted = asked(request.args)
    with context.store().reading() as session:
        view = view_item(session, context.municipality(), wanted.post or ("", ""), context.now())
    if view is None:
        abort(404)
    return render_template("triage/pane.html", view=view, page=None, asked=wanted, **_words())


@page.post("/veckan/bedom")
@needs(Role.COORDINATOR)
def judge() -> Response:
    """Save the verdict on one item and go on to the next."""
    wanted, item = asked(request.form), item_of(request.form.get("post", ""))
    if item is None or request.form.get("ruling") not in list(Ruling):
        abort(400)
    before = _page(wanted)
    with context.store().session() as session:
        view = view_item(session, context.municipality(), item, context.now())
        if view is None:
            abort(404)
        order = Order(
            item=item,
            ruling=Ruling(request.form["ruling"]),
            seen=request.form.get("seen", 0, int),
            note=request.form.get("note", ""),
            areas=_changed("areas", view.row.areas),
            units=_changed("units", view.row.units),
            origin="explored" if view.row.is_explored else "routed" if view.row.is_routed else "ranked",
        )
        ruled, were = rule(session, sitting(), order), None
        if ruled.verdict:
            note(session, context.audit(f"verdict.{order.ruling.value}", "/".join(item)))
            if before.after(item) is None or has_paused(session):
                were = standing(session)
                learn_now(session, context.municipality(), now=context.now())
    if ruled.fault:
        return _answer(wanted.at(item), _fault(ruled))
    return _answer(wanted.at(before.after(item)), f"{_done(ruled.verdict, view.row.title)}{_moved(were)}")


@page.post("/veckan/flera")
@needs(Role.COORDINATOR)
def judge_many() -> Response:
    """Save the same verdict on the chosen items, or on all that the filter shows."""
    wanted = asked(request.form)
    if request.form.get("ruling") not in list(Ruling):
        abort(400)
    ruling = Ruling(request.form["ruling"])
    with context.store().session() as session:
        if request.form.get("everything"):
            items = [row.item for row in _page(wanted).all_rows]
            histories = verdicts_on(session, context.municipality().key, items)
            orders = [
                Order(item=item, ruling=ruling, seen=histories[item][-1].id if item in histories else 0)
                for item in items
            ]
        else:
            orders = list(_chosen(ruling))
        ruled = rule_many(session, sitting(), orders)
        done = [one for one in ruled if one.verdict]
        note(session, context.audit(f"verdict.{ruling.value}", detail=str(len(done))))
        learn_now(session, context.municipality(), now=context.now())
    words = ngettext("%(num)s post: %(what)s.", "%(num)s poster: %(what)s.", len(done)) % {
        "num": len(done),
        "what": _(RULING_WORDS[ruling]),
    }
    if len(done) < len(ruled):
        words += " " + _("Resten har ändrats av någon annan och är orörda.")
    return _answer(wanted.at(None), words if ruled else _("Inga poster var valda."))


@page.post("/veckan/angra")
@needs(Role.COORDINATOR)
def take_back() -> Response:
    """Take back the visit's latest verdict, or the one on the named item."""
    wanted = asked(request.form)
    named = item_of(request.form.get("angra", ""))
    with context.store().session() as session:
        taken = undo(session, sitting(), named)
        if taken:
            note(session, context.audit("verdict.undo", "/".join(taken.item)))
    if taken is None:
        return _answer(wanted, _("Det finns inget att ångra från det här besöket."))
    return _answer(wanted.with_tab_of(taken).at(taken.item), _("Ångrat. Posten är tillbaka."))


@page.post("/veckan/ordna-om")
@needs(Role.COORDINATOR)
def rank_again() -> Response:
    """Learn from the verdicts until now and show the list in its new order."""
    with context.store().session() as session:
        learnt = learn_now(session, context.municipality(), now=context.now())
    words = (
        _("Listan är ordnad efter det ni har bedömt hittills.") if learnt.is_new else _("Listan är redan i ordning.")
    )
    return _answer(asked(request.form).at(None), learnt.message or words)


@page.post("/veckan/atgard")
@needs(Role.COORDINATOR)
def act() -> Response:
    """Make an action of the item: what is to be done, by whom and when."""
    wanted, item = asked(request.form), item_of(request.form.get("post", ""))
    unit, title = request.form.get("unit", ""), request.form.get("title", "").strip()
    due = request.form.get("due", "")
    if item is None or unit not in (*context.municipality().units, COORDINATOR):
        abort(400)
    day = _day(due)
    if not title or (due and day is None):
        return _answer(wanted.at(item), _("Skriv vad som ska göras, och en dag som 2026-12-04 eller ingen alls."))
    action = Action(
        id=secrets.token_hex(10),
        municipality=context.municipality().key,
        source=item[0],
        key=item[1],
        unit=unit,
        title=title[:300],
        created_at=context.now(),
        due=day,
        owner=request.form.get("owner", "").strip()[:100],
    )
    with context.store().session() as session:
        if view_item(session, context.municipality(), item, context.now()) is None:
            abort(404)
        save_action(session, action, by=ROLE_WORDS[context.account().role])
        note(session, context.audit("action.add", "/".join(item)))
    return _answer(wanted.at(item), _("Åtgärden är sparad: %(title)s", title=action.title))


def _moved(were: Mapping[ItemId, Tab] | None) -> str:
    """Return what learning from the verdict has moved, in words; "" when nothing was learnt."""
    if were is None:
        return ""
    with context.store().reading() as session:
        words = moved_words(were, standing(session))
    return f". {words}" if words else ""


def _page(wanted: Asked) -> Page:
    with context.store().reading() as session:
        return page_of(session, wanted)


def _render(wanted: Asked, template: str, told: str = "") -> str:
    with context.store().reading() as session:
        shown = page_of(session, wanted)
        chosen = wanted.post or (shown.rows[0].item if shown.rows else None)
        view = view_item(session, context.municipality(), chosen, context.now()) if chosen else None
    return render_template(template, page=shown, view=view, asked=wanted, told=told, **_words())


def _words() -> dict[str, object]:
    me = context.account_or_none()
    return {
        "can_rule": me is not None and me.role.covers(Role.COORDINATOR),
        "area_names": area_names(),
        "unit_names": {
            **{key: unit.name for key, unit in context.municipality().units.items()},
            COORDINATOR: _("Samordnaren"),
        },
        "ruling_words": RULING_WORDS,
        "tab_words": TAB_WORDS,
        "order_words": ORDER_WORDS,
        "empty_words": EMPTY_WORDS,
        "kind_words": KIND_WORDS,
        "source_words": {source.name: source.title.split(": ")[0] for source in facts()},
    }


def _answer(wanted: Asked, told: str) -> Response:
    """Go on to the page, whole for a browser without script, only its changing part for one with."""
    if request.headers.get("HX-Request"):
        response = make_response(_render(wanted, "triage/week.html", told))
        response.headers["HX-Push-Url"] = wanted.url()
        return response
    flash(told)
    return redirect(wanted.url(), 303)


def _changed(name: str, usual: Sequence[str]) -> tuple[str, ...] | None:
    """Return what was ticked, None when that is the usual or the form has no such boxes."""
    if f"has_{name}" not in request.form:
        return None
    ticked = tuple(request.form.getlist(name))
    return None if set(ticked) == set(usual) else ticked


def _chosen(ruling: Ruling) -> Sequence[Order]:
    orders = []
    for value in request.form.getlist("items"):
        number, _colon, name = value.partition(":")
        if (item := item_of(name)) and number.isdigit():
            orders.append(Order(item=item, ruling=ruling, seen=int(number)))
    return orders


def _done(verdict: Verdict | None, title: str) -> str:
    word = _(RULING_WORDS[verdict.ruling]) if verdict else ""
    return f"{word}: {shortened(clean(title), NAMED)}"


def _fault(ruled: Ruled) -> str:
    if ruled.fault == "changed":
        return _("%(who)s. Din bedömning sparades inte; se posten som den är nu.", who=changed_words(ruled.standing))
    if ruled.fault == "no_units":
        return _("Välj minst en mottagare att skicka till.")
    return _("Posten finns inte längre.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
