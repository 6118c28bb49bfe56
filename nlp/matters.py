"""What an item says of its place in a matter: the numbers it is tied to, and which stage it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from nlp.days import first_digit
from nlp.references import located
from store.types import Bond, Item, Kind, Reference, Stage, ThreadEntry, Tie

RULES = "1"  # to be raised with every change here that reads an item otherwise: what was read before is then read again
LEAD = 700  # characters of the text that say what a document is about; what is named further on is background
UNIFIED = 2015  # since then one series of numbers for directives, regulations and decisions: 2024/3019 is one act
YEARS_AFTER = 5  # a directive is in national law within three years, late bills within five; later it is a basic act

_ACT = re.compile(r"3(\d{4})([LRD])(\d{4})")
_PREPARATORY = re.compile(r"5(\d{4})(PC|DC|JC|SC)(\d{4})(?:\(\d+\))?")
_MEASURE = re.compile(r"7(\d{4}[LRD]\d{4})SWE_\w+")  # other countries' law is no stage here
_COM = re.compile(r"(COM|KOM|JOIN|SWD)\s?\((\d{4})\)\s?(\d+)")
_NATIONAL = frozenset({"fpm", "sou", "ds", "dir", "prop"})
_SERIES = {"PC": "COM", "DC": "COM", "JC": "JOIN", "SC": "SWD", "KOM": "COM"}
_STAGES = {
    "fpm": Stage.FACT_MEMO,
    "sou": Stage.INQUIRY,
    "ds": Stage.INQUIRY,
    "dir": Stage.MANDATE,
    "prop": Stage.BILL,
    "sfs": Stage.STATUTE,
}
_DOC_TYPES = {
    "faktapromemoria": Stage.FACT_MEMO,
    "lagrådsremiss": Stage.DRAFT_BILL,
    "proposition": Stage.BILL,
    "remiss": Stage.REMISS,
}
# What stands behind these is the background: what is changed, ended, filled out or applied.
_BACKGROUND = re.compile(
    r"(?:ändr(?:ing(?:ar)?|a|ar|at|ats|ad)\s(?:av|i)|upphäv\w*(?:\sav)?|ersätt\w*|amend\w*|repeal\w*|replac\w*"
    r"|supplement\w*|enligt|i enlighet med|med stöd av|pursuant to|under|based on|in accordance with|utöver)"
    r"\s(?:[^.;()]{0,90}\s)?$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:,|och|and|samt|as well as|eller|or)\s[^.;]{0,60}$", re.IGNORECASE)
_ABOUT = re.compile(
    r"genomför|införliv|kompletter|anpass|med anledning av|faktapromemoria|föresl|förslag|antog|antagit|antas|antar\b"
    r"|implement|transpos|adopt|propos|betänkande|promemorian|utredning|remitter|remiss",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ])|\n{2,}")


def read_matter(item: Item, seen: date) -> ThreadEntry:
    """Return what the joining of threads looks at in an item; `seen` is its day when the source gives none."""
    own = [reference for reference in item.references if reference.relation == "is"]
    ties = {tie.number: tie for tie in reversed(list(_ties(item, own)))}
    transposition = [deadline.on for deadline in item.deadlines if deadline.role == "transposition"]
    return ThreadEntry(
        source=item.source,
        key=item.key,
        on=item.published or seen,
        ties=tuple(ties[number] for number in sorted(ties)),
        stage=stage_of(item),
        # The last of several days: until then something is still to be done.
        transposition=max(transposition, default=None) if item.kind is Kind.LEGAL_ACT else None,
    )


def stage_of(item: Item) -> Stage | None:
    """Return the stage that an item is, by its own numbers before its kind; None for what only tells of one."""
    own = {reference.scheme: reference.value for reference in item.references if reference.relation == "is"}
    celex = own.get("celex", "")
    if _MEASURE.fullmatch(celex):
        return Stage.STATUTE
    if item.kind is Kind.LEGAL_ACT and celex[:1] == "3":
        return Stage.ADOPTION
    if preparatory := _PREPARATORY.fullmatch(celex):
        return {"PC": Stage.PROPOSAL, "JC": Stage.PROPOSAL, "DC": Stage.COMMUNICATION}.get(preparatory[2])
    if item.kind is Kind.PROPOSAL:
        return Stage.PROPOSAL if own.get("com", "").startswith("COM") and not celex else None
    if item.kind is Kind.CONSULTATION:
        return Stage.REMISS if item.source in ("regeringen", "remisser") or item.title[:6] == "Remiss" else _asked(item)
    if item.kind is Kind.GOVERNMENT:
        by_number = next((stage for scheme, stage in _STAGES.items() if scheme in own), None)
        return by_number or _DOC_TYPES.get(str(item.meta.get("doc_type", "")).lower())
    return None


def _asked(item: Item) -> Stage:
    """Return whose question it is: an EU institution asks in English or through its own source."""
    is_eu = item.language != "sv" or "europa.eu/" in item.url
    return Stage.CONSULTATION if is_eu else Stage.REMISS


def number_of(reference: Reference) -> str:
    """Return the one way that a number is written here, or "" for what is the number of no matter.

    The CELEX number of a proposal and its COM number are the same, as are directive (EU) 2024/3019 and 32024L3019.
    """
    value = " ".join(reference.value.split())
    if reference.scheme == "celex":
        if act := _ACT.fullmatch(value):
            year, letter, serial = act.groups()
            return f"EU {year}/{int(serial)}" if int(year) >= UNIFIED else f"EU {letter} {year}/{int(serial)}"
        if document := _PREPARATORY.fullmatch(value):
            return f"{_SERIES[document[2]]}({document[1]}) {int(document[3])}"
        return ""
    if reference.scheme == "eli":
        year, _, serial = value.partition("/")
        return f"EU {year}/{int(serial)}" if year.isdigit() and int(year) >= UNIFIED and serial.isdigit() else ""
    if reference.scheme == "com":
        found = _COM.fullmatch(value)
        return f"{_SERIES.get(found[1], found[1])}({found[2]}) {int(found[3])}" if found else ""
    if reference.scheme == "procedure" or reference.scheme in _NATIONAL:
        return value.upper()
    return f"SFS {value}" if reference.scheme == "sfs" else ""


def _ties(item: Item, own: list[Reference]) -> Iterator[Tie]:
    """Yield an item's ties, the surest first; an EU document is tied by what its source knows, never by its words."""
    is_measure = any(reference.scheme == "celex" and reference.value[:1] == "7" for reference in own)
    for reference in own:
        if is_measure and reference.scheme == "sfs":
            continue  # one law may serve thirty directives, and is no bond between them
        if number := number_of(reference):
            yield Tie(number, Bond.OWN)
        elif reference.scheme == "celex" and (measure := _MEASURE.fullmatch(reference.value)):
            yield Tie(number_of(Reference("celex", f"3{measure[1]}")), Bond.ADOPTS)
    for reference in item.references:
        if reference.relation in ("adopts", "transposes") and (number := number_of(reference)):
            yield Tie(number, Bond.ADOPTS)
    celex = next((reference.value for reference in own if reference.scheme == "celex"), "")
    if celex[:1] in ("3", "5") or item.kind in (Kind.LEGAL_ACT, Kind.PROPOSAL):
        procedures = {number_of(reference) for reference in item.references if reference.scheme == "procedure"}
        if len(procedures) == 1:  # a communication about a package belongs to none of its procedures
            yield Tie(procedures.pop(), Bond.PROCEDURE)
    elif item.kind is not Kind.CALL and celex[:1] != "7":
        yield from (Tie(number, Bond.NAMES) for number in _named(item, {number_of(reference) for reference in own}))


def _named(item: Item, own: set[str]) -> list[str]:
    """Return the one act or proposal, and the one national document, that an item is about.

    A fact memo is about a proposal; the acts and the earlier memos that it names are the background.
    """
    is_memo = any(":FPM" in number for number in own)
    lead = item.text[:LEAD]
    # Without a digit there is no number to be about.
    sentences = _SENTENCE_END.split(lead) if first_digit(lead) >= 0 else ()
    sentences = [sentence for sentence in sentences if first_digit(sentence) >= 0 and _ABOUT.search(sentence)]
    told = [[item.title], *([[sentence] for sentence in sentences] if is_memo else [sentences])]
    named = [[number for text in some for number in _objects(text)] for some in told]
    found: list[str] = []
    for is_wanted in (_is_proposal,) if is_memo else (_is_eu, _is_national):
        for numbers in named:
            objects = {number for number in numbers if is_wanted(number) and number not in own}
            # A memo says in its first sentence of them which proposal it is about. What names several is about none.
            if objects:
                found += objects if len(objects) == 1 else ()
                break
    year = item.published.year if item.published else None
    return [number for number in found if _is_near(number, year)]


def _objects(text: str) -> list[str]:
    """Return the numbers that a title or sentence is about: not the acts that are only changed, ended or applied.

    Where a proposal is named, the acts beside it are what it would change.
    """
    if first_digit(text) < 0:
        return []
    numbers: list[str] = []
    before, was_background = 0, False
    for start, reference, end in located(text):
        since, number, is_same_list = text[before:start], number_of(reference), start < before
        before = max(before, end)
        if number.startswith("EU "):
            if not is_same_list:  # "direktiven (EU) 2018/645 och (EU) 2018/646" stand in one place
                was_background = bool(_BACKGROUND.search(since) or (was_background and _JOINED.fullmatch(since)))
            if was_background:
                continue
        numbers.append(number)
    is_proposal = any(map(_is_proposal, numbers))
    return [number for number in numbers if number and not (is_proposal and number.startswith("EU "))]


def _is_proposal(number: str) -> bool:
    return number.startswith(("COM(", "JOIN(")) or number.endswith(")")


def _is_eu(number: str) -> bool:
    return number.startswith("EU ") or _is_proposal(number)


def _is_national(number: str) -> bool:
    return number.startswith(("SOU ", "DS ", "DIR. ")) or ":FPM" in number


def _is_near(number: str, year: int | None) -> bool:
    """Say whether a document of this year can be a step in the matter, and does not only cite a basic act."""
    found = re.search(r"\d{4}", number)
    return year is None or found is None or -1 <= year - int(found[0]) <= YEARS_AFTER


_LOOSE_COM = re.compile(r"\b[CK]OM\s?\(?\s?(\d{4})(?:\s?\)|/|\s)\s?(\d{1,4})\b", re.IGNORECASE)


def numbers_in(words: str) -> list[str]:
    """Return the numbers that a person typed, as they are written here."""
    spelt = _LOOSE_COM.sub(lambda found: f"COM({found[1]}) {found[2]}", words.strip())
    return list(dict.fromkeys(filter(None, map(number_of, _typed(spelt)))))


def _typed(words: str) -> Iterable[Reference]:
    yield from (reference for _, reference, _ in located(words))
    for candidate in re.findall(r"\b[3-7](?:19|20)\d\d[A-Z]{1,2}\d{4}\b", words.upper()):
        yield Reference("celex", candidate)
    for scheme, value in re.findall(r"\b(SOU|DS)\s?(\d{4}:\d+)", words.upper()):
        yield Reference(scheme.lower(), f"{scheme} {value}")
    if bare := re.fullmatch(r"(?:\(EU\)\s?)?((?:19|20)\d\d/\d{1,4})", words):
        yield Reference("eli", bare[1])
