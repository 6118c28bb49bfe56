"""Amounts and support rates in running text, and which of total, largest grant, smallest grant or rate they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nlp.phrases import Phrases
from nlp.text import Cue, Sentence, may_have_cue, sentences
from store.types import Money

BEFORE, AFTER = 130, 70  # characters read around an amount
REACH = 75  # characters between an amount and the words that tell its role
_LARGEST_GRANT = {"EUR": 1e8, "SEK": 1e9}  # "up to 6.9 billion" is what there is in all, not one applicant's grant
SMALLEST = 100  # of any currency; less is a price or a fee
MOST = 8  # amounts of one item; a text with more is a table or an annual report

# Begins with a digit class, which lets `re` skip through text without digits at full speed.
_NUMBER = r"[0-9][0-9]{0,2}(?:(?:[ .,'\u00a0\u202f][0-9]{3})+(?![0-9])|[0-9]*)(?:[.,][0-9]+)?"
_SCALE = {
    "k": 1e3, "t": 1e3, "tusen": 1e3, "thousand": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "milj": 1e6, "miljon": 1e6, "miljoner": 1e6, "million": 1e6, "millions": 1e6,
    "mkr": 1e6, "mnkr": 1e6, "msek": 1e6, "meur": 1e6, "meuro": 1e6, "tkr": 1e3, "tsek": 1e3, "ksek": 1e3, "keur": 1e3,
    "bn": 1e9, "md": 1e9, "mdr": 1e9, "miljard": 1e9, "miljarder": 1e9, "billion": 1e9, "billions": 1e9, "mdkr": 1e9,
    "mdsek": 1e9, "mdrkr": 1e9,
}  # fmt: skip
_CURRENCY = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "meur": "EUR", "meuro": "EUR", "keur": "EUR",
    "sek": "SEK", "kr": "SEK", "kronor": "SEK", "kronors": "SEK", "mkr": "SEK", "mnkr": "SEK", "msek": "SEK",
    "tkr": "SEK", "tsek": "SEK", "ksek": "SEK", "mdkr": "SEK", "mdsek": "SEK", "mdrkr": "SEK", "skr": "SEK",
    "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD", "£": "GBP", "gbp": "GBP", "pund": "GBP",
    "nok": "NOK", "dkk": "DKK",
}  # fmt: skip
_SCALES = r"mn|mio\.?|milj\.?|miljon(?:er)?|millions?|bn|mdr|md|miljard(?:er)?|billions?|tusen|thousand|[km](?=\b)"
_JOINED = r"mnkr|mkr|msek|meuro?|tkr|tsek|ksek|keur|mdrkr|mdkr|mdsek"
_LEADS = ("€", "EUR", "SEK", "US$", "USD", "$", "£", "GBP", "NOK", "DKK", "MEUR", "MSEK", "KSEK")
_LEAD = "|".join(map(re.escape, _LEADS))
_TAIL = r"€|euros?|eur|sek|skr|kronors?|kr|usd|dollars?|\$|£|gbp|pund|nok|dkk"
_UNIT_FIRST = re.compile(
    rf"(?<![A-Za-z])(?P<unit>{_LEAD})\s?(?P<low>{_NUMBER})(?:\s?(?:-|–|to)\s?(?:€|EUR)?\s?(?P<high>{_NUMBER}))?"
    rf"(?:\s?(?P<scale>(?i:{_SCALES}))(?![A-Za-zåäö]))?"
)
_UNIT_LAST = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s?(?:-|–|till|to|och|and)\s?(?P<high>{_NUMBER}))?\s?"
    rf"(?:(?P<joined>{_JOINED})\b|(?:(?P<scale>{_SCALES})\s?)?(?:svenska\s|of\s)?(?P<unit>{_TAIL})(?![a-zåäö]))",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"(?P<value>[0-9][0-9]?[0-9]?(?:[.,][0-9]+)?)(?:\s?(?:-|–|to|till|och|and)\s?(?P<upper>[0-9]{1,3}))?"
    r"\s?(?:%|procent\b|per cent\b|percent\b)",
    re.IGNORECASE,
)
_PART_OF_MORE = re.compile(r"[\w.,/-]$")
# One of these must stand in the text before amounts are sought in it; "euro" alone would let in all of Europe.
_TRIGGERS = Phrases((
    *("€", "$", "£", "%", "EUR", "SEK", "NOK", "DKK", "USD", "GBP", "krono", "krona", " kr ", " kr.", " kr,", " kr)"),
    *(" euro ", " euro.", " euro,", " euros", "kr\n", "euro\n", "mkr", "Mkr", "MKR", "nkr", "tkr", "eur ", "eur."),
    *("procent", "per cent", "percent", "dollar", "pund", "msek", "Meur", "MEur", "kr\u00a0", "\u00a0kr", "\u00a0euro"),
))  # fmt: skip
_FUNDING_RATE = re.compile(
    r"medfinans|co-?\s?financ|co-?\s?fund|stödniv|stödgrad|stödandel|stödberättig|eligible (?:project )?(?:cost"
    r"|expend)|funding rate"
    r"|reimburs|egenfinans|(?:av|of)(?: de| the)?(?: \w+){0,2} ?(?:kostnad|cost)|stödintens|aid intensity"
    r"|grant rate|support rate"
    r"|bidrag(?:et|en)? (?:på|om|är|kan|uppgår|med|täcker|lämnas)|stöd(?:et)? (?:på|om|är|kan|uppgår|med|täcker"
    r"|lämnas|ges)|intervention rate"
    r"|financing rate|finansieringsgrad",
    re.IGNORECASE,
)
_PER_GRANT = re.compile(
    r"(?:per|each|varje|enskil\w+)\s(?:\w+\s)?(?:proje[ck]t|grant|proposal|ansök|application|action|topic|award"
    r"|sökande|applicant)",
    re.I,
)


_ROLES = ("total", "grant_max", "grant_min")
_WHOLE = Sentence(0, BEFORE, ())  # of a passage that has no words for a role


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    values: tuple[float, ...]
    currency: str


def find_money(text: str, language: str, begin: int = 0) -> tuple[Money, ...]:
    """Return the amounts and rates of a text in the order they stand, each once; no digit stands before `begin`."""
    if not _TRIGGERS.stand_in(f"{text} "):
        return ()
    money: dict[Money, None] = {}
    for passage, found in _passages(text, begin):
        if not may_have_cue(passage, language, _ROLES):
            money.update(dict.fromkeys(one for amount in found for one in _read(passage, _WHOLE, amount, None)))
            continue
        for sentence in sentences(passage, language):
            inside = [amount for amount in found if sentence.start <= amount.start < sentence.end]
            for amount, previous in zip(inside, [None, *inside], strict=False):
                money.update(dict.fromkeys(_read(passage, sentence, amount, previous)))
    named = {(m.value, m.currency) for m in money if m.role != "other"}
    kept = [m for m in money if m.role != "other" or (m.value, m.currency) not in named]
    return tuple(kept[:MOST])


def _passages(text: str, begin: int) -> Iterator[tuple[str, list[_Found]]]:
    """Yield stretches of text around amounts with the amounts in them."""
    amounts = sorted(_amounts(text, begin), key=lambda found: found.start)
    stretches: list[tuple[int, int]] = []
    for amount in amounts:
        start, end = max(0, amount.start - BEFORE), min(len(text), amount.end + AFTER)
        if stretches and start <= stretches[-1][1]:
            start = stretches.pop()[0]
        stretches.append((start, end))
    for start, end in stretches:
        inside = [amount for amount in amounts if start <= amount.start and amount.end <= end]
        yield text[start:end], [replace(a, start=a.start - start, end=a.end - start) for a in inside]


def _amounts(text: str, begin: int) -> Iterator[_Found]:
    matches = list(_UNIT_FIRST.finditer(text)) if any(map(text.__contains__, _LEADS)) else []
    taken = [match.span() for match in matches]
    for match in _UNIT_LAST.finditer(text, begin):
        overlaps = any(start < match.end() and match.start() < end for start, end in taken)
        if not overlaps and not _PART_OF_MORE.search(text[max(0, match.start() - 1) : match.start()]):
            matches.append(match)
    yield from (found for match in matches if (found := _amount(match)))
    for match in _RATE.finditer(text, begin):
        near = text[max(0, match.start() - 90) : match.end() + 70]
        value = _number(match["upper"] or match["value"])
        if 0 < value <= 100 and _FUNDING_RATE.search(near):
            yield _Found(match.start(), match.end(), (value,), "%")


def _amount(match: re.Match[str]) -> _Found | None:
    group = match.groupdict()
    unit = (group["unit"] or group["joined"]).lower()
    scale = (group["scale"] or unit).lower().rstrip(".")
    factor = _SCALE.get(scale, 1.0)
    numbers = [_number(written) for written in (group["low"], group["high"]) if written]
    if len(numbers) == 2 and numbers[0] >= numbers[1]:  # "2 and 500 000 euro": two things, not a span
        numbers = numbers[1:]
    values = tuple(round(number * factor, 2) for number in numbers)
    if max(values) < SMALLEST:
        return None
    return _Found(match.start(), match.end(), values, _CURRENCY[unit])


def _number(written: str) -> float:
    """Return the value of "1 200 000", "1.200.000", "1,200,000.50" or "2,5"."""
    bare = re.sub(r"[ '\u00a0\u202f]", "", written)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?", bare) and not bare.startswith("0"):
        thousands = bare[re.search(r"[.,]", bare).start()]  # type: ignore[union-attr]
        bare = bare.replace(thousands, "")
    return float(bare.replace(",", "."))


def _read(passage: str, sentence: Sentence, amount: _Found, previous: _Found | None) -> Iterator[Money]:
    if amount.currency == "%":
        yield Money(amount.values[0], "%", "rate")
        return
    largest = _LARGEST_GRANT.get(amount.currency, 1e9)
    if len(amount.values) == 2 and amount.values[1] < largest:
        yield Money(amount.values[0], amount.currency, "grant_min")
        yield Money(amount.values[1], amount.currency, "grant_max")
        return
    start = previous.end if previous else sentence.start
    before = [c for c in sentence.cues if start <= c.start and c.end <= amount.start and amount.start - c.end < REACH]
    after = [c for c in sentence.cues if amount.end <= c.start < amount.end + 40]
    role = _role(passage, amount, before, after)
    if role == "grant_max" and amount.values[0] >= largest:
        role = "total"
    yield from (Money(value, amount.currency, role) for value in amount.values)


def _role(passage: str, amount: _Found, before: list[Cue], after: list[Cue]) -> str:
    near = passage[amount.end : amount.end + 45]
    labels = [cue.label for cue in reversed(before)]
    limits = [label for label in labels if label in ("grant_max", "grant_min", "total")]
    if _PER_GRANT.search(near) or _PER_GRANT.search(passage[max(0, amount.start - 60) : amount.start]):
        return "grant_min" if limits[:1] == ["grant_min"] else "grant_max"
    if limits:
        # "a total budget of up to": the largest grant is what one applicant may get, not what there is in all.
        return "total" if limits[0] == "grant_max" and "total" in limits else limits[0]
    return next((cue.label for cue in after if cue.label in ("grant_max", "total")), "other")
