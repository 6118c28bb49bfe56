"""What an item means for the municipality: its versions, the form, the signature, and a draft by the second reader."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.analyses import (
    LENGTHS,
    SECOND_READER,
    AnalysisRefused,
    analysis_of,
    answers_in_words,
    sign,
    status_in_words,
    write,
)
from pipeline.analysis_draft import NoDraft, draft
from pipeline.candidate import ItemId
from pipeline.chat import NoAnswer
from pipeline.item_view import view_item
from pipeline.second_reader import second_reader_of
from store.analyses import analyses_on
from store.audit import note
from store.errors import ConfigurationError
from web import context
from web.access import Role, needs
from web.language import _
from web.showing import ROLE_WORDS
from web.triage_page import item_of

page = Blueprint("analyses", __name__)


@page.get("/analys")
@needs(Role.READER)
def show() -> str:
    """Show the item's analysis: every version, and the form for those who may write."""
    return _shown(_named(request.args.get("post", "")), {})


def _shown(item: ItemId, form: dict[str, str]) -> str:
    municipality = context.municipality()
    with context.store().reading() as session:
        view = view_item(session, municipality, item, context.now())
        versions = analyses_on(session, municipality.key, item)
    if view is None:
        abort(404)
    return render_template(
        "analyses/show.html",
        view=view,
        versions=[(one, answers_in_words(one, municipality), status_in_words(one)) for one in versions],
        newest=versions[0] if versions else None,
        form=form,
        picked=request.form.getlist("units") if form else versions[0].units if versions else (),
        lengths=LENGTHS,
        units=municipality.units,
        can_write=context.account().role.covers(Role.ANALYST),
        can_sign=context.account().role.covers(Role.COORDINATOR),
        has_second_reader=context.installation().settings.second_reader.is_on,
        second_reader=SECOND_READER,
    )


@page.post("/analys")
@needs(Role.ANALYST)
def change() -> Response | str:
    """Keep what was written as a new version; a coordinator may sign it at once."""
    item = _named(request.form.get("post", ""))
    municipality, seen = context.municipality(), _number(request.form.get("sedd", ""))
    signs = bool(request.form.get("underteckna")) and context.account().role.covers(Role.COORDINATOR)
    try:
        analysis = analysis_of(
            municipality, item, request.form, request.form.getlist("units"), author=_role(), now=context.now()
        )
    except AnalysisRefused as error:
        flash(str(error))
        return _shown(item, dict(request.form))
    with context.store().session() as session:
        try:
            written = write(session, analysis, seen)
        except LookupError:
            abort(404)
        if not written.is_changed_by_other:
            note(session, context.audit("analysis.write", "/".join(item), str(written.version)))
            if signs and sign(session, municipality, item, written.version, by=_role(), now=context.now()):
                note(session, context.audit("analysis.sign", "/".join(item), str(written.version)))
    if written.is_changed_by_other:
        flash(_("Någon annan har skrivit en ny version sedan du öppnade sidan. Läs den och spara sedan igen."))
        return _shown(item, dict(request.form))
    flash(_("Analysen är sparad och undertecknad.") if signs else _("Analysen är sparad som utkast."))
    return _back(item)


@page.post("/analys/underteckna")
@needs(Role.COORDINATOR)
def put_name() -> Response:
    """Sign the version that the page showed: from now on letters and reports tell it."""
    item, version = _named(request.form.get("post", "")), _number(request.form.get("sedd", ""))
    with context.store().session() as session:
        is_signed = sign(session, context.municipality(), item, version, by=_role(), now=context.now())
        if is_signed:
            note(session, context.audit("analysis.sign", "/".join(item), str(version)))
    flash(
        _("Analysen är undertecknad och följer med i breven.")
        if is_signed
        else _("Det finns en nyare version, eller så är den redan undertecknad. Läs den först.")
    )
    return _back(item)


@page.post("/analys/utkast")
@needs(Role.ANALYST)
def ask() -> Response:
    """Ask the second reader for a draft; it stands as a draft until a person signs."""
    item, installation = _named(request.form.get("post", "")), context.installation()
    seen = _number(request.form.get("sedd", ""))
    try:
        reader = second_reader_of(installation.settings)
        if reader is None:
            abort(404)
        made = draft(context.store(), reader, context.municipality(), item, context.now())
    except (NoDraft, ConfigurationError) as error:
        flash(str(error) if isinstance(error, NoDraft) else _("Andra läsaren är inte rätt inställd."))
        return _back(item)
    except NoAnswer as error:
        flash(_("Andra läsaren %(why)s.", why=error.message))
        return _back(item)
    with context.store().session() as session:
        written = write(session, made, seen)
        if not written.is_changed_by_other:
            note(session, context.audit("analysis.draft", "/".join(item), str(written.version)))
    flash(
        _("Någon annan skrev en version under tiden; utkastet är inte sparat.")
        if written.is_changed_by_other
        else _("Andra läsaren har skrivit ett utkast. Läs, rätta och underteckna.")
    )
    return _back(item)


def _named(text: str) -> ItemId:
    item = item_of(text)
    if item is None:
        abort(404)
    return item


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _role() -> str:
    return str(ROLE_WORDS[context.account().role]).lower()


def _back(item: ItemId) -> Response:
    return redirect(url_for("analyses.show", post="/".join(item)), 303)
