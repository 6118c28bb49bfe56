"""What travels to whom, and the sentence that says why."""

from __future__ import annotations

import pytest

from pipeline.candidate import Candidate
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.route import route_items
from store.types import Deadline, Kind, Reason, Route, Ruling, Verdict
from tests.pipeline.making import TODAY, candidate, municipality, verdict


def routes(*candidates: Candidate, at: Municipality | None = None, verdicts: tuple[Verdict, ...] = ()) -> list[Route]:
    ruled = {(v.source, v.key): v for v in verdicts}
    return route_items(candidates, at or municipality(), ruled, TODAY)


def units(*candidates: Candidate, at: Municipality | None = None, verdicts: tuple[Verdict, ...] = ()) -> set[str]:
    return {route.unit for route in routes(*candidates, at=at, verdicts=verdicts)}


def test_relevant_item_goes_to_the_unit_that_answers_for_its_area() -> None:
    assert units(candidate("a", relevance=0.5, areas={"school": 0.4})) == {"skola"}


@pytest.mark.parametrize(("relevance", "area"), [(0.49, 0.9), (0.9, 0.39)])
def test_item_below_either_threshold_stays(relevance: float, area: float) -> None:
    assert units(candidate("a", relevance=relevance, areas={"school": area})) == set()


def test_item_about_two_areas_goes_to_both_units() -> None:
    assert units(candidate("a", areas={"school": 0.9, "social": 0.8})) == {"skola", "social"}


def test_only_the_three_best_areas_decide() -> None:
    areas = {"social": 0.9, "governance": 0.8, "water": 0.7, "school": 0.6}
    assert units(candidate("a", areas=areas)) == {"social", "ledning", "vatten"}


def test_area_that_nobody_answers_for_goes_to_the_coordinator() -> None:
    (route,) = routes(candidate("a", areas={"waste": 0.9}))
    assert route.unit == COORDINATOR
    assert route.because == "Den handlar om avfall och cirkulär ekonomi, som ingen i kommunen svarar för."


def test_what_comes_first_needs_a_little_less_relevance() -> None:
    assert units(candidate("a", relevance=0.4, flags={"children_youth": 0.8})) == {"skola"}
    assert units(candidate("b", relevance=0.39, flags={"children_youth": 0.8})) == set()
    assert units(candidate("c", relevance=0.4, flags={"children_youth": 0.4})) == set()


def test_what_comes_first_is_the_municipalitys_own_choice() -> None:
    assert units(candidate("a", relevance=0.4, flags={"children_youth": 0.8}), at=municipality(first=())) == set()


def test_because_tells_of_the_item_first_and_then_of_the_unit() -> None:
    reasons = (
        Reason(text="liknar det som brukar skickas", area="", weight=0.1),
        Reason(text="avloppsvatten i titeln", area="water", weight=0.4),
        Reason(text="EuroVoc: vattenrening", area="water", weight=0.3),
        Reason(text="elever i texten", area="school", weight=0.5),
    )
    item = candidate("a", areas={"water": 0.9}, reasons=reasons)
    assert [r.because for r in routes(item)] == [
        "Avloppsvatten i titeln; EuroVoc: vattenrening. Ni svarar för vatten och avlopp."
    ]


def test_reasons_against_an_item_are_not_given_as_reasons_for_it() -> None:
    item = candidate("a", areas={"water": 0.9}, reasons=(Reason(text="utrikes", area="", weight=-0.4),))
    assert routes(item)[0].because == "Den handlar om vatten och avlopp, som ni svarar för."


def test_every_route_has_a_because() -> None:
    many = [candidate(area, areas={area: 0.9}) for area in ("school", "waste", "water", "integration")]
    assert all(len(route.because) > 20 for route in routes(*many))


@pytest.mark.parametrize("ruling", [Ruling.DROP, Ruling.LATER])
def test_item_that_the_coordinator_turned_down_stays(ruling: Ruling) -> None:
    item = candidate("a", relevance=1.0)
    assert units(item, verdicts=(verdict(item, ruling),)) == set()


def test_item_that_the_coordinator_sends_goes_whatever_its_score() -> None:
    item = candidate("a", relevance=0.01, areas={"water": 0.1})
    (route,) = routes(item, verdicts=(verdict(item, Ruling.SEND),))
    assert route.unit == "vatten"
    assert route.because == "Samordnaren har valt ut den. Ni svarar för vatten och avlopp."


def test_areas_that_the_coordinator_corrected_win() -> None:
    item = candidate("a", areas={"water": 0.9})
    assert units(item, verdicts=(verdict(item, Ruling.SEND, ("social", "school")),)) == {"social", "skola"}


def test_item_sent_without_any_area_goes_to_the_coordinator() -> None:
    item = candidate("a", areas={})
    assert units(item, verdicts=(verdict(item, Ruling.SEND),)) == {COORDINATOR}


def test_call_that_closed_yesterday_stays() -> None:
    over = candidate("a", kind=Kind.CALL, deadlines=(Deadline(TODAY.replace(day=22)),))
    last_day = candidate("b", kind=Kind.CALL, deadlines=(Deadline(TODAY),))
    assert {route.key for route in routes(over, last_day)} == {"b"}


def test_twin_town_by_name_lifts_an_item_to_who_answers_for_international_matters() -> None:
    at = municipality(twin_towns=[{"name": "Nisse", "also": ["Nyssa"]}])
    (route,) = routes(candidate("a", "Ny borgmästare i Nyssa", relevance=0.3, areas={}), at=at)
    assert route.unit == "ledning"
    assert route.because == "Vänorten Nisse nämns. Ni svarar för internationellt samarbete och vänorter."


@pytest.mark.parametrize("title", ["En nisse på taket", "Nissedal växer"])
def test_twin_town_is_known_by_its_whole_name_in_its_own_capitals(title: str) -> None:
    at = municipality(twin_towns=[{"name": "Nisse"}])
    assert units(candidate("a", title, relevance=0.3, areas={}), at=at) == set()


def test_best_comes_first_and_the_order_is_the_same_every_time() -> None:
    items = [candidate("a", relevance=0.6), candidate("b", relevance=0.9), candidate("c", relevance=0.6)]
    assert [r.key for r in routes(*items)] == [r.key for r in routes(*reversed(items))] == ["b", "a", "c"]


def test_verdict_that_names_units_goes_to_exactly_these() -> None:
    item = candidate("a", areas={"school": 0.9, "social": 0.8})
    ruled = verdict(item, Ruling.SEND, units=("vatten", "skola"))
    found = {route.unit: route.areas for route in routes(item, verdicts=(ruled,))}
    assert found == {"vatten": (), "skola": ("school",)}


def test_unit_that_was_named_although_the_area_is_not_its_own_is_told_who_chose_it() -> None:
    item = candidate("a", areas={"school": 0.9}, reasons=(Reason(text="skolan i titeln", area="", weight=0.4),))
    [route] = routes(item, verdicts=(verdict(item, Ruling.SEND, units=("vatten",)),))
    assert route.because == "Samordnaren har valt ut den för er. Skolan i titeln."


def test_named_unit_that_is_there_no_more_leaves_the_choice_to_the_areas() -> None:
    item = candidate("a", areas={"school": 0.9})
    assert units(item, verdicts=(verdict(item, Ruling.SEND, units=("avskaffad",)),)) == {"skola"}


def test_coordinator_may_be_named() -> None:
    item = candidate("a", areas={"school": 0.9})
    assert units(item, verdicts=(verdict(item, Ruling.SEND, units=(COORDINATOR,)),)) == {COORDINATOR}


def test_verdict_that_was_taken_back_is_none() -> None:
    item = candidate("a", areas={"school": 0.9})
    assert units(item, verdicts=(verdict(item, Ruling.REOPENED),)) == {"skola"}
