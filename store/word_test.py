"""Whether words stand in some items: SQLite's word index of those alone, made for the question and forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.item_rows import COLUMNS
from store.tables import DetailRow

AT_ONCE = 1_000  # items: 20 ms; the index of all items takes longer for words that most of them have
_TOKENS = "tokenize='unicode61 remove_diacritics 0'"  # as the index of all items has it (store/migrations/searching.py)
_OWN = select(COLUMNS.id, COLUMNS.title, COLUMNS.publisher, COLUMNS.text)
_FETCHED = select(DetailRow.item_id, DetailRow.text)


def having(session: Session, words: str, numbers: Sequence[int]) -> set[int]:
    """Return those of the items in whose own words, or in whose fetched text, an FTS5 query holds."""
    own = session.execute(_OWN.where(COLUMNS.id.in_(numbers)))
    fetched = session.execute(_FETCHED.where(DetailRow.item_id.in_(numbers)))
    with closing(sqlite3.connect(":memory:")) as index:
        index.execute(f"CREATE VIRTUAL TABLE own USING fts5(title, publisher, text, {_TOKENS})")
        index.execute(f"CREATE VIRTUAL TABLE fetched USING fts5(text, {_TOKENS})")
        index.executemany("INSERT INTO own(rowid, title, publisher, text) VALUES (?, ?, ?, ?)", map(tuple, own))
        index.executemany("INSERT INTO fetched(rowid, text) VALUES (?, ?)", map(tuple, fetched))
        found = "SELECT rowid FROM own WHERE own MATCH ? UNION ALL SELECT rowid FROM fetched WHERE fetched MATCH ?"
        return {number for (number,) in index.execute(found, (words, words))}
