"""Tables as files for a spreadsheet."""

from __future__ import annotations

from flask import make_response
from werkzeug.wrappers import Response

from web import context


def csv_of_today(content: str | bytes, name: str) -> Response:
    """Return the table as a file to keep, the day of the request in its name."""
    response = make_response(content)
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{context.today().isoformat()}.csv"'
    return response
