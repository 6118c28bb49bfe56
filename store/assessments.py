"""Assessments: the newest one of each item."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, func, literal, select, union
from sqlalchemy.orm import Session, aliased

from store.among import is_among
from store.codec import deadlines_from_json, deadlines_to_json, money_from_json, money_to_json
from store.columns import storable
from store.deadlines import replace_deadlines
from store.item_rows import COLUMNS, Key, item_ids, item_of, narrow, rows_by_key
from store.tables import OPEN_STATUSES, AssessmentRow, ItemAreaRow, ItemDeadlineRow, ItemRow
from store.types import Assessment, Kind, Reason, StoredItem
from store.writing import add, chunks, core_table, upsert

SURE = 0.4  # an area counts from here on; the assessor keeps weaker ones for ranking only

# Prefixed, since an item has a language, deadlines and money of its own.
_OWN = [column.label(f"a_{column.name}") for column in core_table(AssessmentRow).c]


def save_assessments(session: Session, assessments: Sequence[Assessment], *, now: datetime) -> None:
    """Keep these as the newest assessments of their items; an item that was never stored raises LookupError."""
    latest = {(assessment.source, assessment.key): assessment for assessment in assessments}
    for some in chunks(list(latest.items())):
        ids = item_ids(session, [key for key, _ in some])
        rows = [_row(ids[key], assessment, now) for key, assessment in some]
        upsert(session, AssessmentRow, rows)
        days = {row["item_id"]: row["deadlines"] for row in rows}
        replace_deadlines(session, days, is_own=False, known=list(days))
        _replace_areas(session, rows)


def _replace_areas(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the areas that the items surely have, so that they are found by them."""
    session.execute(delete(ItemAreaRow).where(is_among(session, ItemAreaRow.item_id, [row["item_id"] for row in rows])))
    sure = [
        {"item_id": row["item_id"], "area": area}
        for row in rows
        for area, score in row["areas"].items()
        if score is not None and score >= SURE
    ]
    add(session, ItemAreaRow, sure)


def _row(item_id: int, assessment: Assessment, now: datetime) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "assessor": assessment.assessor,
        "content_hash": assessment.content_hash,
        "assessed_at": now,
        "language": assessment.language,
        "relevance": assessment.relevance,
        "areas": storable(dict(assessment.areas)),
        "flags": storable(dict(assessment.flags)),
        "deadlines": storable(deadlines_to_json(assessment.deadlines)),
        "money": storable(money_to_json(assessment.money)),
        "reasons": storable([[reason.text, reason.area, reason.weight] for reason in assessment.reasons]),
        "summary": storable(assessment.summary),
        "facts": storable(dict(assessment.facts)),
    }


def _assessment(row: Row[Any]) -> Assessment:
    return Assessment(
        source=row.source,
        key=row.key,
        content_hash=row.a_content_hash,
        assessor=row.a_assessor,
        language=row.a_language,
        relevance=row.a_relevance,
        areas=row.a_areas,
        flags=row.a_flags,
        deadlines=deadlines_from_json(row.a_deadlines),
        money=money_from_json(row.a_money),
        reasons=tuple(_reason(*values) for values in row.a_reasons),
        summary=row.a_summary,
        facts=row.a_facts,
    )


def _reason(text: str, area: str, weight: float) -> Reason:
    return Reason(text=text, area=area, weight=weight)


def get_assessments(session: Session, keys: Sequence[Key]) -> dict[Key, Assessment]:
    """Return the newest assessment of each of the items that has one."""
    ids = {row.id: row for row in rows_by_key(session, keys, COLUMNS.id, COLUMNS.source, COLUMNS.key)}
    found = {}
    for some in chunks(list(ids)):
        query = select(COLUMNS.source, COLUMNS.key, *_OWN).join(AssessmentRow, AssessmentRow.item_id == COLUMNS.id)
        for row in session.connection().execute(query.where(is_among(session, AssessmentRow.item_id, some))):
            found[row.source, row.key] = _assessment(row)
    return found


def iter_assessed(
    session: Session,
    *,
    min_relevance: float = 0.0,
    sources: Collection[str] | None = None,
    kinds: Collection[Kind] | None = None,
    statuses: Collection[str] | None = None,
    since: datetime | None = None,
    published_from: date | None = None,
    open_on: date | None = None,
) -> Iterator[tuple[StoredItem, Assessment]]:
    """Yield items with their assessments, newest first, filtered as `store.items.iter_items` does.

    With `open_on` what is older than `since` is there too when it may be open on that day: it has a day to be met on it
    or after it, or its status says so. Years of what has closed are not touched.
    """
    query = (
        select(*COLUMNS, *_OWN)
        .join(AssessmentRow, AssessmentRow.item_id == ItemRow.id)
        .where(AssessmentRow.relevance >= min_relevance)
        .order_by(COLUMNS.day.desc(), COLUMNS.id.desc())
    )
    if since is not None:
        # As numbers, and kinds so that no index helps: by itself SQLite goes by kind, through the items of all years.
        query = query.where(COLUMNS.id.in_(_recent(since) if open_on is None else _maybe_open(since, open_on)))
        if kinds is not None:
            query, kinds = query.where(COLUMNS.kind.concat("").in_(sorted(kind.value for kind in kinds))), None
    query = narrow(query, sources=sources, kinds=kinds, statuses=statuses, published_from=published_from)
    for row in session.connection().execute(query.execution_options(yield_per=500)):
        yield item_of(row), _assessment(row)


def _recent(since: datetime) -> Any:
    item = aliased(ItemRow)
    return select(item.id).where(item.changed_at >= since)


def _maybe_open(since: datetime, day: date) -> Any:
    item = aliased(ItemRow)
    has_day = select(ItemDeadlineRow.item_id).where(ItemDeadlineRow.day >= day)
    # Written out, since SQLite must see that the index holds these.
    says_so = select(item.id).where(item.status.in_([literal(one, literal_execute=True) for one in OPEN_STATUSES]))
    published = select(item.id).where(item.day >= since.date())
    return union(_recent(since), has_day, says_so, published)


def count_assessed(session: Session) -> int:
    """Return how many items have an assessment."""
    return session.scalar(select(func.count()).select_from(AssessmentRow)) or 0
