"""The addresses for whoever watches over the program: is it alive, can it work, and its figures."""

from __future__ import annotations

import hmac
from typing import cast

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0

from pipeline.metrics import token_of
from pipeline.readiness import lacking
from web import context
from web.access import open_to_all

page = Blueprint("health", __name__)

REGISTRY = "utkik.metrics"  # the name of the figures among the application's extensions
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@page.get("/halsa")
@open_to_all
def alive() -> tuple[str, int, dict[str, str]]:
    """Say that the page answers; nothing about what it holds. A proxy or container asks here."""
    return "ok\n", 200, PLAIN


@page.get("/halsa/beredd")
@open_to_all
def ready() -> tuple[str, int, dict[str, str]]:
    """Say whether the work can be done, or else what is lacking, a word a line. Monitoring asks here."""
    lacks = lacking(context.surroundings().current.installation(), context.now())
    return ("".join(f"{lack}\n" for lack in lacks), 503, PLAIN) if lacks else ("ok\n", 200, PLAIN)


@page.get("/metrics")
@open_to_all
def metrics() -> Response:
    """Give the figures to who has the token; without one in the settings there is no such page."""
    wanted = token_of(context.surroundings().current.installation().settings)
    if not wanted:
        abort(404)
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted.encode()):
        return Response("token\n", 401, {**PLAIN, "WWW-Authenticate": "Bearer"})
    registry = cast(CollectorRegistry, current_app.extensions[REGISTRY])
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_1_0_0)
