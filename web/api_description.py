"""The HTTP API described in OpenAPI 3.1: what `/api/v1/openapi.json` gives and the page `/api` shows."""

from __future__ import annotations

from typing import Any

from pipeline.areas import area_names
from store.types import Kind, Role
from web.api_schemas import ACTION_STATES, DAY, SCHEMAS, TEXT, Schema, named, page_of

VERSION = "1.0"
STATES = ("send", "drop", "later", "told", "open")
JSON, PROBLEM = "application/json", "application/problem+json"
_PLAIN_FAULTS = {
    "401": "No key, or one that opens nothing.",
    "403": "The key's role is too low, or it does not open that municipality.",
    "429": "Too many requests; Retry-After says when to go on.",
}


def parameter(name: str, says: str, schema: Schema, *, where: str = "query") -> dict[str, Any]:
    """Return the description of a parameter."""
    found = {"name": name, "in": where, "description": says, "schema": schema}
    return found | ({"required": True} if where == "path" else {})


def _choice(name: str, says: str, values: list[str]) -> dict[str, Any]:
    return parameter(name, says, {"type": "string", "enum": values})


_PAGING = (
    parameter("limit", "Rows of a page.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
    parameter("after", "Where the page begins: next of the page before.", TEXT),
)
_ITEM_NAME = parameter("item", "An item, as source/key.", TEXT)
_WHOSE = parameter(
    "kommun",
    "Which municipality, where the installation serves several and the key is not one's own. Left out: the first.",
    TEXT,
)


def operation(
    name: str,
    says: str,
    answer: Schema,
    *parameters: dict[str, Any],
    role: Role = Role.READER,
    code: str = "200",
    body: Schema | None = None,
    faults: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the description of what one method at one address does."""
    told = {**_PLAIN_FAULTS, **(faults or {})}
    answers = {code: {"description": "What was asked for.", "content": {JSON: {"schema": answer}}}}
    answers |= {
        fault: {"description": words, "content": {PROBLEM: {"schema": named("Problem")}}}
        for fault, words in sorted(told.items())
    }
    found: dict[str, Any] = {
        "operationId": name,
        "summary": says,
        "description": f"Least role of the key: {role.value}.",
        "responses": answers,
    }
    found["parameters"] = [*parameters, _WHOSE]
    if body:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    return found


_UNKNOWN = {"404": "There is none such."}
_ILL = {"422": "A parameter is not as described."}


def _items() -> dict[str, Any]:
    return {
        "/items": {
            "get": operation(
                "items",
                "Items that meet every condition, newest first; with words, as the page's search finds them.",
                page_of("Item"),
                parameter("q", "Words, phrases in quotation marks, minus to leave out.", TEXT),
                _choice("kind", "What it is.", [kind.value for kind in Kind]),
                _choice("area", "Policy area it is about.", list(area_names())),
                parameter("source", "A source's name.", TEXT),
                parameter("deadline_from", "Has a last day on or after this day.", DAY),
                parameter("deadline_until", "Has a last day on or before this day.", DAY),
                _choice("state", "What the municipality has done with it.", list(STATES)),
                *_PAGING,
                faults=_ILL,
            )
        },
        "/items/{source}/{key}": {
            "get": operation(
                "item",
                "One item whole. Slashes of the key stand as they are.",
                named("WholeItem"),
                parameter("source", "Its source.", TEXT, where="path"),
                parameter("key", "Its key in the source.", TEXT, where="path"),
                faults=_UNKNOWN | _ILL,
            )
        },
        "/assessments": {
            "get": operation(
                "assessments",
                "Assessments of up to 100 named items.",
                page_of("Assessment"),
                parameter("item", "Items, each as source/key.", {"type": "array", "items": TEXT, "maxItems": 100}),
                faults=_ILL,
            )
        },
    }


def _verdicts() -> dict[str, Any]:
    return {
        "/verdicts": {
            "get": operation(
                "verdicts",
                "Verdicts in the order they were given, or the history of one item.",
                page_of("Verdict"),
                _ITEM_NAME,
                *_PAGING,
                faults=_ILL,
            ),
            "post": operation(
                "rule",
                "Give a verdict. It is saved unless another has been given since the one that you have seen.",
                named("Verdict"),
                role=Role.COORDINATOR,
                code="201",
                body=named("NewVerdict"),
                faults={
                    "404": "There is no such item.",
                    "409": "Somebody was before you: standing has the verdict that counts, or null.",
                    "413": "Too much was sent.",
                    "415": "Only application/json is taken.",
                    "422": "The verdict is not as described; errors says where.",
                },
            ),
        }
    }


def _rest() -> dict[str, Any]:
    return {
        "/digests": {"get": operation("digests", "Letters, newest first.", page_of("Digest"), *_PAGING, faults=_ILL)},
        "/actions": {
            "get": operation(
                "actions",
                "Actions, the one due soonest first.",
                page_of("Action"),
                _choice("state", "Where it is.", ACTION_STATES),
                parameter("unit", "The unit that acts.", TEXT),
                *_PAGING,
                faults=_ILL,
            )
        },
        "/threads": {
            "get": operation(
                "threads",
                "Threads by id, or those of a number.",
                page_of("Thread"),
                parameter("number", "CELEX, COM or another number, such as 32024L3019.", TEXT),
                *_PAGING,
                faults=_ILL,
            )
        },
        "/threads/{name}": {
            "get": operation(
                "thread",
                "One thread.",
                named("Thread"),
                parameter("name", "Its id.", TEXT, where="path"),
                faults=_UNKNOWN,
            )
        },
        "/sources": {"get": operation("sources", "Sources and how they are.", page_of("Source"))},
    }


def description(address: str) -> dict[str, Any]:
    """Return the whole description; `address` is the site's."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Utkik",
            "version": VERSION,
            "summary": "What Utkik has collected, assessed, ruled on, sent and followed up in a municipality.",
            "description": "Read-only but for verdicts. Ask at most 300 times a minute. Moments are in UTC.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": f"{address}/api/v1"}],
        "security": [{"key": []}],
        "paths": {**_items(), **_verdicts(), **_rest()},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "utkik token add"}},
        },
    }
