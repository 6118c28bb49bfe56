"""The municipality's organisation as the page shows it: who answers for what, who reads now, what nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.areas import area_names
from pipeline.municipality import COORDINATOR, Municipality, Person, Unit
from pipeline.readers import Absence, Contact, States, absence_in_words, absence_of, contacts_of
from store.types import Reach

KINDS = {"administration": "förvaltning", "company": "bolag", "joint_body": "gemensam organisation"}
STATES = {Reach.UNSUBSCRIBED: "har avslutat sina brev", Reach.UNREACHABLE: "breven kommer inte fram"}


@dataclass(frozen=True, slots=True)
class PersonView:
    """A contact person, deputy or coordinator: `state` is "" for one who gets letters as usual."""

    role: str
    email: str
    state: str
    away: tuple[tuple[date, date], ...]  # absences that are not over
    is_away: bool


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit: `reader` is who reads for it today, `because` why that is not the contact person."""

    key: str
    name: str
    kind: str
    committee: str
    areas: tuple[str, ...]
    contact: PersonView | None
    deputy: PersonView | None
    reader: str
    because: str

    @property
    def lacks_reader(self) -> bool:
        """Whether letters for it reach neither contact person nor deputy for other reasons than a holiday."""
        return self.contact is None or bool(self.contact.state)


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """Everything of the page: the units that lack a reader stand first, else in the file's order."""

    units: tuple[UnitView, ...]
    coordinator: PersonView
    deputy: PersonView | None
    unanswered: tuple[str, ...]  # names of areas that nobody answers for

    @property
    def vacancies(self) -> tuple[UnitView, ...]:
        """The units that lack a reader."""
        return tuple(unit for unit in self.units if unit.lacks_reader)


def view_of(municipality: Municipality, states: States, today: date) -> OrganisationView:
    """Return the organisation as it stands on the day."""
    readers = {unit: contact for contact in contacts_of(municipality, states, today) for unit in contact.units}
    units = [_unit(key, unit, readers[key], states, today) for key, unit in municipality.units.items()]
    coordinator = municipality.coordinator
    return OrganisationView(
        units=tuple(sorted(units, key=lambda unit: not unit.lacks_reader)),
        coordinator=_person(coordinator, {}, today),
        deputy=_person(coordinator.deputy, states, today) if coordinator.deputy else None,
        unanswered=tuple(name for area, name in area_names().items() if not municipality.units_for(area)),
    )


def heirs(municipality: Municipality, unit: str) -> dict[str, str]:
    """Return for each area of the unit, by name, who would get what concerns it if the unit were gone."""
    names = area_names()
    found = {}
    for area in municipality.units[unit].areas:
        others = [municipality.unit_name(other) for other in municipality.units_for(area) if other != unit]
        found[names[area]] = ", ".join(others) or municipality.unit_name(COORDINATOR)
    return found


def known_addresses(municipality: Municipality) -> Mapping[str, str]:
    """Return the role of every address that the file names."""
    people = [municipality.coordinator, municipality.coordinator.deputy]
    people += [person for unit in municipality.units.values() for person in (unit.contact, unit.deputy)]
    return {person.email: person.role for person in reversed(people) if person}


def _unit(key: str, unit: Unit, reader: Contact, states: States, today: date) -> UnitView:
    names, why = area_names(), reader.instead.get(key)
    return UnitView(
        key=key,
        name=unit.name,
        kind=KINDS[unit.kind],
        committee=unit.committee,
        areas=tuple(names[area] for area in unit.areas),
        contact=_person(unit.contact, states, today) if unit.contact else None,
        deputy=_person(unit.deputy, states, today) if unit.deputy else None,
        reader=reader.role,
        because=absence_in_words(unit, why, today) if why else "",
    )


def _person(person: Person, states: States, today: date) -> PersonView:
    why = absence_of(person, states, None)
    state = states[person.email].state if why in (Absence.UNSUBSCRIBED, Absence.UNREACHABLE) else None
    away = tuple((one.begins, one.until) for one in person.away if one.until >= today)
    return PersonView(person.role, person.email, STATES[state] if state else "", away, person.is_away(today))
