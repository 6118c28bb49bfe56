"""The record of a step: begun and ended in the store, so that a cut-off run can be seen afterwards."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from store.db import Store
from store.runs import begin_run, end_run
from store.types import Outcome, Run

logger = logging.getLogger(__name__)


def begin(store: Store, step: str, subject: str = "", *, now: datetime) -> Run:
    """Return a new run, noted as started."""
    with store.session() as session:
        run = begin_run(session, step, subject, now=now)
    tell("begins", run)
    return run


def complete(store: Store, run: Run, *, now: datetime, counts: Mapping[str, int], message: str = "") -> Run:
    """Return the run, noted as ended whole."""
    return end(store, replace(run, outcome=Outcome.COMPLETE, counts=counts, message=message), now=now)


def end(store: Store, run: Run, *, now: datetime) -> Run:
    """Return the run, noted as ended at this moment."""
    ended = replace(run, ended_at=now)
    with store.session() as session:
        end_run(session, ended)
    tell("ends", ended)
    return ended


def tell(what: str, run: Run) -> None:
    """Write one line about a run: which it is and how it ended, never the words of its message, which name things."""
    counts = ", ".join(f"{name} {number}" for name, number in run.counts.items())
    # What the other steps are about, a week, a municipality or a model, their own lines tell.
    fields = {"step": run.step, "run": run.id, "source": run.subject if run.step == "collect" else ""}
    outcome = run.outcome.value if run.ended_at else ""
    logger.info("run %s%s", what, f": {counts}" if counts else "", extra={**fields, "outcome": outcome})
