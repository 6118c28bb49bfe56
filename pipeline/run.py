"""The steps as the commands call them: with their lock, their progress and a table of what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from rich.console import Console
from rich.markup import escape

from pipeline.assess import assess
from pipeline.by_municipality import AT_ONCE, all_keys, beside_of, for_each, learn_each, summed
from pipeline.collect import collect
from pipeline.compose import compose
from pipeline.current_items import CurrentItems
from pipeline.details import nothing_wanted
from pipeline.encoder import load_assessor
from pipeline.engine import engine_of
from pipeline.installation import Installation
from pipeline.second_reading import second_reading
from pipeline.send_all import as_one, send_all
from pipeline.terminal import show_collected, source_progress, step_progress
from pipeline.week import iso_week, jobs_for, pace_of, wanted_sources
from pipeline.wording import counted
from store.errors import PartlyDone
from store.runs import interrupt_running
from store.types import Run

LOCK = "week"  # one process at a time does a step; a killed one frees it by itself
LETTERS = "letters"  # on PostgreSQL written by several machines, each a municipality's


def take_over(installation: Installation, now: datetime) -> None:
    """Note the runs of a process that is gone as interrupted; the caller holds the lock."""
    with installation.store.session() as session:
        interrupt_running(session, now)


def collect_sources(
    installation: Installation,
    console: Console,
    names: Sequence[str],
    *,
    now: datetime,
    since: date | None = None,
    full: bool = False,
    quiet: bool = False,
) -> list[Run]:
    """Read the sources and show what each gave."""
    with installation.store.exclusive(LOCK):
        take_over(installation, now)
        return _collect(installation, console, names, now=now, since=since, full=full, quiet=quiet, insist=bool(names))


def _collect(
    installation: Installation,
    console: Console,
    names: Sequence[str],
    *,
    now: datetime,
    since: date | None,
    full: bool,
    quiet: bool,
    insist: bool = False,
) -> list[Run]:
    # Sources of details are asked after the assessment, or by name.
    wanted = [source for source in wanted_sources(installation.settings, names) if names or not source.details_of]
    titles = {source.name: source.title for source in wanted}
    jobs = jobs_for(installation, wanted, now=now, since=since, full=full, insist=insist)
    paces = {source.name: pace_of(installation.settings, source) for source in wanted}
    logs = installation.settings.logs
    with source_progress(silent(console, quiet), titles) as progress, engine_of(installation.settings) as engine:
        runs = collect(installation.store, jobs, now=now, logs=logs, progress=progress, paces=paces, engine=engine)
    show_collected(silent(console, quiet), runs, titles)
    return runs


def fetch_details(installation: Installation, console: Console, *, now: datetime, quiet: bool) -> list[Run]:
    """Fetch what passed the relevance filter whole, and assess again what that changed; the caller holds the lock."""
    sources = [source for source in wanted_sources(installation.settings, []) if source.details_of]
    jobs = {job.source: job for job in jobs_for(installation, sources, now=now, since=None, full=False)}
    idle = [name for name, job in jobs.items() if not job.options["wanted"]]
    runs = [nothing_wanted(installation.store, name, now=now) for name in idle]
    if asked := [name for name in jobs if name not in idle]:
        runs += _collect(installation, console, asked, now=now, since=None, full=False, quiet=quiet)
    if any(run.counts.get("new") or run.counts.get("changed") for run in runs):
        runs.append(_assess(installation, console, now=now, quiet=quiet))
    return runs


def assess_items(installation: Installation, console: Console, *, now: datetime, quiet: bool = False) -> Run:
    """Assess what waits and show how much it was."""
    with installation.store.exclusive(LOCK):
        take_over(installation, now)
        return _assess(installation, console, now=now, quiet=quiet)


def _assess(installation: Installation, console: Console, *, now: datetime, quiet: bool) -> Run:
    assessor = load_assessor(installation.settings)
    with step_progress(silent(console, quiet), "Bedömer") as progress, engine_of(installation.settings) as engine:
        run = assess(installation.store, assessor, now=now, progress=progress, engine=engine)
    silent(console, quiet).print(
        f"Bedömt: {counted(run.counts['assessed'], 'post', 'poster')}, "
        f"{counted(run.counts['stories'], 'nyhet', 'nyheter')} som flera källor berättar."
    )
    return run


def ask_second_reader(installation: Installation, console: Console, *, now: datetime, quiet: bool = False) -> list[Run]:
    """Let the second reader read what is left of the week's budget, and show what came of it."""
    with installation.store.exclusive(LOCK):
        take_over(installation, now)
        return _read_second(installation, console, now=now, quiet=quiet, insist=True)


def _read_second(
    installation: Installation, console: Console, *, now: datetime, quiet: bool, insist: bool = False
) -> list[Run]:
    with step_progress(silent(console, quiet), "Andra läsaren") as progress:
        run = second_reading(installation, now=now, insist=insist, progress=progress)
    if run is None:
        return []
    silent(console, quiet).print(escape(run.message), highlight=False)
    return [run]


def _learn(installation: Installation, console: Console, *, now: datetime, quiet: bool) -> list[Run]:
    runs = learn_each(installation, all_keys(installation), now)
    for run in runs:
        if run.counts["refitted"] or run.message:
            said = run.message or f"Lärt av {counted(run.counts['labels'], 'bedömning', 'bedömningar')}."
            place = f"{run.subject}: " if len(runs) > 1 else ""
            silent(console, quiet).print(escape(f"{place}{said}"), highlight=False)
    return runs


def compose_digests(
    installation: Installation, console: Console, *, week: str, now: datetime, quiet: bool = False
) -> list[Run]:
    """Write the week's digests into the outbox, for each municipality its own, and show how many."""
    with installation.store.exclusive(LOCK):
        take_over(installation, now)
        return _compose(installation, console, week=week, now=now, quiet=quiet)


def _compose(installation: Installation, console: Console, *, week: str, now: datetime, quiet: bool) -> list[Run]:
    """Raise PartlyDone when some got none because of a fault; what the others got is shown all the same."""
    with step_progress(silent(console, quiet), "Skriver brev") as progress, engine_of(installation.settings) as engine:
        items = CurrentItems()

        def compose_one(one: Installation) -> Run:
            beside, place = beside_of(one), (one.store, one.municipality, one.settings)
            return compose(*place, week=week, now=now, progress=progress, beside=beside, engine=engine, items=items)

        at_once = 1 if engine.is_here else AT_ONCE
        runs = for_each(installation, all_keys(installation), "Brev", compose_one, at_once=at_once)
    counts = summed(runs)
    places = f" till {len(runs)} kommuner" if len(runs) > 1 else ""
    entries = counted(counts["entries"], "post", "poster")
    earlier = f" {counts['existing']} var redan skrivna." if counts["existing"] else ""
    new = counted(counts["digests"], "nytt", "nya")
    silent(console, quiet).print(f"Brev för {week}: {new}{places}, {entries}.{earlier}")
    return runs


def send_digests(installation: Installation, console: Console, *, now: datetime, quiet: bool = False) -> Run:
    """Send what is due and show what came of it."""
    with installation.store.exclusive(LOCK):
        take_over(installation, now)
        return _send(installation, console, now=now, quiet=quiet)


def _send(installation: Installation, console: Console, *, now: datetime, quiet: bool) -> Run:
    with step_progress(silent(console, quiet), "Skickar") as progress:
        run = as_one(send_all(installation, now=now, progress=progress))
    silent(console, quiet).print(escape(run.message), highlight=False)
    if run.counts["due"] > run.counts.get("sent", 0):
        silent(console, quiet).print("Varför, och vad du kan göra, visar: utkik outbox")
    if installation.settings.mail.transport == "folder" and run.counts.get("sent"):
        place = escape(str(installation.settings.outbox))
        silent(console, quiet).print(f"Breven ligger i {place}", soft_wrap=True, highlight=False)
    return run


def run_week(
    installation: Installation,
    console: Console,
    *,
    now: datetime,
    since: date | None = None,
    full: bool = False,
    quiet: bool = False,
) -> list[Run]:
    """Do all steps in order; what an earlier run finished is not done again."""
    with installation.store.exclusive(LOCK):
        take_over(installation, now)
        installation.keep_copies()
        runs = _collect(installation, console, [], now=now, since=since, full=full, quiet=quiet)
        runs.append(_assess(installation, console, now=now, quiet=quiet))
        runs += fetch_details(installation, console, now=now, quiet=quiet)
        runs += _read_second(installation, console, now=now, quiet=quiet)
        runs += _learn(installation, console, now=now, quiet=quiet)
        failed: PartlyDone | None = None
        try:
            runs += _compose(installation, console, week=iso_week(now), now=now, quiet=quiet)
        except PartlyDone as error:
            failed = error  # the letters of the others go out all the same
        runs.append(_send(installation, console, now=now, quiet=quiet))
    if failed:
        raise failed
    return runs


def silent(console: Console, quiet: bool) -> Console:
    """Return a console that shows nothing when another program reads the output."""
    return Console(quiet=True) if quiet else console
