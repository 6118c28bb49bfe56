"""The HTTP API for other systems: read by key, page by page; verdicts are the one thing that may be written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from flask import Blueprint, Response, make_response, render_template, request

from nlp.matters import numbers_in
from pipeline.api_values import (
    action_values,
    assessment_values,
    digest_values,
    item_values,
    source_values,
    thread_values,
    verdict_values,
)
from pipeline.areas import area_names
from pipeline.health import health_of
from store.actions import list_actions
from store.assessments import get_assessments
from store.db import Session
from store.item_search import Search, find_items
from store.items import count_by_source, get_item
from store.pages import digests_page, threads_page
from store.threads import get_threads, threads_of, threads_with
from store.types import Kind
from store.verdicts import verdicts_after, verdicts_on
from web import context
from web.access import Role, by_token, needs, open_to_all
from web.addresses import base_address
from web.api_description import STATES, description
from web.api_verdicts import ordered, ruled
from web.problems import Problem
from web.triage_page import item_of
from web.views.search import place_of, place_text

page = Blueprint("api", __name__)

MOST = 200  # rows of a page
USUAL = 50
MOST_NAMED = 100  # items in one question
T = TypeVar("T")


@page.get("/api")
@needs(Role.READER)
def show() -> str:
    """Show the description as a page."""
    return render_template("api/show.html", api=description(""))


@page.get("/api/v1/openapi.json")
@open_to_all
def openapi() -> Response:
    """Give the description for programs; it says nothing of what the installation holds."""
    return _json(description(base_address() or request.host_url.rstrip("/")))


@page.get("/api/v1/items")
@by_token(Role.READER)
def items() -> Response:
    """Give the items found, newest first."""
    wanted = Search(
        words=request.args.get("q", "")[:400],
        kinds=[Kind(kind)] if (kind := _one_of("kind", list(Kind))) else (),
        sources=[source] if (source := request.args.get("source", "").replace("\0", "")) else (),
        area=_one_of("area", list(area_names())),
        deadline_from=_day("deadline_from"),
        deadline_until=_day("deadline_until"),
        state=_one_of("state", STATES),  # type: ignore[arg-type]
        municipality=context.municipality().key,
        before=_parsed("after", place_of),
    )
    with context.store().reading() as session:
        found = find_items(session, wanted, limit=_limit())
    return _page([item_values(one) for one in found.items], place_text(found.next) or None)


@page.get("/api/v1/items/<source>/<path:key>")
@by_token(Role.READER)
def item(source: str, key: str) -> Response:
    """Give one item whole: its text, its assessment, its verdicts and its thread."""
    named = _named(f"{source}/{key}")
    with context.store().reading() as session:
        stored = get_item(session, *named)
        if stored is None:
            raise Problem(404, "There is no such item.")
        assessment = get_assessments(session, [named]).get(named)
        verdicts = verdicts_on(session, context.municipality().key, [named]).get(named, [])
        thread = threads_of(session, [named]).get(named)
    more = {
        "text": stored.item.text,
        "assessment": assessment_values(assessment) if assessment else None,
        "verdicts": [verdict_values(one) for one in verdicts],
        "thread": thread.id if thread else None,
    }
    return _json(item_values(stored) | more)


@page.get("/api/v1/assessments")
@by_token(Role.READER)
def assessments() -> Response:
    """Give the assessments of the named items; those that have none are left out."""
    named = [_named(text) for text in request.args.getlist("item")]
    if not 1 <= len(named) <= MOST_NAMED:
        raise Problem(422, f"Name 1 to {MOST_NAMED} items: item=source/key.")
    with context.store().reading() as session:
        found = get_assessments(session, named)
    return _page([assessment_values(found[key]) for key in dict.fromkeys(named) if key in found], None)


@page.get("/api/v1/verdicts")
@by_token(Role.READER)
def verdicts() -> Response:
    """Give the verdicts in the order they were given, or the history of one item."""
    here = context.municipality().key
    if text := request.args.get("item", ""):
        named = _named(text)
        with context.store().reading() as session:
            history = verdicts_on(session, here, [named]).get(named, [])
        return _page([verdict_values(one) for one in history], None)
    return _paged(
        lambda session, limit: verdicts_after(session, here, _parsed("after", _number) or 0, limit=limit),
        verdict_values,
        lambda one: str(one.id),
    )


@page.post("/api/v1/verdicts")
@by_token(Role.COORDINATOR)
def rule() -> Response:
    """Save a verdict unless another has been given since the one that was seen."""
    response = _json(verdict_values(ruled(ordered())))
    response.status_code = 201
    return response


@page.get("/api/v1/digests")
@by_token(Role.READER)
def digests() -> Response:
    """Give the letters, newest first."""
    here = context.municipality().key
    return _paged(
        lambda session, limit: digests_page(session, here, _parsed("after", _moment_and_id), limit),
        digest_values,
        lambda one: f"{one.created_at.isoformat()}~{one.id}",
    )


@page.get("/api/v1/actions")
@by_token(Role.READER)
def actions() -> Response:
    """Give the actions, the one due soonest first."""
    limit, offset = _limit(), _parsed("after", _number) or 0
    state = _one_of("state", ("open", "ongoing", "done", "dropped")) or None
    unit = request.args.get("unit", "").replace("\0", "") or None
    here = context.municipality().key
    with context.store().reading() as session:
        found = list_actions(session, here, state=state, unit=unit, limit=limit + 1, offset=offset)
    return _page([action_values(one) for one in found[:limit]], str(offset + limit) if len(found) > limit else None)


@page.get("/api/v1/threads")
@by_token(Role.READER)
def threads() -> Response:
    """Give the threads of a number, such as 32024L3019, or all of them."""
    if number := request.args.get("number", "")[:100]:
        with context.store().reading() as session:
            found = threads_with(session, numbers_in(number))[:MOST]
        return _page([thread_values(one) for one in found], None)
    after = request.args.get("after", "").replace("\0", "")
    return _paged(lambda session, limit: threads_page(session, after, limit), thread_values, lambda one: one.id)


@page.get("/api/v1/threads/<name>")
@by_token(Role.READER)
def thread(name: str) -> Response:
    """Give one thread."""
    with context.store().reading() as session:
        found = get_threads(session, [name.replace("\0", "")]).get(name)
    if found is None:
        raise Problem(404, "There is no such thread.")
    return _json(thread_values(found))


@page.get("/api/v1/sources")
@by_token(Role.READER)
def sources() -> Response:
    """Give every source with how it is."""
    with context.store().reading() as session:
        values = source_values(health_of(session, context.installation().settings), count_by_source(session))
    return _page(values, None)


def _paged(
    read: Callable[[Session, int], Sequence[T]], values: Callable[[T], dict[str, Any]], mark: Callable[[T], str]
) -> Response:
    """Answer with a page of rows, and after which one the next begins when there are more."""
    limit = _limit()
    with context.store().reading() as session:
        found = read(session, limit + 1)
    return _page([values(one) for one in found[:limit]], mark(found[limit - 1]) if len(found) > limit else None)


def _page(rows: Sequence[dict[str, Any]], after: str | None) -> Response:
    return _json({"items": list(rows), "next": after})


def _json(values: Any) -> Response:
    response = make_response(json.dumps(values, ensure_ascii=False))
    response.mimetype = "application/json"
    return response


def _named(text: str) -> tuple[str, str]:
    found = item_of(text)
    if found is None:
        raise Problem(422, "An item is named source/key.")
    return found


def _limit() -> int:
    text = request.args.get("limit", str(USUAL))
    number = _number(text)
    if number is None or not 1 <= number <= MOST:
        raise Problem(422, f"limit is a number from 1 to {MOST}.")
    return number


def _one_of(name: str, known: Sequence[str]) -> str:
    text = request.args.get(name, "")
    if text and text not in list(known):
        raise Problem(422, f"{name} is one of: {', '.join(known)}.")
    return text


def _parsed(name: str, parse: Callable[[str], T | None]) -> T | None:
    text = request.args.get(name, "")
    found = parse(text) if text else None
    if text and found is None:
        raise Problem(422, f"{name} is not what an earlier answer gave as next.")
    return found


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(text) if (text := request.args.get(name, "")) else None
    except ValueError:
        raise Problem(422, f"{name} is a day such as 2026-12-04.") from None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _moment_and_id(text: str) -> tuple[datetime, str] | None:
    moment, _tilde, name = text.replace("\0", "").replace(" ", "+").partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, name) if found.tzinfo else None
