"""Finding items by what a person types: words, "exact phrases", -without, begin* of words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    String,
    and_,
    any_,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session, aliased

from store.item_rows import COLUMNS, item_of
from store.tables import DetailRow, ItemRow
from store.types import StoredItem
from store.word_test import AT_ONCE, having

Order = Literal["newest", "best"]

# Ranking reads every match; beyond this many, only the ones stored last are ranked (0.3 s for a common word else).
_RANKED = 2_000
_SHORTEST_PREFIX = 3  # "EU" must not find "euro"; three letters are enough to begin a Swedish compound
_MOST_TERMS = 20
MANY = 5_000  # items, from which on the newest are walked through: to sort more takes longer
# On PostgreSQL an item takes longer to test: its words are read from beside the table.
_MANY_WALKED, _SURELY_COMMON = 8_000, 20_000

_INDEXES = ("item_search", "detail_search")  # what the lists told, and what was fetched of single items
_RANKING = """SELECT number, MIN(score) AS score FROM (
    SELECT * FROM (SELECT rowid AS number, bm25(item_search, 4.0, 2.0, 1.0) AS score FROM item_search
        WHERE item_search MATCH :wanted ORDER BY rowid DESC LIMIT :ranked)
    UNION ALL SELECT * FROM (SELECT rowid AS number, bm25(detail_search) AS score FROM detail_search
        WHERE detail_search MATCH :wanted ORDER BY rowid DESC LIMIT :ranked)
) GROUP BY number"""

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: words in a row, the last of them whole or only a beginning."""

    words: tuple[str, ...]
    is_prefix: bool
    is_excluded: bool


def parse_query(query: str) -> list[Term]:
    """Return what the person looks for; any text gives some terms or none, never an error."""
    terms = []
    for match in _TERM.finditer(unicodedata.normalize("NFC", query)):
        phrase, word, minus = match["phrase"], match["word"], bool(match["minus"])
        words = tuple(found.lower() for found in _WORD.findall(phrase if word is None else word))
        if words:
            starred = word is not None and word.rstrip(",.;)").endswith("*")
            long_enough = word is not None and not minus and len(words[-1]) >= _SHORTEST_PREFIX
            terms.append(Term(words, starred or long_enough, minus))
    return terms[:_MOST_TERMS]


def search_items(session: Session, query: str, *, limit: int = 20, order: Order = "newest") -> list[StoredItem]:
    """Return the items in whose title, publisher and text, or in whose fetched text, all the words stand.

    Words match as beginnings ("avlopp" finds "avloppsvatten"), phrases in quotes exactly; a minus leaves out what has
    the word, exactly or, with a star, as a beginning.
    """
    found = matching(session, query, order=order)
    if found is None:
        return []
    newest = (COLUMNS.day.desc(), COLUMNS.id.desc())
    return [item_of(row) for row in session.execute(found.order_by(*newest).limit(limit))]


def matching(session: Session, query: str, *, order: Order = "newest") -> Select[Any] | None:
    """Return the query of all columns of the items that match, to be narrowed further; None when nothing is asked."""
    wanted, unwanted = _terms(query)
    if not wanted and not unwanted:
        return None
    if session.get_bind().dialect.name == "sqlite":
        return _find_sqlite(wanted, unwanted, order)
    return _find_postgresql(wanted, unwanted, order)


@dataclass(frozen=True, slots=True)
class Words:
    """What the typed words ask of items.

    `few` gives the condition that begins with the items that have the words, or None when those are many: to sort them
    takes longer than to walk through the newest and test each, by `test` in a query, or else by `held`, which returns
    those of some items that have the words.
    """

    few: Callable[[], Any | None]
    test: Any | None = None
    held: Callable[[Sequence[int]], set[int]] | None = None
    is_all: bool = True  # `few` leaves nothing to test


def words_of(session: Session, query: str) -> Words | None:
    """Return what the words ask, None when nothing is asked."""
    wanted, unwanted = _terms(query)
    if not wanted and not unwanted:
        return None
    if session.get_bind().dialect.name == "sqlite":
        return _words_sqlite(session, wanted, unwanted)
    return _words_postgresql(session, wanted, unwanted)


def _terms(query: str) -> tuple[list[Term], list[Term]]:
    terms = parse_query(query)
    return [term for term in terms if not term.is_excluded], [term for term in terms if term.is_excluded]


def _words_sqlite(session: Session, wanted: Sequence[Term], unwanted: Sequence[Term]) -> Words:
    words, out = " AND ".join(map(_fts5, wanted)), " OR ".join(map(_fts5, unwanted))

    def few() -> Any | None:
        counted = text(f"SELECT 1 FROM ({_hits('wanted')}) LIMIT 1 OFFSET {MANY}")  # noqa: S608 - our names
        # Whole words first: the beginning of a common one takes 40 ms to look up at a million items, the word 1 ms.
        whole = " AND ".join(_fts5(replace(term, is_prefix=False)) for term in wanted)
        if not wanted or any(session.execute(counted, {"wanted": each}).first() for each in (whole, words)):
            return None
        return text(f"items.id IN ({_hits('wanted')})").bindparams(wanted=words)

    def held(numbers: Sequence[int]) -> set[int]:
        found = _among(session, words, numbers) if wanted else set(numbers)
        return found - _among(session, out, sorted(found)) if unwanted else found

    return Words(few, held=held, is_all=not unwanted)


def _among(session: Session, words: str, numbers: Sequence[int]) -> set[int]:
    """Return those of the items that the words stand in; of many, by the index of all items, read from end to end.

    The plus keeps SQLite from looking up number by number, which begins the whole search anew each time.
    """
    if len(numbers) <= AT_ONCE:
        return having(session, words, numbers) if numbers else set()
    span = "rowid BETWEEN :lowest AND :highest AND +rowid IN (SELECT value FROM json_each(:numbers))"
    parts = (f"SELECT rowid FROM {name} WHERE {name} MATCH :words AND {span}" for name in _INDEXES)  # noqa: S608 - our names
    values = {"words": words, "lowest": min(numbers), "highest": max(numbers), "numbers": json.dumps(list(numbers))}
    return set(session.scalars(text(" UNION ALL ".join(parts)), values))


def _find_sqlite(wanted: Sequence[Term], unwanted: Sequence[Term], order: Order) -> Select[Any]:
    found = select(*COLUMNS)
    if unwanted:
        out = " OR ".join(_fts5(term) for term in unwanted)
        found = found.where(text(f"items.id NOT IN ({_hits('unwanted')})").bindparams(unwanted=out))
    if not wanted:
        return found
    words = " AND ".join(_fts5(term) for term in wanted)
    if order == "newest":
        return found.where(text(f"items.id IN ({_hits('wanted')})").bindparams(wanted=words))
    ranked = text(_RANKING).bindparams(wanted=words, ranked=_RANKED)
    hits_by_rank = ranked.columns(literal_column("number"), literal_column("score")).subquery()
    return found.join(hits_by_rank, hits_by_rank.c.number == COLUMNS.id).order_by(hits_by_rank.c.score)


def _hits(words: str) -> str:
    return " UNION ALL ".join(f"SELECT rowid FROM {name} WHERE {name} MATCH :{words}" for name in _INDEXES)  # noqa: S608 - our names


def _fts5(term: Term) -> str:
    return '"' + " ".join(term.words) + '"' + ("*" if term.is_prefix else "")


def _find_postgresql(wanted: Sequence[Term], unwanted: Sequence[Term], order: Order) -> Select[Any]:
    found = select(*COLUMNS)
    if unwanted:
        out = _holding(lambda words: or_(*(words.op("@@")(_plain(term)) for term in unwanted)))
        found = found.where(COLUMNS.id.not_in(out))
    if not wanted:
        return found
    hits = _holding(lambda words: and_(*(words.op("@@")(_form(term)) for term in wanted)))
    found = found.where(COLUMNS.id.in_(hits))
    if order == "best":
        best = func.to_tsquery("simple", " & ".join(_tsquery(term) for term in wanted))
        found = found.order_by(func.ts_rank(literal_column("items.search"), best).desc())
    return found


def _words_postgresql(session: Session, wanted: Sequence[Term], unwanted: Sequence[Term]) -> Words:
    own: Any = literal_column("items.search")
    fetched: Any = literal_column("details.search")

    def stands(terms: Sequence[Term], form: Callable[[Term], Any], join: Callable[..., Any]) -> Any:
        detail = select(DetailRow.item_id).where(DetailRow.item_id == COLUMNS.id)
        # The offset keeps PostgreSQL from reading through all fetched texts first, to look the few up among them.
        in_detail = detail.where(join(*(fetched.op("@@")(form(term)) for term in terms))).offset(0).exists()
        return or_(join(*(own.op("@@")(form(term)) for term in terms)), in_detail)

    tests = [stands(wanted, _form, and_)] if wanted else []
    tests += [~stands(unwanted, _plain, or_)] if unwanted else []

    def few() -> Any | None:
        numbers = _few_numbers(session, wanted) if wanted else None
        return None if numbers is None else named(numbers)

    return Words(few, test=and_(*tests), is_all=not unwanted)


def named(numbers: Sequence[int]) -> Any:
    """Return the condition that an item's number is one of these, for PostgreSQL."""
    return COLUMNS.id == any_(literal(list(numbers), ARRAY(Integer)))


def _few_numbers(session: Session, wanted: Sequence[Term]) -> list[int] | None:
    """Return the numbers of the items that have the words on PostgreSQL, None when they are many.

    What it expects is right of words that it has seen to be common; of others it expects half a per cent, so those are
    read. It reads by its word index, since the part of the query that is kept is planned as if all were wanted; and
    numbers that are named are looked up, where it would rather walk through all items beside half a per cent of them.
    """
    plain, stem = "to_tsquery('simple', %(word{0})s)", " || to_tsquery('swedish', %(word{0})s)"
    forms = [(plain + stem if term.is_prefix else plain).format(place) for place, term in enumerate(wanted)]
    matches = " AND ".join(f"search @@ ({form})" for form in forms)
    words = {f"word{place}": _tsquery(term) for place, term in enumerate(wanted)}
    hits = f"SELECT id FROM items WHERE {matches}"  # noqa: S608 - words are parameters
    run = session.connection().exec_driver_sql
    if run(f"EXPLAIN (FORMAT JSON) {hits}", words).scalar_one()[0]["Plan"]["Plan Rows"] > _SURELY_COMMON:
        return None
    both = f"{hits} UNION ALL SELECT item_id FROM details WHERE {matches}"  # noqa: S608 - words are parameters
    limited = f"WITH hits AS MATERIALIZED ({both}) SELECT id FROM hits LIMIT {_MANY_WALKED + 1}"  # noqa: S608 - ours
    numbers = list(run(limited, words).scalars())
    return numbers if len(numbers) <= _MANY_WALKED else None


def _holding(matches: Callable[[Any], Any]) -> Any:
    """Return the numbers of the items in whose own words, or in whose fetched text, what is looked for stands.

    A union, not an "or": each half has an index of its own.
    """
    told = aliased(ItemRow, name="told")
    items = select(told.id).where(matches(literal_column("told.search")))
    return items.union(select(DetailRow.item_id).where(matches(literal_column("details.search"))))


def _plain(term: Term) -> Any:
    return func.to_tsquery("simple", cast(_tsquery(term), String))


def _form(term: Term) -> Any:
    if not term.is_prefix:
        return _plain(term)
    # The stem too: "kommunernas" finds "kommunens".
    return _plain(term).op("||")(func.to_tsquery("swedish", cast(_tsquery(term), String)))


def _tsquery(term: Term) -> str:
    *first, last = (f"'{word}'" for word in term.words)
    return " <-> ".join([*first, last + (":*" if term.is_prefix else "")])
