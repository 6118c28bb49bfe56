"""What residents are shown, without login: approved items by month, one page each, a feed and open data.

Nothing of it depends on who asks, so browsers and proxies may keep it. All of it is gone while `web.public` is false.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from pipeline.public_files import FEED_LENGTH, atom, licence_text, open_csv, open_json
from pipeline.publications import month_bounds, months, shown, shown_list
from store.publications import get_publication
from web import context
from web.access import public
from web.addresses import address
from web.choice import choice_page
from web.language import _

page = Blueprint("residents", __name__)

NEWEST = 20  # items of the first page; the rest stands by month
KEPT_SECONDS = 300
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni", "juli"),
    *("augusti", "september", "oktober", "november", "december"),
)


@page.before_request
def _is_open() -> Response | None:
    if not context.whole().settings.web.public:
        abort(404)
    return None if context.municipality_key() else _to_choose()


def _to_choose() -> Response:
    """Answer what does not say whose it is: an item does it itself, for all else there is a choice."""
    endpoint, values = str(request.endpoint), dict(request.view_args or {})
    if endpoint == "residents.item":
        with context.store().reading() as session:
            found = get_publication(session, str(values["publication"]))
        if found is None or not context.is_served(found.municipality):
            abort(404)
        values[context.ASKED] = found.municipality
        return Response(status=308, headers={"Location": url_for(endpoint, **values)})
    response = make_response(choice_page(endpoint, values))
    response.status_code = 200 if endpoint in ("residents.show", "residents.month") else 404
    return response


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


def address_of(name: str) -> str:
    """Return the whole address of an item's page."""
    return address("residents.item", publication=name)


def month_in_words(month: str) -> str:
    """Return "november 2026" of "2026-11"."""
    year, _dash, number = month.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def _licence() -> str:
    return context.whole().settings.web.licence


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
