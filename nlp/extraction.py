"""Deadlines, money and formal references of an item: what its source gave first, then what its text says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from nlp.dates import NO_DATES, find_deadlines
from nlp.days import first_digit
from nlp.marks import A_DAY, A_NUMBER, EVERY, MONEY
from nlp.money import find_money
from nlp.references import find_references
from store.types import Deadline, Item, Kind, Money, Reference

LONGEST_TEXT = 20_000  # characters; sources give no more
_SUBMISSION = frozenset({"application", "stage_1", "stage_2", "cut_off"})
_LEAST_TELLING = ("application_date", "other")  # of two roles for one day, these give way
# What sources and lines for `utkik classify` call a deadline, and its role; "" is by the item's kind.
_META_DAYS = {
    "deadline": "",
    "deadlines": "",
    "answer_by": "answer",
    "last_answer_date": "answer",
    "transposition": "transposition",
    "transposition_date": "transposition",
}
_META_MONEY = {"budget_eur": ("EUR", "total"), "budget_sek": ("SEK", "total"), "budget": ("EUR", "total")}


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found; `opens` is the day a call opens where the text says so."""

    deadlines: tuple[Deadline, ...] = ()
    money: tuple[Money, ...] = ()
    references: tuple[Reference, ...] = ()
    opens: date | None = None


NOTHING = Extraction()


def extract(item: Item, language: str) -> Extraction:
    """Return the deadlines, money and references of an item, the source's own before those in the text."""
    found = extract_conditions(item, language)
    return replace(found, references=_join_references(item.references, find_references(item.title, item.text)))


def extract_conditions(item: Item, language: str, marks: int = EVERY) -> Extraction:
    """Return the deadlines and money alone, which is what an assessment tells of.

    `marks` are those of the whole item, where they are known.
    """
    dates, money = NO_DATES, tuple[Money, ...]()
    if marks & A_NUMBER and marks & (A_DAY | MONEY):
        whole = f"{item.title}.\n{item.text[:LONGEST_TEXT]}" if item.text else item.title
        if (begin := first_digit(whole)) >= 0:
            if marks & A_DAY:
                dates = find_deadlines(whole, language, kind=item.kind, published=item.published, begin=begin)
            money = find_money(whole, language, begin) if marks & MONEY else ()
    if not (item.meta or item.deadlines or item.money or item.opens or money or dates is not NO_DATES):
        return NOTHING
    return Extraction(
        deadlines=_join_deadlines([*item.deadlines, *_deadlines_in_meta(item)], dates.deadlines),
        money=_join_money([*item.money, *_money_in_meta(item.meta)], money),
        opens=item.opens or dates.opens,
    )


def _deadlines_in_meta(item: Item) -> list[Deadline]:
    if not item.meta:
        return []
    of_kind = {Kind.CONSULTATION: "answer", Kind.CALL: "application"}.get(item.kind, "other")
    found: list[Deadline] = []
    for name, role in _META_DAYS.items():
        if (value := item.meta.get(name)) is None:
            continue
        written = value if isinstance(value, list) else [value]
        days = [_iso_day(one) for one in written if isinstance(one, str)]
        found += [Deadline(day, role or of_kind) for day in days if day]
    return found


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _money_in_meta(meta: Mapping[str, Any]) -> list[Money]:
    for name, (currency, role) in _META_MONEY.items():
        value = meta.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return [Money(float(value), currency, role)]
    return []


def _join_deadlines(given: Iterable[Deadline], read: Iterable[Deadline]) -> tuple[Deadline, ...]:
    """Keep every day once; where the source gave a day for something, the text does not add another for the same."""
    given, read = list(given), list(read)
    if not given and not read:
        return ()
    read = sorted(
        read, key=lambda deadline: _LEAST_TELLING.index(deadline.role) if deadline.role in _LEAST_TELLING else -1
    )
    notes = {deadline.on: deadline.note for deadline in read if deadline.note}
    days: dict[date, Deadline] = {}
    for deadline in given:
        days.setdefault(deadline.on, Deadline(deadline.on, deadline.role, deadline.note or notes.get(deadline.on, "")))
    settled = {deadline.role for deadline in days.values()}
    if settled & _SUBMISSION:
        settled |= _SUBMISSION | {"other"}
    for deadline in read:
        if deadline.role not in settled:
            days.setdefault(deadline.on, deadline)
    return tuple(sorted(days.values(), key=lambda deadline: (deadline.on, deadline.role)))


def _join_money(given: Iterable[Money], read: Iterable[Money]) -> tuple[Money, ...]:
    money = list(dict.fromkeys(given))
    read = tuple(read)
    if not money:
        return read
    amounts = {(one.value, one.currency) for one in money}
    has_total = any(one.role == "total" for one in money)
    new = [one for one in read if (one.value, one.currency) not in amounts]
    return (*money, *(one for one in new if not (has_total and one.role == "total")))


def _join_references(given: Iterable[Reference], read: Iterable[Reference]) -> tuple[Reference, ...]:
    joined = {(reference.scheme, reference.value): reference for reference in read}
    joined.update({(reference.scheme, reference.value): reference for reference in given})
    return tuple(joined.values())
