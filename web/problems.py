"""Errors of the HTTP API, told as problem details (RFC 9457): what a program can read instead of a page."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, request
from werkzeug.exceptions import HTTPException

PREFIX = "/api/v"
MIMETYPE = "application/problem+json"


class Problem(HTTPException):
    """A refusal that says why, and what stands instead."""

    def __init__(self, code: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.more = more


def is_for_programs() -> bool:
    """Tell whether the request was for the API, there or not."""
    return request.path.startswith(PREFIX)


def problem(code: int, number: str, error: Exception | None = None) -> Response:
    """Return the problem with the number under which the log has it; words of unforeseen errors stay inside."""
    values: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "instance": f"urn:utkik:error:{number}",
    }
    if isinstance(error, Problem):
        values |= {"detail": error.detail, **error.more}
    response = make_response(json.dumps(values, ensure_ascii=False), code)
    response.mimetype = MIMETYPE
    if code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
