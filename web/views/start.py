"""The addresses that lead on: the root, and the choice of language."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, session
from werkzeug.wrappers import Response

from web.access import Role, needs, open_to_all
from web.language import CHOICE, available
from web.navigation import start
from web.safe_url import own_path

page = Blueprint("start", __name__)


@page.get("/")
@needs(Role.READER)
def show() -> Response:
    """Lead to the first page."""
    return redirect(start())


@page.post("/sprak")
@open_to_all
def choose_language() -> Response:
    """Keep the language that was chosen, and go back to the page."""
    wanted = request.form.get("language", "")
    if wanted not in available():
        abort(400)
    session[CHOICE] = wanted
    return redirect(own_path(request.form.get("next", "")) or start())
