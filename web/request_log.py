"""One line in the log and one observation for each request: its number, route, status and how long it took."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from prometheus_client import CollectorRegistry, Counter, Histogram

from crawlers.log_lines import with_fields

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

NUMBER, ROUTE = "utkik.request", "utkik.route"  # names in the request's surroundings
NONE = "none"  # the route of what no page answers
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)  # 0.2 is what every page is to keep below


class Observed:
    """The figures of requests; the route is a view's name, never an address, so that there are few of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(
            "utkik_http_request_duration_seconds",
            "Seconds until an answer is ready, by route.",
            ["route"],
            registry=registry,
            buckets=SECONDS,
        )
        self.requests = Counter(
            "utkik_http_requests",
            "Requests, by route, method and status.",
            ["route", "method", "status"],
            registry=registry,
        )


class RequestLog:
    """Numbers, times and tells each request; outermost but for what stands before us on purpose."""

    def __init__(self, application: WSGIApplication, observed: Observed) -> None:
        self._application, self._observed = application, observed

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, and tell of it when the answer is ready; one that is sent piece by piece may go on."""
        environ[NUMBER] = secrets.token_hex(4)
        begun, status = time.perf_counter(), "500"

        def note_status(line: str, *rest: Any) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, *rest)

        with with_fields(request=environ[NUMBER]):
            try:
                return self._application(environ, note_status)
            finally:
                self._tell(environ, status, time.perf_counter() - begun)

    def _tell(self, environ: WSGIEnvironment, status: str, seconds: float) -> None:
        method = environ.get("REQUEST_METHOD", "")
        method = method if method in METHODS else "other"  # the sender's own word, which could be anything
        route = environ.get(ROUTE, NONE)
        self._observed.seconds.labels(route).observe(seconds)
        self._observed.requests.labels(route, method, status).inc()
        fields = {"route": route, "method": method, "status": int(status), "ms": round(seconds * 1000, 1)}
        logger.info("request", extra=fields)


def install(app: Flask, registry: CollectorRegistry) -> None:
    """Tell of every request; called before all else, so that a request that is refused has its route too."""
    app.before_request(_note_route)
    app.wsgi_app = RequestLog(app.wsgi_app, Observed(registry))  # type: ignore[method-assign]


def request_number() -> str:
    """Return the number under which the log tells of this request."""
    return str(request.environ.get(NUMBER) or secrets.token_hex(4))


def _note_route() -> None:
    request.environ[ROUTE] = request.endpoint or NONE
