"""The week's letters sent at a person's word: written and handed over by the same steps and locks as the schedule's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from crawlers.dates import STOCKHOLM
from pipeline.background import Task, turn
from pipeline.currency import Week
from pipeline.due import Step, StepName
from pipeline.installation import Installation, transport_of
from pipeline.municipality import Municipality
from pipeline.perform import write_digests
from pipeline.readers import contacts_of
from pipeline.run import LOCK, take_over
from pipeline.send import send_due
from pipeline.week import iso_week
from pipeline.wording import counted, day_in_words
from store.contacts import contact_states
from store.db import Session
from store.digests import letter_states
from store.types import DigestState

SENDING = "send"  # name of the task
_LEFT = (DigestState.QUEUED, DigestState.RETRY, DigestState.SENDING)


def already_sent(session: Session, municipality: Municipality, now: datetime) -> datetime | None:
    """Return when the week's letters had all been dealt with; None when any is left to be written or sent.

    A coordinator without own units may get no letter in a week, so the lack of that one says nothing.
    """
    letters = letter_states(session, municipality.key, iso_week(now))
    if not letters or any(state in _LEFT for state, _ in letters.values()):
        return None
    readers = contacts_of(municipality, contact_states(session, municipality.key), Week(now).today)
    if any(reader.email not in letters and not reader.coordinates for reader in readers):
        return None
    return max((settled for _, settled in letters.values() if settled), default=None)


def told_sent(at: datetime, now: datetime) -> str:
    """Return "Redan skickat 07.00", with the day when it was another."""
    local, today = at.astimezone(STOCKHOLM), now.astimezone(STOCKHOLM).date()
    day = "" if local.date() == today else f"{day_in_words(local.date(), today)} "
    return f"Redan skickat {day}{local:%H.%M}"


def sending_of_week(installation: Installation, now: datetime) -> Callable[[Task], str]:
    """Return the work that writes what the week lacks and sends it; nobody gets a second letter of a week by it."""

    def work(task: Task) -> str:
        with turn(installation.store, LOCK, task):
            with installation.store.reading() as session:
                sent = already_sent(session, installation.municipality, now)
            if sent:
                return f"{told_sent(sent, now)}. Inget skickades igen."
            take_over(installation, now)
            step = Step(name=StepName.COMPOSE, week=iso_week(now))
            run = write_digests(installation, step, now, task.step("Skriver brev"))
            return f"{counted(run.counts['digests'], 'brev skrivet', 'brev skrivna')}. {_send(installation, task, now)}"

    return work


def sending_of_waiting(installation: Installation, now: datetime) -> Callable[[Task], str]:
    """Return the work that sends what waits, without writing anything."""

    def work(task: Task) -> str:
        with turn(installation.store, LOCK, task):
            return _send(installation, task, now)

    return work


def _send(installation: Installation, task: Task, now: datetime) -> str:
    progress = task.step("Skickar")
    transport = transport_of(installation.settings, installation.municipality)
    key = installation.municipality.key
    return send_due(installation.store, transport, now=now, among=(key,), progress=progress).message
