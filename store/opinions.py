"""Opinions: what the second reader has been asked, and what it said."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.columns import storable
from store.item_rows import Key
from store.tables import OpinionRow
from store.types import Opinion
from store.writing import chunks, upsert


def save_opinion(session: Session, opinion: Opinion) -> None:
    """Keep what was asked and said; the same text, model and question again replaces what stood there."""
    row = {
        "content_hash": opinion.content_hash,
        "model": storable(opinion.model),
        "prompt": opinion.prompt,
        "source": opinion.source,
        "key": opinion.key,
        "asked_at": opinion.asked_at,
        "week": opinion.week,
        "attempts": opinion.attempts,
        "is_answered": opinion.is_answered,
        "relevance": opinion.relevance,
        "areas": list(opinion.areas),
        "because": storable(opinion.because),
    }
    upsert(session, OpinionRow, [row])


def known_opinions(session: Session, hashes: Sequence[str], model: str, prompt: str) -> dict[str, Opinion]:
    """Return what this model has been asked with this question of texts with these hashes, answered or not."""
    found = {}
    for some in chunks(hashes):
        query = select(OpinionRow).where(
            OpinionRow.content_hash.in_(some), OpinionRow.model == model, OpinionRow.prompt == prompt
        )
        found.update({row.content_hash: _opinion(row) for row in session.scalars(query)})
    return found


def count_asked(session: Session, week: str) -> int:
    """Return how many questions have been asked in an ISO week, whatever came of them."""
    return session.scalar(select(func.sum(OpinionRow.attempts)).where(OpinionRow.week == week)) or 0


def opinions_of(session: Session, keys: Sequence[Key]) -> dict[Key, Opinion]:
    """Return the newest opinion on each of the items that has one; it may be of an earlier version of the text."""
    wanted = set(keys)
    found: dict[Key, Opinion] = {}
    for some in chunks(sorted({key for _, key in wanted})):
        query = select(OpinionRow).where(OpinionRow.key.in_(some), OpinionRow.relevance.is_not(None))
        for row in session.scalars(query.order_by(OpinionRow.asked_at)):
            if (row.source, row.key) in wanted:
                found[row.source, row.key] = _opinion(row)
    return found


def list_opinions(session: Session, *, limit: int | None = None) -> list[Opinion]:
    """Return the opinions there are, newest first: what learning may count as weaker labels."""
    query = select(OpinionRow).where(OpinionRow.relevance.is_not(None))
    query = query.order_by(OpinionRow.asked_at.desc(), OpinionRow.source, OpinionRow.key)
    return [_opinion(row) for row in session.scalars(query.limit(limit))]


def _opinion(row: OpinionRow) -> Opinion:
    return Opinion(
        content_hash=row.content_hash,
        model=row.model,
        prompt=row.prompt,
        source=row.source,
        key=row.key,
        asked_at=row.asked_at,
        week=row.week,
        attempts=row.attempts,
        is_answered=row.is_answered,
        relevance=row.relevance,
        areas=tuple(row.areas),
        because=row.because,
    )
