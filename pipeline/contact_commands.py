"""The command `utkik contacts`: who reads for each unit today, and beginning ended letters again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from crawlers.dates import STOCKHOLM
from pipeline.installation import Installation
from pipeline.leaving import reach_again
from pipeline.municipality import COORDINATOR, Person
from pipeline.opened import open_one
from pipeline.readers import Contact, States, absence_in_words, absence_of, contacts_of
from pipeline.terminal import plain_table, write_json
from store.contacts import contact_states
from store.errors import ConfigurationError
from store.types import Reach

STATES = {Reach.ACTIVE: "", Reach.UNSUBSCRIBED: "har avslutat sina brev", Reach.UNREACHABLE: "nås inte"}


def contacts(
    context: typer.Context,
    active: Annotated[str, typer.Option("--active", metavar="ADRESS", help="Skicka brev dit igen.")] = "",
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Bara adresserna: hela arbetsgruppen, att skriva till.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv JSON, för skript.")] = False,
    now: Annotated[str, typer.Option("--now", metavar="ISO-TID", help="Som om klockan var detta.")] = "",
) -> None:
    """Visa vem som läser för varje enhet, ersättare, frånvaro och vilka som inte nås."""
    console, moment = context.obj.console, context.obj.moment(now)
    with open_one(context) as installation:
        if active:
            console.print(escape(_begin_again(installation, active, moment)), soft_wrap=True, highlight=False)
            return
        values = contact_values(installation, moment.astimezone(STOCKHOLM).date())
    if as_json:
        write_json(values)
    elif addresses:
        for email in dict.fromkeys(row["reader"] for row in values):
            console.print(escape(email), soft_wrap=True, highlight=False)
    else:
        columns = ["Enhet", "Kontaktperson", "Ersättare", "Läser nu", "Därför"]
        rows = [[row["name"], row["contact"], row["deputy"], row["reader"], row["because"]] for row in values]
        console.print(plain_table("Kontaktpersoner", columns, [[escape(cell) for cell in row] for row in rows]))


def contact_values(installation: Installation, today: date) -> list[dict[str, Any]]:
    """Return each unit with its people and who reads for it on the day, the coordinator last."""
    municipality = installation.municipality
    with installation.store.reading() as session:
        states = contact_states(session, municipality.key)
    readers = {unit: contact for contact in contacts_of(municipality, states, today) for unit in contact.units}
    rows = [
        {
            "unit": key,
            "name": unit.name,
            "contact": _person(unit.contact, states, today),
            "deputy": _person(unit.deputy, states, today),
            "reader": readers[key].email,
            "because": _because(readers[key], key, installation, today),
        }
        for key, unit in municipality.units.items()
    ]
    coordinator = municipality.coordinator
    last = {
        "unit": COORDINATOR,
        "name": "Samordnaren",
        "contact": _person(coordinator, {}, today),
        "deputy": _person(coordinator.deputy, states, today),
        "reader": readers[COORDINATOR].email,
        "because": "",
    }
    return [*rows, last]


def _person(person: Person | None, states: States, today: date) -> str:
    if person is None:
        return ""
    state = states.get(person.email)
    words = STATES[state.state] if state else ""
    if not words and absence_of(person, states, today):
        words = f"borta t.o.m. {person.away_until(today)}"
    return f"{person.email} ({words})" if words else person.email


def _because(reader: Contact, unit: str, installation: Installation, today: date) -> str:
    why = reader.instead.get(unit)
    return absence_in_words(installation.municipality.units[unit], why, today) if why else ""


def _begin_again(installation: Installation, address: str, now: datetime) -> str:
    if reach_again(installation.store, installation.municipality, address.strip().lower(), now=now):
        return f"{address} får brev igen."
    raise ConfigurationError(f"{address}: breven dit är varken avslutade eller på återväg. Se: utkik contacts")
