"""Formal identifiers in Swedish text: Commission numbers, CELEX, government series and file numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from store.types import Reference

# "COM(2025) 950, 951 och 955": one year, several numbers. KOM is the Swedish form of COM until 2020.
_COMMISSION = re.compile(
    r"\b(COM|KOM|SWD|JOIN)\s?(?:\(\s?(\d{4})\s?\)|/(\d{4})/)\s{0,3}(\d{1,4}(?!\d)(?:(?:,\s?|\s?och\s|\s?samt\s)\d{1,4}\b(?![/:.]\d))*)"
)
_CELEX = re.compile(r"\b([35](?:19|20)\d{2}[A-Z]{1,2}\d{4})\b")
_SERIES = {
    "fpm": (re.compile(r"\b(\d{4}/\d{2})\s?:?\s?FPM\s?(\d+)"), "{}:FPM{}"),
    "sou": (re.compile(r"\bSOU\s?(\d{4})\s?[:_]\s?(\d+)", re.IGNORECASE), "SOU {}:{}"),
    "ds": (re.compile(r"\bDs\s?(\d{4})\s?:\s?(\d+)"), "Ds {}:{}"),
    "dir": (re.compile(r"\bdir\.?\s?(\d{4})\s?:\s?(\d+)", re.IGNORECASE), "Dir. {}:{}"),
    "prop": (re.compile(r"\bprop(?:osition|\.)?\s?(\d{4}/\d{2,4})\s?:\s?(\d+)", re.IGNORECASE), "Prop. {}:{}"),
    "sfs": (re.compile(r"\b(?:SFS|lag(?:en)?|förordning(?:en)?)\s\(?(\d{4}):(\d+)\)?"), "{}:{}"),
}
_BARE = re.compile(r"\s*(\d{4}(?:/\d{2,4})?)\s?[:_]\s?(\d+)\s*")  # an id without the name of its series
_FILE_NUMBER = re.compile(r"\b(Komm|Fi|Fö|Ju|KN|Ku|LI|SB|UD|UF|[AIMNSU])\s?(\d{4})/(\d{4,5})\b")


def find_references(text: str) -> list[Reference]:
    """Return the identifiers that a text mentions, each once, in the order of their schemes."""
    return list(dict.fromkeys(Reference(scheme, value) for scheme, value in _found(text)))


def own_designation(scheme: str, designation: str | None, title: str) -> str:
    """Return the number of a document in its own series, from its id or else its title; "" when it has none.

    Ids carry blanks, lack the series' name or its full stop; titles end with the number, after others they mention.
    """
    if scheme not in _SERIES:
        return ""
    pattern, form = _SERIES[scheme]
    for text in (designation or "", title):
        if matches := pattern.findall(text):
            return form.format(*matches[-1])
    bare = _BARE.fullmatch(designation or "")
    return form.format(*bare.groups()) if bare else ""


def own_file_number(designation: str | None) -> str:
    """Return the registry number that an id holds ("Diarienummer: KN2025/01524"), without its unit's suffix."""
    found = _FILE_NUMBER.search(designation or "")
    return "{}{}/{}".format(*found.groups()) if found else ""


def _found(text: str) -> Iterator[tuple[str, str]]:
    for series, year, other_year, numbers in _COMMISSION.findall(text):
        name = "COM" if series == "KOM" else series
        for number in re.findall(r"\d+", numbers):
            if int(number):
                yield "com", f"{name}({year or other_year}) {int(number)}"
    for celex in _CELEX.findall(text):
        yield "celex", celex
    for scheme, (pattern, form) in _SERIES.items():
        for match in pattern.findall(text):
            yield scheme, form.format(*match)
    for match in _FILE_NUMBER.findall(text):
        yield "dnr", "{}{}/{}".format(*match)
