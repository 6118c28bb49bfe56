"""The second reader as a step of the week: when it is due, and that nothing of it ever stops the week."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.installation import Installation
from pipeline.record import begin, end
from pipeline.second_reader import STEP, Progress, held_until, last_run, read_second, second_reader_of
from pipeline.wording import counted
from store.db import Session
from store.errors import ConfigurationError
from store.runs import list_runs
from store.types import Outcome, Run, SourceState

EVERY = timedelta(hours=20)  # once a day, at whatever hour the schedule wakes
NEEDS_A_PERSON = 3  # failures in a row that the coordinator is told of


def second_reading(
    installation: Installation,
    *,
    now: datetime,
    share: bool = False,
    insist: bool = False,
    progress: Progress | None = None,
) -> Run | None:
    """Let the second reader read; None when the municipality has none, or its server is to be left alone for now.

    A reader that is described wrongly is a failed run and not an error: the week goes on without it.
    """
    try:
        reader = second_reader_of(installation.settings)
    except ConfigurationError as error:
        run = begin(installation.store, STEP, now=now)
        failed = replace(run, outcome=Outcome.FAILED, state=SourceState.REFUSED, message=f"Andra läsaren: {error}.")
        return end(installation.store, failed, now=now)
    if reader is None or held_until(last_run(installation.store, reader), now, insist=insist):
        return None
    return read_second(
        installation.store,
        reader,
        municipalities=installation.municipalities,
        now=now,
        share=share,
        progress=progress,
    )


def is_due(installation: Installation, session: Session, now: datetime) -> bool:
    """Tell whether the schedule is to let the second reader read: once a day, sooner when a fault has its next try."""
    if not installation.settings.second_reader.is_on:
        return False
    run = newest_run(session)
    if run is None or not timedelta(0) <= now - run.started_at < EVERY:
        return True
    return any(part.failures and part.next_try and part.next_try <= now for part in run.parts)


def newest_run(session: Session) -> Run | None:
    """Return the latest run of the step, whatever model it asked."""
    return next(iter(list_runs(session, step=STEP, limit=1)), None)


def told_reader(run: Run | None, *, is_on: bool) -> str:
    """Return how the second reader is in one Swedish sentence."""
    if not is_on:
        return "Andra läsaren är av."
    return run.message if run else "Andra läsaren har inte läst än."


def needs_a_person(run: Run | None, *, is_on: bool) -> str:
    """Return what the coordinator is told: that the server refuses, or has not answered for some time; else ""."""
    if not is_on or run is None or run.state in (None, SourceState.WORKING):
        return ""
    failures = max((part.failures for part in run.parts), default=0)
    if run.state is not SourceState.REFUSED and failures < NEEDS_A_PERSON:
        return ""
    times = f" Det har hänt {counted(failures, 'gång', 'gånger')} i rad." if failures > 1 else ""
    return f"{run.message}{times} Bedömningarna görs ändå. Se efter med: utkik second-reader"
