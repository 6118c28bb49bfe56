"""What every request must pass before its view: the role, the origin, the CSRF token, the pace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, make_response, redirect, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from web.access import Role, is_allowed, is_one_click, is_open, token_role
from web.api_keys import ASKED, REFUSED, admit, counted_by
from web.context import account_or_none, may_call
from web.errors import error_page
from web.problems import Problem

SAFE = ("GET", "HEAD", "OPTIONS")
# Per address: an office behind one address has some hundred readers who answer on a Monday morning.
OPEN_PAGES = "600 per minute"

limiter = Limiter(get_remote_address, storage_uri="memory://")
csrf = CSRFProtect()


def install(app: Flask) -> None:
    """Hold every request to the rules; called when all views are there."""
    app.before_request(_origin)
    app.before_request(_role)
    limiter.init_app(app)
    csrf.init_app(app)
    for name, view in app.view_functions.items():
        if is_one_click(view):
            csrf.exempt(view)
        if is_open(view) and name != "static":
            app.view_functions[name] = _limited(view)
        if token_role(view):
            csrf.exempt(view)  # a key is sent by a program on purpose, never by a browser along with a page
            app.view_functions[name] = _limited_by_key(view)


def _limited(view: Callable[..., Any]) -> Callable[..., Any]:
    limited: Callable[..., Any] = limiter.shared_limit(OPEN_PAGES, scope="open")(view)
    return limited


def _limited_by_key(view: Callable[..., Any]) -> Callable[..., Any]:
    limited: Callable[..., Any] = limiter.shared_limit(ASKED, scope="key", key_func=counted_by)(view)
    return limited


def _origin() -> None:
    """Refuse a POST that another site made the browser send, whatever it carries."""
    if request.method in SAFE or _is_one_click():
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin)[:2] != urlsplit(request.host_url)[:2]:
        abort(400)
    if request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none"):
        abort(400)


def _is_one_click() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and is_one_click(view)


def _role() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and (role := token_role(view)):
        _admit(role)
        return None
    if view is None or (is_allowed(view, account_or_none()) and may_call(view)):
        return None
    if account_or_none() is not None:
        abort(403)
    return ask_to_log_in()


def _admit(role: Role) -> None:
    """Let a program in by its key; an address that keeps sending wrong ones must wait."""
    address = get_remote_address()
    if not limiter.limiter.test(REFUSED, "key", address):
        abort(429)
    try:
        admit(role)
    except Problem:
        limiter.limiter.hit(REFUSED, "key", address)
        raise


def ask_to_log_in() -> Response:
    """Send a reader to the login and back; a form that was sent is not repeated, so its page is told of instead."""
    if request.headers.get("HX-Request"):
        response = make_response("", 401)
        response.headers["HX-Redirect"] = url_for("login.show", next=_path(request.headers.get("HX-Current-URL", "")))
        return response
    if request.method in SAFE:
        return redirect(url_for("login.show", next=f"{request.script_root}{request.full_path.rstrip('?')}"))
    return error_page(401)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
