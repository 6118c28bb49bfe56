"""Does one step of the schedule, and can be told to stop between two items or mails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.assess import assess
from pipeline.backup import scheduled_backup
from pipeline.by_municipality import AT_ONCE, beside_of, for_each, keys_to_learn, learn_each, learn_one, summed
from pipeline.collect import collect
from pipeline.compose import compose
from pipeline.current_items import CurrentItems
from pipeline.details import nothing_wanted
from pipeline.due import Step, StepName
from pipeline.due_facts import note_composed, note_noticed
from pipeline.encoder import load_assessor
from pipeline.engine import LOCAL, Engine, engine_of
from pipeline.installation import Installation
from pipeline.notice import compose_notices
from pipeline.record import begin, complete, end
from pipeline.retention import housekeep
from pipeline.run import LETTERS
from pipeline.second_reading import second_reading
from pipeline.send_all import send_all
from pipeline.week import iso_day, jobs_for, pace_of, wanted_sources
from store.errors import ScanningError, StoreError
from store.types import Outcome, Run

GoOn = Callable[[], None]


def perform(installation: Installation, step: Step, now: datetime, go_on: GoOn) -> str:
    """Do the step and return what came of it in one line without personal data; the caller holds the lock."""
    with engine_of(installation.settings) as engine:
        return _perform(installation, step, now, go_on, engine)


def _perform(installation: Installation, step: Step, now: datetime, go_on: GoOn, engine: Engine) -> str:
    def progress(*_: object) -> None:
        go_on()

    match step.name:
        case StepName.COLLECT:
            return told_readings(read_sources(installation, step.sources, now, progress, engine))
        case StepName.FETCH:
            return told_readings(fetch(installation, step.sources, now, progress, engine))
        case StepName.ASSESS:
            assessor = load_assessor(installation.settings)
            run = assess(installation.store, assessor, now=now, progress=progress, engine=engine)
            learn_each(installation, keys_to_learn(installation, now), now)
            return told_counts(run.counts)
        case StepName.SECOND_READER:
            reading = second_reading(installation, now=now, share=True, progress=progress)
            return told_counts(reading.counts) if reading else "left alone for now"
        case StepName.COMPOSE:
            return told_counts(write_all(installation, step, now, progress, engine))
        case StepName.NOTICE:
            return told_counts(notice_all(installation, step, now, progress))
        case StepName.SEND:
            return told_counts(summed(send_all(installation, now=now, progress=progress)))
        case StepName.BACKUP | StepName.HOUSEKEEP:
            return told_counts(do_chore(installation, step.name, now))


def do_chore(installation: Installation, name: StepName, now: datetime) -> Mapping[str, int]:
    """Do a daily chore and keep how it went, so that one that failed is tried again and told to the coordinator."""
    chore = {StepName.BACKUP: scheduled_backup, StepName.HOUSEKEEP: housekeep}[name]
    run = begin(installation.store, name.value, now=now)
    try:
        counts = chore(installation, now=now)
    except (ScanningError, OSError) as error:
        end(installation.store, replace(run, outcome=Outcome.FAILED, message=str(error)), now=now)
        raise StoreError(f"{name}: {error}") from error
    complete(installation.store, run, now=now, counts=counts)
    return counts


def read_sources(
    installation: Installation, names: Sequence[str], now: datetime, progress: Callable[..., None], engine: Engine
) -> list[Run]:
    """Read the sources that are due, as our own back-off and theirs allow."""
    wanted = wanted_sources(installation.settings, names)
    jobs = jobs_for(installation, wanted, now=now, since=None, full=False)
    paces = {source.name: pace_of(installation.settings, source) for source in wanted}
    logs = installation.settings.logs
    return collect(installation.store, jobs, now=now, logs=logs, progress=progress, paces=paces, engine=engine)


def fetch(
    installation: Installation, names: Sequence[str], now: datetime, progress: Callable[..., None], engine: Engine
) -> list[Run]:
    """Fetch what passed the relevance filter whole, and assess again what that changed."""
    jobs = jobs_for(installation, wanted_sources(installation.settings, names), now=now, since=None, full=False)
    asked = [job.source for job in jobs if job.options["wanted"]]
    runs = [nothing_wanted(installation.store, name, now=now) for name in names if name not in asked]
    runs += read_sources(installation, asked, now, progress, engine) if asked else []
    if any(run.counts.get("new") or run.counts.get("changed") for run in runs):
        assessor = load_assessor(installation.settings)
        assess(installation.store, assessor, now=now, progress=progress, engine=engine)
    return runs


def write_all(
    installation: Installation, step: Step, now: datetime, progress: Callable[..., None], engine: Engine
) -> Mapping[str, int]:
    """Write the digests of each municipality that the step is about, and return the counts together."""
    keys, items = step.municipalities or (installation.municipality.key,), CurrentItems()

    def write(one: Installation) -> Run:
        with alone(one):
            return write_digests(one, step, now, progress, engine, items)

    return summed(for_each(installation, keys, "brev", write, at_once=1 if engine.is_here else AT_ONCE))


@contextmanager
def alone(installation: Installation) -> Iterator[None]:
    """Write a municipality's letters alone; raises StepBusy when another machine does, which is as good."""
    store = installation.store
    # On SQLite the lock of the whole week is enough.
    with store.beside_others(LETTERS, installation.municipality.key) if store.is_shared else nullcontext():
        yield


def notice_all(
    installation: Installation, step: Step, now: datetime, progress: Callable[..., None]
) -> Mapping[str, int]:
    """Write the day's notices of each municipality that the step is about, and return the counts together."""
    keys, items = step.municipalities or (installation.municipality.key,), CurrentItems()
    return summed(for_each(installation, keys, "korta brev", lambda one: write_notices(one, now, progress, items)))


def write_digests(
    installation: Installation,
    step: Step,
    now: datetime,
    progress: Callable[..., None],
    engine: Engine = LOCAL,
    items: CurrentItems | None = None,
) -> Run:
    """Write the digests that the week still lacks, and note that the week has its own."""
    learn_one(installation, now, items)
    run = compose(
        installation.store,
        installation.municipality,
        installation.settings,
        week=step.week,
        now=now,
        progress=progress,
        engine=engine,
        items=items,
        late=step.late,
        beside=beside_of(installation),
    )
    note_composed(installation, step.week, now)
    return run


def write_notices(
    installation: Installation, now: datetime, progress: Callable[..., None], items: CurrentItems | None = None
) -> Run:
    """Write the notices that the day still lacks, and note that the day has its own."""
    store, municipality, settings = installation.store, installation.municipality, installation.settings
    run = compose_notices(store, municipality, settings, now=now, progress=progress, items=items)
    note_noticed(installation, iso_day(now))
    return run


def told_readings(runs: Sequence[Run]) -> str:
    """Return "cellar working 18 new, feeds failing 0 new"."""
    return ", ".join(f"{run.subject} {run.state or run.outcome} {run.counts.get('new', 0)} new" for run in runs)


def told_counts(counts: Mapping[str, Any]) -> str:
    """Return "digests 6, entries 41"."""
    return ", ".join(f"{name} {number}" for name, number in counts.items())
