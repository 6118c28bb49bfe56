"""All 290 municipalities by name, and the organisation that each starts from until it has written its own."""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

# A municipality's domain is nearly always its name without accents; it corrects what is not.
_PLAIN = str.maketrans({"å": "a", "ä": "a", "ö": "o", "é": "e", "ü": "u", " ": ""})
_LAST = str.maketrans("åäö", "{|}")


@dataclass(frozen=True, slots=True)
class ListedMunicipality:
    """A municipality as Statistics Sweden lists it: `code` is its four digits, `short` the name in everyday use."""

    code: str
    name: str
    short: str
    county: str

    @property
    def key(self) -> str:
        """The name as it is typed and compared: "åmål", "upplands väsby"."""
        return self.short.lower()

    @property
    def domain(self) -> str:
        """The domain that the municipality probably has; it checks it."""
        return f"{self.key.translate(_PLAIN)}.se"


@cache
def listed_municipalities() -> dict[str, ListedMunicipality]:
    """Return all 290, by everyday name in small letters, in alphabetical order as Swedish has it."""
    text = files("pipeline").joinpath("municipality_list.csv").read_text(encoding="utf-8")
    rows = [ListedMunicipality(**row) for row in csv.DictReader(text.splitlines())]
    return {row.key: row for row in sorted(rows, key=lambda row: swedish_order(row.short))}


def swedish_order(name: str) -> str:
    """Return a key that sorts å, ä and ö last."""
    return name.lower().translate(_LAST)


def find_listed(name: str) -> ListedMunicipality | None:
    """Return the municipality of a name, however it is written: "Åmål", "amal", "Åmåls kommun", "1492"; else None."""
    typed = unicodedata.normalize("NFC", name).strip().lower()
    listed = listed_municipalities()
    if typed in listed:
        return listed[typed]
    for row in listed.values():
        if typed in (row.code, row.name.lower(), row.key.replace(" ", "-"), row.key.translate(_PLAIN)):
            return row
    return None


def nearest_listed(name: str) -> str | None:
    """Return the everyday name that is most like what was typed, None when none is."""
    near = get_close_matches(name.strip().lower(), listed_municipalities(), n=1)
    return listed_municipalities()[near[0]].short if near else None


def default_organisation(listed: ListedMunicipality) -> str:
    """Return the TOML that a municipality starts from: usual administrations, no contact persons yet.

    All areas have somebody who answers for them. Until contact persons are written in, everything reaches the
    coordinator, as the configuration check says.
    """
    text = files("pipeline").joinpath("municipalities", "default.toml.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - TOML
    return environment.from_string(text).render(place=listed, address=listed.key.translate(_PLAIN))
