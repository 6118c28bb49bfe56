"""Analyses: what items mean for a municipality, every version, and which of them a person stands for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from store.columns import storable
from store.item_rows import Key
from store.tables import AnalysisRow
from store.types import Analysis
from store.writing import add, chunks

_TEXTS = ("meaning", "duty", "cost", "proposal", "author", "origin")


def hold_analysis(session: Session, municipality: str, key: Key) -> None:
    """Let no one else write of the item until this transaction ends (SQLite's write transactions wait anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        lock = {"name": f"utkik.analysis.{municipality}.{key[0]}.{key[1]}"}
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), lock)


def save_analysis(session: Session, analysis: Analysis) -> int:
    """Keep the analysis as the newest version of the item's, unsigned, and return its number; none is overwritten."""
    hold_analysis(session, analysis.municipality, (analysis.source, analysis.key))
    version = newest_version(session, analysis.municipality, (analysis.source, analysis.key)) + 1
    row: dict[str, Any] = {name: storable(getattr(analysis, name)) for name in _TEXTS}
    names = {"municipality": analysis.municipality, "source": analysis.source, "key": analysis.key}
    row |= {**names, "version": version, "units": list(analysis.units), "due": analysis.due}
    row |= {"written_at": analysis.written_at, "signed_by": "", "signed_at": None}
    add(session, AnalysisRow, [row])
    return version


def newest_version(session: Session, municipality: str, key: Key) -> int:
    """Return the number of the item's newest analysis, 0 when it has none."""
    query = select(func.max(AnalysisRow.version)).where(*_of(municipality, key))
    return session.scalar(query) or 0


def sign_analysis(session: Session, municipality: str, key: Key, version: int, *, by: str, now: datetime) -> bool:
    """Put a role's name under the version; False when it is not the newest or is signed already."""
    hold_analysis(session, municipality, key)
    if newest_version(session, municipality, key) != version:
        return False
    unsigned = (*_of(municipality, key), AnalysisRow.version == version, AnalysisRow.signed_at.is_(None))
    signed = update(AnalysisRow).where(*unsigned).values(signed_by=storable(by), signed_at=now)
    return session.execute(signed.returning(AnalysisRow.version)).first() is not None


def analyses_on(session: Session, municipality: str, key: Key) -> list[Analysis]:
    """Return every version of the item's analysis, the newest first."""
    query = select(AnalysisRow).where(*_of(municipality, key)).order_by(AnalysisRow.version.desc())
    return [_analysis(row) for row in session.scalars(query.execution_options(populate_existing=True))]


def signed_analyses(session: Session, municipality: str, keys: Sequence[Key]) -> dict[Key, Analysis]:
    """Return the newest signed analysis of each of the items that has one."""
    by_source: dict[str, list[str]] = {}
    for source, key in keys:
        by_source.setdefault(source, []).append(key)
    found: dict[Key, Analysis] = {}
    for source, names in by_source.items():
        for some in chunks(names):
            query = select(AnalysisRow).where(
                AnalysisRow.municipality == municipality,
                AnalysisRow.source == source,
                AnalysisRow.key.in_(some),
                AnalysisRow.signed_at.is_not(None),
            )
            found.update(
                {(r.source, r.key): _analysis(r) for r in session.scalars(query.order_by(AnalysisRow.version))}
            )
    return found


def signed_keys(session: Session, municipality: str) -> set[Key]:
    """Return the items that the municipality has a signed analysis of: few, of all that it may ask about."""
    query = select(AnalysisRow.source, AnalysisRow.key).where(
        AnalysisRow.municipality == municipality, AnalysisRow.signed_at.is_not(None)
    )
    return {(source, key) for source, key in session.execute(query)}


def signed_between(session: Session, municipality: str, since: datetime, until: datetime) -> list[Analysis]:
    """Return the analyses that were signed from `since` until before `until`, the first signed first."""
    query = select(AnalysisRow).where(
        AnalysisRow.municipality == municipality, AnalysisRow.signed_at >= since, AnalysisRow.signed_at < until
    )
    order = (AnalysisRow.signed_at, AnalysisRow.source, AnalysisRow.key, AnalysisRow.version)
    return [_analysis(row) for row in session.scalars(query.order_by(*order))]


def _of(municipality: str, key: Key) -> tuple[Any, ...]:
    return (AnalysisRow.municipality == municipality, AnalysisRow.source == key[0], AnalysisRow.key == key[1])


def _analysis(row: AnalysisRow) -> Analysis:
    return Analysis(
        municipality=row.municipality,
        source=row.source,
        key=row.key,
        meaning=row.meaning,
        written_at=row.written_at,
        author=row.author,
        units=tuple(row.units),
        duty=row.duty,
        cost=row.cost,
        due=row.due,
        proposal=row.proposal,
        origin=row.origin,
        version=row.version,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
    )
