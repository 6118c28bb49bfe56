"""How many partners from how many countries a text asks for, and how long a project may last."""

from __future__ import annotations

import re

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "en": 1, "ett": 1, "två": 2, "tre": 3, "fyra": 4, "fem": 5, "sex": 6, "sju": 7, "åtta": 8, "nio": 9, "tio": 10,
    "thirteen": 13, "twelve": 12, "tolv": 12,
}  # fmt: skip
MOST = 30  # more partners than that is something else
_WORDS = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_NUMBER = rf"(?:{_WORDS}|[1-9][0-9]?)(?:\s?\((?:{_WORDS}|[0-9]+)\))?"
_LEAST = r"(?:at least|minimum(?: number)?(?: of)?|min\.?|no fewer than|not less than|no less than|minst|lägst)"
_ORGANISATIONS = (
    r"(?:legal entit|entit|partner|beneficiar|applicants?\b|participants?\b|organi[sz]ation|compan|municipalit"
    r"|institution"
    r"|universit|enterprises|consortium members|associations|schools|cities|parter\b|part(?:er|s)?\b|aktör|kommuner"
    r"|företag|juridiska personer|sökande|medsökande|skolor|lärosäten|deltagare|projektpart)"
)
_COUNTRIES = (
    r"(?:EU |eligible |EEA |participating |programme |European |EU-|nordiska |europeiska |deltagande "
    r"|behöriga |Nordic |of the )*"
    r"(?:Member States?|countr|states\b|länder|medlemsstat|medlemsländer|programländer|EU-länder)"
)
_DIFFERENT = (
    r"(?:\s(?:or more|different|distinct|eligible|separate|olika|eller fler|oberoende|independent|unaffiliated))*"
)
_PARTNERS = re.compile(
    rf"{_LEAST}\s(?P<n>{_NUMBER}){_DIFFERENT}\s(?:[\w-]+\s){{0,3}}?(?P<what>{_ORGANISATIONS})[\w-]*", re.IGNORECASE
)
_FROM = re.compile(
    rf"(?:from|established in|based in|in|located in|across|representing|från|i|etablerade i)(?:\s{_LEAST})?"
    rf"\s(?P<n>{_NUMBER}){_DIFFERENT}\s{_COUNTRIES}",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"single[- ]applicants? (?:are|is|can|may)|mono-beneficiar|single applicants (?:and|or)|en ensam sökande"
    r"|enskilda sökande kan|kan sökas av en ensam|one applicant (?:is|can)",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"encourag|prefer|recommend|ideally|gärna|uppmunt|önskvärt|bör helst|priority|as one of|pilot|demonstrat|use case"
    r"|third part|tredje part|letters?\b",
    re.I,
)
_LEAST_MARKS = ("at least", "At least", "inimum", "in. ", "fewer than", "less than", "inst ", "ägst ")
_LENGTH_MARKS = (
    "uration",
    "rojekttid",
    "rojektperiod",
    "löptid",
    "rojektlängd",
    " last",
    "pågå",
    "varaktighet",
    "run for",
)
_LENGTH_WORDS = (
    r"(?:duration|projekttid|projektperiod|löptid|projektlängd|last(?:s|ing)?|pågå|varaktighet|projektet får|run for)"
)
_LENGTH = re.compile(
    rf"{_LENGTH_WORDS}[^.\n]{{0,70}}?(?<!\d)(?P<a>[1-9][0-9]?)(?:\s?(?:-|–|to|and|till|och)\s?(?P<b>[1-9][0-9]?))?"
    r"\s?(?P<unit>months?|månader|years?|år)\b",
    re.IGNORECASE,
)


def find_partners(text: str) -> dict[str, tuple[int, str]]:
    """Return the least number of partners and of countries, each with the words that say so."""
    if not any(map(text.__contains__, _LEAST_MARKS)):
        return _alone(text)
    found: dict[str, tuple[int, str]] = {}
    for match in _PARTNERS.finditer(text):
        number = _value(match["n"])
        around = _sentence(text, match.start(), match.end())
        if not 2 <= number <= MOST or _WISH.search(around):
            continue
        words = " ".join(around.split())[:160]
        known = found.get("partners_min")
        if known is None or known[0] < number:
            found["partners_min"] = (number, words)
        countries = _FROM.search(text, match.end(), match.end() + 120)
        if countries and "." not in text[match.end() : countries.start()] and 2 <= _value(countries["n"]) <= MOST:
            found.setdefault("countries_min", (_value(countries["n"]), words))
    return found or _alone(text)


def _alone(text: str) -> dict[str, tuple[int, str]]:
    alone = (
        _ALONE.search(text)
        if any(map(text.__contains__, ("ingle", "ono-benef", "ensam", "nskild", "ne appl")))
        else None
    )
    return {"partners_min": (1, alone.group())} if alone else {}


def find_length(text: str) -> tuple[list[int], str] | None:
    """Return how long a project may last, in months (the least and the longest, or one number), and the words."""
    match = _LENGTH.search(text) if any(map(text.__contains__, _LENGTH_MARKS)) else None
    if match is None:
        return None
    months = 12 if match["unit"].lower() in ("year", "years", "år") else 1
    numbers = [int(written) * months for written in (match["a"], match["b"]) if written]
    if max(numbers) > 120 or (len(numbers) == 2 and numbers[0] >= numbers[1]):
        return None
    return numbers, " ".join(match.group().split())


def _value(written: str) -> int:
    word = written.split("(")[0].strip().lower()
    return _NUMBERS.get(word) or int(word)


def _sentence(text: str, start: int, end: int) -> str:
    opening = max(text.rfind(mark, max(0, start - 200), start) for mark in (". ", "\n", "! ", "? "))
    closing = [place for mark in (". ", "\n") if (place := text.find(mark, end, end + 200)) >= 0]
    return text[opening + 1 if opening >= 0 else max(0, start - 200) : min(closing, default=min(len(text), end + 200))]
