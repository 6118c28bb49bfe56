"""Answering an item of a letter, and a contact person's own page: both by the letter's signed links, without login."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.answers import (
    AnswerRefused,
    LinkGone,
    action_of,
    apply_answer,
    asked_about,
    units_to_pass_to,
)
from pipeline.keys import load_keys
from pipeline.leaving import may_leave
from pipeline.letter_links import ANSWERS
from pipeline.links import ANSWER, CALENDAR, UNIT, UNSUBSCRIBE, Link, sign
from pipeline.own_page import own_actions, own_items, subject_of
from store.assessments import get_assessments
from store.types import Answer
from web import context
from web.access import open_to_all
from web.language import N_, _
from web.signed import letter_of_reader, link_of
from web.views.calendar import file_url

page = Blueprint("answers", __name__)

THANKS = {
    Answer.RELEVANT: N_("Tack, svaret är sparat: relevant."),
    Answer.NOT_FOR_US: N_("Tack, svaret är sparat: inte för er. Ni får den inte igen om den ändras."),
    Answer.PASS_ON: N_("Tack, den står i mottagarens nästa brev, med besked om att den kommer från er."),
    Answer.ACT: N_("Tack, det är antecknat som en åtgärd. Samordnaren följer upp den."),
}


@page.get("/svar/<token>")
@open_to_all
def show(token: str) -> str:
    """Show the item and the four answers; looking changes nothing, whoever or whatever opens the link."""
    return _shown(token, link_of(ANSWER, token))


@page.post("/svar/<token>")
@open_to_all
def answer(token: str) -> Response | tuple[str, int]:
    """Keep the answer."""
    link = link_of(ANSWER, token)
    form = request.form
    try:
        given = Answer(form.get("answer", ""))
    except ValueError:
        abort(400)
    try:
        apply_answer(
            context.store(),
            context.municipality(),
            link,
            given,
            now=context.now(),
            passed_to=form.get("to", ""),
            owner=form.get("owner", ""),
            due=_day(form.get("due", "")),
            note=form.get("note", ""),
        )
    except AnswerRefused as refused:
        return _shown(token, link, fault=str(refused), tried=given), 400
    except LinkGone:
        abort(410)
    flash(_(THANKS[given]))
    return redirect(url_for("answers.show", token=token), code=303)


@page.get("/min/<token>")
@open_to_all
def own(token: str) -> str:
    """Show what the reader has been told: days to come, what has no answer, and all the rest."""
    link = link_of(UNIT, token)
    keys, now = load_keys(context.whole().settings.home), context.now()
    with context.store().reading() as session:
        digest = letter_of_reader(session, link)
        items = own_items(session, context.municipality(), digest.contact, now, context.today())
        actions = own_actions(session, context.municipality(), digest.units)

    def page_of(told: Any) -> str:
        asked = Link(purpose=ANSWER, digest_id=told.digest_id, position=told.entry.position)
        return url_for("answers.show", token=sign(keys, asked, now))

    leave = sign(keys, Link(purpose=UNSUBSCRIBE, digest_id=digest.id), now)
    return render_template(
        "answers/own.html",
        items=items,
        deadlines=sorted((item for item in items if item.subject.day), key=lambda item: str(item.subject.day)),
        actions=actions,
        units=[context.municipality().unit_name(unit) for unit in digest.units if _is_known(unit)],
        page_of=page_of,
        words=_words(),
        calendar=file_url(CALENDAR, digest.id),
        leave=url_for("letters.show", token=leave) if may_leave(context.municipality(), digest.contact) else "",
    )


def _shown(token: str, link: Link, *, fault: str = "", tried: Answer | None = None) -> str:
    with context.store().reading() as session:
        try:
            asked = asked_about(session, link, context.municipality())
        except LinkGone:
            abort(410)
        key = (asked.entry.source, asked.entry.key)
        assessment = get_assessments(session, [key]).get(key)
        action = action_of(session, asked, context.municipality())
    return render_template(
        "answers/show.html",
        token=token,
        asked=asked,
        subject=subject_of(asked.item, assessment, context.today()),
        units=units_to_pass_to(asked, context.municipality()),
        action=action,
        words=_words(),
        fault=fault,
        tried=tried,
        form=request.form,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_known(unit: str) -> bool:
    return unit in context.municipality().units


def _words() -> dict[str, str]:
    return {answer.value: words for answer, (words, _) in ANSWERS.items()}
