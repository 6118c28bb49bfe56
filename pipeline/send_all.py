"""Sending for all municipalities: those of one mail server together, those of another by theirs."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from pipeline.by_municipality import whose_letters
from pipeline.identity import mail_of
from pipeline.installation import Installation, transport_of
from pipeline.municipality import Municipality
from pipeline.send import Progress, send_due
from store.errors import ConfigurationError
from store.types import Outcome, Run

logger = logging.getLogger(__name__)


def send_all(installation: Installation, *, now: datetime, progress: Progress | None = None) -> list[Run]:
    """Send what is due of each municipality that is served, by its own way, and return a run for each way.

    A mail server that does not answer, or is described wrongly, holds up no letters but those that go by it. The
    letters of a municipality that is served no more wait.
    """
    runs: list[Run] = []
    faults: list[ConfigurationError] = []
    for together in ways(installation):
        keys = [one.key for one in together] if whose_letters(installation) else None
        try:
            transport = transport_of(installation.settings, together[0])
        except ConfigurationError as error:
            logger.error("send: no way for %s: %s", ", ".join(one.key for one in together), error)
            faults.append(error)
            continue
        runs.append(send_due(installation.store, transport, now=now, among=keys, progress=progress))
    if faults:
        raise faults[0]
    return runs


def ways(installation: Installation) -> list[list[Municipality]]:
    """Return the municipalities in groups whose letters leave in the same way."""
    groups: list[tuple[object, list[Municipality]]] = []
    for one in installation.municipalities:
        mail = mail_of(installation.settings, one)
        same = next((group for known, group in groups if known == mail), None)
        if same is None:
            groups.append((mail, [one]))
        else:
            same.append(one)
    return [group for _, group in groups]


def as_one(runs: list[Run]) -> Run:
    """Return the runs of several ways as one to be told of; with one way, that run itself."""
    first, *others = runs
    if not others:
        return first
    counts: dict[str, int] = {}
    for run in runs:
        for name, number in run.counts.items():
            counts[name] = counts.get(name, 0) + number
    whole = all(run.outcome is Outcome.COMPLETE for run in runs)
    message = " ".join(dict.fromkeys(run.message for run in runs if run.message))
    return replace(first, counts=counts, outcome=Outcome.COMPLETE if whole else Outcome.PARTIAL, message=message)
