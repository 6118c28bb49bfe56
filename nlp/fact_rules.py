"""What a programme's own rules say of a call, where the call's identifier, type of action or programme names it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from store.types import Item, Kind

RULED = ("applicants", "partners_min", "countries_min", "cofinancing")
_CASCADE_TYPE = "8"  # of the portal: calls that a project makes with the money of its own call
_IN_TITLES = ("KA", "TWG", "TWL", "Twinning Light")
_HEAD = re.compile(r"[A-Z][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """What must fit, by field, and the facts that follow; `because` is told with each of them."""

    fits: Mapping[str, re.Pattern[str]]
    facts: Mapping[str, Any]
    because: str


@dataclass(frozen=True, slots=True)
class _Call:
    """What of an item the rules look at."""

    call: str
    action: str
    programme: str
    title: str


def ruled(item: Item) -> dict[str, tuple[Any, str]]:
    """Return the facts that follow from a programme's rules, each with the words for why."""
    return {} if item.kind is not Kind.CALL or _is_cascade(item) else _ruled(_call(item))


@lru_cache(maxsize=4096)
def _ruled(call: _Call) -> dict[str, tuple[Any, str]]:
    found: dict[str, tuple[Any, str]] = {}
    for rule in _rules():
        if all(pattern.search(getattr(call, field)) for field, pattern in rule.fits.items()):
            for name, value in rule.facts.items():
                found.setdefault(name, (value, rule.because))
    return found


def programme_of(item: Item) -> str:
    """Return the short name of the programme that pays for a call, or ""."""
    if item.kind is not Kind.CALL:
        return ""
    identifier = next((r.value for r in item.references if r.scheme == "call"), "")
    head = _HEAD.match(identifier)
    if head and (name := _programmes().get(head.group())):
        return name
    return "Interreg" if any(re.search(r"\bInterreg\b", name) for name in _programme_names(item)) else ""


def source_entities(item: Item) -> str:
    """Return the kinds of applicants that the source lists in a field of its own, or ""."""
    given = item.meta.get("eligible_entities")
    if isinstance(given, str) and given:
        return given
    line = re.search(r"^Target audience: (.+)$", item.text, re.MULTILINE) if item.source == "interreg" else None
    return line[1] if line else ""


@lru_cache(maxsize=4096)
def _kinds(written: str) -> tuple[str, ...]:
    low, kinds = written.lower(), dict[str, None]()
    for name, some in _authored()["entities"].items():
        if re.search(rf"(?<![\w-]){re.escape(name)}", low):
            kinds.update(dict.fromkeys(some))
    return tuple(kinds)


def kinds_of_entities(written: str) -> list[str]:
    """Return our kinds of applicants for a source's list of them."""
    return list(_kinds(written)) if written else []


def _is_cascade(item: Item) -> bool:
    own = any(r.scheme == "call" and r.relation == "based_on" for r in item.references)
    return own or str(item.meta.get("type")) == _CASCADE_TYPE or "ascade" in str(item.meta.get("call_kind"))


def _call(item: Item) -> _Call:
    identifier = next((r.value for r in item.references if r.scheme == "call" and r.relation == "is"), "")
    actions = item.meta.get("action_types") or item.meta.get("action_type") or ""
    action = " ; ".join(map(str, actions)) if isinstance(actions, list) else str(actions)
    # Only titles with what a rule seeks there are kept; so most calls of a sort are one.
    title = item.title if any(mark in item.title for mark in _IN_TITLES) else ""
    return _Call(identifier, " ".join(action.split()), next(iter(_programme_names(item)), ""), title)


def _programme_names(item: Item) -> Iterator[str]:
    given = item.meta.get("programme")
    yield from (str(name) for name in (given if isinstance(given, list) else [given]) if name)
    yield from (concept.label or concept.code for concept in item.concepts if concept.scheme == "programme")


@cache
def _authored() -> dict[str, Any]:
    return tomllib.loads(resources.files("nlp").joinpath("facts.toml").read_text(encoding="utf-8"))


def _programmes() -> Mapping[str, str]:
    names: Mapping[str, str] = _authored()["programmes"]
    return names


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            fits={
                field: re.compile(rule[field]) for field in ("call", "action", "programme", "title") if field in rule
            },
            facts={name: _value(rule[name]) for name in RULED if name in rule},
            because=rule["because"],
        )
        for rule in _authored()["rules"]
    )


def _value(written: Any) -> Any:
    """Return shares as numbers with a point, as those read in a text are."""
    return [float(one) if isinstance(one, int) else one for one in written] if isinstance(written, list) else written
