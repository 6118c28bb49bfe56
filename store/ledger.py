"""The ledger: what was sent to whom, what came of it, and which items each reader was told of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, exists, func, or_, select
from sqlalchemy.orm import Session

from store.item_rows import COLUMNS, Key
from store.search import matching
from store.tables import (
    DeliveryRow,
    DetailRow,
    DigestEntryRow,
    DigestRow,
    FeedbackRow,
    ItemRow,
    RouteRow,
    ThreadMemberRow,
    ThreadTieRow,
)
from store.types import Answer, DigestState
from store.writing import chunks

AT_ONCE = 500  # ids that a query names; of more, all are read and the rest left out
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
    session: Session,
    municipality: str,
    *,
    units: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    states: Collection[DigestState] = (),
    answered: bool | None = None,
    before: Place | None = None,
    limit: int = 50,
) -> tuple[list[Sending], Place | None]:
    """Return a page of the municipality's digests, the newest first, and where the next begins when there is more.

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
    query = query.execution_options(yield_per=200) if units else query.limit(limit + 1)
    found: list[Place] = []
    for name, at, own in session.execute(query):
        if not units or set(units) & set(own):
            found.append((at, name))
        if len(found) > limit:
            break
    shown = [name for _, name in found[:limit]]
    by_id = {one.id: one for one in sendings(session, municipality, ids=shown)}
    return [by_id[name] for name in shown], found[limit - 1] if len(found) > limit else None


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
    for sending in sent:
        answers = _answers(session, sending.id)
        ways = _ways(session, sending)
        query = (
            select(DigestEntryRow, ItemRow.title, ItemRow.url)
            .outerjoin(ItemRow, (ItemRow.source == DigestEntryRow.source) & (ItemRow.key == DigestEntryRow.key))
            .where(DigestEntryRow.digest_id == sending.id)
            .order_by(DigestEntryRow.position, DigestEntryRow.source, DigestEntryRow.key)
        )
        for row, title, url in session.execute(query):
            key = (row.source, row.key)
            if keys is None or key in keys:
                yield TellingEntry(
                    digest_id=row.digest_id,
                    source=row.source,
                    key=row.key,
                    section=row.section,
                    position=row.position,
                    because=row.because,
                    content_hash=row.content_hash,
                    title=title or "",
                    url=url or "",
                    units=tuple(ways.get(key, ())) or sending.units,
                    answer=answers.get(key),
                )


def _answers(session: Session, digest_id: str) -> dict[Key, Answer]:
    query = select(FeedbackRow.source, FeedbackRow.key, FeedbackRow.answer).where(FeedbackRow.digest_id == digest_id)
    rows = session.execute(query.order_by(FeedbackRow.at, FeedbackRow.id))
    return {(source, key): Answer(answer) for source, key, answer in rows}


def _ways(session: Session, sending: Sending) -> dict[Key, list[str]]:
    query = select(RouteRow.source, RouteRow.key, RouteRow.unit).where(
        RouteRow.municipality == sending.municipality,
        RouteRow.week == sending.week,
        RouteRow.unit.in_(sending.units),
    )
    found: dict[Key, list[str]] = {}
    for source, key, unit in session.execute(query.order_by(RouteRow.unit)):
        found.setdefault((source, key), []).append(unit)
    return found


def told_about(session: Session, words: str, numbers: Collection[str] = ()) -> set[Key]:
    """Return the items told in any digest that the words name: by number, key, address or thread, else by words.

    A number finds the whole matter: every item that is tied to it or in a thread with one that is.
    """
    typed = words.strip()
    told = exists().where(DigestEntryRow.source == COLUMNS.source, DigestEntryRow.key == COLUMNS.key)
    named = [COLUMNS.key == typed, COLUMNS.url.in_(_spellings(typed)), COLUMNS.id.in_(_in_thread(typed))]
    named += [COLUMNS.id.in_(select(DetailRow.item_id).where(DetailRow.url.in_(_spellings(typed))))]
    if numbers:
        tied = select(ThreadTieRow.item_id).where(ThreadTieRow.number.in_(sorted(numbers)))
        threads = select(ThreadMemberRow.thread_id).where(ThreadMemberRow.item_id.in_(tied))
        mates = select(ThreadMemberRow.item_id).where(ThreadMemberRow.thread_id.in_(threads))
        named += [COLUMNS.id.in_(tied), COLUMNS.id.in_(mates)]
    found = _keys(session, select(COLUMNS.source, COLUMNS.key).where(or_(*named), told))
    if found:
        return found
    by_words = matching(session, typed)
    return _keys(session, by_words.where(told)) if by_words is not None else set()


def _in_thread(name: str) -> Any:
    return select(ThreadMemberRow.item_id).where(ThreadMemberRow.thread_id == name)


def _spellings(address: str) -> list[str]:
    """Return the address with and without its last slash, by either protocol: readers paste it as they found it."""
    bare = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    return [f"{protocol}{bare}{end}" for protocol in ("https://", "http://") for end in ("", "/")]


def _keys(session: Session, query: Any) -> set[Key]:
    return {(row.source, row.key) for row in session.execute(query)}


def removed_tellings(session: Session, municipality: str) -> dict[str, set[Key]]:
    """Return by digest the items told in it that are no longer stored: only its message tells what they said."""
    stored = exists().where(ItemRow.source == DigestEntryRow.source, ItemRow.key == DigestEntryRow.key)
    query = (
        select(DigestEntryRow.digest_id, DigestEntryRow.source, DigestEntryRow.key)
        .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
        .where(DigestRow.municipality == municipality, ~stored)
    )
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
