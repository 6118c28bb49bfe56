"""The sources: how each is, what it gives, reading one now, switching on and off, and feeds of one's own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crawlers.catalogue import source_names
from crawlers.feed_catalogue import REGIONS
from pipeline.figures import Figures, read_figures
from pipeline.source_looks import look_at, look_name, reading_name, reading_of
from pipeline.source_switches import add_feed, parts_of, switch_part, switch_source
from pipeline.sources_view import source_rows, view_source
from store.audit import note
from store.errors import ConfigurationError
from store.types import SourceState
from web import charts, context
from web.access import Role, for_whole, needs
from web.language import N_, _

page = Blueprint("sources", __name__)

SOON = 0.15  # seconds that a page waits for its numbers; then it is shown with those of before, or without
FRESH = 10  # minutes that the numbers are kept
FEED_KINDS = {
    "news": N_("nyheter"),
    "agency": N_("från myndighet"),
    "call": N_("utlysningar"),
    "consultation": N_("remisser"),
}


@page.get("/kallor")
@needs(Role.READER)
def show() -> str:
    """Show every source with its state and what it gave lately."""
    with context.store().reading() as session:
        rows = source_rows(session, context.installation().settings)
    return render_template(
        "sources/show.html",
        rows=rows,
        figures=figures(),
        sparks=_sparks,
        well=sum(row.is_well and row.is_on and row.state is not SourceState.WAITING for row in rows),
        on=sum(row.is_on for row in rows),
        waiting=sum(row.state is SourceState.WAITING for row in rows),
        tasks={row.name: task for row in rows if (task := _task(reading_name(row.name)))},
    )


@page.get("/kallor/<name>")
@needs(Role.READER)
def source(name: str) -> str:
    """Show one source: its numbers, latest readings and parts."""
    return _source(name)


@page.post("/kallor/<name>/kontrollera")
@needs(Role.ANALYST)
def check(name: str) -> Response:
    """Read the source now, beside this request."""
    _known(name)
    work = reading_of(context.installation(), name, context.now())
    background = context.surroundings().background
    if background.start(reading_name(name), work, by=context.account().id, now=context.now()):
        with context.store().session() as session:
            note(session, context.audit("source.read", subject=name))
        flash(_("Källan läses nu. Du kan lämna sidan: det fortsätter ändå."))
    else:
        flash(_("Källan läses redan."))
    return _back(name)


@page.post("/kallor/<name>/lage")
@needs(Role.COORDINATOR)
@for_whole
def switch(name: str) -> Response:
    """Switch the source on or off in the settings file."""
    _known(name)
    on = _wanted()
    try:
        switch_source(context.installation().settings, name, on=on)
    except ConfigurationError as error:
        return _refused(name, error)
    _note("source.on" if on else "source.off", name)
    flash(_("Källan är på. Den läses vid nästa körning.") if on else _("Källan är av. Det som har hämtats är kvar."))
    return _back(name)


@page.post("/kallor/<name>/delar/<part>/lage")
@needs(Role.COORDINATOR)
@for_whole
def switch_one(name: str, part: str) -> Response:
    """Switch one feed or listing page on or off in the settings file."""
    on = _wanted()
    try:
        switch_part(context.installation().settings, name, part, on=on)
    except LookupError:
        abort(404)
    except ConfigurationError as error:
        return _refused(name, error)
    _note("source.on" if on else "source.off", f"{name}/{part}")
    flash(_("%(part)s är på.", part=part) if on else _("%(part)s är av. Det som har hämtats är kvar.", part=part))
    return _back(name)


@page.post("/kallor/<name>/delar/<part>/titta")
@needs(Role.ANALYST)
def look(name: str, part: str) -> Response:
    """Ask one feed or page what it gives, without keeping anything."""
    if part not in parts_of(context.installation().settings, name):
        abort(404)
    work = look_at(context.installation(), name, part, context.now())
    background = context.surroundings().background
    background.start(look_name(name, part), work, by=context.account().id, now=context.now())
    return redirect(url_for("sources.source", name=name, titta=part), code=303)


@page.post("/kallor/feeds/nytt")
@needs(Role.COORDINATOR)
@for_whole
def add() -> Response | tuple[str, int]:
    """Add a feed of one's own to the settings file."""
    try:
        name = add_feed(context.installation().settings, request.form)
    except ConfigurationError as error:
        return _source("feeds", fault=_plain(error)), 400
    _note("source.add", f"feeds/{name}")
    flash(_("Flödet är tillagt och läses vid nästa körning."))
    return redirect(url_for("sources.source", name="feeds", titta=name), code=303)


def figures() -> Figures | None:
    """Return the numbers of the last weeks, some minutes old at most; None while they are first worked out."""
    store, municipality, today = context.store(), context.municipality(), context.today()

    def work() -> Figures:
        with store.reading() as session:
            return read_figures(session, municipality, today)

    mark = (municipality, today, int(context.now().timestamp()) // (60 * FRESH))
    name = context.own_name("figures")
    found: Figures | None = context.surroundings().keeper.get(name, mark, work, wait=SOON)[0]
    return found


def _source(name: str, fault: str = "") -> str:
    with context.store().reading() as session:
        view = view_source(session, context.installation().settings, name)
        if view is None:
            abort(404)
        task, looked = _task(reading_name(name)), request.args.get("titta", "")
        names = context.names(session, [task.by] if task else [])
    numbers = figures()
    return render_template(
        "sources/source.html",
        view=view,
        numbers=list(zip(numbers.weeks, numbers.of_source(name), strict=True)) if numbers else [],
        picture=_bars(numbers, name, view.row.title) if numbers else "",
        task=task,
        names=names,
        look=_task(look_name(name, looked)) if looked else None,
        looked=looked,
        may_look=bool(parts_of(context.installation().settings, name)),
        regions=REGIONS,
        feed_kinds=FEED_KINDS,
        fault=fault,
        form=request.form,
    )


def _bars(numbers: Figures, name: str, title: str) -> str:
    values = numbers.of_source(name)
    says = _(
        "Poster per vecka från %(title)s: %(last)s den här veckan, %(most)s som mest under tolv veckor.",
        title=title,
        last=values[-1],
        most=max(values),
    )
    bars = [charts.Bar(week.removeprefix("v. "), value) for week, value in zip(numbers.weeks, values, strict=True)]
    return charts.standing_bars(bars, says=says)


def _sparks(numbers: Figures, name: str, title: str) -> str:
    values = numbers.of_source(name)
    said = ", ".join(map(str, values))
    return charts.spark(
        values, says=_("Poster per vecka från %(title)s, tolv veckor: %(said)s.", title=title, said=said)
    )


def _task(name: str) -> Any:
    return context.surroundings().background.task(name)


def _known(name: str) -> None:
    if name not in source_names():
        abort(404)


def _wanted() -> bool:
    if request.form.get("on") not in ("0", "1"):
        abort(400)
    return request.form["on"] == "1"


def _note(action: str, subject: str) -> None:
    with context.store().session() as session:
        note(session, context.audit(action, subject=subject))


def _refused(name: str, error: ConfigurationError) -> Response:
    flash(_("Inget är ändrat. %(fault)s", fault=_plain(error)))
    return _back(name)


def _plain(error: ConfigurationError) -> str:
    """Return the error's words without the path of the file, which is nobody's business but the machine's."""
    return str(error).removeprefix(str(error.path or "")).lstrip(":, ")


def _back(name: str) -> Response:
    return redirect(url_for("sources.source", name=name), code=303)
