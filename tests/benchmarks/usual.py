"""The measured steps as one would otherwise assemble them from well-known parts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import feedparser
import spacy
from sklearn.feature_extraction.text import TfidfVectorizer
from spacy.matcher import PhraseMatcher
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from nlp.knowledge import load_knowledge
from store.types import Item


class Base(DeclarativeBase):
    """The usual base class."""


class Row(Base):
    """The usual table: one row per item."""

    __tablename__ = "items"
    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    published: Mapped[date | None]


def entries_of(body: bytes) -> list[Any]:
    """Return a feed's entries."""
    return list(feedparser.parse(body).entries)


def parse(feeds: Sequence[bytes]) -> int:
    """Parse every feed and return the number of entries."""
    return sum(len(entries_of(body)) for body in feeds)


def store_feeds(feeds: Sequence[bytes], folder: Path) -> int:
    """Parse every feed into a new database: look each entry up, then add it, a commit per feed."""
    engine = create_engine(f"sqlite:///{folder / uuid.uuid4().hex}.db")
    Base.metadata.create_all(engine)
    number = 0
    with Session(engine) as session:
        for body in feeds:
            for entry in entries_of(body):
                if session.scalar(select(Row).where(Row.key == entry.id)) is None:
                    session.add(Row(key=entry.id, title=entry.title, text=entry.summary, published=None))
                number += 1
            session.commit()
    engine.dispose()
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
