"""What every answer tells the browser: where scripts may come from, and that nothing private is kept."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from web.access import is_open

# Nothing inline and nothing from elsewhere. `data:` is for the small pictures that a browser draws itself.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",  # a letter as it will look, itself without rights
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # addresses hold tokens
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TWO_YEARS = 63_072_000  # seconds: what browsers' own lists ask for


def install(app: Flask) -> None:
    """Put the headers on every answer, error pages and files too."""
    app.after_request(_with_headers)


def _with_headers(response: Response) -> Response:
    response.headers.extend({name: value for name, value in HEADERS.items() if name not in response.headers})
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}"
    view = current_app.view_functions.get(request.endpoint or "")
    is_private = view is None or not is_open(view) or response.status_code >= 400
    if is_private or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
