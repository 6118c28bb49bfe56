"""The letters: how they will look, what has left and how it went, sending now, and what only a person can decide."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as Answer

from pipeline.background import Task
from pipeline.digests_view import (
    LetterView,
    letters_of_week,
    preview_letters,
    preview_rows,
    summary_words,
    told_contents,
    told_slot,
    view_letter,
    weeks_to_show,
)
from pipeline.send_now import SENDING, already_sent, sending_of_waiting, sending_of_week, told_sent
from pipeline.trial_letter import TRIAL, address_of, sending_of_trial
from pipeline.week import iso_week
from store.audit import note
from store.db import Session
from store.digests import count_as_sent, count_by_state, get_digest, release_held, send_again
from store.runs import list_runs
from store.triage import letters_mark
from store.types import Digest, DigestState
from web import context
from web.access import Role, needs
from web.language import _

page = Blueprint("digests", __name__)

PREVIEW = "preview"
SOON = 0.15  # seconds that a list waits for the letters to be worked out; then it is shown without
PATIENT = 5.0  # seconds that a letter's own page waits
# A letter has its styles in its tags and is shown as it is; it may do nothing at all, and only we may frame it.
LETTER_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@page.get("/utskick")
@needs(Role.READER)
def show() -> str:
    """Show a week's letters: those that are written, and those that would be written now."""
    municipality, now = context.municipality(), context.now()
    current = iso_week(now)
    with context.store().reading() as session:
        weeks = weeks_to_show(session, municipality, current)
        week = request.args.get("vecka", current)
        if week not in weeks:
            abort(404)
        written = letters_of_week(session, municipality, week)
        previews = _previews(session, SOON) if week == current else []
        coming = preview_rows(session, municipality, previews or [])
        held = count_by_state(session, municipality=municipality.key).get(DigestState.HELD, 0)
        last = None if context.serves_several() else next(iter(list_runs(session, step="send", limit=1)), None)
        sent = already_sent(session, municipality, now) if week == current else None
    settings = context.installation().settings
    return render_template(
        "digests/show.html",
        week=week,
        is_current=week == current,
        weeks=weeks,
        written=written,
        coming=coming,
        is_ready=previews is not None,
        has_failed=context.surroundings().keeper.has_failed(context.own_name(PREVIEW)),
        held=held,
        last=last,
        sent=told_sent(sent, now) if sent else "",
        summary=summary_words(written),
        slot=told_slot(settings.schedule.digest, now, composed=bool(sent)),
        contents=told_contents,
        folder="" if settings.mail.transport == "smtp" else settings.outbox,
        me_address=address_of(context.account().name, municipality.coordinator.email),
        **_progress(),
    )


@page.get("/utskick/laget")
@needs(Role.READER)
def progress() -> str:
    """Show how far a sending has come."""
    return render_template("digests/progress.html", is_polled=True, **_progress())


@page.post("/utskick/skicka")
@needs(Role.COORDINATOR)
def send() -> Answer:
    """Write what the week lacks and send it, beside this request."""
    now = context.now()
    with context.store().reading() as session:
        sent = already_sent(session, context.municipality(), now)
    if sent:
        flash(_("%(when)s. Inget skickades igen.", when=told_sent(sent, now)))
        return _back()
    if _begin(SENDING, sending_of_week(context.installation(), now), "digests.send", iso_week(now)):
        flash(_("Utskicket är igång. Du kan lämna sidan: det fortsätter ändå."))
    return _back()


@page.post("/utskick/slapp")
@needs(Role.COORDINATOR)
def release() -> Answer:
    """Let every letter go that is held, and send it."""
    with context.store().session(durable=True) as session:
        number = release_held(session, context.now(), municipality=context.municipality().key)
        note(session, context.audit("digests.release", detail=str(number)))
    if number:
        _begin(SENDING, sending_of_waiting(context.installation(), context.now()))
    flash(_("%(number)s brev släppta. De skickas nu.", number=number) if number else _("Inget brev hålls kvar."))
    return _back()


@page.post("/utskick/prov")
@needs(Role.COORDINATOR)
def trial() -> Answer:
    """Send a trial letter to who asks for it."""
    recipient = address_of(context.account().name, context.municipality().coordinator.email)
    work = sending_of_trial(context.installation(), recipient, context.now())
    if _begin(TRIAL, work, "digests.trial"):
        flash(_("Provet till %(recipient)s är på väg.", recipient=recipient))
    return _back()


@page.get("/utskick/<digest_id>")
@needs(Role.COORDINATOR)
def letter(digest_id: str) -> str:
    """Show one letter as it leaves, with what has been tried. Its links answer for the reader, so few may see it."""
    return render_template(
        "digests/letter.html", letter=_letter(digest_id), contents=told_contents, digest_id=digest_id
    )


@page.get("/utskick/<digest_id>/brev.html")
@needs(Role.COORDINATOR)
def html(digest_id: str) -> Response:
    """Give the letter's HTML part alone, to be framed by its page."""
    response = make_response(_letter(digest_id).html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@page.get("/utskick/<digest_id>/brev.eml")
@needs(Role.COORDINATOR)
def message(digest_id: str) -> Response:
    """Give the message, byte for byte, as a file; it is read from the store and never from a path."""
    found = _letter(digest_id)
    return send_file(
        io.BytesIO(found.message), mimetype="message/rfc822", as_attachment=True, download_name=found.file_name
    )


@page.post("/utskick/<digest_id>/igen")
@needs(Role.COORDINATOR)
def again(digest_id: str) -> Answer:
    """Send a letter again that nobody knows about, or that stopped."""
    if _decide(digest_id, send_again, "digests.again"):
        _begin(SENDING, sending_of_waiting(context.installation(), context.now()))
        flash(_("Brevet skickas igen."))
    return _back(digest_id)


@page.post("/utskick/<digest_id>/skickat")
@needs(Role.COORDINATOR)
def arrived(digest_id: str) -> Answer:
    """Take a person's word that a letter has arrived."""
    if _decide(digest_id, count_as_sent, "digests.arrived"):
        flash(_("Brevet räknas som skickat."))
    return _back(digest_id)


def _decide(digest_id: str, decision: Callable[[Session, str, datetime], bool], action: str) -> bool:
    with context.store().session(durable=True) as session:
        digest = get_digest(session, digest_id)
        if digest is None or digest.municipality != context.municipality().key:
            abort(404)
        done = decision(session, digest_id, context.now())
        if done:
            note(session, context.audit(action, subject=digest_id))
    if not done:
        flash(_("Någon annan hann före: brevet är redan avgjort. Inget är ändrat."))
    return done


def _begin(name: str, work: Callable[[Task], str], action: str = "", subject: str = "") -> bool:
    background = context.surroundings().background
    if background.start(context.own_name(name), work, by=context.account().id, now=context.now()) is None:
        flash(_("Det pågår redan. Inget görs två gånger."))
        return False
    if action:
        with context.store().session() as session:
            note(session, context.audit(action, subject=subject))
    return True


def _progress() -> dict[str, Any]:
    background = context.surroundings().background
    tasks = [task for name in (SENDING, TRIAL) if (task := background.task(context.own_name(name)))]
    with context.store().reading() as session:
        names = context.names(session, [task.by for task in tasks])
    return {"tasks": tasks, "names": names, "is_going": any(not task.is_over for task in tasks)}


def _letter(digest_id: str) -> LetterView:
    with context.store().reading() as session:
        found = view_letter(session, context.municipality(), digest_id)
        if found is None and (previews := _previews(session, PATIENT)):
            found = view_letter(session, context.municipality(), digest_id, previews)
    if found is None:
        abort(404)
    return found


def _previews(session: Session, wait: float) -> list[Digest] | None:
    """Return the letters that the week lacks, None when they are still being worked out."""
    installation, now = context.installation(), context.now()
    key = installation.municipality.key
    mark = (installation.municipality, context.today(), letters_mark(session, key))
    value, is_fresh = context.surroundings().keeper.get(
        context.own_name(PREVIEW), mark, lambda: preview_letters(installation, iso_week(now), now), wait=wait
    )
    return value if is_fresh else None


def _back(digest_id: str = "") -> Answer:
    place = url_for("digests.letter", digest_id=digest_id) if digest_id else url_for("digests.show")
    return redirect(place, code=303)
