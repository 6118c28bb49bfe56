"""Reading one source at a person's word, beside the page: for good, or only to look at what it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.background import Task, turn
from pipeline.collect import collect
from pipeline.details import nothing_wanted
from pipeline.installation import Installation
from pipeline.probe import probe, probe_job, probe_values
from pipeline.run import LOCK, take_over
from pipeline.source_switches import parts_of
from pipeline.terminal import STATE_WORDS
from pipeline.week import jobs_for, pace_of, wanted_sources
from pipeline.wording import counted
from store.types import Run, SourceState


def reading_name(source: str) -> str:
    """Return the name of the task that reads a source."""
    return f"read {source}"


def look_name(source: str, part: str) -> str:
    """Return the name of the task that looks at one part of a source."""
    return f"look {source} {part}"


def reading_of(installation: Installation, source: str, now: datetime) -> Callable[[Task], str]:
    """Return the work that reads a source now, as `utkik collect SOURCE` does, and tells what came of it."""

    def work(task: Task) -> str:
        with turn(installation.store, LOCK, task):
            take_over(installation, now)
            return told_reading(_read(installation, source, now, task))

    return work


def _read(installation: Installation, source: str, now: datetime, task: Task) -> Run:
    wanted = wanted_sources(installation.settings, [source])
    jobs = jobs_for(installation, wanted, now=now, since=None, full=False, insist=True)
    if wanted[0].details_of and not jobs[0].options["wanted"]:
        return nothing_wanted(installation.store, source, now=now)
    progress = task.step("Läser källan")
    paces = {source: pace_of(installation.settings, wanted[0])}
    logs = installation.settings.logs

    def read(_: str, number: int) -> None:
        progress(number, None)

    return collect(installation.store, jobs, now=now, logs=logs, progress=read, paces=paces)[0]


def told_reading(run: Run) -> str:
    """Return what a reading gave, in a sentence or two."""
    new, changed = run.counts.get("new", 0), run.counts.get("changed", 0)
    state = STATE_WORDS[run.state or SourceState.WAITING]
    gave = f"{counted(new, 'ny post', 'nya poster')}, {counted(changed, 'ändrad', 'ändrade')}"
    later = " De bedöms inom några minuter." if new or changed else ""
    return f"Källan {state}: {gave}.{later} {run.message}".strip()


def look_at(installation: Installation, source: str, part: str, now: datetime) -> Callable[[Task], str]:
    """Return the work that asks one part what it gives, also one that is off; nothing is stored.

    The task's result is what `utkik sources check` tells.
    """

    def work(task: Task) -> str:
        task.step("Frågar källan")
        job = probe_job(installation, source, part=part, now=now)
        tables = {name: dict(table) for name, table in parts_of(installation.settings, source).items()}
        if part in tables:
            job = replace(job, options={**job.options, source: {part: {**tables[part], "enabled": True}}})
        values = probe_values(probe(job, installation.settings.logs), job)
        task.result = values
        return told_look(values)

    return work


def told_look(values: dict[str, Any]) -> str:
    """Return what a look gave, in a sentence or two."""
    state = STATE_WORDS[SourceState(values["state"])]
    newest = f", den nyaste från {values['newest']}" if values["newest"] else ""
    return f"Flödet {state}: {counted(values['items'], 'post', 'poster')}{newest}. {values['message']}".strip()
