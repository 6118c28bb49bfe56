"""Amounts and support rates in running text, and which of total, largest grant, smallest grant or rate they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.text import Cue, Sentence, sentences
from store.types import Money

BEFORE, AFTER = 170, 110  # characters read around an amount
REACH = 75  # characters between an amount and the words that tell its role
MOST = 8  # amounts of one item; a text with more is a table or an annual report

_NUMBER = r"\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?![\d])|\d+(?:[.,]\d+)?"
_SCALE = {
    "k": 1e3, "t": 1e3, "tusen": 1e3, "thousand": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "milj": 1e6, "miljon": 1e6, "miljoner": 1e6, "million": 1e6, "millions": 1e6,
    "mkr": 1e6, "mnkr": 1e6, "msek": 1e6, "meur": 1e6, "meuro": 1e6, "tkr": 1e3, "tsek": 1e3, "ksek": 1e3, "keur": 1e3,
    "bn": 1e9, "md": 1e9, "mdr": 1e9, "miljard": 1e9, "miljarder": 1e9, "billion": 1e9, "billions": 1e9, "mdkr": 1e9,
    "mdsek": 1e9, "mdrkr": 1e9,
}  # fmt: skip
_CURRENCY = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "meur": "EUR", "meuro": "EUR", "keur": "EUR",
    "sek": "SEK", "kr": "SEK", "kronor": "SEK", "kronors": "SEK", "mkr": "SEK", "mnkr": "SEK", "msek": "SEK", "tkr": "SEK",
    "tsek": "SEK", "ksek": "SEK", "mdkr": "SEK", "mdsek": "SEK", "mdrkr": "SEK", "skr": "SEK",
    "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD", "£": "GBP", "gbp": "GBP", "pund": "GBP",
    "nok": "NOK", "dkk": "DKK",
}  # fmt: skip
_SHORT_SCALE = r"mn|mio\.?|milj\.?|miljon(?:er)?|millions?|bn|mdr|md|miljard(?:er)?|billions?|tusen|thousand|[kKmM](?=\b)"
_JOINED = r"mnkr|mkr|msek|meuro?|tkr|tsek|ksek|keur|mdrkr|mdkr|mdsek"
_BEFORE = r"€|EUR|SEK|USD|US\$|\$|£|GBP|NOK|DKK|MEUR|MSEK|KSEK"
_AFTER = r"€|euros?|eur|sek|skr|kronors?|kr|usd|dollars?|\$|£|gbp|pund|nok|dkk"
_AMOUNT = re.compile(
    rf"(?:(?<![A-Za-z])(?P<lead>{_BEFORE})\s?(?P<a>{_NUMBER})(?:(?:\s?(?:-|–|to)\s?)(?P<a2>{_NUMBER}))?(?:\s?(?P<scale>{_SHORT_SCALE})(?![a-zåäö]))?"
    rf"|(?<![\w.,/-])(?P<b>{_NUMBER})(?:(?:\s?(?:-|–|till|to|och|and)\s?)(?P<b2>{_NUMBER}))?\s?"
    rf"(?:(?P<joined>{_JOINED})\b|(?:(?P<scale2>{_SHORT_SCALE})\s?)?(?:svenska\s|of\s)?(?P<tail>{_AFTER})(?![a-zåäö])))",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"(?<![\w.,/-])(?P<value>\d{1,3}(?:[.,]\d+)?)(?:\s?(?:-|–|to|till|och|and)\s?(?P<upper>\d{1,3}))?\s?(?:%|procent\b|per cent\b|percent\b)",
    re.IGNORECASE,
)
# What must stand somewhere in the text before amounts are sought in it.
_TRIGGER = re.compile(r"€|\$|£|%|\beur|\bsek\b|\bm?n?kr\b|krono|euro\b|euros\b|\bmsek|\bmeur|\btkr|procent|per ?cent|\busd|\bgbp|\bnok\b|\bdkk\b|dollar", re.I)
_FUNDING_RATE = re.compile(
    r"medfinans|co-?\s?financ|co-?\s?fund|stödniv|stödgrad|stödandel|stödberättig|eligible (?:project )?(?:cost|expend)|funding rate"
    r"|reimburs|egenfinans|(?:av|of)(?: de| the)?(?: \w+){0,2} ?(?:kostnad|cost)|stödintens|aid intensity|grant rate|support rate"
    r"|bidrag(?:et|en)? (?:på|om|är|kan|uppgår|med|täcker|lämnas)|stöd(?:et)? (?:på|om|är|kan|uppgår|med|täcker|lämnas|ges)|intervention rate"
    r"|financing rate|finansieringsgrad",
    re.IGNORECASE,
)
_PER_GRANT = re.compile(r"(?:per|each|varje|enskil\w+)\s(?:\w+\s)?(?:proje[ck]t|grant|proposal|ansök|application|action|topic|award|sökande|applicant)", re.I)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    values: tuple[float, ...]
    currency: str


def find_money(text: str, language: str) -> tuple[Money, ...]:
    """Return the amounts and rates of a text in the order they stand, each once."""
    if not _TRIGGER.search(text):
        return ()
    money: dict[Money, None] = {}
    for passage, found in _passages(text):
        for sentence in sentences(passage, language):
            inside = [amount for amount in found if sentence.start <= amount.start < sentence.end]
            for amount, previous in zip(inside, [None, *inside], strict=False):
                money.update(dict.fromkeys(_read(passage, sentence, amount, previous)))
    named = {(m.value, m.currency) for m in money if m.role != "other"}
    kept = [m for m in money if m.role != "other" or (m.value, m.currency) not in named]
    return tuple(kept[:MOST])


def _passages(text: str) -> Iterator[tuple[str, list[_Found]]]:
    """Yield stretches of text around amounts with the amounts in them."""
    stretches: list[list[int]] = []
    for amount in sorted(_amounts(text), key=lambda found: found.start):
        start, end = max(0, amount.start - BEFORE), min(len(text), amount.end + AFTER)
        if stretches and start <= stretches[-1][1]:
            stretches[-1][1] = max(end, stretches[-1][1])
        else:
            stretches.append([start, end])
    for start, end in stretches:
        yield text[start:end], sorted(_amounts(text[start:end]), key=lambda found: found.start)


def _amounts(text: str) -> Iterator[_Found]:
    for match in _AMOUNT.finditer(text):
        if found := _amount(match):
            yield found
    for match in _RATE.finditer(text):
        near = text[max(0, match.start() - 90) : match.end() + 70]
        value = _number(match["upper"] or match["value"])
        if 0 < value <= 100 and _FUNDING_RATE.search(near):
            yield _Found(match.start(), match.end(), (value,), "%")


def _amount(match: re.Match[str]) -> _Found | None:
    group = match.groupdict()
    unit = (group["lead"] or group["joined"] or group["tail"]).lower()
    scale = (group["scale"] or group["scale2"] or group["joined"] or group["lead"] or "").lower().rstrip(".")
    factor = _SCALE.get(scale, 1.0)
    numbers = [_number(n) for n in (group["a"] or group["b"], group["a2"] or group["b2"]) if n]
    if len(numbers) == 2 and numbers[0] > numbers[1]:  # "2 and 500 000 euro": two things, not a span
        numbers = numbers[1:]
    values = tuple(round(number * factor, 2) for number in numbers)
    if min(values) < 100 and factor == 1.0 and unit in ("€", "$", "£", "kr", "kronor", "eur", "euro"):
        return None if max(values) < 100 else _Found(match.start(), match.end(), values[-1:], _CURRENCY[unit])
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
    if len(amount.values) == 2:
        yield Money(amount.values[0], amount.currency, "grant_min")
        yield Money(amount.values[1], amount.currency, "grant_max")
        return
    start = previous.end if previous else sentence.start
    before = [c for c in sentence.cues if start <= c.start and c.end <= amount.start and amount.start - c.end < REACH]
    after = [c for c in sentence.cues if amount.end <= c.start < amount.end + 40]
    yield Money(amount.values[0], amount.currency, _role(passage, amount, before, after))


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
