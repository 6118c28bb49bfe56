"""What residents are shown, without login: approved items by month, one page each, a feed and open data.

Nothing of it depends on who asks, so browsers and proxies may keep it. All of it is gone while `web.public` is false.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from pipeline.public_files import FEED_LENGTH, atom, licence_text, open_csv, open_json
from pipeline.publications import month_bounds, months, shown, shown_list
from web import context
from web.access import public
from web.language import _

page = Blueprint("residents", __name__)

NEWEST = 20  # items of the first page; the rest stands by month
KEPT_SECONDS = 300
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni", "juli"),
    *("augusti", "september", "oktober", "november", "december"),
)


@page.before_request
def _is_open() -> None:
    if not context.installation().settings.web.public:
        abort(404)


@page.get("/for-invanare")
@public
def show() -> Response:
    """Show the newest."""
    return _list("")


@page.get("/for-invanare/manad/<published_in>")
@public
def month(published_in: str) -> Response:
    """Show what was published in a month, such as 2026-11."""
    return _list(published_in)


def _list(month: str) -> Response:
    with context.store().reading() as session:
        by_month = months(session, context.municipality())
        if month and (month not in by_month or not _is_month(month)):
            abort(404)
        limit = None if month else NEWEST
        found = shown_list(session, context.municipality(), context.today(), month=month, limit=limit)
    page = render_template(
        "residents/show.html", found=found, months=by_month, month=month, month_in_words=month_in_words, **_words()
    )
    return _kept(page.encode(), "text/html")


def _is_month(text: str) -> bool:
    try:
        month_bounds(text)
    except ValueError:
        return False
    return True


@page.get("/for-invanare/post/<uuid:publication>")
@public
def item(publication: UUID) -> Response:
    """Show one item."""
    with context.store().reading() as session:
        found = shown(session, context.municipality(), str(publication), context.today())
    if found is None:
        abort(404)
    return _kept(render_template("residents/item.html", one=found, **_words()).encode(), "text/html")


@page.get("/for-invanare/flode.atom")
@public
def feed() -> Response:
    """Give the newest as an Atom feed."""
    with context.store().reading() as session:
        found = shown_list(session, context.municipality(), context.today(), limit=FEED_LENGTH)
    body = atom(
        context.municipality(),
        found,
        feed_url=address("residents.feed"),
        page_url=address("residents.show"),
        address=address_of,
        licence=_licence(),
    )
    return _kept(body, "application/atom+xml", shared=True)


@page.get("/for-invanare/data.json")
@public
def data_json() -> Response:
    """Give everything as JSON."""
    with context.store().reading() as session:
        found = shown_list(session, context.municipality(), context.today())
    body = open_json(context.municipality(), found, address=address_of, licence=_licence())
    return _kept(body, "application/json", shared=True)


@page.get("/for-invanare/data.csv")
@public
def data_csv() -> Response:
    """Give everything as a table."""
    with context.store().reading() as session:
        found = shown_list(session, context.municipality(), context.today())
    response = _kept(open_csv(found, address=address_of), "text/csv", shared=True)
    response.headers["Content-Disposition"] = "attachment; filename=for-invanare.csv"
    return response


def address(endpoint: str, **values: Any) -> str:
    """Return the whole address of a page: by the address that readers write, else as it was asked for."""
    base = context.installation().settings.web.address.rstrip("/")
    path = url_for(endpoint, **values)
    if not base:
        return f"{request.host_url.rstrip('/')}{path}"
    return f"{base}{path.removeprefix(request.script_root)}"


def address_of(name: str) -> str:
    """Return the whole address of an item's page."""
    return address("residents.item", publication=name)


def month_in_words(month: str) -> str:
    """Return "november 2026" of "2026-11"."""
    year, _dash, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def _licence() -> str:
    return context.installation().settings.web.licence


def _words() -> dict[str, str]:
    return {"licence": licence_text(context.municipality(), _licence()), "about": _("Omvärlden och kommunen")}


def _kept(body: bytes, mimetype: str, *, shared: bool = False) -> Response:
    """Return the answer for five minutes' keeping, or 304 to whoever has it already; `shared` with pages elsewhere."""
    response = make_response(body)
    response.mimetype = mimetype
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    if shared:
        response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response
