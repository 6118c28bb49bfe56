"""Places that a text names: Swedish municipalities and counties, and countries of Europe other than Sweden."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

MOST = 20  # places of one item; more is a list of all
_CAPITALISED = re.compile(r"\b[A-ZÅÄÖ][a-zåäöéü]+")
# The same and more; without the word's beginning `re` skips to the next capital, ten times as fast.
_FROM_A_CAPITAL = re.compile(r"[A-ZÅÄÖ][a-zåäöéü]+")
_LEADS = re.compile(r"\b(?:i|in|från|from|till|av|hos|of|mellan|och|kommunerna|municipality of)\s$")
_MUNICIPALITY = re.compile(r"s?\s(?:kommun|municipality|stad\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Name:
    kind: str
    written: str
    told: str  # how it is told: the municipality's or county's name, the country's ISO code
    alone: bool  # whether the name by itself is enough


def telling_words() -> set[str]:
    """Return the longest word of every name; one of them stands in every text that names a place."""
    return {max(name.written.split(), key=len) for name in _all_names()}


def find_places(text: str) -> dict[str, list[str]]:
    """Return the names of municipalities and counties and the ISO codes of countries, in the order they stand."""
    begun = _names()
    if begun.keys().isdisjoint(_FROM_A_CAPITAL.findall(text)):
        return {}
    candidates = {word for word in _CAPITALISED.findall(text) if word in begun}
    hits: dict[tuple[str, str], int] = {}
    for word in candidates:
        for name, place in _named(text, word, begun[word]):
            hits[name.kind, name.told] = min(place, hits.get((name.kind, name.told), place))
    found: dict[str, list[str]] = {}
    for kind, told in sorted(hits, key=hits.__getitem__)[:MOST]:
        found.setdefault(kind, []).append(told)
    return found


def country_name(code: str) -> str:
    """Return the Swedish name of a country, or the code where it is none of ours."""
    return str(_authored()["countries"].get(code, [code])[0])


def country_code(name: str) -> str | None:
    """Return the ISO code of a country by one of its names, in Swedish or English; None where it is none of ours."""
    typed = name.strip().casefold()
    return next(
        (code for code, forms in _authored()["countries"].items() if typed in map(str.casefold, [code, *forms])), None
    )


def _named(text: str, word: str, names: tuple[_Name, ...]) -> Iterator[tuple[_Name, int]]:
    for match in re.finditer(rf"\b{word}\b", text):
        place = match.start()
        longest = max(
            (name for name in names if _stands(text, place, name)), key=lambda name: len(name.written), default=None
        )
        if longest:
            yield longest, place


def _stands(text: str, place: int, name: _Name) -> bool:
    if not text.startswith(name.written, place):
        return False
    end = place + len(name.written)
    if re.match(r"(?!s\b)\w|-", text[end : end + 2]):
        return False
    return name.alone or bool(_MUNICIPALITY.match(text, end) or _LEADS.search(text[max(0, place - 20) : place]))


@cache
def _names() -> dict[str, tuple[_Name, ...]]:
    """Return the names by the word they begin with, as it may stand: "Mellerud" and "Melleruds"."""
    begun: dict[str, list[_Name]] = {}
    for name in _all_names():
        first = name.written.split()[0].split("-")[0]
        for form in {first, f"{first}s"} if first == name.written else {first}:
            begun.setdefault(form, []).append(name)
    return {word: tuple(names) for word, names in begun.items()}


def _all_names() -> Iterator[_Name]:
    known = _authored()
    for county in known["counties"]:
        yield _Name("county", county["name"], county["name"], True)
        for name in county["municipalities"]:
            yield _Name("municipality", name, name, name not in known["ambiguous"])
    for code, forms in known["countries"].items():
        for form in forms:
            yield _Name("country", form, code, True)


@cache
def _authored() -> dict[str, Any]:
    return tomllib.loads(resources.files("nlp").joinpath("places.toml").read_text(encoding="utf-8"))
