"""Publishing an item for residents, changing what is said of it, and withdrawing it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from pipeline.publications import has_meaning, publish, withdraw
from pipeline.wording import clean
from store.audit import note
from web import context
from web.access import Role, needs
from web.language import _
from web.triage_page import item_of

page = Blueprint("publications", __name__)


@page.post("/publicera")
@needs(Role.COORDINATOR)
def change() -> Response:
    """Publish the item with its sentence, or withdraw it."""
    item = item_of(request.form.get("post", ""))
    if item is None:
        abort(400)
    back = redirect(f"{url_for('search.item', source=item[0], key=item[1])}#publicera", 303)
    if request.form.get("ta_tillbaka"):
        with context.store().session() as session:
            if withdraw(session, context.municipality(), item, context.now()):
                note(session, context.audit("publication.withdraw", "/".join(item)))
        flash(_("Posten visas inte längre för invånare."))
        return back
    meaning = clean(request.form.get("betydelse", ""))
    if not has_meaning(meaning):
        flash(_("Skriv i en eller ett par meningar vad det betyder för den som bor i kommunen, högst 600 tecken."))
        return back
    deeds = request.form.get("atgarder") == "ja"
    with context.store().session() as session:
        made = publish(
            session, context.municipality(), item, meaning, by=_("samordnare"), now=context.now(), deeds=deeds
        )
        if made is None:
            abort(404)
        note(session, context.audit("publication.publish", "/".join(item)))
    flash(_("Posten visas för invånare."))
    return back
