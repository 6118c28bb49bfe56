"""What the page of the ledger asks and shows: who was told of something, and every letter with its result."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.archive import export_ledger
from pipeline.installation import Installation
from pipeline.ledger import Period, sending_values
from pipeline.ledger_search import Letters, Told, find_told
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.outbox import STATE_WORDS
from store.db import Session
from store.ledger import Place, find_sendings, newest_sendings
from store.types import DigestState

ON_A_PAGE = 50
COMMITTEE = "namnd:"  # stands before a committee's name in the choice of units


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for; what is empty is no condition."""

    words: str = ""
    unit: str = ""  # a unit's key, or a committee's name after `namnd:`
    since: date | None = None
    until: date | None = None
    state: str = ""
    answered: str = ""  # "ja" or "nej"
    before: Place | None = None

    @property
    def period(self) -> Period:
        """Return the days alone; units are chosen by `units_of`, of which there may be several."""
        return Period(since=self.since, until=self.until)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but words is asked."""
        return bool(self.unit or self.since or self.until or self.state or self.answered)


def choices(municipality: Municipality) -> dict[str, str]:
    """Return what can be chosen, units first and then the committees over them, with their names."""
    units = {key: unit.name for key, unit in municipality.units.items()}
    committees = dict.fromkeys(unit.committee for unit in municipality.units.values() if unit.committee)
    return {**units, COORDINATOR: "Samordnaren", **{f"{COMMITTEE}{name}": name for name in committees}}


def units_of(municipality: Municipality, chosen: str) -> tuple[str, ...]:
    """Return the units that a choice stands for; one that left the municipality's file stands for itself."""
    if not chosen.startswith(COMMITTEE):
        return (chosen,) if chosen else ()
    name = chosen.removeprefix(COMMITTEE)
    return tuple(key for key, unit in municipality.units.items() if unit.committee == name) or (chosen,)


def ledger_page(
    session: Session, municipality: Municipality, asked: Asked
) -> tuple[list[dict[str, Any]], Place | None]:
    """Return a page of letters, the newest first, and where the next begins when there is more."""
    places = newest_sendings(
        session,
        municipality.key,
        units=units_of(municipality, asked.unit),
        since=asked.period.begins,
        until=asked.period.ends,
        states=[DigestState(asked.state)] if asked.state in list(DigestState) else (),
        answered={"ja": True, "nej": False}.get(asked.answered),
        before=asked.before,
    )
    found, following = find_sendings(session, municipality.key, places, limit=ON_A_PAGE)
    return [_shown(sending_values(municipality, sending)) for sending in found], following


def told_page(session: Session, municipality: Municipality, asked: Asked) -> Told:
    """Return who was told of what the words name, the newest first, and how far back was looked."""
    wanted = set(units_of(municipality, asked.unit))
    letters = Letters(
        period=asked.period,
        units=wanted,
        states=[DigestState(asked.state)] if asked.state in list(DigestState) else (),
        has_answers=asked.answered == "ja",
        before=asked.before,
        fits=lambda row: _fits(row, wanted, asked),
    )
    found = find_told(session, municipality, asked.words, letters)
    return Told([_shown(row) for row in found.rows], found.next)


def _fits(row: Mapping[str, Any], units: Collection[str], asked: Asked) -> bool:
    if units and not any(unit["key"] in units for unit in row["units"]):
        return False
    return not asked.answered or bool(row["answer"]) == (asked.answered == "ja")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with moments as moments and its state in words."""
    return {
        **row,
        "written": datetime.fromisoformat(row["written"]),
        "settled": datetime.fromisoformat(row["settled"]) if row["settled"] else None,
        "state_words": STATE_WORDS[DigestState(row["state"])],
        "unit_names": [unit["name"] for unit in row["units"]],
    }


def summed(rows: Collection[Mapping[str, Any]]) -> list[tuple[str, int, int, int]]:
    """Return (unit, letters told in, answered, not answered) of a search, the unit that was told most first."""
    units: dict[str, list[bool]] = {}
    for row in rows:
        for name in row["unit_names"]:
            units.setdefault(name, []).append(bool(row["answer"]))
    told = [(name, len(given), sum(given), len(given) - sum(given)) for name, given in units.items()]
    return sorted(told, key=lambda one: (-one[1], one[0]))


def export_bytes(installation: Installation, asked: Asked) -> bytes:
    """Return the ledger of the days as a ZIP file for the archive; raises ConfigurationError on an unknown unit."""
    unit = "" if asked.unit.startswith(COMMITTEE) else asked.unit
    period = Period(unit=unit, since=asked.since, until=asked.until)
    with tempfile.TemporaryDirectory(prefix="utkik-") as folder:  # readable to us alone, and gone afterwards
        place = Path(folder) / "liggare.zip"
        export_ledger(installation, place, period)
        return place.read_bytes()
