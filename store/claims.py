"""Who sends which digest: taken by one run, claimed as late as possible, settled with what came of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select, update
from sqlalchemy.orm import Session

from store.columns import UtcTime
from store.digests import record, select_due
from store.locks import SEND, gone
from store.tables import DigestRow
from store.types import Delivery, DigestState

NOBODY = ""

_WAITING = (DigestState.QUEUED.value, DigestState.RETRY.value)
_UNSETTLED = (*_WAITING, DigestState.SENDING.value)


def take_due(
    session: Session, holder: str, now: datetime, *, most: int, among: Collection[str] | None = None
) -> list[str]:
    """Take at most so many of the digests to be tried now, the oldest first, that no other run has taken.

    What another is just taking is passed over, not waited for. A taken digest waits as before; the run that took it
    is alone in claiming it, as long as it lives.
    """
    free = select_due(now, among).where(DigestRow.holder == NOBODY).limit(most).with_for_update(skip_locked=True)
    ids = list(session.scalars(free))
    session.execute(update(DigestRow).where(DigestRow.id.in_(ids)).values(holder=holder))
    return ids


def let_go(session: Session, holder: str) -> None:
    """Leave to others what the run took and did not send."""
    taken = update(DigestRow).where(DigestRow.holder == holder, DigestRow.state.in_(_WAITING))
    session.execute(taken.values(holder=NOBODY))


def claim(session: Session, digest_id: str, now: datetime, *, transport: str = "smtp", holder: str = NOBODY) -> bool:
    """Claim a waiting digest that the holder has taken; False when another has it or it is settled.

    Committed durably before the first byte of the message goes out, so that whatever happens next the digest is
    known to be on its way.
    """
    taken = (
        update(DigestRow)
        .where(DigestRow.id == digest_id, DigestRow.holder == holder, DigestRow.state.in_(_WAITING))
        .values(
            state=DigestState.SENDING.value,
            transport=transport,
            attempts=DigestRow.attempts + 1,
            first_try=func.coalesce(DigestRow.first_try, _moment(now)),
            next_try=None,
        )
        .returning(DigestRow.id)
    )
    return session.execute(taken).first() is not None


def settle(
    session: Session, delivery: Delivery, *, next_try: datetime | None = None, holder: str | None = None
) -> bool:
    """Record what came of an attempt; False when the digest was settled already and stays as it is.

    A `holder` settles only what it has taken. Was it thought to be gone, and its digest unclear, then it knows better.
    """
    was_claimed = DigestRow.state == DigestState.SENDING.value
    waits = delivery.state in (DigestState.QUEUED, DigestState.RETRY)
    open_states = _UNSETTLED if holder is None else (*_UNSETTLED, DigestState.UNCLEAR.value)
    mine = [DigestRow.state.in_(open_states), *([] if holder is None else [DigestRow.holder == holder])]
    values: dict[str, Any] = {
        "state": delivery.state.value,
        "attempts": case((was_claimed, DigestRow.attempts), else_=DigestRow.attempts + 1),
        "first_try": func.coalesce(DigestRow.first_try, _moment(delivery.at)),
        "next_try": next_try,
        "settled_at": None if waits else delivery.at,
    }
    if waits:
        values["holder"] = NOBODY
    settled = update(DigestRow).where(DigestRow.id == delivery.digest_id, *mine).values(values).returning(DigestRow.id)
    if session.execute(settled).first() is None:
        return False
    record(session, delivery)
    return True


def recover_sending(
    session: Session,
    now: datetime,
    *,
    resend: bool,
    transport: str | None = None,
    among: Collection[str] | None = None,
) -> tuple[list[str], list[str]]:
    """Settle what dead runs left as being sent, of these municipalities; the caller holds the lock of sending.

    Returns the ids queued again and the ids left unclear. They are queued again only with `resend`, for a transport
    to which a repeat does no harm, and only if that `transport` (any, when not named) was the one sending. What the
    dead had taken and not begun is anybody's.
    """
    dead = [NOBODY, *gone(session, SEND, session.scalars(_taken(DigestRow.holder).distinct()).all())]
    for holder in dead[1:]:
        let_go(session, holder)
    again: list[str] = []
    unclear: list[str] = []
    left = select(DigestRow.id, DigestRow.transport).where(
        DigestRow.state == DigestState.SENDING.value, DigestRow.holder.in_(dead)
    )
    if among is not None:
        left = left.where(DigestRow.municipality.in_(among))
    for digest_id, used in session.execute(left.order_by(DigestRow.created_at, DigestRow.id)).all():
        harmless = resend and transport in (None, used)
        state = DigestState.QUEUED if harmless else DigestState.UNCLEAR
        detail = "avbröts under sändningen"
        settle(session, Delivery(digest_id=digest_id, at=now, transport=used, state=state, detail=detail))
        (again if harmless else unclear).append(digest_id)
    return again, unclear


def _taken(column: Any) -> Select[Any]:
    return select(column).where(DigestRow.holder != NOBODY, DigestRow.state.in_(_UNSETTLED))


def _moment(moment: datetime) -> Any:
    return literal(moment, UtcTime())
