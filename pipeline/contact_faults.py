"""What the coordinator is told of contact persons who get no letters."""

from __future__ import annotations

from datetime import datetime

from crawlers.dates import STOCKHOLM
from pipeline.attention import REMINDED, Attention
from pipeline.municipality import Municipality, Unit
from pipeline.readers import States, reader_of
from pipeline.wording import day_in_words, upper_first
from store.types import ContactState, Reach


def with_contacts(attention: Attention, municipality: Municipality, states: States, now: datetime) -> Attention:
    """Return the same with the units that lack mail: a fault for four weeks, then something that stands."""
    faults: list[str] = []
    standing: list[str] = []
    for unit in municipality.units.values():
        state = states.get(unit.contact.email) if unit.contact else None
        if state and state.state is not Reach.ACTIVE and state.email != municipality.coordinator.email:
            (faults if now - state.since < REMINDED else standing).append(_fault(unit, state, states, now))
    return Attention((*attention.faults, *faults), (*standing, *attention.standing))


def _fault(unit: Unit, state: ContactState, states: States, now: datetime) -> str:
    today = now.astimezone(STOCKHOLM).date()
    since = day_in_words(state.since.astimezone(STOCKHOLM).date(), today, weekday=False)
    reader, _ = reader_of(unit, states, today)
    whom = f"går till {reader.role}" if reader else "kommer till dig"
    if state.state is Reach.UNSUBSCRIBED:
        what = f"Kontaktpersonen för {unit.name} har avslutat sina brev ({since})"
    else:
        what = f"Breven till kontaktpersonen för {unit.name} kommer inte fram (sedan {since})"
    because = f" {upper_first(state.reason.rstrip('.'))}." if state.reason else ""
    advice = f"Ange en ny i kommunens fil, eller slå på breven igen: utkik contacts --active {state.email}"
    return f"{what}: det som rör den {whom}.{because} {advice}"
