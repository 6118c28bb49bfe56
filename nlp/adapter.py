"""Turns a line of JSON that is no stored item (classify, label pools) into an Item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from store.types import Concept, Deadline, Item, Kind, Money, Reference

LONGEST_TEXT = 20_000  # characters, as for an item from a source
_KINDS = {"riksdag": Kind.GOVERNMENT}  # what others call our kinds
_CONCEPTS = {
    "categories": "government",
    "programme": "programme",
    "division": "division",
    "directory_codes": "directory",
    "topics": "keyword",
    "keywords": "keyword",
}
# "eu-funding-tenders:LIFE-2026-SAP-NAT": the source, then the topic's own identifier.
_CALL = re.compile(r"[A-Z][\w+]*(?:-[\w+]+){2,}")
_REFERENCES = {"celex": "celex", "call": "call", "diarienummer": "dnr"}


def item_of(line: Mapping[str, Any]) -> Item:
    """Return the item that a line tells of; whatever cannot be read in it is left out, never raised."""
    key, kind = _text(line.get("id")), _kind(_text(line.get("kind")))
    meta = line.get("meta")
    if not (isinstance(meta, Mapping) and meta):
        meta = {}
    return Item(
        source=_text(line.get("source")),
        key=key,
        kind=kind,
        title=_text(line.get("title")),
        url=_text(line.get("url")),
        text=_text(line.get("text"))[:LONGEST_TEXT],
        language=_text(line.get("language") or line.get("lang")),
        published=_day(line.get("published")),
        status=_text(meta.get("status")).lower() if meta else "",
        opens=_day(meta.get("opening")) if meta else None,
        deadlines=_deadlines(meta, kind) if meta else (),
        money=_money(meta) if meta else (),
        concepts=tuple(dict.fromkeys(_concepts(meta))) if meta else (),
        references=_references(line, meta) if meta or kind is Kind.CALL else (),
        meta=dict(meta),
    )


def _references(line: Mapping[str, Any], meta: Mapping[str, Any]) -> tuple[Reference, ...]:
    told = _REFERENCES.items() if meta else ()
    found = [Reference(scheme, value, "is") for name, scheme in told for value in _list(meta.get(name))]
    identifier = _text(line.get("id")).partition(":")[2]
    if line.get("kind") == Kind.CALL.value and _CALL.fullmatch(identifier):
        found.insert(0, Reference("call", identifier, "is"))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=100)
def _kind(name: str) -> Kind:
    try:
        return _KINDS.get(name) or Kind(name)
    except ValueError:
        return Kind.NEWS


def _text(value: Any) -> str:
    if type(value) is str:
        if value.isascii() and "\x00" not in value:
            return value
    elif value is None or isinstance(value, (dict, list)):
        return ""
    # Half a surrogate pair has no UTF-8 form: a question mark stands in its place.
    return str(value).replace("\x00", " ").encode("utf-8", "replace").decode()


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    values = value if isinstance(value, list) else [value]
    return [text for one in values if (text := _text(one).strip())]


def _day(value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None


def _deadlines(meta: Mapping[str, Any], kind: Kind) -> tuple[Deadline, ...]:
    role = "answer" if kind is Kind.CONSULTATION else "application"
    days = (_day(value) for name in ("deadline", "deadlines") for value in _list(meta.get(name)))
    return tuple(dict.fromkeys(Deadline(day, role) for day in days if day))


def _money(meta: Mapping[str, Any]) -> tuple[Money, ...]:
    try:
        value = float(meta.get("budget_eur") or 0)
    except (TypeError, ValueError):
        return ()
    return (Money(value, "EUR", "total"),) if value > 0 else ()


def _concepts(meta: Mapping[str, Any]) -> Iterator[Concept]:
    for name, scheme in _CONCEPTS.items():
        for value in _list(meta.get(name)):
            if scheme == "directory":
                code, _, label = value.partition(" ")
                yield Concept(scheme, code, label)
            else:
                yield Concept(scheme, _inside(value), value)
    ids, labels = _list(meta.get("eurovoc_ids")), _list(meta.get("eurovoc"))
    for number, code in enumerate(ids):
        yield Concept("eurovoc", code, labels[number] if len(labels) == len(ids) else "")
    if not ids:
        yield from (Concept("eurovoc", "", label) for label in labels)
    organ = meta.get("organ")
    if isinstance(organ, str) and len(organ) <= 4:
        yield Concept("committee", organ, organ)


def _inside(value: str) -> str:
    """The code of "Citizens, Equality, Rights and Values Programme (CERV)", else the value itself."""
    head, bracket, tail = value.rpartition("(")
    return tail.rstrip(") ").strip() if bracket and head and value.endswith(")") else value
