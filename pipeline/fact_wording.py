"""Who may apply, with whom and for how much, in words for a reader; what is not known is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nlp.places import country_name
from pipeline.wording import HARD_SPACE, NUMBERS, clean, shortened
from store.types import Item, Kind

UNKNOWN_APPLICANTS = "Vi vet inte vem som får söka; det står inte i källans uppgifter"
UNREADABLE = "Källans text kunde inte läsas"
BETWEEN = " · "
MOST_PLACES = 6
LONGEST_BASIS = 160  # characters

_APPLICANTS = {
    "municipality": "kommuner",
    "region": "regioner",
    "state": "statliga myndigheter",
    "company": "företag",
    "association": "föreningar",
    "school": "skolor",
    "university": "högskolor och forskning",
    "individual": "enskilda personer",
    "any": "alla slags organisationer",
}
_NAMES = {
    "applicants": "vem som får söka",
    "not_eligible": "vem som inte får söka",
    "partners_min": "antal partner",
    "countries_min": "antal länder",
    "cofinancing": "bidragets andel",
    "own_share": "egen finansiering",
    "months": "projektets längd",
}
_FROM = {"text": "källans text", "source": "källans uppgifter", "rule": "programmets regler"}


def facts_in_words(item: Item, facts: Mapping[str, Any]) -> str:
    """Return one line on who may apply and how; for a call it says when that is not known, else it may be empty."""
    if facts.get("unreadable"):
        return UNREADABLE
    told = [_applicants(facts), _barred(facts), _partners(facts), _shares(facts), _months(facts)]
    if item.kind is Kind.CALL and not facts.get("applicants"):
        told[0] = UNKNOWN_APPLICANTS
    line = BETWEEN.join(part for part in told if part)
    return line[:1].upper() + line[1:]


def basis_in_words(facts: Mapping[str, Any]) -> list[str]:
    """Return a line for each fact on what it rests: "antal partner: programmets regler (…)"."""
    basis = facts.get("basis") or {}
    return [
        f"{_NAMES[name]}: {_FROM.get(told.get('from', ''), 'källan')} ({_short(told.get('words', ''))})"
        for name, told in basis.items()
        if name in _NAMES
    ]


def places_in_words(facts: Mapping[str, Any]) -> str:
    """Return the places that a text names, municipalities first."""
    places = facts.get("places") or {}
    names = [
        *places.get("municipality", []),
        *places.get("county", []),
        *map(country_name, places.get("country", [])),
    ]
    return ", ".join(names[:MOST_PLACES]) + (" med flera" if len(names) > MOST_PLACES else "")


def _applicants(facts: Mapping[str, Any]) -> str:
    names = [_APPLICANTS[kind] for kind in facts.get("applicants", ()) if kind in _APPLICANTS]
    return f"får sökas av: {', '.join(names)}" if names else ""


def _barred(facts: Mapping[str, Any]) -> str:
    names = [_APPLICANTS[kind] for kind in facts.get("not_eligible", ()) if kind in _APPLICANTS]
    return f"inte av: {', '.join(names)}" if names else ""


def _partners(facts: Mapping[str, Any]) -> str:
    partners, countries = facts.get("partners_min"), facts.get("countries_min")
    if partners == 1:
        return "en sökande räcker"
    told = f"minst {_number(partners)} partner" if partners else ""
    if countries and countries > 1:
        told = (
            f"{told or 'partner'} från minst {_number(countries)} länder"
            if partners != countries
            else (f"{told} från {_number(countries)} länder")
        )
    return told


def _shares(facts: Mapping[str, Any]) -> str:
    told = []
    if rates := facts.get("cofinancing"):
        told.append(f"högst {_percent(rates)} av kostnaderna")
    if own := facts.get("own_share"):
        told.append(f"egen finansiering {_percent(own)}")
    return BETWEEN.join(told)


def _percent(shares: Sequence[float]) -> str:
    numbers = [f"{share:g}".replace(".", ",") for share in shares]
    return f"{' eller '.join(numbers[-2:])}{HARD_SPACE}%"


def _months(facts: Mapping[str, Any]) -> str:
    months = facts.get("months")
    if not months:
        return ""
    return f"projektet får pågå {'–'.join(str(number) for number in months)}{HARD_SPACE}månader"


def _number(number: int) -> str:
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else str(number)


def _short(words: str) -> str:
    return shortened(clean(words), LONGEST_BASIS)
