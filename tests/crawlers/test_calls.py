"""Records of the Funding & Tenders portal: every oddity of theirs, and the names of programmes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from crawlers.calls import call_item, call_key
from crawlers.programmes import frozen_names, read_names
from store.types import Deadline, Item, Money, Reference
from tests.crawlers.eu_answers import record


def item(**metadata: Any) -> Item:
    return call_item(record(**metadata), frozen_names(), source="funding_tenders", publisher="EU")


def test_labels_are_decoded_and_a_label_that_is_a_code_is_none() -> None:
    rows = [
        ("43252449", "Research Fund for Coal %26 Steel (RFCS)"),
        ("43252433", "Programme against Counterfeiting  (PERICLES IV)"),
        ("43353764", "Erasmus  (ERASMUS )"),
        ("44181033", "44181033"),
    ]
    values = [{"rawValue": code, "value": label, "count": 1} for code, label in rows]
    facets = [{"name": "frameworkProgramme", "values": values}, {"name": "programmeDivision", "values": []}]
    names = read_names(json.dumps({"facets": facets}).encode(), source="funding_tenders", part="names")
    assert names["frameworkProgramme"]["43252449"] == "Research Fund for Coal & Steel (RFCS)"
    assert names["frameworkProgramme"]["43252433"] == "Programme against Counterfeiting (PERICLES IV)"
    assert names["frameworkProgramme"]["43353764"] == "Erasmus+ (ERASMUS+)"
    assert "44181033" not in names["frameworkProgramme"]
    assert names["programmeDivision"]["43437872"] == "Town-Twinning"


def test_topic_is_known_by_its_identifier_and_every_other_call_by_its_reference() -> None:
    assert call_key(record("9TOPICSen", identifier="LIFE-2026-X")) == "LIFE-2026-X"
    assert call_key(record("15901COMPETITIVE_CALLen", type="8", identifier="LIFE-2026-X")) == "15901COMPETITIVE_CALLen"
    assert call_key(record("187PROSPECTSEN", type="2", identifier="EuropeAid/187/DD")) == "187PROSPECTSEN"
    assert call_key(record("9TOPICSen", identifier=[])) == "9TOPICSen"


def test_deadline_is_a_day_whatever_its_seconds() -> None:
    before = item(deadlineDate="2026-09-30T11:00:54.000+0000")
    after = item(deadlineDate="2026-09-30T11:00:11.000+0000")
    assert before.deadlines == after.deadlines == (Deadline(date(2026, 9, 30), "application"),)


@pytest.mark.parametrize(
    ("model", "days", "roles"),
    [
        ("single-stage", ["2026-09-30"], ["application"]),
        ("two-stage", ["2027-09-14", "2027-04-08"], ["stage_1", "stage_2"]),
        ("two-stage", ["2027-09-14"], ["application"]),
        ("multiple cut-off", ["2026-02-01", "2026-06-01", "2026-10-01"], ["cut_off", "cut_off", "cut_off"]),
    ],
)
def test_deadlines_have_the_roles_of_their_model(model: str, days: list[str], roles: list[str]) -> None:
    found = item(deadlineModel=model, deadlineDate=[f"{day}T00:00:00.000+0000" for day in days]).deadlines
    assert [deadline.role for deadline in found] == roles
    assert [deadline.on.isoformat() for deadline in found] == sorted(days)


def test_call_whose_deadlines_have_passed_is_kept_as_the_portal_says() -> None:
    found = item(type="8", status="31094502", deadlineDate="2021-01-01T00:00:00.000+0000")
    assert found.status == "open"
    assert found.deadlines == (Deadline(date(2021, 1, 1), "application"),)


def test_call_without_deadline_is_kept() -> None:
    assert item(deadlineDate=[]).deadlines == ()


def test_hour_is_told_only_when_the_text_gives_one() -> None:
    told = item(deadlineDate="2026-09-30T00:00:00.000+0000", descriptionByte="<p>By 17:00:00 Brussels time.</p>")
    assert told.deadlines[0].note == "kl. 17.00 Brysseltid, kontrollera"
    assert item(deadlineDate="2026-09-30T17:00:00.000+0000").deadlines[0].note == ""


def overview(**actions: dict[str, Any]) -> str:
    lines = {name: [{"action": f"{name.replace('_', '-')} - Grants", **line}] for name, line in actions.items()}
    return json.dumps({"budgetTopicActionMap": lines})


def test_budget_is_that_of_our_own_topic_alone() -> None:
    text = overview(
        LIFE_1={"budgetYearMap": {"2026": "4000000", "2027": "1000000"}, "minContribution": 0, "maxContribution": "9"},
        LIFE_1_two_stage={"budgetYearMap": {"2026": "70000000"}},
        LIFE_10={"budgetYearMap": {"2026": "80000000"}},
    )
    assert item(identifier="LIFE-1", budgetOverview=text).money == (
        Money(5_000_000.0, "EUR", "total"),
        Money(9.0, "EUR", "grant_max"),
    )


def test_budget_that_the_portal_has_cut_is_unknown_and_said_to_be() -> None:
    found = item(identifier="LIFE-1", budgetOverview=overview(LIFE_1={"budgetYearMap": {"2026": "4000000"}})[:60])
    assert found.money == ()
    assert found.meta["budget_unreadable"] is True


@pytest.mark.parametrize("text", ["[]", "7", '{"budgetTopicActionMap": 3}', '{"budgetTopicActionMap": {"1": [null]}}'])
def test_budget_of_another_shape_is_no_budget(text: str) -> None:
    assert item(identifier="LIFE-1", budgetOverview=text).money == ()


def test_legacy_keywords_are_one_text_holding_a_list() -> None:
    found = item(identifier="LIFE-1", keywords=['["Bridges", "Wood, stone"]', "Rivers", "LIFE-1"])
    assert [concept.label for concept in found.concepts] == ["Bridges", "Wood, stone", "Rivers"]


def test_cascade_call_has_its_own_name_and_the_topic_that_pays_for_it() -> None:
    found = item(type="8", identifier="LIFE-1", callTitle=" Open call 2 ", title="The topic", projectName="Project")
    assert found.title == "Open call 2"
    assert "The topic" in found.text
    assert found.publisher == "Project"
    assert found.references == (Reference("call", "LIFE-1", "based_on"),)


def test_link_to_a_file_for_programs_becomes_the_page_for_people() -> None:
    pages = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities"
    files = "https://ec.europa.eu/info/funding-tenders/opportunities/data/topicDetails"
    aid = {**record("173682PROSPECTSEN", type="2"), "url": f"{files}/173682EN"}
    topic = {**record(identifier="LIFE-1"), "url": f"{files}/LIFE-1.json"}
    links = [call_item(r, {}, source="funding_tenders", publisher="EU").url for r in (aid, topic)]
    assert links == [f"{pages}/prospect-details/173682PROSPECTSEN", f"{pages}/topic-details/LIFE-1"]


def test_eligibility_is_to_be_checked_but_not_for_partner_countries() -> None:
    assert item(frameworkProgramme="43251589").meta["eligibility"] == "kontrollera"
    assert "eligibility" not in item(type="2", frameworkProgramme="111111").meta
