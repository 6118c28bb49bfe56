"""A digest that comes after its time, and what its letter says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.wording import listed

WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")


@dataclass(frozen=True, slots=True)
class Lateness:
    """When a digest should have come, None when it is in time, and the weeks before it that got none."""

    slot: datetime | None = None
    missed: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What every reader is told, "" when there is nothing to tell."""
        if self.slot is None:
            return ""
        return f"Försenat: skulle ha kommit {WEEKDAYS[self.slot.weekday()]} {self.slot:%H.%M}."

    @property
    def matter(self) -> str:
        """What the coordinator is told of weeks without a digest, "" when there is none."""
        if not self.missed:
            return ""
        weeks = listed([f"{int(week[-2:])}" for week in self.missed]) if len(self.missed) <= 4 else self._span()
        return f"Veckobreven för vecka {weeks} uteblev: Utkik var inte igång. Det nya sedan dess står i veckans brev."

    def _span(self) -> str:
        return f"{int(self.missed[0][-2:])} till {int(self.missed[-1][-2:])}"


ON_TIME = Lateness()
