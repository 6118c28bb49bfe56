"""What concerns the twin towns, where they fit, and which calls are likely to come back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.forecast import forecasts, series_of
from pipeline.municipality import Municipality
from pipeline.outlook import forecast_lines
from pipeline.partner_lens import directions, fits, mentions
from store.types import Deadline, Item, Kind, Reference
from tests.pipeline.making import TODAY, candidate, municipality

TOWNS = [
    {"name": "Andebu", "country": "Norge"},
    {"name": "Valga", "country": "Estland"},
    {"name": "Nice", "country": "Frankrike", "also": ["Nizza"]},
]


def home(**changes: Any) -> Municipality:
    return municipality(
        twin_towns=TOWNS, networks=[{"name": "Eurocities", "also": ["nätverket för storstäder"]}], **changes
    )


def test_a_named_twin_town_or_network_goes_before_its_country() -> None:
    items = [
        candidate("land", "Skolmat i Estland", facts={"places": {"country": ["EE"]}}),
        candidate("ort", "Valgas skolor får besök"),
        candidate("nät", "Eurocities möts i juni", relevance=0.9),
        candidate("annat", "A nice day in school"),
    ]
    found = mentions(home(), items)
    assert [one.candidate.item.key for one in found] == ["nät", "ort", "land"]
    assert [one.because for one in found] == [
        "nämner Eurocities",
        "nämner Valga",
        "gäller Estland, där ni har en vänort",
    ]


def test_twin_towns_lie_in_their_directions() -> None:
    assert directions(home().twin_towns) == {"north": ["Andebu", "Valga"], "west": ["Nice"], "south": [], "east": []}


def test_a_call_tells_who_fits_who_is_uncertain_and_what_is_lacking() -> None:
    call = candidate(
        "vänort",
        "Town twinning",
        kind=Kind.CALL,
        status="open",
        deadlines=(Deadline(date(2027, 1, 20)),),
        facts={"applicants": ["municipality"], "partners_min": 5, "countries_min": 4},
    )
    (fit,) = fits(home(), [call, candidate("ensam", kind=Kind.CALL, status="open", facts={"partners_min": 1})], TODAY)
    assert (fit.partners, fit.countries, fit.last_day) == (4, 3, date(2027, 1, 20))
    assert fit.fitting == ("Valga", "Nice")
    assert fit.uncertain == ("Andebu",)
    assert fit.lacking == (
        "2\N{NO-BREAK SPACE}partner till",
        "partner i 1\N{NO-BREAK SPACE}land till",
        "en partner i söder, om utlysningen vill ha spridning",
        "en partner i öster, om utlysningen vill ha spridning",
    )


def test_a_call_that_does_not_say_how_many_partners_is_not_guessed_at() -> None:
    assert fits(home(), [candidate("tyst", kind=Kind.CALL, status="open", facts={"applicants": ["any"]})], TODAY) == []
    closed_to_us = {"applicants": ["university"], "partners_min": 3}
    assert fits(home(), [candidate("andra", kind=Kind.CALL, status="open", facts=closed_to_us)], TODAY) == []


def call(identifier: str, opens: date | None, closes: date | None, title: str = "Town Twinning") -> Item:
    return Item(
        source="funding_tenders",
        key=identifier,
        kind=Kind.CALL,
        title=title,
        url=f"https://example.org/{identifier}",
        opens=opens,
        deadlines=(Deadline(closes),) if closes else (),
        references=(Reference("call", identifier, "is"),),
    )


def test_rounds_are_joined_by_their_identifier_without_its_year() -> None:
    assert series_of(call("CERV-2025-CITIZENS-TOWN-TT", None, None)) == "CERV-*-CITIZENS-TOWN-TT"
    one = Item(source="vinnova", key="1", kind=Kind.CALL, title="Utlysning 2025: Smarta städer, omgång 2", url="u")
    two = Item(source="vinnova", key="2", kind=Kind.CALL, title="Utlysning 2026: Smarta städer, omgång 1", url="u")
    assert series_of(one) == series_of(two)


def test_a_call_that_came_back_at_the_same_time_is_forecast_with_its_basis() -> None:
    rounds = [
        call("CERV-2024-CITIZENS-TOWN-TT", date(2024, 6, 4), date(2024, 9, 19)),
        call("CERV-2025-CITIZENS-TOWN-TT", date(2025, 6, 10), date(2025, 9, 17)),
        call("CERV-2026-CITIZENS-TOWN-TT", date(2026, 6, 2), date(2026, 9, 16)),
    ]
    (found,) = forecasts(rounds, TODAY)
    assert (found.what, found.expected, found.closes) == ("opens", date(2027, 6, 1), date(2027, 9, 17))
    assert (found.earliest, found.latest) == (date(2027, 6, 1), date(2027, 6, 10))
    assert forecast_lines(found, TODAY)[1:] == [
        "  Prognos: öppnar omkring 1 juni 2027 (om 6 månader), mellan 1 juni 2027 och 10 juni 2027 "
        "om den följer tidigare år; stänger omkring 17 sep 2027.",
        "  Bygger på 3\N{NO-BREAK SPACE}omgångar: 2024: 4/6–19/9, 2025: 10/6–17/9 och 2026: 2/6–16/9; "
        "alltid på en tisdag.",
    ]


@pytest.mark.parametrize(
    "rounds",
    [
        [call("LIFE-2026-X", date(2026, 4, 1), date(2026, 9, 1))],
        [call("LIFE-2025-X", date(2025, 2, 1), None), call("LIFE-2026-X", date(2026, 9, 1), None)],
        [call("LIFE-2025-X", date(2025, 4, 1), None), call("LIFE-2026-X", date(2026, 4, 1), date(2027, 1, 9))],
        [call("LIFE-2025-X", None, None), call("LIFE-2026-X", None, None)],
        [call("LIFE-2021-X", date(2021, 4, 1), None), call("LIFE-2024-X", date(2024, 4, 1), None)],
        [call("LIFE-2023-X", date(2023, 4, 1), None), call("LIFE-2024-X", date(2024, 4, 1), None)],
        [call("LIFE-2025-X", date(2025, 4, 1), None, "Rena hav"), call("LIFE-2026-X", date(2026, 4, 1), None, "Torv")],
    ],
    ids=["one round", "no season", "still open", "no days", "three years apart", "ended", "another topic"],
)
def test_nothing_is_forecast_without_a_rhythm(rounds: list[Item]) -> None:
    assert forecasts(rounds, TODAY) == []


def test_rounds_about_new_year_are_one_season() -> None:
    rounds = [
        call("A-2025-B", None, date(2024, 12, 28)),
        call("A-2026-B", None, date(2026, 1, 8)),
    ]
    (found,) = forecasts(rounds, TODAY)
    assert (found.what, found.expected, found.latest) == ("closes", date(2026, 12, 28), date(2027, 1, 8))
