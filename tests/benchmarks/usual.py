"""The measured steps as one would otherwise assemble them from well-known parts."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import feedparser
import spacy
from sklearn.feature_extraction.text import TfidfVectorizer
from spacy.matcher import PhraseMatcher
from sqlalchemy import JSON, Engine, UniqueConstraint, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from nlp.knowledge import load_knowledge
from store.types import Item

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


class Base(DeclarativeBase):
    """The usual base class."""


class Row(Base):
    """The usual table: one row per item, with the columns one would want again."""

    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("source", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    key: Mapped[str]
    title: Mapped[str]
    url: Mapped[str]
    text: Mapped[str]
    publisher: Mapped[str]
    published: Mapped[date | None]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]


class Reading(Base):
    """What is told of an item; lists and scores as JSON."""

    __tablename__ = "readings"
    item_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    relevance: Mapped[float]
    told: Mapped[dict[str, Any]] = mapped_column(JSON)


# The same word index as ours, kept in step the same way.
SEARCH = (
    """CREATE VIRTUAL TABLE item_search USING fts5(title, publisher, text, content='items', content_rowid='id',
        prefix='3 4', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER items_search_insert AFTER INSERT ON items BEGIN
        INSERT INTO item_search(rowid, title, publisher, text)
        VALUES (new.id, new.title, new.publisher, new.text); END""",
)
TAG = re.compile(r"<[^>]+>")


def values_of(entry: Any) -> dict[str, Any]:
    """Return what is kept of an entry: summary without markup, the day as a date."""
    told = entry.get("published_parsed")
    return {
        "title": entry.title,
        "url": entry.link,
        "text": html.unescape(TAG.sub(" ", entry.get("summary", ""))).strip(),
        "publisher": "Bench",
        "published": date(*told[:3]) if told else None,
        "last_seen": NOW,
    }


def rows_of(body: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Return the key and the values of every entry of a feed."""
    return [(entry.id, values_of(entry)) for entry in feedparser.parse(body).entries]


def parse(feeds: Sequence[bytes]) -> int:
    """Parse every feed and return the number of entries."""
    return sum(len(rows_of(body)) for body in feeds)


def new_database(folder: Path) -> Engine:
    """Return an engine on a database without items, set up as ours is: WAL, not waiting for the disk."""
    engine = create_engine(f"sqlite:///{folder / uuid.uuid4().hex}.db")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = NORMAL"))
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        Base.metadata.create_all(connection)
        for statement in SEARCH:
            connection.exec_driver_sql(statement)
    return engine


def store_feeds(feeds: Sequence[bytes], engine: Engine, *, commit_each: bool) -> int:
    """Parse every feed into the database: look each entry up, then add or update it; a commit per entry or feed."""
    number = 0
    with Session(engine) as session:
        for body in feeds:
            for key, values in rows_of(body):
                row = session.scalar(select(Row).where(Row.source == "bench", Row.key == key))
                if row is None:
                    session.add(Row(source="bench", key=key, first_seen=NOW, **values))
                else:
                    for name, value in values.items():
                        setattr(row, name, value)
                if commit_each:
                    session.commit()
                number += 1
            session.commit()
    return number


class Pattern:
    """Terms found by spaCy, and a character n-gram matrix by scikit-learn: the usual inputs of a classifier."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.nlp = spacy.blank("sv")
        self.matcher = PhraseMatcher(self.nlp.vocab, attr="LOWER")
        terms = sorted({term.text for some in load_knowledge().terms.values() for term in some})
        self.matcher.add("terms", [self.nlp.make_doc(term.rstrip("*")) for term in terms])
        self.vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)).fit(texts_of(items))

    def assess(self, items: Sequence[Item]) -> int:
        """Find terms and n-grams of all items and return how many there were; no scores yet."""
        texts = texts_of(items)
        for document in self.nlp.pipe(texts):
            self.matcher(document)
        self.vectors.transform(texts)
        return len(texts)


def texts_of(items: Sequence[Item]) -> list[str]:
    """Return what is read of each item."""
    return [f"{item.title}\n{item.text}" for item in items]


def stories(items: Sequence[Item]) -> int:
    """Compare all items with all, and return how many there were."""
    matrix = TfidfVectorizer().fit_transform(texts_of(items))
    similar = matrix @ matrix.T
    return int(similar.shape[0])
