"""Reads from the database what decides what is due, and keeps the two things that only the schedule knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from crawlers.catalogue import SourceFacts as Source
from pipeline import second_reading
from pipeline.back_off import FIRST
from pipeline.by_municipality import all_keys, whose_letters
from pipeline.due import LONGEST_OFF, ChoreFacts, Facts, LetterFacts, Slot, SourceFacts, StepName
from pipeline.installation import Installation
from pipeline.settings import Settings
from pipeline.week import iso_week, wanted_sources
from store.db import Session
from store.digests import all_weeks_told, any_sending, due_ids
from store.runs import begun_after, get_meta, last_begun, last_complete, list_meta, set_meta
from store.types import Outcome, Run

SINCE = "schedule.since"
_COMPOSED = "schedule.composed."
CUT_OFF = (Outcome.RUNNING, Outcome.INTERRUPTED)


def read_facts(installation: Installation, now: datetime) -> Facts:
    """Return what the schedule depends on, as of a moment; the caller has noted when it was first kept."""
    settings = installation.settings
    sources = wanted_sources(settings, [])
    with installation.store.reading() as session:
        runs = last_begun(session)
        return Facts(
            slot=Slot.parse(settings.schedule.digest),
            since=kept_since(session) or now,
            sources={source.name: source_facts(source, runs.get(source.name)) for source in sources},
            unassessed=anything_unassessed(session),
            second_reader=second_reading.is_due(installation, session, now),
            letters=letter_facts(session, all_keys(installation), now),
            urgent=time.fromisoformat(settings.schedule.urgent) if settings.schedule.urgent else None,
            outbox=anything_to_send(session, now, whose_letters(installation)),
            chores={name: chore_facts(session, name) for name in chores_on(settings)},
        )


def chores_on(settings: Settings) -> list[StepName]:
    """Return the daily chores that are switched on: backups unless none are kept, retention once it is decided."""
    chores = [StepName.BACKUP] if settings.backup.keep else []
    return [*chores, StepName.HOUSEKEEP] if settings.retention.decision else chores


def chore_facts(session: Session, name: StepName) -> ChoreFacts:
    """Return when a chore was begun last, and when last done whole."""
    begun, done = last_begun(session, name.value).get(""), last_complete(session, name.value)
    return ChoreFacts(begun=begun.started_at if begun else None, done=done.started_at if done else None)


def source_facts(source: Source, run: Run | None) -> SourceFacts:
    """Return what decides when a source is read next, from its latest reading."""
    if run is None:
        return SourceFacts(cadence=source.cadence, of_details=bool(source.details_of))
    tries = [part.next_try for part in run.parts if part.next_try]
    if not run.parts and run.outcome is Outcome.FAILED:  # it died before it could say when to try again
        tries = [run.started_at + FIRST]
    return SourceFacts(
        cadence=source.cadence,
        begun=run.started_at,
        interrupted=run.outcome in CUT_OFF,
        next_try=min(tries, default=None),
        of_details=bool(source.details_of),
    )


def anything_unassessed(session: Session) -> bool:
    """Tell whether a reading has brought something, or was cut off, since the last whole assessment."""
    runs = begun_after(session, last_complete(session, "assess"))
    return any(run.counts.get("new") or run.counts.get("changed") or run.outcome in CUT_OFF for run in runs)


def letter_facts(session: Session, keys: Sequence[str], now: datetime) -> dict[str, LetterFacts]:
    """Return what decides when each municipality's letters are written, read for all at once."""
    since, noticed = list_meta(session, f"{SINCE}."), list_meta(session, noticed_name(""))
    composed: dict[str, set[str]] = {}
    for name in list_meta(session, _COMPOSED):
        key, _, week = name.removeprefix(_COMPOSED).rpartition(".")
        composed.setdefault(key, set()).add(week)
    told = all_weeks_told(session, since=iso_week(now - timedelta(weeks=LONGEST_OFF + 1)))
    return {
        key: LetterFacts(
            since=datetime.fromisoformat(said) if (said := since.get(since_name(key))) else None,
            composed=frozenset(composed.get(key, ())),
            told=told.get(key, frozenset()),
            noticed=noticed.get(noticed_name(key), ""),
        )
        for key in keys
    }


def anything_to_send(session: Session, now: datetime, keys: Sequence[str] | None) -> bool:
    """Tell whether a digest of theirs, or of anybody, waits to be sent or was being sent when its process died."""
    return bool(due_ids(session, now, among=keys) or any_sending(session, keys))


def kept_since(session: Session) -> datetime | None:
    """Return when the schedule was first kept here, None before that."""
    said = get_meta(session, SINCE)
    return datetime.fromisoformat(said) if said else None


def note_kept(installation: Installation, now: datetime) -> None:
    """Note that the schedule is kept from now on, and since when each municipality that has come later is served.

    A note of another day that is still to come was a wrong clock's. Those that were served before each had a note of
    its own are known by the letters that they have had.
    """
    with installation.store.session() as session:
        since = kept_since(session)
        if since is None or since > now:
            set_meta(session, SINCE, now.isoformat())
            since = now
        for key, letters in letter_facts(session, all_keys(installation), now).items():
            known = letters.since or (since if letters.composed or letters.told else None)
            if known is None or known > now:
                set_meta(session, since_name(key), now.isoformat())
            elif letters.since is None:
                set_meta(session, since_name(key), known.isoformat())


def note_composed(installation: Installation, week: str, now: datetime) -> None:
    """Note that every digest of the week is written."""
    with installation.store.session(durable=True) as session:
        set_meta(session, composed_name(installation.municipality.key, week), now.isoformat())


def composed_name(municipality: str, week: str) -> str:
    """Return the name under which the writing of a week is noted."""
    return f"{_COMPOSED}{municipality}.{week}"


def since_name(municipality: str) -> str:
    """Return the name under which it is noted when a municipality was served first."""
    return f"{SINCE}.{municipality}"


def note_noticed(installation: Installation, day: str) -> None:
    """Note that every notice of the day is written."""
    with installation.store.session(durable=True) as session:
        set_meta(session, noticed_name(installation.municipality.key), day)


def noticed_name(municipality: str) -> str:
    """Return the name under which the day of the last notices is noted."""
    return f"schedule.noticed.{municipality}"
