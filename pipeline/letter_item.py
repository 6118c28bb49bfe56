"""One item of a letter, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit

from nlp.language import detect
from pipeline.analyses import in_letter
from pipeline.candidate import Candidate
from pipeline.fact_wording import facts_in_words
from pipeline.selection import CLOSES_SOON, Entry
from pipeline.thread_wording import chain, word_of
from pipeline.wording import (
    clean,
    counted,
    day_in_words,
    distance_in_words,
    kind_in_words,
    lower_first,
    money_in_words,
    shortened,
    upper_first,
)
from store.types import Item, Kind

TITLE = 220  # characters: EU titles run to 900, and what they are about stands first
SUMMARY = 320
URL_CHARACTERS = "%/:=&?~#+!$,;@()*[]|"  # all else is percent-encoded: mail programs end a link at it
LATER_DAYS = 3  # further deadlines that are named
_LAW_DAYS = {"transposition": "Ska vara genomfört senast", "application_date": "Tillämpas från"}


@dataclass(frozen=True, slots=True)
class Day:
    """A day in words, with its ISO form for the title attribute."""

    before: str
    iso: str
    words: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An item that is only named: what it is in a word, and where it is."""

    words: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterItem:
    """What a reader sees of an item, clean and cut to length."""

    kind: str
    title: str
    url: str
    language: str  # of title and summary, when it is not Swedish
    summary: str
    soon: bool
    days: tuple[Day, ...]
    money: str
    facts: str  # who may apply, with whom and for how much
    publisher: str
    published: Day
    change: str
    others: str
    thread: str  # the stages of the matter, in a line
    also: tuple[Link, ...]  # new items of the same matter
    units: str
    because: str
    analysis: str = ""  # what the municipality says it means, when a person has signed it
    answer: str = ""  # the page to answer on, when there is one


def letter_item(entry: Entry, today: date, units: str, answer: str = "") -> LetterItem:
    """Return the entry in words; `units` names the reader's units when there are several."""
    candidate = entry.candidate
    item, assessment = candidate.item, candidate.assessment
    title = shortened(clean(item.title), TITLE) or "(utan rubrik)"
    return LetterItem(
        kind=kind_in_words(item),
        title=title,
        url=safe_link(item.url),
        language=assessment.language if assessment.language not in ("sv", "") else "",
        summary=_summary(candidate, title),
        soon=entry.answer_by is not None and entry.answer_by <= today + CLOSES_SOON,
        days=tuple(_days(candidate, today)),
        money=_money(candidate),
        facts=facts_in_words(item, assessment.facts),
        publisher=clean(item.publisher) or item.source,
        published=_published(entry, today),
        change=entry.change,
        others=f"Samma nyhet finns hos {counted(entry.others, 'källa', 'källor')} till." if entry.others else "",
        thread=chain(candidate.thread, candidate.stage, today),
        also=tuple(Link(word_of(c) or lower_first(kind_in_words(c.item)), safe_link(c.item.url)) for c in entry.also),
        units=units,
        because=clean(entry.routes[0].because),
        analysis=in_letter(candidate),
        answer=answer,
    )


def named_link(candidate: Candidate, today: date) -> Link:
    """Return the item by its title and its next day, for a reader who has been told of it."""
    title = shortened(clean(candidate.item.title), TITLE) or "(utan rubrik)"
    day = candidate.next_answer_day(today)
    words = f"{title} – {_verb(candidate.item, after_opening=True)} {day_in_words(day, today)}" if day else title
    return Link(words, safe_link(candidate.item.url))


def _summary(candidate: Candidate, title: str) -> str:
    """Return the summary, or "" when it says the title again, as an EU act's title in another language does."""
    summary = upper_first(shortened(clean(candidate.assessment.summary), SUMMARY))
    if summary.rstrip(".…").lower() == title.rstrip(".…").lower():
        return ""
    language = candidate.assessment.language
    translated = candidate.item.kind in (Kind.LEGAL_ACT, Kind.PROPOSAL) and detect(summary, "", language) != language
    return "" if translated else summary


def _money(candidate: Candidate) -> str:
    """Return the amounts; a share of the costs is left to the facts where they tell it, for they say whose it is."""
    money, facts = candidate.item.money or candidate.assessment.money, candidate.assessment.facts
    told = "cofinancing" in facts or "own_share" in facts
    return money_in_words(tuple(one for one in money if not (told and one.role == "rate")))


def safe_link(url: str) -> str:
    """Return the address when it is an ordinary web address, else ""."""
    try:
        parts = urlsplit(url.strip())
        ordinary = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return quote(clean(url), safe=URL_CHARACTERS) if ordinary else ""


def _days(candidate: Candidate, today: date) -> list[Day]:
    item = candidate.item
    days = []
    if item.opens and item.opens > today:
        days.append(_day("Öppnar", item.opens, today))
    ahead = [day for day in candidate.answer_days() if day >= today]
    if ahead:
        days.append(_day(_verb(item, bool(days)), ahead[0], today))
        days += [_day("sedan", day, today, distance=False) for day in ahead[1 : 1 + LATER_DAYS]]
    elif item.kind in (Kind.CALL, Kind.CONSULTATION):
        days.append(Day("Vi vet inte sista dagen; den står inte i källans uppgifter", "", ""))
    days += [
        _day(_LAW_DAYS[deadline.role], deadline.on, today)
        for deadline in candidate.deadlines
        if deadline.role in _LAW_DAYS and deadline.on >= today
    ][:2]
    return days


def _verb(item: Item, after_opening: bool) -> str:
    verb = "Svar" if item.kind is Kind.CONSULTATION else "Sök"
    return f"{verb.lower() if after_opening else verb} senast"


def _day(before: str, day: date, today: date, *, distance: bool = True) -> Day:
    after = f"({distance_in_words(day, today)})" if distance else ""
    return Day(before, day.isoformat(), day_in_words(day, today), after)


def _published(entry: Entry, today: date) -> Day:
    day = entry.candidate.item.published
    if day is None:
        # A call's own days stand above; that the portal gives no day of publishing tells a reader nothing.
        return Day("" if entry.candidate.item.kind is Kind.CALL else "datum saknas i källan", "", "")
    words = day_in_words(day, today, weekday=False)
    if entry.odd_date:
        return Day("källans datum är", day.isoformat(), words, "och kan inte stämma")
    return Day("", day.isoformat(), words)
