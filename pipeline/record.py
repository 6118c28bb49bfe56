"""The record of a step: begun and ended in the store, so that a cut-off run can be seen afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from store.db import Store
from store.runs import begin_run, end_run
from store.types import Outcome, Run


def begin(store: Store, step: str, subject: str = "", *, now: datetime) -> Run:
    """Return a new run, noted as started."""
    with store.session() as session:
        return begin_run(session, step, subject, now=now)


def complete(store: Store, run: Run, *, now: datetime, counts: Mapping[str, int], message: str = "") -> Run:
    """Return the run, noted as ended whole."""
    return end(store, replace(run, outcome=Outcome.COMPLETE, counts=counts, message=message), now=now)


def end(store: Store, run: Run, *, now: datetime) -> Run:
    """Return the run, noted as ended at this moment."""
    ended = replace(run, ended_at=now)
    with store.session() as session:
        end_run(session, ended)
    return ended
