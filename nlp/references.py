"""Formal identifiers that a text names: EU acts and proposals, Swedish acts and documents, calls, case numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from store.types import Reference

MOST = 30  # references of one item; the recitals of an act name many more than a reader can use

_TYPE_LETTERS = {
    "directive": "L",
    "direktiv": "L",
    "regulation": "R",
    "förordning": "R",
    "decision": "D",
    "beslut": "D",
}
_ACT_WORD = r"directives?|direktiv(?:en|ets?)?|regulations?|förordning(?:arna|ens?)?|decisions?|beslut(?:en|et)?"
_ACT_NUMBER = (
    r"(?:\((?:EU|EC|EG|EEC|EEG|EU,\s?Euratom|Euratom)\)\s?(?:No\.?\s|nr\.?\s)?\d{1,4}/\d{1,4}"
    r"|\d{2,4}/\d{1,4}/(?:EU|EC|EG|EEC|EEG))(?!\d)"
)
_ACTS = re.compile(
    rf"(?<![a-zåäö])(?P<word>{_ACT_WORD})\s(?:(?:of|av)\s[^()\d]{{3,70}}\s)?(?P<numbers>{_ACT_NUMBER}(?:(?:\s?,\s?"
    rf"|\s(?:and|och|or|eller|samt)\s){_ACT_NUMBER})*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\((?:EU|EC|EG|EEC|EEG|EU,\s?Euratom|Euratom)\)\s?(?P<no>No\.?\s|nr\.?\s)?(?P<a>\d{1,4})/(?P<b>\d{1,4})(?!\d)"
    r"|(?P<year>\d{2,4})/(?P<serial>\d{1,4})/(?:EU|EC|EG|EEC|EEG)\b",
    re.IGNORECASE,
)
_CALL_ID = (
    r"(?:HORIZON|CERV|ERASMUS|LIFE|CREA|DIGITAL|CEF|SMP|ESF|INTERREG|EUI|EUBA|JUST|AMIF|ISF|BMVI|UCPM|EU4H|PPPA"
    r"|IMREG|SOCPL|I3|EDF|INNOVFUND|AGRIP|ERC|MSCA|RFCS|EMFAF|NDICI|PERI|TSI)"
    r"-(?:[A-Z0-9]+-)*20\d\d(?:-[A-Z0-9]+)*"
)
_CELEX = re.compile(r"(?<![A-Z0-9])(?P<value>[35](?:19|20)\d\d(?:L|R|D|H|PC|DC|SC|JC)\d{4})(?!\d)")
_COM = re.compile(r"\b[CK]OM\s?\((?P<year>(?:19|20)\d\d)\)\s?(?P<number>\d{1,4})\b")
_PROCEDURE = re.compile(r"\b(?P<year>(?:19|20)\d\d)/(?P<number>\d{4}[A-Z]?)\s?\((?P<kind>COD|CNS|NLE|APP|INI|BUD)\)")
_FPM = re.compile(r"\b(?P<session>(?:19|20)\d\d/\d\d):?\s?FPM\s?(?P<number>\d{1,3})\b", re.IGNORECASE)
_PROP = re.compile(
    r"\bprop(?:osition(?:en)?)?\.?\s(?P<session>(?:19|20)\d\d/\d\d):(?P<number>\d{1,3})\b", re.IGNORECASE
)
_SOU = re.compile(r"\bSOU\s?(?P<year>(?:19|20)\d\d):\s?(?P<number>\d{1,3})\b")
_DS = re.compile(r"\bDs\s?(?P<year>(?:19|20)\d\d):\s?(?P<number>\d{1,3})\b")
_DIR = re.compile(
    r"\b(?:kommitté|tilläggs)?dir(?:ektiv)?\.?\s?(?P<year>(?:19|20)\d\d):\s?(?P<number>\d{1,3})\b", re.IGNORECASE
)
_SFS = re.compile(
    r"(?:\bSFS\s?(?:nr\s)?|(?:lag|lagen|balk|balken|förordning|förordningen|kungörelse"
    r"|kungörelsen)\s?\()(?P<year>(?:17|18|19|20)\d\d):(?P<number>\d{1,4})\b",
    re.IGNORECASE,
)
_DNR = re.compile(
    r"(?:\b(?:diarienummer|dnr|diarienr"
    r"|ärendenummer)\.?:?\s?(?P<any>[A-ZÅÄÖ][\wÅÄÖåäö]*(?:-[\w]+)?[ ]?\d{2,4}[/:-]\d{1,6}(?:[/:-]\d+)?)"
    r"|\b(?P<own>(?:A|Fi|Fö|Ju|KN|Ku|LI|S|SB|U|UD|N|M|I|Kn)(?:19|20)\d\d/\d{5}))"
)
_CALL = re.compile(rf"(?<![\w-])(?P<value>{_CALL_ID})(?![\w])")


def find_references(title: str, text: str) -> tuple[Reference, ...]:
    """Return the identifiers that a title and a text name, each once, those of the title first.

    A fact memo carries its own number last in its title; that one is what the item is, the others it mentions.
    """
    found: dict[tuple[str, str], Reference] = {}
    for _, reference, end in located(f"{title}\n{text}"):
        own = reference.scheme == "fpm" and end <= len(title) and not title[end:].strip(" .)")
        kept = Reference(reference.scheme, reference.value, "is" if own else "mentions")
        found.setdefault((kept.scheme, kept.value), kept)
    typed = {value[1:5] + value[6:].lstrip("0") for scheme, value in found if scheme == "celex"}
    named = [r for r in found.values() if r.scheme != "eli" or "".join(r.value.split("/")) not in typed]
    return tuple(named[:MOST])


def located(text: str) -> list[tuple[int, Reference, int]]:
    """Return every identifier in the text with its first and last place, in the order of the text."""
    hits = []
    for scheme, marks, expression, write in _SIMPLE:
        if _has_one(marks, text):
            hits += [(m.start(), Reference(scheme, write(m)), m.end()) for m in expression.finditer(text)]
    if _has_one(_ACT_MARKS, text):
        hits += _acts(text)
    return sorted(hits, key=lambda hit: hit[0])


def _has_one(marks: tuple[str, ...], text: str) -> bool:
    for mark in marks:  # noqa: SIM110 - any() over a generator takes three times as long, and this is asked per item
        if mark in text:
            return True
    return False


def _acts(text: str) -> Iterator[tuple[int, Reference, int]]:
    """Yield EU acts by their numbers; where no word tells their type there is no CELEX number, only year and serial."""
    typed: list[tuple[int, int]] = []
    for match in _ACTS.finditer(text):
        letter = next(code for word, code in _TYPE_LETTERS.items() if match["word"].lower().startswith(word))
        typed.append(match.span())
        for number in _NUMBER.finditer(match["numbers"]):
            year, serial = _year_and_serial(number)
            yield match.start(), Reference("celex", f"3{year}{letter}{serial:04d}"), match.end()
    for number in _NUMBER.finditer(text):
        if not any(start <= number.start() < end for start, end in typed):
            year, serial = _year_and_serial(number)
            yield number.start(), Reference("eli", f"{year}/{serial}"), number.end()


def _year_and_serial(number: re.Match[str]) -> tuple[int, int]:
    """Return year and serial number: "2006/112/EC" and "(EU) 2024/3019" begin with the year, "No 1907/2006" ends so."""
    if number["year"]:
        first, second = int(number["year"]), int(number["serial"])
    else:
        first, second = int(number["a"]), int(number["b"])
        if number["no"] or not 1950 <= first <= 2099:
            first, second = second, first
    return (first + 1900 if first < 100 else first), second


def _colon(match: re.Match[str]) -> str:
    return f"{match['year']}:{match['number']}"


# Scheme, what must stand in a text for its expression to be tried at all (it is tried for few), its form.
_SIMPLE: tuple[tuple[str, tuple[str, ...], re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("celex", ("3202", "3201", "3200", "3199", "5202", "5201"), _CELEX, lambda match: match["value"]),
    ("com", ("OM(", "OM ("), _COM, lambda match: f"COM({match['year']}) {int(match['number'])}"),
    (
        "procedure",
        ("(COD)", "(CNS)", "(NLE)", "(APP)", "(INI)", "(BUD)"),
        _PROCEDURE,
        lambda match: f"{match['year']}/{match['number']}({match['kind']})",
    ),
    ("fpm", ("FPM", "fpm"), _FPM, lambda match: f"{match['session']}:FPM{match['number']}"),
    ("prop", ("rop. ", "roposition"), _PROP, lambda match: f"Prop. {match['session']}:{match['number']}"),
    ("sou", ("SOU",), _SOU, lambda match: f"SOU {_colon(match)}"),
    ("ds", ("Ds ",), _DS, lambda match: f"Ds {_colon(match)}"),
    ("dir", ("ir. ", "irektiv ", "dir "), _DIR, lambda match: f"Dir. {_colon(match)}"),
    ("sfs", ("SFS", "lag (", "lagen (", "balk (", "balken (", "ordning (", "ordningen (", "örelse ("), _SFS, _colon),
    ("dnr", ("nr", "iarien", "ummer", "/0", "/1", "/2"), _DNR, lambda match: (match["any"] or match["own"]).strip()),
    ("call", ("-20",), _CALL, lambda match: match["value"]),
)
_ACT_MARKS = ("(EU", "(EC", "(EG", "(EE", "/EU", "/EC", "/EG", "/EE", "Euratom")
