"""Planned projects meet the calls that could pay for them, and what is decided stays as evidence."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.attention import attention_of
from pipeline.candidate import Candidate
from pipeline.cofinancing import match_of, match_projects, waiting, who_applies
from pipeline.cofinancing_register import application_id, decide, evidence, open_matches
from pipeline.municipality import Municipality
from store.actions import list_actions
from store.assessments import save_assessments
from store.cofinancing import latest_trials, list_trials
from store.db import Store
from store.errors import ConfigurationError
from store.items import upsert_items
from store.types import Deadline, Kind, TrialState
from tests.pipeline.making import NOW, TODAY, candidate, municipality

APPLY = (Deadline(date(2026, 12, 15)),)
LATER = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def place(**changes: Any) -> Municipality:
    project = {
        "key": "reningsverk",
        "name": "Nytt reningsverk",
        "unit": "vatten",
        "areas": ["water"],
        "words": ["avlopp", "rening"],
        "budget": 80_000_000,
    }
    return municipality(projects=[project | changes])


def call(key: str = "vattenstod", title: str = "Stöd till avloppsrening", **fields: Any) -> Candidate:
    fields = {"kind": Kind.CALL, "areas": {"water": 0.7}, "status": "open", "deadlines": APPLY} | fields
    return candidate(key, title, **fields)


def test_a_call_in_the_projects_field_that_names_its_matter_comes_first_with_its_reasons() -> None:
    near = call(facts={"applicants": ["municipality"], "cofinancing": [60]})
    far = call("badvatten", "Program för badvatten", areas={"water": 0.9})
    found = match_projects(place(), [far, near], TODAY)["reningsverk"]
    assert [match.candidate.id for match in found] == [near.id, far.id]
    assert found[0].because == (
        "gäller vatten och avlopp",
        "avlopp och rening i rubriken",
        "kommunen får söka",
        "betalar högst 60 % av kostnaderna",
    )
    assert found[0].cautions == ()
    assert found[1].cautions == ("vi vet inte vem som får söka",)
    assert found[0].last_day == date(2026, 12, 15)


def test_a_weak_field_needs_one_of_the_projects_own_words() -> None:
    assert match_of(place(), place().projects[0], call(title="Miljöprogram", areas={"water": 0.45}), TODAY) is None
    found = match_of(place(), place().projects[0], call(areas={"water": 0.45}), TODAY)
    assert found is not None


@pytest.mark.parametrize(
    ("facts", "kind", "applicant"),
    [
        ({}, "company", "unknown"),
        ({"applicants": ["municipality"]}, "administration", "yes"),
        ({"applicants": ["company"]}, "administration", "no"),
        ({"applicants": ["company"]}, "company", "yes"),
        ({"applicants": ["any"]}, "joint_body", "yes"),
        ({"applicants": ["university"]}, "company", "no"),
        ({"not_eligible": ["municipality"]}, "administration", "no"),
    ],
)
def test_who_may_apply_is_told_apart_from_who_is_unknown(facts: dict[str, Any], kind: str, applicant: str) -> None:
    assert who_applies(facts, kind) == applicant


def test_calls_that_are_closed_past_or_for_others_are_left_out() -> None:
    others = [
        call("a", status="closed"),
        call("b", deadlines=(Deadline(date(2026, 11, 1)),)),
        call("c", facts={"applicants": ["university"]}),
        call("d", areas={"school": 0.9}),
        call("e", kind=Kind.NEWS),
    ]
    assert match_projects(place(), others, TODAY) == {"reningsverk": ()}


def test_a_project_that_begins_before_the_last_day_is_cautioned() -> None:
    found = match_of(place(begins=date(2026, 12, 1)), place(begins=date(2026, 12, 1)).projects[0], call(), TODAY)
    assert found is not None
    assert any("projektet ska ha börjat" in caution for caution in found.cautions)


def test_what_closes_within_a_month_waits_until_somebody_has_decided() -> None:
    matches = match_projects(place(), [call(), call("sen", deadlines=(Deadline(date(2027, 3, 1)),))], TODAY)
    assert [match.candidate.item.key for match in waiting(matches, [], TODAY)] == ["vattenstod"]
    assert waiting(matches, [("reningsverk", ("feeds", "vattenstod"))], TODAY) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unit": "vattnet"}, "okänd enhet 'vattnet'"),
        ({"areas": ["watr"]}, "okänt verksamhetsområde 'watr', menade du 'water'"),
        ({"begins": date(2027, 2, 1), "ends": date(2027, 1, 1)}, "projektet slutar innan det börjar"),
    ],
)
def test_a_project_that_cannot_be_is_refused_with_its_line(
    tmp_path: Any, changes: dict[str, Any], message: str
) -> None:
    from pipeline.municipality import load_municipality

    values = {"key": '"r"', "name": '"R"', "unit": '"skola"', "areas": '["school"]'}
    values |= {name: _toml(value) for name, value in changes.items()}
    lines = "\n".join(f"{name} = {value}" for name, value in values.items())
    text = (
        'name = "Provköpings kommun"\nshort = "Provköping"\ncode = "0001"\ndomain = "provkoping.example.org"\n'
        '[coordinator]\nrole = "samordnaren"\nemail = "samordnare@example.org"\n'
        f'[[projects]]\n{lines}\n[units.skola]\nname = "Skola"\nkind = "administration"\nareas = ["school"]\n'
    )
    path = tmp_path / "kommun.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message) as caught:
        load_municipality(path)
    assert caught.value.line is not None
    assert caught.value.line > 8


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.fixture
def filled(store: Store) -> Iterator[Store]:
    wanted = call(facts={"applicants": ["municipality"]}, title="Stöd till avloppsrening =1+1")
    with store.session() as session:
        upsert_items(session, [wanted.item], now=NOW)
        save_assessments(session, [wanted.assessment], now=NOW)
    yield store


def test_an_application_becomes_one_action_of_the_unit_and_the_register_tells_all(filled: Store) -> None:
    home, item = place(), ("feeds", "vattenstod")
    with filled.session() as session:
        decide(session, home, "reningsverk", item, TrialState.CONSIDERED, why="", by="samordnare", now=NOW)
        for _ in range(2):
            decide(session, home, "reningsverk", item, TrialState.APPLIED, why="bra", by="samordnare", now=LATER)
    with filled.reading() as session:
        assert [trial.state for trial in list_trials(session, home.key)] == ["considered", "applied", "applied"]
        assert latest_trials(session, home.key)["reningsverk", item].why == "bra"
        (action,) = list_actions(session, home.key)
        rows = list(csv.DictReader(evidence(session, home).splitlines()))
    assert action.id == application_id(home, home.projects[0], item)
    assert (action.unit, action.owner, action.due) == (
        "vatten", "kontaktperson för Provköpings Vatten AB", date(2026, 12, 15),
    )  # fmt: skip
    assert [row["läge"] for row in rows] == ["övervägs", "prövad", "prövad"]
    assert rows[0]["projekt"] == "Nytt reningsverk"
    assert rows[0]["sista dag"] == "2026-12-15"


def test_not_trying_needs_a_reason(filled: Store) -> None:
    item = ("feeds", "vattenstod")
    with filled.session() as session, pytest.raises(ConfigurationError, match="skriv varför ni avstår"):
        decide(session, place(), "reningsverk", item, TrialState.DECLINED, why=" ", by="samordnare", now=NOW)
    with filled.session() as session, pytest.raises(ConfigurationError, match="okänt projekt 'simhall', kända är"):
        decide(session, place(), "simhall", item, TrialState.APPLIED, why="", by="samordnare", now=NOW)
    with filled.session() as session, pytest.raises(ConfigurationError, match="ingen post feeds finnsinte"):
        decide(
            session, place(), "reningsverk", ("feeds", "finnsinte"), TrialState.APPLIED, why="", by="x", now=NOW
        )  # fmt: skip


def test_the_coordinator_is_reminded_until_it_is_decided(filled: Store) -> None:
    home = place()
    with filled.reading() as session:
        assert [match.candidate.item.key for match in open_matches(session, home, NOW)["reningsverk"]] == ["vattenstod"]
        told = attention_of(session, {}, {}, home, NOW)
    said = "Medfinansiering att pröva för Nytt reningsverk: 1\N{NO-BREAK SPACE}utlysning stänger inom en månad"
    assert any(fault.startswith(f"{said}, den första tis 15 dec") for fault in told.faults)
    with filled.session() as session:
        decide(
            session, home, "reningsverk", ("feeds", "vattenstod"), TrialState.DECLINED, why="för kort tid",
            by="samordnare", now=NOW,
        )  # fmt: skip
    with filled.reading() as session:
        assert not any("Medfinansiering" in fault for fault in attention_of(session, {}, {}, home, NOW).faults)
