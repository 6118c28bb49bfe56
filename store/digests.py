"""Digests, as an outbox: frozen once, found when they are due, decided about by persons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.columns import storable
from store.digest_rows import digest_of, entry_of, entry_row, row_of
from store.item_rows import Key
from store.meta import get_meta
from store.tables import DeliveryRow, DigestEntryRow, DigestRow
from store.types import Delivery, Digest, DigestEntry, DigestState
from store.writing import add, chunks

RESTORED_WEEK = "restored.week"  # digests of this ISO week and earlier may have been sent and forgotten


def freeze_digest(session: Session, digest: Digest) -> bool:
    """Put the digest in the outbox; False, and nothing written, when that contact has one for that week.

    One of a week that may have been sent before a restored backup lost it is held for a person's word.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    frozen = insert(DigestRow).values(row_of(digest)).on_conflict_do_nothing().returning(DigestRow.id)
    if session.execute(frozen).first() is None:
        return False
    add(session, DigestEntryRow, [entry_row(digest.id, entry) for entry in digest.entries])
    if digest.week[:8] <= (get_meta(session, RESTORED_WEEK) or ""):
        hold(session, digest.id, digest.created_at, "skrivet efter en återställning; kan ha skickats före den")
    return True


def due_ids(session: Session, now: datetime, *, among: Collection[str] | None = None) -> list[str]:
    """Return the ids of the digests to be tried now, the oldest first; `among` are the municipalities asked for."""
    return list(session.scalars(select_due(now, among)))


def select_due(now: datetime, among: Collection[str] | None) -> Select[Any]:
    """Return the query for the ids of the digests to be tried now, the oldest first."""
    # Nothing is put off for a day: a next try so far ahead was noted under a clock that has been set back since.
    turn = or_(DigestRow.next_try <= now, DigestRow.next_try > now + timedelta(days=1))
    due = or_(DigestRow.state == DigestState.QUEUED.value, (DigestRow.state == DigestState.RETRY.value) & turn)
    query = select(DigestRow.id).where(due).order_by(DigestRow.created_at, DigestRow.id)
    return query if among is None else query.where(DigestRow.municipality.in_(among))


def due_digests(session: Session, now: datetime, *, municipality: str | None = None) -> list[Digest]:
    """Return the digests to be tried now, the oldest first."""
    ids = due_ids(session, now, among=None if municipality is None else (municipality,))
    found = {digest.id: digest for some in chunks(ids) for digest in _digests(session, DigestRow.id.in_(some))}
    return [found[name] for name in ids]


def send_again(session: Session, digest_id: str, now: datetime) -> bool:
    """Queue a digest that a person wants sent (again): held, unclear, refused or bounced; False for any other."""
    stopped = (DigestState.HELD, DigestState.UNCLEAR, DigestState.REFUSED, DigestState.BOUNCED)
    return _decide(session, digest_id, stopped, DigestState.QUEUED, now, "skickas igen på begäran")


def count_as_sent(session: Session, digest_id: str, now: datetime) -> bool:
    """Take a person's word that an unclear or held digest has arrived; False for any other."""
    doubtful = (DigestState.UNCLEAR, DigestState.HELD)
    return _decide(session, digest_id, doubtful, DigestState.SENT, now, "räknas som skickat på begäran")


def hold(session: Session, digest_id: str, now: datetime, detail: str) -> bool:
    """Keep a waiting digest from being sent until a person says so; False when it is not waiting."""
    waiting = (DigestState.QUEUED, DigestState.RETRY)
    return _decide(session, digest_id, waiting, DigestState.HELD, now, detail)


def release_held(session: Session, now: datetime, *, municipality: str | None = None) -> int:
    """Queue every held digest, as when the mail server works again, and return how many."""
    held = select(DigestRow.id).where(DigestRow.state == DigestState.HELD.value).order_by(DigestRow.created_at)
    if municipality is not None:
        held = held.where(DigestRow.municipality == municipality)
    return sum(send_again(session, digest_id, now) for digest_id in session.scalars(held).all())


def come_back(session: Session, digest_id: str, now: datetime, detail: str) -> bool:
    """Note that a letter came back from the receiving server; False when it was not thought to have arrived."""
    gone = (DigestState.SENT, DigestState.UNCLEAR)
    return _decide(session, digest_id, gone, DigestState.BOUNCED, now, detail, transport="bounce")


def _decide(
    session: Session,
    digest_id: str,
    states: Sequence[DigestState],
    state: DigestState,
    now: datetime,
    detail: str,
    transport: str = "person",
) -> bool:
    fresh = {"attempts": 0, "first_try": None} if state == DigestState.QUEUED else {}
    settled_at = None if state == DigestState.QUEUED else now
    decided = (
        update(DigestRow)
        .where(DigestRow.id == digest_id, DigestRow.state.in_([before.value for before in states]))
        .values(state=state.value, next_try=None, settled_at=settled_at, holder="", **fresh)
        .returning(DigestRow.id)
    )
    if session.execute(decided).first() is None:
        return False
    record(session, Delivery(digest_id=digest_id, at=now, transport=transport, state=state, detail=detail))
    return True


def sent_entries(session: Session, municipality: str, contact: str) -> dict[Key, str]:
    """Return what the contact person has been told: each item with the content hash it had the last time."""
    query = (
        select(DigestEntryRow.source, DigestEntryRow.key, DigestEntryRow.content_hash)
        .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
        .where(DigestRow.municipality == municipality, DigestRow.contact == contact)
        .order_by(DigestRow.created_at, DigestRow.id)
    )
    return {(source, key): content for source, key, content in session.execute(query)}


def count_by_state(session: Session, *, municipality: str | None = None) -> dict[str, int]:
    """Return how many digests are in each state that any is in."""
    query = select(DigestRow.state, func.count()).group_by(DigestRow.state)
    if municipality is not None:
        query = query.where(DigestRow.municipality == municipality)
    return dict(session.execute(query).all())


def get_digest(session: Session, digest_id: str) -> Digest | None:
    """Return the digest with its entries, or None."""
    return next(iter(_digests(session, DigestRow.id == digest_id)), None)


def letter_states(session: Session, municipality: str, period: str) -> dict[str, tuple[DigestState, datetime | None]]:
    """Return the state of each contact person's letter of the period, and when it was settled."""
    query = select(DigestRow.contact, DigestRow.state, DigestRow.settled_at).where(
        DigestRow.municipality == municipality, DigestRow.week == period
    )
    return {contact: (DigestState(state), settled) for contact, state, settled in session.execute(query)}


def weeks_told(session: Session, municipality: str) -> frozenset[str]:
    """Return the weeks that anybody in the municipality has a digest of."""
    query = select(DigestRow.week).where(DigestRow.municipality == municipality).distinct()
    return frozenset(session.scalars(query))


def municipalities_told(session: Session) -> list[str]:
    """Return the municipalities that anybody has ever had a letter of."""
    return sorted(session.scalars(select(DigestRow.municipality).distinct()))


def all_weeks_told(session: Session, *, since: str) -> dict[str, frozenset[str]]:
    """Return the periods from a week on that anybody has a letter of, by municipality."""
    query = select(DigestRow.municipality, DigestRow.week).where(DigestRow.week >= since).distinct()
    told: dict[str, set[str]] = {}
    for municipality, week in session.execute(query):
        told.setdefault(municipality, set()).add(week)
    return {municipality: frozenset(weeks) for municipality, weeks in told.items()}


def any_sending(session: Session, among: Collection[str] | None) -> bool:
    """Tell whether a digest of these municipalities, or of any, is being sent, or was when its process died."""
    query = select(DigestRow.id).where(DigestRow.state == DigestState.SENDING.value)
    if among is not None:
        query = query.where(DigestRow.municipality.in_(among))
    return session.scalar(query.limit(1)) is not None


def list_digests(
    session: Session, *, week: str | None = None, municipality: str | None = None, state: DigestState | None = None
) -> list[Digest]:
    """Return the digests, newest week first, then by municipality and contact person."""
    wanted = {DigestRow.week: week, DigestRow.municipality: municipality, DigestRow.state: state}
    return _digests(session, *(column == value for column, value in wanted.items() if value is not None))


def unsettled_digests(
    session: Session, municipality: str, states: Collection[DigestState], *, since: datetime
) -> list[tuple[str, str, DigestState]]:
    """Return (contact, week, state) of the digests that are in one of the states and were made since then."""
    query = select(DigestRow.contact, DigestRow.week, DigestRow.state).where(
        DigestRow.municipality == municipality,
        DigestRow.state.in_([state.value for state in states]),
        DigestRow.created_at >= since,
    )
    rows = session.execute(query.order_by(DigestRow.week, DigestRow.contact))
    return [(contact, week, DigestState(state)) for contact, week, state in rows]


def deliveries(session: Session, digest_id: str) -> list[Delivery]:
    """Return what has been tried and decided about the digest, in order."""
    query = select(DeliveryRow).where(DeliveryRow.digest_id == digest_id).order_by(DeliveryRow.id)
    return [
        Delivery(
            digest_id=row.digest_id,
            at=row.at,
            transport=row.transport,
            state=DigestState(row.state),
            code=row.code,
            detail=row.detail,
        )
        for row in session.scalars(query)
    ]


def first_try(session: Session, digest_id: str) -> datetime | None:
    """Return when the digest was first tried since it was last queued."""
    return session.scalar(select(DigestRow.first_try).where(DigestRow.id == digest_id))


def _digests(session: Session, *conditions: Any) -> list[Digest]:
    query = select(DigestRow).where(*conditions).execution_options(populate_existing=True)
    rows = session.scalars(
        query.order_by(DigestRow.week.desc(), DigestRow.municipality, DigestRow.contact, DigestRow.id)
    ).all()
    entries: dict[str, list[DigestEntry]] = {row.id: [] for row in rows}
    for some in chunks(list(entries)):
        told = select(DigestEntryRow).where(DigestEntryRow.digest_id.in_(some))
        for row in session.scalars(told.order_by(DigestEntryRow.position, DigestEntryRow.source, DigestEntryRow.key)):
            entries[row.digest_id].append(entry_of(row))
    return [digest_of(row, entries[row.id]) for row in rows]


def record(session: Session, delivery: Delivery) -> None:
    """Note what was tried or decided about a digest."""
    row = {
        "digest_id": delivery.digest_id,
        "at": delivery.at,
        "transport": delivery.transport,
        "state": delivery.state.value,
        "code": delivery.code,
        "detail": storable(delivery.detail),
    }
    add(session, DeliveryRow, [row])
