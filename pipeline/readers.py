"""Who reads for each unit on a day: the contact person, else the deputy, else the coordinator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pipeline.municipality import COORDINATOR, Municipality, Person, Unit
from pipeline.wording import day_in_words
from store.types import ContactState, Reach

States = Mapping[str, ContactState]


class Absence(StrEnum):
    """Why somebody else reads in place of a unit's contact person."""

    VACANT = "vacant"
    AWAY = "away"
    UNSUBSCRIBED = "unsubscribed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Contact:
    """One reader: an address, the units whose items it gets, and those of them that others would read for."""

    email: str
    role: str
    units: tuple[str, ...]
    instead: Mapping[str, Absence] = field(default_factory=dict)

    @property
    def coordinates(self) -> bool:
        """Whether this is the coordinator, or who stands in for the coordinator."""
        return COORDINATOR in self.units


def contacts_of(municipality: Municipality, states: States | None = None, today: date | None = None) -> list[Contact]:
    """Return each reader once, in the file's order, the coordinator last.

    One address at several units is one reader of one digest. Without `today` nobody is away. What nobody reads for is
    the coordinator's, whose letters cannot be ended: somebody must be told that nobody reads.
    """
    known = states or {}
    coordinator = coordinator_of(municipality, today)
    found: dict[str, tuple[str, dict[str, Absence | None]]] = {}
    own: dict[str, Absence | None] = {}
    for key, unit in municipality.units.items():
        person, why = reader_of(unit, known, today, spared=(municipality.coordinator.email, coordinator.email))
        if person is None or person.email in (municipality.coordinator.email, coordinator.email):
            own[key] = why
        else:
            found.setdefault(person.email, (person.role, {}))[1][key] = why
    contacts = [Contact(email, role, tuple(units), _absences(units)) for email, (role, units) in found.items()]
    return [*contacts, Contact(coordinator.email, coordinator.role, (*own, COORDINATOR), _absences(own))]


def reader_of(
    unit: Unit, states: States, today: date | None, *, spared: tuple[str, ...] = ()
) -> tuple[Person | None, Absence | None]:
    """Return who reads for the unit, None for the coordinator, and why it is not the contact person."""
    why = absence_of(unit.contact, states, today, spared)
    if why is None:
        return unit.contact, None
    if absence_of(unit.deputy, states, today, spared) is None:
        return unit.deputy, why
    return None, why


def absence_of(
    person: Person | None, states: States, today: date | None, spared: tuple[str, ...] = ()
) -> Absence | None:
    """Return why the person does not read on the day, None when it does; the coordinator's address is spared."""
    if person is None:
        return Absence.VACANT
    state = states.get(person.email)
    if state is not None and state.state is not Reach.ACTIVE and person.email not in spared:
        return Absence.UNSUBSCRIBED if state.state is Reach.UNSUBSCRIBED else Absence.UNREACHABLE
    return Absence.AWAY if today is not None and person.is_away(today) else None


def coordinator_of(municipality: Municipality, today: date | None) -> Person:
    """Return the coordinator, or the one who stands in while the coordinator is away."""
    coordinator = municipality.coordinator
    away = today is not None and coordinator.is_away(today)
    return coordinator.deputy if away and coordinator.deputy else coordinator


def _absences(units: Mapping[str, Absence | None]) -> dict[str, Absence]:
    return {unit: why for unit, why in units.items() if why is not None}


def absence_in_words(unit: Unit, why: Absence, today: date) -> str:
    """Return what a letter or the page says of it, without a full stop."""
    match why:
        case Absence.VACANT:
            return f"{unit.name} saknar kontaktperson"
        case Absence.UNSUBSCRIBED:
            return f"Kontaktpersonen för {unit.name} har avslutat sina brev"
        case Absence.UNREACHABLE:
            return f"Breven till kontaktpersonen för {unit.name} kommer inte fram"
    until = unit.contact.away_until(today) if unit.contact else None
    day = f" till och med {day_in_words(until, today, weekday=False)}" if until else ""
    return f"Kontaktpersonen för {unit.name} är borta{day}"
