"""Runs: what was executed, when, and how it ended."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from store.columns import storable
from store.locks import SEND, gone
from store.marks import (
    SourcePart,
    save_marks,
    save_part_results,
    save_validators,
    source_marks,
    source_parts,
    validators,
)
from store.meta import get_meta, installation_id, list_meta, set_meta
from store.tables import RunRow
from store.types import Outcome, PartResult, Run, SourceState
from store.writing import upsert

__all__ = [
    "SourcePart",
    "begin_run",
    "begun_after",
    "end_run",
    "get_meta",
    "installation_id",
    "interrupt_running",
    "last_begun",
    "last_complete",
    "last_runs",
    "list_meta",
    "list_runs",
    "runs_of",
    "save_marks",
    "save_part_results",
    "save_validators",
    "set_meta",
    "source_marks",
    "source_parts",
    "start_run",
    "validators",
]


def begin_run(session: Session, step: str, subject: str = "", *, now: datetime) -> Run:
    """Return a new run, recorded as begun; its id sorts after that of every run before it."""
    newest = session.scalar(select(func.max(RunRow.id))) or ""
    number = int(newest[:10]) + 1 if newest[:10].isdigit() else 1
    run = Run(id=f"{number:010d}-{uuid.uuid4().hex[:8]}", step=step, subject=subject, started_at=now)
    start_run(session, run)
    return run


def start_run(session: Session, run: Run) -> None:
    """Record that a step has begun."""
    upsert(session, RunRow, [_row(run)])


def end_run(session: Session, run: Run) -> None:
    """Record how the run with this id ended."""
    upsert(session, RunRow, [_row(run)], keep=["started_at"])


def interrupt_running(session: Session, now: datetime, *, steps: Sequence[str] | None = None, but: str = "") -> int:
    """Mark runs whose process is gone as interrupted and return how many; the caller holds the steps' lock.

    Those that send may go on beside the caller, each with a lock of its own; `but` is the caller's.
    """
    running = RunRow.outcome == Outcome.RUNNING.value
    sending = session.scalars(select(RunRow.id).where(running, RunRow.step == SEND, RunRow.id != but))
    over = gone(session, SEND, sending.all())
    query = update(RunRow).where(running, (RunRow.step != SEND) | RunRow.id.in_(over))
    if steps is not None:
        query = query.where(RunRow.step.in_(steps))
    ended = query.values(outcome=Outcome.INTERRUPTED.value, ended_at=now, message="Avbruten, återupptas nästa gång.")
    return len(session.execute(ended.returning(RunRow.id)).all())


def last_runs(session: Session, step: str = "collect") -> dict[str, Run]:
    """Return the newest run of the step for each subject: for collect, of each source."""
    subjects = select(RunRow.subject).where(RunRow.step == step).distinct().subquery()
    one = aliased(RunRow)
    # Runs begun at the same moment, as with a frozen clock, stand in the order in which they were begun.
    newest = select(one.id).where(one.step == step, one.subject == subjects.c.subject)
    first = newest.order_by(one.started_at.desc(), one.id.desc()).limit(1).scalar_subquery()
    query = select(RunRow).where(RunRow.id.in_(select(first).select_from(subjects)))
    return {row.subject: _run(row) for row in session.scalars(query)}


def last_begun(session: Session, step: str = "collect") -> dict[str, Run]:
    """Return the run of the step that was begun last for each subject, whatever the clock said then."""
    newest = select(func.max(RunRow.id)).where(RunRow.step == step).group_by(RunRow.subject)
    return {row.subject: _run(row) for row in session.scalars(select(RunRow).where(RunRow.id.in_(newest)))}


def begun_after(session: Session, run: Run | None, step: str = "collect") -> list[Run]:
    """Return the runs of the step that were begun after another run, or all, in the order they were begun."""
    query = select(RunRow).where(RunRow.step == step, RunRow.id > (run.id if run else "")).order_by(RunRow.id)
    return [_run(row) for row in session.scalars(query)]


def last_complete(session: Session, step: str) -> Run | None:
    """Return the run of the step that was begun last and ended whole."""
    query = select(RunRow).where(RunRow.step == step, RunRow.outcome == Outcome.COMPLETE.value)
    row = session.scalar(query.order_by(RunRow.id.desc()).limit(1))
    return _run(row) if row else None


def list_runs(session: Session, *, step: str | None = None, limit: int = 100) -> list[Run]:
    """Return runs, newest first."""
    query = select(RunRow).order_by(RunRow.started_at.desc(), RunRow.id.desc()).limit(limit)
    if step is not None:
        query = query.where(RunRow.step == step)
    return [_run(row) for row in session.scalars(query)]


def runs_of(session: Session, step: str, subject: str, *, limit: int) -> list[Run]:
    """Return the newest runs of a step on one subject, newest first."""
    query = select(RunRow).where(RunRow.step == step, RunRow.subject == subject)
    return [
        _run(row) for row in session.scalars(query.order_by(RunRow.started_at.desc(), RunRow.id.desc()).limit(limit))
    ]


def _row(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "step": run.step,
        "subject": run.subject,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "outcome": run.outcome.value,
        "state": run.state.value if run.state else None,
        "counts": dict(run.counts),
        "parts": storable([_part_values(part) for part in run.parts]),
        "window_from": run.window[0] if run.window else None,
        "window_to": run.window[1] if run.window else None,
        "message": storable(run.message),
    }


def _run(row: RunRow) -> Run:
    window = (row.window_from, row.window_to) if row.window_from and row.window_to else None
    return Run(
        id=row.id,
        step=row.step,
        subject=row.subject,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=Outcome(row.outcome),
        state=SourceState(row.state) if row.state else None,
        counts=row.counts,
        parts=tuple(_part(*values) for values in row.parts),
        window=window,
        message=row.message,
    )


def _part_values(part: PartResult) -> list[Any]:
    """Return a part as JSON; the days and moments last, since runs of the first version lack them."""
    later = (part.next_try, part.not_before, part.newest)
    return [
        *(part.part, part.state.value, part.items, part.message, part.failures),
        *(value.isoformat() if value else None for value in later),
    ]


def _part(part: str, state: str, items: int, message: str, failures: int = 0, *later: str | None) -> PartResult:
    next_try, not_before, newest = later or (None, None, None)
    return PartResult(
        part=part,
        state=SourceState(state),
        items=items,
        message=message,
        failures=failures,
        next_try=datetime.fromisoformat(next_try) if next_try else None,
        not_before=datetime.fromisoformat(not_before) if not_before else None,
        newest=date.fromisoformat(newest) if newest else None,
    )
