"""Finding items by words and filters together, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice, repeat
from typing import Any, Literal

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from store.item_rows import COLUMNS, item_of
from store.narrowing import Narrowing, closing_between, in_area, open_in, ruled_in, told_in
from store.search import MANY, Words, words_of
from store.types import Kind, Ruling, StoredItem

State = Literal["send", "drop", "later", "told", "open", ""]
Place = tuple[date, int]  # day and number of an item: the next page begins after it

WINDOWS = (200, 1_000, 5_000, 20_000)  # items that are tested at once, more when the first hold too few
MOST_BEGUN = 30_000  # items that a search of several conditions may begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; what is empty is no condition. `state` is what the municipality has done with the item."""

    words: str = ""
    kinds: Collection[Kind] = ()
    sources: Collection[str] = ()
    area: str = ""
    deadline_from: date | None = None
    deadline_until: date | None = None
    state: State = ""
    municipality: str = ""
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of items, and where the next one begins when there are more."""

    items: list[StoredItem]
    next: Place | None = None


def find_items(session: Session, wanted: Search, *, limit: int = 50) -> Found:
    """Return the newest items that meet every condition; without words, all are looked among.

    First where the page's items are, by indexes alone, and then the items themselves.
    """
    words = words_of(session, wanted.words) if wanted.words.strip() else None
    if words is None and wanted.words.strip():
        return Found([])
    places = _by_words(session, wanted, words, limit + 1) if words else _by_filters(session, wanted, limit + 1)
    query = select(*COLUMNS).where(COLUMNS.id.in_([number for _, number in places[:limit]]))
    rows = session.execute(query.order_by(COLUMNS.day.desc(), COLUMNS.id.desc()))
    return Found([item_of(row) for row in rows], places[limit - 1] if len(places) > limit else None)


def _by_filters(session: Session, wanted: Search, limit: int) -> list[Place]:
    # One condition that many meet is met soon; of two it may be that hardly any item meets both.
    most = MANY if sum(map(bool, _asked(wanted))) == 1 else MOST_BEGUN
    return _places(session, _narrowed(session, wanted, most)[0], wanted.before, limit)


def _by_words(session: Session, wanted: Search, words: Words, limit: int) -> list[Place]:
    is_narrowed = any(_asked(wanted))
    if words.held is None or is_narrowed:
        few = words.few()
        if few is not None or words.held is None:
            query = _narrowed(session, wanted, 0 if few is not None else MOST_BEGUN)[0]
            found: Any = few
            query = query if few is None else query.where(found)
            if words.test is not None and not (few is not None and words.is_all):
                query = query.where(words.test)
            if words.held is None or words.is_all:
                return _places(session, query, wanted.before, limit)
            return _walk(session, query, words, wanted.before, limit, is_few=True)
    query, is_few = _narrowed(session, wanted, MOST_BEGUN)
    return _walk(session, query, words, wanted.before, limit, is_few=is_few, may_begin=not is_narrowed)


def _asked(wanted: Search) -> list[Any]:
    return [wanted.kinds, wanted.sources, wanted.deadline_from or wanted.deadline_until, wanted.area, wanted.state]


def _narrowed(session: Session, wanted: Search, most: int) -> tuple[Select[Any], bool]:
    """Return the search for days and numbers without the words, and whether it begins with what few items meet."""
    query = select(COLUMNS.day, COLUMNS.id)
    if wanted.kinds:
        query = query.where(_one_of(COLUMNS.kind, [kind.value for kind in wanted.kinds]))
    if wanted.sources:
        query = query.where(_one_of(COLUMNS.source, wanted.sources))
    is_begun = False
    for one in _narrowings(session, wanted, most):
        begins = one.few is not None and not is_begun
        condition: Any = one.few if begins else one.test
        query = query.where(condition)
        is_begun = is_begun or begins
    return query, is_begun


def _one_of(column: Any, values: Collection[str]) -> Any:
    """Return the condition, as the database's own order of one value's items allows it to be walked through."""
    return column == next(iter(values)) if len(values) == 1 else column.in_(sorted(values))


def _narrowings(session: Session, wanted: Search, most: int) -> list[Narrowing]:
    found = []
    if wanted.deadline_from or wanted.deadline_until:
        found.append(closing_between(session, wanted.deadline_from, wanted.deadline_until, most))
    if wanted.area:
        found.append(in_area(session, wanted.area, most))
    if wanted.state == "told":
        found.append(told_in(session, wanted.municipality, most))
    elif wanted.state == "open":
        found.append(open_in(session, wanted.municipality))
    elif wanted.state:
        found.append(ruled_in(session, wanted.municipality, Ruling(wanted.state), most))
    return found


def _places(session: Session, query: Select[Any], before: Place | None, limit: int) -> list[Place]:
    return [(row.day, row.id) for row in session.execute(_ordered(query, before, limit))]


def _stream(session: Session, query: Select[Any], before: Place | None, limit: int) -> Iterator[Place]:
    """Yield what `_places` returns, on SQLite as they are asked for: to read many takes as long as to sort."""
    ordered = _ordered(query, before, limit)
    if session.get_bind().dialect.name == "sqlite":
        ordered = ordered.execution_options(yield_per=WINDOWS[0])
    for row in session.execute(ordered):
        yield row.day, row.id


def _ordered(query: Select[Any], before: Place | None, limit: int) -> Select[Any]:
    if before:
        day, number = before
        # The first condition says what the second does: by it the index is entered at the day.
        query = query.where(COLUMNS.day <= day, or_(COLUMNS.day < day, COLUMNS.id < number))
    return query.order_by(COLUMNS.day.desc(), COLUMNS.id.desc()).limit(limit)


def _walk(
    session: Session,
    query: Select[Any],
    words: Words,
    before: Place | None,
    limit: int,
    *,
    is_few: bool,
    may_begin: bool = False,
) -> list[Place]:
    """Return the newest places whose items have the words: so many are tested at a time, until there are enough.

    Of few items the places are asked for once, since to sort them takes longest. `may_begin` tells that it may turn
    out, when the newest do not suffice, that few items have the words.
    """
    found: list[Place] = []
    waiting = _stream(session, query, before, MOST_BEGUN) if is_few else iter(())
    for number, size in enumerate(chain(WINDOWS, repeat(WINDOWS[-1]))):
        if number == 1 and may_begin and (few := words.few()) is not None:
            query = query.where(few)
            if words.is_all:
                return [*found, *_places(session, query, before, limit - len(found))]
        window = list(islice(waiting, size)) if is_few else _places(session, query, before, size)
        having = words.held([one for _, one in window]) if words.held else set()
        found += [place for place in window if place[1] in having]
        if len(found) >= limit or len(window) < size:
            break
        before = window[-1]
    return found[:limit]
