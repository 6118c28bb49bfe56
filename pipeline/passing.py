"""What contact persons' answers change in the routes: passed on to another unit, or not for this one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.candidate import ItemId
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.wording import clean, shortened
from store.types import Answer, Feedback, Route, Ruling, Verdict

FIRST_OF_ALL = 1.0  # a colleague who has read it says more than any score
NOTE = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """An item that one unit has passed on to another; `to_unit` stands in the municipality's file."""

    item: ItemId
    from_unit: str
    to_unit: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the last answers to each item say of where it goes."""

    passes: tuple[Pass, ...] = ()
    declined: Mapping[tuple[str, ItemId], datetime] | None = None  # (unit, item) and since when it is not for it

    @property
    def items(self) -> frozenset[ItemId]:
        """The items that were passed on."""
        return frozenset(passed.item for passed in self.passes)


def answers_of(feedback: Iterable[Feedback], municipality: Municipality) -> Answers:
    """Return what the answers, in the order given, come to: of one entry of a digest the last one counts."""
    last = {(answer.digest_id, answer.source, answer.key): answer for answer in feedback}
    passes = [
        Pass(item=(a.source, a.key), from_unit=a.unit, to_unit=a.passed_to, at=a.at, note=a.note)
        for a in last.values()
        if a.answer is Answer.PASS_ON and (a.passed_to in municipality.units or a.passed_to == COORDINATOR)
    ]
    declined = {(a.unit, (a.source, a.key)): a.at for a in last.values() if a.answer is Answer.NOT_FOR_US and a.unit}
    return Answers(tuple(passes), declined)


def routed(
    routes: Sequence[Route],
    answers: Answers,
    municipality: Municipality,
    verdicts: Mapping[ItemId, Verdict],
    known: Collection[ItemId],
) -> list[Route]:
    """Return the routes without those that a unit has declined, and with those that another has passed on to it.

    The coordinator's later word wins over both, and so does a colleague's over a unit's own no.
    """
    added = [
        _route(passed, municipality)
        for passed in answers.passes
        if passed.item in known and not _overruled(passed.at, verdicts.get(passed.item), Ruling.DROP, Ruling.LATER)
    ]
    sent = {(route.unit, (route.source, route.key)) for route in added}
    declined = {
        place
        for place, at in (answers.declined or {}).items()
        if place not in sent and not _overruled(at, verdicts.get(place[1]), Ruling.SEND)
    }
    kept = [route for route in routes if (route.unit, (route.source, route.key)) not in declined | sent]
    return sorted([*kept, *added], key=lambda r: (-r.score, r.source, r.key, r.unit))


def _overruled(at: datetime, verdict: Verdict | None, *rulings: Ruling) -> bool:
    return verdict is not None and verdict.ruling in rulings and verdict.at > at


def _route(passed: Pass, municipality: Municipality) -> Route:
    known = passed.from_unit in municipality.units or passed.from_unit == COORDINATOR
    sender = municipality.unit_name(passed.from_unit) if known else "En kollega"
    note = shortened(clean(passed.note), NOTE)
    source, key = passed.item
    return Route(
        municipality=municipality.key,
        unit=passed.to_unit,
        source=source,
        key=key,
        score=FIRST_OF_ALL,
        because=f"{sender} har skickat den vidare till er" + (f": ”{note}”" if note else "") + ".",
    )
