"""What is wrong in a municipality's file, said in Swedish with the nearest right word."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Problem = tuple[tuple[str | int, ...], str]

# The file's words are English keys; these are the Swedish ones that people write instead.
SWEDISH = {
    "befolkning": "population",
    "borta": "away",
    "frånvaro": "away",
    "från": "from",
    "sammandrag": "summary",
    "till": "until",
    "bolag": "units",
    "domän": "domain",
    "e-post": "email",
    "enheter": "units",
    "epost": "email",
    "ersättare": "deputy",
    "först": "first",
    "förvaltningar": "units",
    "invånare": "population",
    "kod": "code",
    "kontakt": "contact",
    "kontaktperson": "contact",
    "kortnamn": "short",
    "land": "country",
    "mejl": "email",
    "namn": "name",
    "nämnd": "committee",
    "nätverk": "networks",
    "områden": "areas",
    "projekt": "projects",
    "relevans": "relevance",
    "roll": "role",
    "samordnare": "coordinator",
    "slag": "kind",
    "trösklar": "thresholds",
    "vänorter": "twin_towns",
}

# Filled with the context that pydantic gives the error.
_SENTENCES = {
    "string_type": "ska vara text inom citattecken",
    "string_too_short": "får inte vara tomt",
    "int_type": "ska vara ett heltal utan citattecken",
    "int_from_float": "ska vara ett heltal",
    "int_parsing": "ska vara ett heltal utan citattecken",
    "float_type": "ska vara ett tal, som 0.5, utan citattecken",
    "float_parsing": "ska vara ett tal, som 0.5, utan citattecken",
    "greater_than_equal": "ska vara minst {ge}",
    "less_than_equal": "ska vara högst {le}",
    "literal_error": "ska vara {expected}",
    "tuple_type": "ska vara en lista inom hakparenteser",
    "dict_type": "ska vara en egen avdelning, som [units.socialforvaltningen]",
    "model_type": 'ska vara en egen avdelning eller {{ role = "…", email = "…" }}',
    "too_short": "får inte vara tomt",
    "bool_type": "ska vara true eller false, utan citattecken",
    "bool_parsing": "ska vara true eller false, utan citattecken",
    "date_type": "ska vara en dag, som 2026-12-21",
    "date_parsing": "ska vara en dag, som 2026-12-21",
    "date_from_datetime_parsing": "ska vara en dag, som 2026-12-21",
    "date_from_datetime_inexact": "ska vara en dag utan klockslag, som 2026-12-21",
    "away_order": "slutar innan den börjar",
    "value_error": "är ingen giltig e-postadress",
}

_PATTERNS = {
    "address": 'ska vara sidans adress med https, som "https://utkik.mellerud.se"',
    "code": 'ska vara kommunkodens fyra siffror inom citattecken, som "1461"',
    "digest": 'ska vara veckodag och klockslag som "mon 07:00", och inte mellan 02:00 och 03:00',
    "urgent": 'ska vara ett klockslag som "06:30", inte mellan 02:00 och 03:00, eller tomt',
    "domain": 'ska vara kommunens domän med små bokstäver, som "mellerud.se"',
}


def problems_in(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Return each fault as (place in the file, Swedish sentence)."""
    return [(_place(detail), _sentence(detail, model)) for detail in error.errors()]


def _place(detail: ErrorDetails) -> tuple[str | int, ...]:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    place = _place(detail)
    name = str(place[-1]) if isinstance(place[-1], str) else str(place[-2])
    where = f" i {'.'.join(map(str, place[:-1]))}" if len(place) > 1 else ""
    if detail["type"] == "extra_forbidden":
        return f"okänt fält '{name}'{where}{_advice(name, _fields_at(model, place[:-1]))}"
    if detail["type"] == "missing":
        return f"fältet '{name}' saknas{where}"
    if detail["loc"][-1] == "[key]":
        return f"enhetens nyckel '{name}' ska bestå av små bokstäver a–z, siffror och bindestreck"
    if detail["type"] == "string_pattern_mismatch":
        return f"'{name}' {_PATTERNS.get(name, 'har fel form')}, inte '{detail['input']}'"
    fault = _SENTENCES.get(detail["type"], "har ett värde som inte duger").format(**detail.get("ctx", {}))
    seen = f", inte '{detail['input']}'" if isinstance(detail["input"], str | int | float) and detail["input"] else ""
    return f"'{name}'{where} {fault.replace(' or ', ' eller ')}{seen}"


def _advice(name: str, fields: list[str]) -> str:
    words = {field: field for field in fields} | {sv: en for sv, en in SWEDISH.items() if en in fields}
    near = get_close_matches(name.lower(), words, n=1)
    return f", menade du '{words[near[0]]}'?" if near else f"; fälten här är {', '.join(fields)}"


def _fields_at(model: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    """Return the field names of the table at a place, by following the models' annotations."""
    current: type[BaseModel] | None = model
    for part in place:
        if current is not None and isinstance(part, str) and part in current.model_fields:
            found = _model_in(current.model_fields[part].annotation)
            current = found or current
    return [field.alias or name for name, field in current.model_fields.items()] if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as `tuple[TwinTown, ...]` or `Person | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
