"""Deliberate changes to recorded answers: what happens to a source's format over the years, one thing at a time."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

PAGE = (
    b"<!DOCTYPE html><html><head><title>Ny webbplats</title></head><body><h1>Vi har bytt webbplats</h1></body></html>"
)
LOGIN = b"<!DOCTYPE html><html><body><h1>Logga in</h1><form><input type='password' name='p'></form></body></html>"
ERROR = b'{"error": {"code": 500, "message": "Internal error"}}'
XML_ERROR = b"<?xml version='1.0'?><error><code>500</code></error>"
TITLES = re.compile(r"titel|title|rubrik|heading|namn|name", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]{2} \d{4}")
OTHER_DAY = "d. 22/8 -26"  # as people write it: no program reads it by accident

PLANTED = 777_000_777  # a number that no answer holds
INLINE = {"b", "br", "div", "em", "i", "p", "span", "strong"}  # markup of a text, not of the feed

Path = tuple[str, ...]  # keys; "*" stands for every element of a list


@dataclass(frozen=True, slots=True)
class Change:
    """One changed answer; `field` tells that it is one field or element, not the answer as a whole."""

    name: str
    body: bytes
    field: bool = False


def changes(body: bytes) -> Iterator[Change]:
    """Yield every change of an answer that is made here; what is the same as before is left out."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    found = (
        _json_changes(body) if start[:1] in b"{[" else _html_changes(body) if _is_html(start) else _xml_changes(body)
    )
    yield from (change for change in found if change.body != body)


def _is_html(start: bytes) -> bool:
    return start[:200].lower().startswith((b"<!doctype html", b"<html"))


def _whole(body: bytes, error: bytes) -> Iterator[Change]:
    yield Change("a web page instead", PAGE)
    yield Change("a login page", LOGIN)
    yield Change("an error with status 200", error)
    yield Change("nothing", b" ")
    for share in (3, 7, 9):
        yield Change(f"cut after {share} tenths", body[: len(body) * share // 10])


def _json_changes(body: bytes) -> Iterator[Change]:
    answer = json.loads(body)
    yield from _whole(body, ERROR)
    for name, other in (("an empty object", {}), ("an empty list", []), ("null", None), ("a text", "ok")):
        yield Change(name, json.dumps(other).encode())
    for path in sorted(set(_paths(answer))):
        for what, change in _ways(answer, path):
            changed = _changed(answer, path, change)
            yield Change(f"{'.'.join(path)}: {what}", json.dumps(changed, ensure_ascii=False).encode(), field=True)


def _ways(answer: Any, path: Path) -> Iterator[tuple[str, Callable[[dict[str, Any], str], None]]]:
    """Yield what can happen to the values at a path, each as a change of the object that holds them."""
    values = list(_values(answer, path))
    yield "renamed", lambda holder, key: holder.update({f"{key}_v2": holder.pop(key)})
    yield "null", lambda holder, key: holder.update({key: None})
    if any(isinstance(value, list) for value in values):
        yield "emptied", lambda holder, key: holder.update({key: []})
        yield "a dict", lambda holder, key: holder.update({key: dict(enumerate(holder[key] or []))})
    if any(isinstance(value, dict) for value in values):
        yield "a list", lambda holder, key: holder.update({key: [holder[key]]})
    if any(isinstance(value, str) for value in values):
        yield "a number", lambda holder, key: holder.update({key: PLANTED})
    if any(isinstance(value, str) and DAY.search(value) for value in values):
        yield "dates moved", lambda holder, key: holder.update({key: DAY.sub(OTHER_DAY, str(holder[key]))})
    if TITLES.search(path[-1]) and any(isinstance(value, str) for value in values):
        yield "empty", lambda holder, key: holder.update({key: ""})


def _paths(value: Any, above: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict) and len(value) <= 60:  # a longer one is a table, not an object with fields
        for key, inner in value.items():
            yield (*above, key)
            yield from _paths(inner, (*above, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, (*above, "*"))


def _values(value: Any, path: Path) -> Iterator[Any]:
    for holder in _holders(value, path):
        yield holder[path[-1]]


def _holders(value: Any, path: Path) -> Iterator[dict[str, Any]]:
    """Yield every object that holds the last key of a path."""
    if len(path) == 1:
        if isinstance(value, dict) and path[0] in value:
            yield value
    elif path[0] == "*" and isinstance(value, list):
        for inner in value:
            yield from _holders(inner, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from _holders(value[path[0]], path[1:])


def _changed(answer: Any, path: Path, change: Callable[[dict[str, Any], str], None]) -> Any:
    changed = copy.deepcopy(answer)
    for holder in list(_holders(changed, path)):
        change(holder, path[-1])
    return changed


def _xml_changes(body: bytes) -> Iterator[Change]:
    yield from _whole(body, XML_ERROR)
    yield Change("JSON instead", ERROR)
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return
    for tag in sorted({str(element.tag) for element in root.iter(etree.Element)}):
        if tag.rpartition("}")[2] in INLINE:
            continue
        for what, change in (("renamed", _rename), ("removed", _remove), ("emptied", _empty), ("dates moved", _move)):
            yield Change(f"<{tag.rpartition('}')[2]}>: {what}", _xml_changed(root, tag, change), field=True)


def _xml_changed(root: Any, tag: str, change: Callable[[Any], None]) -> bytes:
    changed = copy.deepcopy(root)
    for element in list(changed.iter(tag)):
        change(element)
    return etree.tostring(changed, encoding="utf-8", xml_declaration=True)


def _rename(element: Any) -> None:
    element.tag = f"{element.tag}V2"


def _remove(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _empty(element: Any) -> None:
    element.text = None
    for child in list(element):
        element.remove(child)


def _move(element: Any) -> None:
    element.text = DAY.sub(OTHER_DAY, element.text) if element.text else element.text


def _html_changes(body: bytes) -> Iterator[Change]:
    yield from _whole(body, ERROR)
    text = body.decode("utf-8", "replace")
    for name in sorted(set(re.findall(r"(?:class|id)=\"([\w-]+)", text))):
        yield Change(f".{name}: renamed", re.sub(rf"\b{name}\b", f"{name}-v2", text).encode())
    for tag in sorted(set(re.findall(r"<([a-z]+[1-6]?)\b", text)) - {"html", "body", "head", "meta", "title"}):
        yield Change(f"<{tag}>: renamed", re.sub(rf"(</?){tag}\b", r"\1x-other", text).encode())
        yield Change(f"<{tag}>: emptied", re.sub(rf"(<{tag}\b[^>]*>)[^<]*", r"\1", text).encode())
    yield Change("links by script", re.sub(r"href=\"[^\"]*\"", 'href="#"', text).encode())
    yield Change("dates moved", re.sub(r"\d{4}-\d{2}-\d{2}|\d{1,2} [a-zA-Z]{3,9} \d{4}", OTHER_DAY, text).encode())
