"""The ledger: what was sent to whom, what came of it, and which items each reader was told of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import LargeBinary, exists, func, select
from sqlalchemy.orm import Session

from store.item_rows import Key
from store.tables import (
    DeliveryRow,
    DigestEntryRow,
    DigestRow,
    FeedbackRow,
    ItemRow,
    RouteRow,
)
from store.types import Answer, DigestState
from store.writing import chunks

AT_ONCE = 500  # ids that a query names; of more, all are read and the rest left out
SENDINGS_AT_ONCE = 50  # whose entries are read together
HEADERS = 8_192  # bytes of a message that hold its headers: what a list needs of up to 100 kB


Place = tuple[datetime, str]  # moment and id of a digest: the next page begins after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One digest as the ledger knows it; `headers` is the beginning of the frozen message."""

    id: str
    municipality: str
    week: str
    contact: str
    units: tuple[str, ...]
    subject: str
    message_id: str
    state: DigestState
    created_at: datetime
    settled_at: datetime | None
    attempts: int
    transport: str
    headers: bytes
    detail: str = ""  # of the last attempt or decision
    entries: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingEntry:
    """One item as told in one digest; title and address are "" when the item has been removed since."""

    digest_id: str
    source: str
    key: str
    section: str
    position: int
    because: str
    content_hash: str
    title: str = ""
    url: str = ""
    units: tuple[str, ...] = ()  # of the reader's, those that the item went to
    answer: Answer | None = None  # the last one given


def sendings(
    session: Session,
    municipality: str,
    *,
    unit: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    ids: Collection[str] | None = None,
) -> list[Sending]:
    """Return the municipality's digests, the oldest first; `since` is included and `until` is not."""
    conditions = [DigestRow.municipality == municipality]
    conditions += [DigestRow.created_at >= since] if since else []
    conditions += [DigestRow.created_at < until] if until else []
    if ids is not None and len(ids) <= AT_ONCE:
        conditions.append(DigestRow.id.in_(sorted(ids)))
    columns = [DigestRow.__table__.c[name] for name in _PLAIN]
    start = func.substr(DigestRow.message, 1, HEADERS, type_=LargeBinary()).label("headers")
    query = select(*columns, start).where(*conditions).order_by(DigestRow.created_at, DigestRow.contact, DigestRow.id)
    rows = [
        row for row in session.execute(query) if (ids is None or row.id in ids) and (unit is None or unit in row.units)
    ]
    names = [row.id for row in rows]
    details = _last_details(session, names)
    entries, answers = _count(session, DigestEntryRow, names), _count(session, FeedbackRow, names)
    return [
        Sending(
            **{name: getattr(row, name) for name in _PLAIN if name not in ("units", "state")},
            units=tuple(row.units),
            state=DigestState(row.state),
            headers=row.headers,
            detail=details.get(row.id, ""),
            entries=entries.get(row.id, 0),
            answers=answers.get(row.id, 0),
        )
        for row in rows
    ]


def find_sendings(
    session: Session, municipality: str, places: Iterator[Place], *, limit: int
) -> tuple[list[Sending], Place | None]:
    """Return a page of digests, those at the next places, and where the next begins when there is more."""
    found = list(islice(places, limit + 1))
    shown = [name for _, name in found[:limit]]
    by_id = {one.id: one for one in sendings(session, municipality, ids=shown)}
    return [by_id[name] for name in shown], found[limit - 1] if len(found) > limit else None


def newest_sendings(
    session: Session,
    municipality: str,
    *,
    units: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    states: Collection[DigestState] = (),
    answered: bool | None = None,
    before: Place | None = None,
) -> Iterator[Place]:
    """Yield the places of the municipality's digests that fit, the newest first, as they are asked for.

    `units` are any of which the digest is to be for, `answered` whether there is an answer to anything in it.
    """
    conditions = [DigestRow.municipality == municipality]
    conditions += [DigestRow.created_at >= since] if since else []
    conditions += [DigestRow.created_at < until] if until else []
    conditions += [DigestRow.state.in_([state.value for state in states])] if states else []
    if answered is not None:
        given = exists().where(FeedbackRow.digest_id == DigestRow.id)
        conditions.append(given if answered else ~given)
    if before:
        at, name = before
        conditions.append((DigestRow.created_at < at) | ((DigestRow.created_at == at) & (DigestRow.id < name)))
    query = select(DigestRow.id, DigestRow.created_at, DigestRow.units).where(*conditions)
    query = query.order_by(DigestRow.created_at.desc(), DigestRow.id.desc())
    for name, at, own in session.execute(query.execution_options(yield_per=200)):
        if not units or set(units) & set(own):
            yield at, name


def digests_telling(session: Session, municipality: str, keys: Collection[Key]) -> set[str]:
    """Return the municipality's digests that any of the items was told in."""
    by_source: dict[str, list[str]] = {}
    for source, key in keys:
        by_source.setdefault(source, []).append(key)
    found: set[str] = set()
    for source, names in by_source.items():
        for some in chunks(names):
            query = (
                select(DigestEntryRow.digest_id)
                .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
                .where(DigestEntryRow.source == source, DigestEntryRow.key.in_(some))
                .where(DigestRow.municipality == municipality)
            )
            found.update(session.scalars(query.distinct()))
    return found


_PLAIN = (
    *("id", "municipality", "week", "contact", "units", "subject", "message_id", "state"),
    *("created_at", "settled_at", "attempts", "transport"),
)


def _count(session: Session, table: Any, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(ids):
        query = select(table.digest_id, func.count()).where(table.digest_id.in_(some)).group_by(table.digest_id)
        found.update(session.execute(query).all())
    return found


def _last_details(session: Session, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunks(ids):
        newest = select(func.max(DeliveryRow.id)).where(DeliveryRow.digest_id.in_(some)).group_by(DeliveryRow.digest_id)
        query = select(DeliveryRow.digest_id, DeliveryRow.detail).where(DeliveryRow.id.in_(newest))
        found.update(session.execute(query).all())
    return found


def told_entries(
    session: Session, sent: Sequence[Sending], keys: Collection[Key] | None = None
) -> Iterator[TellingEntry]:
    """Yield what stood in these digests, in their order; only these items when `keys` are given."""
    for some in chunks(sent, SENDINGS_AT_ONCE):
        answers, by_id = _answers(session, [one.id for one in some]), {one.id: one for one in some}
        query = (
            select(DigestEntryRow, ItemRow.title, ItemRow.url)
            .outerjoin(ItemRow, (ItemRow.source == DigestEntryRow.source) & (ItemRow.key == DigestEntryRow.key))
            .where(DigestEntryRow.digest_id.in_(by_id))
            .order_by(DigestEntryRow.position, DigestEntryRow.source, DigestEntryRow.key)
        )
        if keys is not None and len(keys) <= AT_ONCE:
            query = query.where(DigestEntryRow.key.in_({key for _, key in keys}))
        found: dict[str, list[Any]] = {}
        for told in session.execute(query):
            if keys is None or (told[0].source, told[0].key) in keys:
                found.setdefault(told[0].digest_id, []).append(told)
        ways = _ways(session, some, {row.key for rows in found.values() for row, _, _ in rows})
        for sending in some:
            yield from (_told(sending, told, ways, answers) for told in found.get(sending.id, ()))


def _told(sending: Sending, told: Any, ways: _Ways, answers: _Answers) -> TellingEntry:
    row, title, url = told
    key = (row.source, row.key)
    own = [unit for unit in ways.get((sending.municipality, sending.week, *key), ()) if unit in sending.units]
    return TellingEntry(
        digest_id=row.digest_id,
        source=row.source,
        key=row.key,
        section=row.section,
        position=row.position,
        because=row.because,
        content_hash=row.content_hash,
        title=title or "",
        url=url or "",
        units=tuple(own) or sending.units,
        answer=answers.get((row.digest_id, *key)),
    )


_Answers = dict[tuple[str, str, str], Answer]  # by digest, source and key
_Ways = dict[tuple[str, str, str, str], list[str]]  # by municipality, week, source and key


def _answers(session: Session, ids: Sequence[str]) -> _Answers:
    columns = (FeedbackRow.digest_id, FeedbackRow.source, FeedbackRow.key, FeedbackRow.answer)
    query = select(*columns).where(FeedbackRow.digest_id.in_(ids)).order_by(FeedbackRow.at, FeedbackRow.id)
    return {(name, source, key): Answer(answer) for name, source, key, answer in session.execute(query)}


def _ways(session: Session, sent: Sequence[Sending], keys: Collection[str]) -> _Ways:
    columns = (RouteRow.municipality, RouteRow.week, RouteRow.source, RouteRow.key, RouteRow.unit)
    query = select(*columns).where(
        RouteRow.municipality.in_({one.municipality for one in sent}),
        RouteRow.week.in_({one.week for one in sent}),
        RouteRow.unit.in_({unit for one in sent for unit in one.units}),
    )
    found: _Ways = {}
    for some in chunks(sorted(keys)):
        for *place, unit in session.execute(query.where(RouteRow.key.in_(some)).order_by(RouteRow.unit)):
            municipality, week, source, key = place
            found.setdefault((municipality, week, source, key), []).append(unit)
    return found


def removed_tellings(session: Session, municipality: str, ids: Collection[str] | None = None) -> dict[str, set[Key]]:
    """Return by digest the items told in it that are no longer stored: only its message tells what they said.

    With `ids` of these digests alone.
    """
    stored = exists().where(ItemRow.source == DigestEntryRow.source, ItemRow.key == DigestEntryRow.key)
    query = (
        select(DigestEntryRow.digest_id, DigestEntryRow.source, DigestEntryRow.key)
        .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
        .where(DigestRow.municipality == municipality, ~stored)
    )
    if ids is not None:
        query = query.where(DigestRow.id.in_(sorted(ids)))
    found: dict[str, set[Key]] = {}
    for digest_id, source, key in session.execute(query):
        found.setdefault(digest_id, set()).add((source, key))
    return found


def messages(session: Session, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (id, frozen message) in this order, one at a time."""
    for digest_id in ids:
        message = session.scalar(select(DigestRow.message).where(DigestRow.id == digest_id))
        if message is not None:
            yield digest_id, message
