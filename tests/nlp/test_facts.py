"""Facts: who may apply, with whom, for how much; and that what a text does not say stays unknown."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest

from nlp.applicants import find_applicants
from nlp.facts import find_facts
from nlp.partners import find_length, find_partners
from nlp.places import country_name, find_places
from nlp.rates import find_rates
from store.types import Item, Kind, Reference


def call(text: str = "", *, identifier: str = "", **fields: Any) -> Item:
    references = (Reference("call", identifier, "is"),) if identifier else ()
    values: dict[str, Any] = {"source": "x", "key": "1", "kind": Kind.CALL, "title": "Utlysning", "url": ""}
    return Item(**values | {"text": text, "references": references} | fields)


@pytest.mark.parametrize(
    ("text", "language", "may"),
    [
        ("Kommuner och regioner kan söka stödet.", "sv", ["municipality", "region"]),
        ("Bidraget kan sökas av kommuner, föreningar och skolor.", "sv", ["municipality", "association", "school"]),
        ("Utlysningen riktar sig till små och medelstora företag.", "sv", ["company"]),
        ("Vem kan söka?\nKommuner, bolag och universitet.\n\nVad kan ni söka för?\nSkolor.", "sv",
         ["municipality", "company", "university"]),
        ("Sökande ska vara en juridisk person.", "sv", ["any"]),
        ("Kommuner kan söka bidrag för att stödja föreningar.", "sv", ["municipality"]),
        ("Länsstyrelser och andra myndigheter får ansöka.", "sv", ["state"]),
        ("Local authorities and non-profit organisations may apply.", "en", ["municipality", "association"]),
        ("Eligible applicants are public bodies and SMEs.", "en", ["municipality", "region", "state", "company"]),
        ("The call is open to universities, research organisations and schools.", "en", ["school", "university"]),
        ("Any legal entity, such as a company, can apply.", "en", ["any"]),
        ("Applications may be submitted by municipalities in order to help companies.", "en", ["municipality"]),
    ],
)  # fmt: skip
def test_text_says_who_may_apply(text: str, language: str, may: list[str]) -> None:
    assert sorted(find_applicants(text, language).may) == sorted(may)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Projektet ska ge nytta för kommuner och företag i hela landet.", "sv"),
        ("Vi söker en ny handläggare till kommunens skolor.", "sv"),
        ("Results are expected to benefit municipalities and SMEs.", "en"),
        ("The open topic covers cities.", "en"),
        ("", "sv"),
    ],
)
def test_text_that_does_not_say_who_may_apply_leaves_it_unknown(text: str, language: str) -> None:
    assert find_applicants(text, language).may == ()


def test_those_shut_out_are_told_apart() -> None:
    found = find_applicants("Föreningar kan söka. Privatpersoner kan inte söka.", "sv")
    assert (found.may, found.may_not) == (("association",), ("individual",))
    found = find_applicants("Companies can apply. Natural persons are not eligible.", "en")
    assert (found.may, found.may_not) == (("company",), ("individual",))


@pytest.mark.parametrize(
    ("text", "partners", "countries"),
    [
        ("A consortium of at least three legal entities from three different Member States is needed.", 3, 3),
        ("Projektet ska ha minst tre partner från två länder.", 3, 2),
        ("Minst 2 organisationer från 2 olika länder deltar.", 2, 2),
        ("A minimum of four (4) independent organisations established in at least three eligible countries.", 4, 3),
        ("Minst fem kommuner ska delta.", 5, None),
        ("A minimum of two partners is required.", 2, None),
        ("Single applicants are also accepted.", 1, None),
    ],
)
def test_text_says_how_many_partners(text: str, partners: int, countries: int | None) -> None:
    found = find_partners(text)
    assert found["partners_min"][0] == partners
    assert (found["countries_min"][0] if "countries_min" in found else None) == countries


@pytest.mark.parametrize(
    "text",
    [
        "The solution should be demonstrated in at least three countries with different climates.",
        "We encourage projects to have at least two youth organisations as partners.",
        "Minst tre år efter projektets slut.",
        "At least 20 companies are reached by the pilot.",
    ],
)
def test_other_numbers_are_no_partners(text: str) -> None:
    assert find_partners(text) == {}


@pytest.mark.parametrize(
    ("text", "grant", "own"),
    [
        ("Stödet är högst 80 % av de stödberättigade kostnaderna.", (80.0,), ()),
        ("Up to 60% of eligible costs are covered.", (60.0,), ()),
        ("Bidraget täcker 90 procent av kostnaderna.", (90.0,), ()),
        ("The funding rate is 70 %, and 100 % for non-profit bodies.", (70.0, 100.0), ()),
        ("Kravet är minst 20 % egen finansiering.", (), (20.0,)),
        ("Applicants must provide 25 % of the costs.", (), (25.0,)),
        ("Co-financing of at least 30 % is needed.", (), (30.0,)),
        ("Projektet ska själv finansiera 40 procent.", (), (40.0,)),
        ("The co-financing rate is 75 %.", (75.0,), ()),
    ],
)
def test_grant_and_own_share_are_told_apart(text: str, grant: tuple[float, ...], own: tuple[float, ...]) -> None:
    found = find_rates(text)
    assert (found.grant, found.own) == (grant, own)


@pytest.mark.parametrize(
    "text",
    [
        "Utsläppen ska minska med 55 procent.",
        "Up to 30% of the EU funding requested may be allocated to third parties.",
        "80 % av förskottet utbetalas vid start.",
        "Indirect costs: a flat rate of 25 % of eligible costs.",
        "Sysselsättningen var 70 procent.",
    ],
)
def test_other_shares_are_no_rates(text: str) -> None:
    found = find_rates(text)
    assert (found.grant, found.own) == ((), ())


def test_length_of_a_project_in_months() -> None:
    assert find_length("The duration should be between 24 and 36 months.") == (
        [24, 36],
        "duration should be between 24 and 36 months",
    )
    assert find_length("Projekttiden är högst 2 år.") == ([24], "Projekttiden är högst 2 år")
    assert find_length("The strategy has a duration that is long.") is None


def test_places_are_named_once_in_order() -> None:
    found = find_places("Melleruds kommun och Varberg i Hallands län samarbetar med Norge och Denmark. Mellerud leder.")
    assert found == {"municipality": ["Mellerud", "Varberg"], "county": ["Hallands län"], "country": ["NO", "DK"]}
    assert country_name("NO") == "Norge"


def test_surnames_and_common_words_are_no_municipalities() -> None:
    assert find_places("Anna Lund skriver. Mark och vatten. Vara eller inte vara.") == {}
    assert find_places("Möte i Lund med Marks kommun.") == {"municipality": ["Lund", "Mark"]}
    assert find_places("Upplands Väsby, Lilla Edet och Dals-Ed.") == {
        "municipality": ["Upplands Väsby", "Lilla Edet", "Dals-Ed"]
    }


def test_rule_of_the_programme_fills_in_and_says_so() -> None:
    facts = find_facts(call(identifier="CERV-2026-CITIZENS-TOWN-TT", title="Town twinning"), "en")
    assert facts["applicants"] == ["municipality", "association"]
    assert (facts["partners_min"], facts["countries_min"], facts["programme"]) == (2, 2, "CERV")
    assert facts["basis"]["applicants"]["from"] == "rule"
    assert "cofinancing" not in facts


def test_research_and_innovation_action_needs_three_from_three() -> None:
    for action, rates in (
        ("HORIZON Research and Innovation Actions", [100.0]),
        ("HORIZON Innovation Actions", [70.0, 100.0]),
    ):
        facts = find_facts(call(identifier="HORIZON-CL5-2026-01", meta={"action_types": [action]}), "en")
        assert (facts["applicants"], facts["partners_min"], facts["countries_min"]) == (["any"], 3, 3)
        assert facts["cofinancing"] == rates


def test_rate_that_the_text_calls_one_goes_before_the_rule() -> None:
    item = call(
        "The funding rate is 60 %.",
        identifier="HORIZON-CL5-2026-01",
        meta={"action_types": ["HORIZON Innovation Actions"]},
    )
    facts = find_facts(item, "en")
    assert facts["cofinancing"] == [60.0]
    assert facts["basis"]["cofinancing"] == {"from": "text", "words": "The funding rate is 60 %"}


def test_a_lump_sum_has_no_rate() -> None:
    for action, rates in (("CERV Project Grants", [90.0]), ("CERV Lump Sum Grants", None)):
        item = call(identifier="CERV-2026-CITIZENS-CIV", meta={"action_types": [action]})
        assert find_facts(item, "en").get("cofinancing") == rates


def test_twinning_is_for_the_authorities_of_member_states() -> None:
    meta = {"programme": ["EU External Action - Prospect (RELEX-PROSPECT)"]}
    assert find_facts(call(title="MK 24 IPA FI 02 26 TWL Customs code", meta=meta), "en")["applicants"] == ["state"]
    assert "applicants" not in find_facts(call(title="Civil society in the region", meta=meta), "en")


def test_every_rule_names_the_document_that_says_so() -> None:
    rules = tomllib.loads(resources.files("nlp").joinpath("facts.toml").read_text(encoding="utf-8"))["rules"]
    assert [rule["because"] for rule in rules if len(rule.get("document", "")) < 10] == []


def test_cascade_call_is_not_ruled_by_the_call_that_pays_for_it() -> None:
    item = call(meta={"type": "8", "action_types": ["HORIZON Innovation Actions"]})
    assert "applicants" not in find_facts(item, "en")


def test_what_the_source_lists_goes_first() -> None:
    listed = "Public Body (national, regional and local; incl. EGTCs), Small and medium-sized enterprise (SME)"
    facts = find_facts(call(meta={"eligible_entities": listed}), "en")
    assert facts["applicants"] == ["municipality", "region", "state", "company"]
    assert facts["basis"]["applicants"]["from"] == "source"


def test_conditions_in_their_own_field_are_read() -> None:
    facts = find_facts(call("About water.", meta={"eligibility": "Local authorities may apply for this grant."}), "en")
    assert facts["applicants"] == ["municipality"]


def test_call_that_says_nothing_has_no_facts() -> None:
    assert find_facts(call("Information om vatten."), "sv") == {}


def test_law_has_no_conditions_though_it_names_shares() -> None:
    item = call("Kommuner kan söka tillstånd. Stödnivån är 80 %.", kind=Kind.LEGAL_ACT)
    assert find_facts(item, "sv") == {}
