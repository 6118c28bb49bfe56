"""Searching the ledger for a reader at the page: letter by letter from the newest on, as far as one look goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from nlp.matters import numbers_in
from pipeline.ledger import Period, told_rows
from pipeline.municipality import Municipality
from store.db import Session
from store.item_rows import Key
from store.ledger import Place, digests_telling, newest_sendings, removed_tellings, sendings
from store.told_finding import told_having, told_if_few
from store.types import DigestState

MOST = 100  # tellings on a page; the last letter's are shown whole
AT_ONCE = 40  # letters that are looked through together, twenty items or so in each
LOOKED_AMONG = 2_000  # tellings that one look goes through for a word that many items have: some 0.1 s


@dataclass(frozen=True, slots=True)
class Told:
    """Tellings, the newest first; `next` is the oldest letter that was looked through, None when all were."""

    rows: Sequence[Mapping[str, Any]]
    next: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Which letters are looked through; `fits` is asked of every telling besides."""

    period: Period
    units: Collection[str] = ()
    states: Collection[DigestState] = ()
    has_answers: bool = False
    before: Place | None = None
    fits: Callable[[Mapping[str, Any]], bool] = lambda _row: True


def find_told(session: Session, municipality: Municipality, words: str, letters: Letters) -> Told:
    """Return who was told of what the words name, a page at a time.

    What a number, an address or a rare word names is found at once. Words that many items have are looked for in some
    letters at a time; where that ended is told, so that nobody takes "not in these" for "never".
    """
    keys = told_if_few(session, words, numbers_in(words))
    places = _places(session, municipality.key, letters)
    removed: Mapping[str, set[Key]] = {}
    if keys is not None:
        removed = removed_tellings(session, municipality.key)
        naming = digests_telling(session, municipality.key, keys) | set(removed)
        places = (place for place in places if place[1] in naming)
    rows: list[Mapping[str, Any]] = []
    looked, following = 0, next(places, None)
    while following:
        some = [following, *islice(places, AT_ONCE - 1)]
        following = next(places, None)
        ids = {name for _, name in some}
        having, number = (keys, 0) if keys is not None else told_having(session, words, ids)
        gone = removed if keys is not None else removed_tellings(session, municipality.key, ids)
        looked += number
        sent = sendings(session, municipality.key, ids=ids)
        order = {name: number for number, (_, name) in enumerate(some)}  # the next page begins after a letter of it
        fitting = filter(letters.fits, told_rows(session, municipality, sent, having, words, gone))
        found = sorted(fitting, key=lambda row: (order[row["digest"]], row["position"]))
        shown = _whole_letters(found, MOST - len(rows))
        rows += shown
        if len(shown) < len(found) or (following and (len(rows) >= MOST or looked >= LOOKED_AMONG)):
            last = shown[-1]["digest"] if len(shown) < len(found) else some[-1][1]
            return Told(rows, next(place for place in some if place[1] == last))
    return Told(rows)


def _places(session: Session, municipality: str, letters: Letters) -> Iterator[Place]:
    return newest_sendings(
        session,
        municipality,
        units=letters.units,
        since=letters.period.begins,
        until=letters.period.ends,
        states=letters.states,
        answered=True if letters.has_answers else None,
        before=letters.before,
    )


def _whole_letters(rows: Sequence[Mapping[str, Any]], most: int) -> list[Mapping[str, Any]]:
    """Return the rows until there are so many, and then those of the same letter: the next page begins after it."""
    if len(rows) <= most:
        return list(rows)
    end = max(most, 1)
    while end < len(rows) and rows[end]["digest"] == rows[end - 1]["digest"]:
        end += 1
    return list(rows[:end])
