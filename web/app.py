"""The page as a Flask application, and how `utkik serve` starts it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from prometheus_client import CollectorRegistry
from werkzeug.middleware.proxy_fix import ProxyFix

from pipeline.current import Current
from pipeline.installation import Installation
from pipeline.keys import load_keys
from pipeline.metrics import StoreFigures, token_of
from web import access, addresses, errors, guards, headers, language, request_log, sessions, showing
from web.attempts import Attempts
from web.context import NAME, Surroundings
from web.hosts import Hosts
from web.pages import PAGES
from web.server import Page, UnderPath, serve
from web.sign_on import SignOn
from web.views import health

logger = logging.getLogger(__name__)

COOKIE = "page cookie"  # the purpose of its key
LARGEST_FORM = 1024 * 1024  # bytes


def create_app(installation: Installation, *, clock: Callable[[], datetime]) -> Flask:
    """Make the page of an installation; raises TypeError when a view does not say who may call it."""
    token_of(installation.settings)  # one to be guessed is refused at the start
    app = Flask("web", root_path=str(Path(__file__).parent), static_url_path="/static")
    current = Current(installation)
    app.extensions[NAME] = Surroundings(current, clock, Attempts(), _sign_on(installation))
    app.config.update(_configuration(installation), TRUSTED_HOSTS=Hosts(current))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    access.open_to_all(app.view_functions["static"])
    for page in PAGES:
        app.register_blueprint(page)
    access.check_marks(app)
    registry = CollectorRegistry()
    registry.register(StoreFigures(current.installation, clock))
    app.extensions[health.REGISTRY] = registry
    request_log.install(app, registry)
    sessions.install(app)
    guards.install(app)
    headers.install(app)
    errors.install(app)
    language.install(app)
    showing.install(app)
    addresses.install(app)
    _name_files_by_content(app)
    if prefix := urlsplit(installation.settings.web.address).path.rstrip("/"):
        app.wsgi_app = UnderPath(app.wsgi_app, prefix)  # type: ignore[method-assign]
    if hops := installation.settings.web.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def start_page(installation: Installation) -> Page | None:
    """Start the page in threads of its own, for `utkik serve`; None when `web.listen` is empty."""
    if not installation.settings.web.listen:
        return None
    app = create_app(installation, clock=lambda: datetime.now(UTC))
    return serve(app, installation.settings)


def _sign_on(installation: Installation) -> SignOn | None:
    oidc = installation.settings.web.oidc
    return SignOn(oidc) if oidc.issuer else None


def _configuration(installation: Installation) -> dict[str, Any]:
    settings = installation.settings.web
    secure = settings.address.startswith("https://")
    keys = load_keys(installation.settings.home)
    return {
        "SECRET_KEY": keys.derive(COOKIE),
        "SECRET_KEY_FALLBACKS": [keys.derive(COOKIE, number) for number in keys.by_number if number != keys.newest],
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
        # A name with __Host- is refused by browsers unless it is secure and this host's own.
        "SESSION_COOKIE_NAME": "__Host-utkik" if secure else "utkik",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",  # Strict would show whoever comes from a mail's link as logged out
        "SEND_FILE_MAX_AGE_DEFAULT": 31_536_000,  # a year: the address changes with the content
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "PREFERRED_URL_SCHEME": "https" if secure else "http",
    }


def _name_files_by_content(app: Flask) -> None:
    """Let the address of a static file tell its version, so that browsers keep it and never show an old one."""
    folder = Path(app.static_folder or "")
    versions = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:8] for path in folder.iterdir() if path.is_file()
    }

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and values.get("filename") in versions:
            values["v"] = versions[values["filename"]]

    app.url_defaults(add_version)
