"""What needs a person: said to the coordinator in the week's digest, and only when there is something to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.dates import STOCKHOLM
from nlp.model_file import missing_model
from pipeline.action_wording import late_in_words
from pipeline.actions_view import late_actions
from pipeline.areas import area_names
from pipeline.cofinancing_register import cofinancing_faults
from pipeline.health import Health
from pipeline.municipality import Municipality
from pipeline.outbox import STATE_WORDS
from pipeline.source_notes import told_fault
from pipeline.wording import counted, listed, lower_first
from store.db import Session
from store.digests import unsettled_digests
from store.runs import get_meta, last_begun, last_complete, runs_of
from store.types import DigestState, Outcome

NEEDS_A_PERSON = (DigestState.REFUSED, DigestState.BOUNCED, DigestState.UNCLEAR, DigestState.HELD)
REMINDED = timedelta(days=28)  # a digest that nobody has settled for four weeks is left to the page of the outbox
NO_BACKUP = timedelta(days=2)  # one that fails once may succeed an hour later; after two days somebody must look
NEWLY_LATE = timedelta(days=7)  # a week's letter tells of it once; after that only along with other matters
AREAS_NAMED = 4


@dataclass(frozen=True, slots=True)
class Attention:
    """What needs a person, as Swedish sentences.

    `faults` are reason enough to write to the coordinator; what is `standing` in the municipality's file is told along
    with them but never alone, since it would be the same words every week.
    """

    faults: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        """Whether the coordinator is to be written to even if there is no news."""
        return bool(self.faults)

    @property
    def matters(self) -> tuple[str, ...]:
        """Everything there is to see to, when there is reason to tell of it."""
        return (*self.faults, *self.standing) if self.faults else ()

    def with_fault(self, fault: str) -> Attention:
        """Return the same with one more fault told first, or unchanged when there is none."""
        return Attention((fault, *self.faults), self.standing) if fault else self


@dataclass(frozen=True, slots=True)
class Beside:
    """What an installation of several municipalities says of one: what only it is told, and whether it runs them all.

    What is wrong with what all share is told to the coordinator whose installation it is, and not to all of them.
    """

    matter: str = ""
    runs_all: bool = True


ALONE = Beside()


def attention_of(
    session: Session,
    sources: Mapping[str, Health],
    titles: Mapping[str, str],
    municipality: Municipality,
    now: datetime,
    beside: Beside = ALONE,
) -> Attention:
    """Return what needs a person as of a moment."""
    faults = [beside.matter] if beside.matter else []
    faults += source_faults(sources, titles, now) if beside.runs_all else []
    faults += digest_faults(session, municipality, now)
    faults += backup_faults(session, now) if beside.runs_all else []
    faults += [fault] if beside.runs_all and (fault := missing_model()) else []
    faults += learning_faults(session, municipality)
    faults += cofinancing_faults(session, municipality, now)
    late, later = action_faults(session, municipality, now)
    faults += late
    return Attention(tuple(faults), (*later, *units_without_contact(municipality), *areas_without_unit(municipality)))


def learning_faults(session: Session, municipality: Municipality) -> list[str]:
    """Return why nothing new is learnt from the municipality's verdicts, when that is so."""
    run = next(iter(runs_of(session, "learn", municipality.key, limit=1)), None)
    return [run.message] if run and run.outcome is Outcome.FAILED and run.message else []


def source_faults(sources: Mapping[str, Health], titles: Mapping[str, str], now: datetime) -> list[str]:
    """Return a sentence per source that is not working: what is wrong, since when, and when it is tried again."""
    told = []
    for name, health in sorted(sources.items()):
        if health.run and not health.is_well and (fault := told_fault(health, titles, now)):
            reason = f" {health.message}" if health.message and health.message not in fault else ""
            told.append(f"{titles.get(name, name)} {fault}.{reason} Se efter med: utkik sources check {name}")
    return told


def digest_faults(session: Session, municipality: Municipality, now: datetime) -> list[str]:
    """Return a sentence per state that digests are stuck in."""
    stuck = unsettled_digests(session, municipality.key, NEEDS_A_PERSON, since=now - REMINDED)
    told = []
    for state in NEEDS_A_PERSON:
        names = [f"{contact} ({week})" for contact, week, found in stuck if found is state]
        if names:
            letters = counted(len(names), "brev", "brev")
            told.append(f"{letters}: {STATE_WORDS[state]}. {listed(names)}. Avgör med: utkik outbox")
    return told


def action_faults(session: Session, municipality: Municipality, now: datetime) -> tuple[list[str], list[str]]:
    """Return a sentence on the actions that have become late in the last week, and one on those late since before."""
    today = now.astimezone(STOCKHOLM).date()
    late = late_actions(session, municipality, today)
    fresh = [action for action in late if action.due and action.due >= today - NEWLY_LATE]
    return late_in_words(fresh, municipality), late_in_words([one for one in late if one not in fresh], municipality)


def backup_faults(session: Session, now: datetime) -> list[str]:
    """Return a sentence when the daily backup does not succeed, and one for a month after a restoration."""
    told = []
    begun, done = last_begun(session, "backup").get(""), last_complete(session, "backup")
    if begun and begun.outcome is Outcome.FAILED and (done is None or now - done.started_at > NO_BACKUP):
        told.append(f"Den dagliga säkerhetskopian går inte att ta: {begun.message}")
    if (at := get_meta(session, "restored.at")) and now - datetime.fromisoformat(at) < REMINDED:
        made = datetime.fromisoformat(get_meta(session, "restored.from") or at).astimezone(STOCKHOLM)
        told.append(
            f"Databasen återställdes från en säkerhetskopia av {made:%Y-%m-%d %H:%M}. Brev som skickats sedan dess "
            "finns inte i liggaren. Se efter vad som hålls kvar med: utkik outbox"
        )
    return told


def units_without_contact(municipality: Municipality) -> list[str]:
    """Return a sentence on the units that nobody reads for."""
    names = [unit.name for unit in municipality.units.values() if unit.contact is None and unit.deputy is None]
    return [f"{listed(names)} saknar kontaktperson: det som rör dem kommer till dig."] if names else []


def areas_without_unit(municipality: Municipality) -> list[str]:
    """Return a sentence on the areas that nobody answers for."""
    names = [lower_first(name) for area, name in area_names().items() if not municipality.units_for(area)]
    if not names:
        return []
    more = [f"{len(names) - AREAS_NAMED} till"] if len(names) > AREAS_NAMED else []
    return [f"Ingen svarar för {listed([*names[:AREAS_NAMED], *more])}: det kommer till dig."]
