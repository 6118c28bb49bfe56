"""The model: what was learnt of verdicts and answers, whether it helps, and going back or learning anew."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.areas import area_names
from pipeline.learn import roll_back_to
from pipeline.model_commands import STATES
from pipeline.model_view import MEASURED_WORDS, REFIT, ModelView, refitting_of, shared_model, view_model
from store.audit import note
from store.errors import ConfigurationError
from store.triage import letters_mark
from web import charts, context
from web.access import Role, needs
from web.language import _

page = Blueprint("model", __name__)

KEPT = "model"
SOON = 0.15  # seconds that the page waits for what takes long; then it says that it is worked out


@page.get("/modell")
@needs(Role.READER)
def show() -> str:
    """Show the shared model, what was learnt on top of it, and whether that helps."""
    task = context.surroundings().background.task(context.own_name(REFIT))
    with context.store().reading() as session:
        mark = (context.municipality(), letters_mark(session, context.municipality().key), bool(task and task.is_over))
        names = context.names(session, [task.by] if task else [])
    store, municipality, now = context.store(), context.municipality(), context.now()

    def work() -> ModelView:
        with store.reading() as session:
            return view_model(session, municipality, now)

    view, is_fresh = context.surroundings().keeper.get(context.own_name(KEPT), mark, work, wait=SOON)
    return render_template(
        "model/show.html",
        view=view,
        is_fresh=is_fresh,
        card=shared_model(),
        measured_words=MEASURED_WORDS,
        states=STATES,
        made={one["id"]: datetime.fromisoformat(one["made_at"]) for one in view.values["versions"]} if view else {},
        area_names=area_names(),
        curve=_curve(view) if view and view.values["curve"] else "",
        task=task,
        names=names,
    )


@page.post("/modell/backa")
@needs(Role.COORDINATOR)
def roll_back() -> Response:
    """Use an earlier version again; what was said since it was made does not count until all is learnt anew."""
    try:
        with context.store().session() as session:
            target = roll_back_to(session, context.municipality(), request.form.get("version", ""), now=context.now())
            note(session, context.audit("model.rollback", subject=target.id if target else ""))
    except ConfigurationError:
        flash(_("Det finns ingen sådan version att gå tillbaka till. Inget är ändrat."))
        return _back()
    _forget()
    told = _("Nu används version %(id)s, lärd av %(labels)s.", id=target.id, labels=target.labels) if target else ""
    flash(told or _("Nu används inget inlärt. Bedömningarna är kvar: lär om när ni vill."))
    return _back()


@page.post("/modell/lar-om")
@needs(Role.COORDINATOR)
def learn_again() -> Response:
    """Learn anew from everything that was said, beside this request."""
    work = refitting_of(context.installation(), context.now())
    if context.surroundings().background.start(
        context.own_name(REFIT), work, by=context.account().id, now=context.now()
    ):
        with context.store().session() as session:
            note(session, context.audit("model.refit"))
        _forget()
        flash(_("Lär om av allt som sagts. Du kan lämna sidan."))
    else:
        flash(_("Det pågår redan. Inget görs två gånger."))
    return _back()


def _curve(view: ModelView) -> str:
    steps = view.values["curve"]
    last = steps[-1]
    says = _(
        "Andel par i rätt ordning, efter allt fler bedömningar: %(learned)s procent med det lärda efter %(labels)s, "
        "%(shared)s procent utan.",
        learned=round(100 * last["learned"]),
        labels=last["labels"],
        shared=round(100 * last["shared"]),
    )
    drawn = [
        charts.Line(_("utan"), [one["shared"] for one in steps], is_less=True),
        charts.Line(_("med"), [one["learned"] for one in steps]),
    ]
    return charts.lines(drawn, [str(one["labels"]) for one in steps], says=says)


def _forget() -> None:
    context.surroundings().keeper.forget(context.own_name(KEPT))


def _back() -> Response:
    return redirect(url_for("model.show"), code=303)
