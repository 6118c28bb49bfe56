"""Send: hand over what lies in the outbox, and write down what came of each digest."""

from __future__ import annotations

import email
import email.policy
import logging
import threading
from collections.abc import Callable, Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipeline.record import tell
from pipeline.send_wording import detail, summary
from pipeline.transport import Transport
from store.claims import claim, let_go, recover_sending, settle, take_due
from store.db import Store
from store.digests import due_ids, first_try, get_digest
from store.errors import DeliveryError, StoreError
from store.runs import begin_run, end_run, interrupt_running
from store.types import Delivery, Digest, DigestState, Outcome, Run

logger = logging.getLogger(__name__)

# Minutes to the next try after each failed one; the last repeats. Grey-listing servers say yes after one to fifteen.
RETRY_MINUTES = (1, 5, 15, 60, 240)
AT_ONCE = 20  # digests taken at a time: a few seconds' work, so that two who send end together
# Seconds to wait for a database server that has gone, before a letter that has left is nobody knows where.
PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0)
GIVE_UP = timedelta(hours=48)  # then the coordinator decides: a letter of last week is of no use as a surprise

Progress = Callable[[int, int | None], None]


class NotOurs(Exception):
    """The digest was taken or settled by someone else after it was listed as due."""


@dataclass(slots=True)
class Batch:
    """A sending under way, and what has come of it so far."""

    store: Store
    transport: Transport
    now: datetime
    run: Run
    among: Collection[str] | None
    settled: dict[str, DigestState] = field(default_factory=dict)
    faults: list[Delivery] = field(default_factory=list)
    next_try: datetime | None = None


def send_due(
    store: Store,
    transport: Transport,
    *,
    now: datetime,
    among: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Deliver every digest that is due, one by one, and return the finished run.

    A digest is claimed when the receiver has accepted its recipient and settled when it has answered, so a process
    that dies leaves at most one digest of which nobody knows. On PostgreSQL several may send, also on several
    machines: each takes some, and one that lives alone claims what it has taken. On SQLite raises StepBusy when
    another process is sending. `among` are the municipalities whose letters go this way; those of others wait.
    """
    with ExitStack() as held:
        with store.session(durable=True) as session:
            run = begin_run(session, "send", now=now)
            held.enter_context(store.beside_others("send", run.id))  # before anybody can see the run
            interrupt_running(session, now, steps=["send"], but=run.id)
            again, unclear = recover_sending(
                session, now, resend=transport.idempotent, transport=transport.name, among=among
            )
            due = len(due_ids(session, now, among=among))
        tell("begins", run)
        batch = Batch(store, transport, now, run, among, dict.fromkeys(unclear, DigestState.UNCLEAR))
        try:
            _send_all(batch, due, progress)
        finally:
            transport.close()
            with suppress(StoreError), store.session() as session:  # a database that is gone: the next run does it
                let_go(session, run.id)
        finished = _finish(run, batch, recovered=len(again), due=due)
        with store.session() as session:
            end_run(session, finished)
        tell("ends", finished)
    return finished


def _send_all(batch: Batch, due: int, progress: Progress | None) -> None:
    """Send what is due, some at a time, so that others may send the rest meanwhile."""
    number, stop = 0, None
    while taken := _take(batch):
        for digest_id in taken:
            if stop:
                _settle_failure(batch, digest_id, stop)
                continue
            error = _send_one(batch, digest_id)
            stop = error if error and error.stops_batch else None
            number += 1
            if progress and not stop:
                progress(number, due)


def _take(batch: Batch) -> list[str]:
    with batch.store.session(durable=True) as session:
        return take_due(session, batch.run.id, batch.now, most=AT_ONCE, among=batch.among)


def _send_one(batch: Batch, digest_id: str) -> DeliveryError | None:
    """Deliver one digest and settle it; returns the error, if any, for the batch to judge."""
    with batch.store.reading() as session:
        digest = get_digest(session, digest_id)
    if digest is None:
        return None
    try:
        batch.transport.deliver(digest, sender=sender_of(digest), before_data=lambda: _claim(batch, digest_id))
    except NotOurs:
        logger.info("the digest was settled meanwhile", extra={"digest": digest_id})
        return None
    except DeliveryError as error:
        # Not its words: servers repeat the address in them. The outbox shows them to whoever may see it.
        kind = "unclear" if error.unclear else "permanent" if error.permanent else "to be tried again"
        logger.warning("not delivered: %s", kind, extra={"digest": digest_id, "code": error.code})
        _settle_failure(batch, digest_id, error)
        return error
    _settle(batch, Delivery(digest_id=digest_id, at=batch.now, transport=batch.transport.name, state=DigestState.SENT))
    return None


def _claim(batch: Batch, digest_id: str) -> None:
    with batch.store.session(durable=True) as session:
        if not claim(session, digest_id, batch.now, transport=batch.transport.name, holder=batch.run.id):
            raise NotOurs(digest_id)


def _settle_failure(batch: Batch, digest_id: str, error: DeliveryError) -> None:
    with batch.store.reading() as session:
        digest = get_digest(session, digest_id)
        began = first_try(session, digest_id) or batch.now
    if digest is None:
        return
    state = state_after(error, tried_for=batch.now - began)
    failed = Delivery(
        digest_id=digest_id,
        at=batch.now,
        transport=batch.transport.name,
        state=state,
        code=error.code,
        detail=detail(state, error, batch.transport.name),
    )
    # A claim has counted this attempt already.
    earlier = digest.attempts - (digest.state == DigestState.SENDING)
    next_try = batch.now + delay_after(earlier) if state == DigestState.RETRY else None
    _settle(batch, failed, next_try)
    batch.faults.append(failed)


def _settle(batch: Batch, delivery: Delivery, next_try: datetime | None = None) -> None:
    for patience in (*PATIENCE, None):
        try:
            with batch.store.session(durable=True) as session:
                if settle(session, delivery, next_try=next_try, holder=batch.run.id):
                    batch.settled[delivery.digest_id] = delivery.state
            break
        except StoreError:
            if patience is None or not batch.store.is_shared:
                raise
            threading.Event().wait(patience)
    if next_try:
        batch.next_try = min(next_try, batch.next_try or next_try)


def state_after(error: DeliveryError, *, tried_for: timedelta) -> DigestState:
    """Return the state a failed attempt leaves a digest in."""
    if error.unclear:
        return DigestState.UNCLEAR
    if error.permanent:
        return DigestState.HELD if error.stops_batch else DigestState.REFUSED
    return DigestState.HELD if tried_for >= GIVE_UP else DigestState.RETRY


def delay_after(earlier_attempts: int) -> timedelta:
    """Return how long to wait after an attempt that so many others went before."""
    return timedelta(minutes=RETRY_MINUTES[min(earlier_attempts, len(RETRY_MINUTES) - 1)])


def sender_of(digest: Digest) -> str:
    """Return the address the frozen message is from, for the envelope."""
    head = digest.message.partition(b"\r\n\r\n")[0]  # parsing all of it takes longer than sending it
    message = email.message_from_bytes(head, policy=email.policy.default)
    header = message["sender"] or message["from"]
    addresses = header.addresses if header else ()
    if not addresses:
        raise DeliveryError(f"digest {digest.id}: no sender in the message", permanent=True)
    return str(addresses[0].addr_spec)


def _finish(run: Run, batch: Batch, *, recovered: int, due: int) -> Run:
    states = list(batch.settled.values())
    counts = {state.value: states.count(state) for state in sorted(set(states))}
    sent = counts.get("sent", 0)
    outcome = Outcome.COMPLETE if sent == len(states) else Outcome.PARTIAL if sent else Outcome.FAILED
    return replace(
        run,
        ended_at=batch.now,
        outcome=outcome,
        counts={"due": due, "recovered": recovered, **counts},
        message=summary(counts, batch.faults, next_try=batch.next_try),
    )
