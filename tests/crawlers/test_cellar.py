"""CELLAR: windows, batches, and every oddity of its records."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from scrapy import Request

from crawlers import sparql
from crawlers.acts import Act, act_item, read_acts, windows
from crawlers.measures import VARIABLES, read_measures
from crawlers.sparql import Cell
from crawlers.spiders.cellar import Cellar
from store.errors import ChangedSource, SourceError
from store.types import Deadline, SourceState
from tests.crawlers.conversation import Answer, Conversation, converse, job
from tests.crawlers.eu_answers import cellar_answer, empty_sparql

FIRST, LAST = date(2026, 8, 1), date(2026, 8, 14)


def row(celex: str, day: str = "2026-08-05", kind: str = "") -> dict[str, Cell]:
    cells = {"celex": Cell(celex), "date": Cell(day)}
    return {**cells, "type": Cell(sparql.AUTHORITY + "resource-type/" + kind)} if kind else cells


def acts_answer(*rows: tuple[str, str]) -> bytes:
    bindings = [{"celex": {"value": celex}, "date": {"value": day}} for celex, day in rows]
    return json.dumps({"head": {"vars": ["celex", "type", "date"]}, "results": {"bindings": bindings}}).encode()


def nothing(request: Request) -> Answer:
    query = request.body.decode()
    selected = re.findall(r"\?(\w+)", query[query.index("SELECT") : query.index("WHERE")])
    return empty_sparql(*selected)


def asked_windows(talk: Conversation, sector: str = "3") -> list[tuple[str, str]]:
    queries = [request.body.decode() for request in talk.requests]
    pattern = r'\?date >= "([\d-]+)"\^\^xsd:date && \?date <= "([\d-]+)"\^\^xsd:date'
    return [re.findall(pattern, query)[0] for query in queries if f'STR(?sector) = "{sector}"' in query]


def test_questions_are_posted_with_the_content_types_of_sparql() -> None:
    talk = converse(Cellar(job("cellar", since=date(2026, 8, 9))), lambda request: cellar_answer("01", request))
    assert {request.method for request in talk.requests} == {"POST"}
    assert {request.url for request in talk.requests} == {"https://publications.europa.eu/webapi/rdf/sparql"}
    assert {request.headers["Content-Type"] for request in talk.requests} == {b"application/sparql-query"}
    assert {request.headers["Accept"] for request in talk.requests} == {b"application/sparql-results+json"}
    assert [request.meta["part"] for request in talk.requests].count("law") == 3


def test_first_fill_asks_for_ninety_days_in_stretches_of_two_weeks() -> None:
    talk = converse(Cellar(job("cellar")), nothing)
    asked = asked_windows(talk)
    assert asked[0] == ("2026-05-24", "2026-06-06")
    assert asked[-1] == ("2026-08-16", "2026-08-22")
    assert len(asked) == 7


def test_later_run_goes_back_two_weeks_before_its_mark() -> None:
    talk = converse(Cellar(job("cellar", marks={"law": "2026-08-20", "proposals": "2026-08-20"})), nothing)
    assert asked_windows(talk) == [("2026-08-06", "2026-08-19"), ("2026-08-20", "2026-08-22")]


def test_long_pause_is_caught_up_with_for_a_year_at_most() -> None:
    assert Cellar(job("cellar", marks={"law": "2020-01-01"})).first_day("law") == date(2025, 8, 22)


def test_mark_in_the_future_or_of_another_form_does_no_harm() -> None:
    assert Cellar(job("cellar", marks={"law": "2027-01-01"})).first_day("law") == date(2026, 8, 8)
    assert Cellar(job("cellar", marks={"law": "filled"})).first_day("law") == date(2026, 5, 24)


def test_since_overrides_the_window() -> None:
    source = Cellar(job("cellar", since=date(2015, 1, 1), marks={"law": "2026-08-20"}))
    assert source.first_day("law") == date(2015, 1, 1)


def test_windows_cover_every_day_once() -> None:
    spans = windows(date(2026, 1, 1), date(2026, 3, 2), 14)
    days = [first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1)]
    assert days == [date(2026, 1, 1) + timedelta(days=n) for n in range(61)]
    assert windows(LAST, LAST, 14) == [(LAST, LAST)]


def test_mark_moves_to_today_after_a_whole_run() -> None:
    talk = converse(
        Cellar(job("cellar")), lambda r: cellar_answer("01", r) if "2026-08-09" in r.body.decode() else nothing(r)
    )
    assert talk.endings["proposals"].mark == "2026-08-22"


def test_run_that_leaves_a_gap_does_not_move_the_mark() -> None:
    marks = {"law": "2026-08-01", "proposals": "2026-08-01"}
    talk = converse(Cellar(job("cellar", since=date(2026, 8, 15), marks=marks)), nothing)
    assert talk.endings["law"].mark == "2026-08-01"


def test_law_that_is_silent_for_more_than_two_weeks_is_a_fault() -> None:
    talk = converse(Cellar(job("cellar", marks={"law": "2026-08-20"})), nothing)
    assert talk.endings["law"].state is SourceState.QUIET
    assert talk.endings["law"].mark is None


def test_details_are_asked_for_in_batches_of_fifty() -> None:
    acts = acts_answer(*[(f"32026R{n:04}", "2026-08-20") for n in range(120)])
    source = Cellar(job("cellar", since=date(2026, 8, 15)))
    talk = converse(source, lambda r: acts if 'STR(?sector) = "3"' in r.body.decode() else nothing(r))
    queries = [request.body.decode() for request in talk.requests if "?concept" in request.body.decode()]
    assert [query.count("^^xsd:string") for query in queries] == [50, 50, 20]
    assert len(talk.items) == 120


def test_full_page_is_followed_by_the_next_one_within_the_window() -> None:
    pages = iter(
        [
            acts_answer(*[(f"32026R{n:04}", "2026-08-20") for n in range(1000)]),
            acts_answer(("32026R1000", "2026-08-21")),
        ]
    )
    source = Cellar(job("cellar", since=date(2026, 8, 15)))
    talk = converse(source, lambda r: next(pages) if 'STR(?sector) = "3"' in r.body.decode() else nothing(r))
    offsets = [re.findall(r"OFFSET (\d+)", r.body.decode())[0] for r in talk.requests if b'= "3"' in r.body]
    assert offsets == ["0", "1000"]
    assert len(talk.items) == 1001


def test_offset_that_is_not_heeded_ends_the_run_as_changed() -> None:
    page = acts_answer(*[(f"32026R{n:04}", "2026-08-20") for n in range(1000)])
    with pytest.raises(ChangedSource):
        converse(Cellar(job("cellar", since=date(2026, 8, 15))), lambda r: page if b'= "3"' in r.body else nothing(r))


def test_partial_answer_of_virtuoso_is_no_answer() -> None:
    with pytest.raises(SourceError):
        converse(Cellar(job("cellar")), lambda _: (206, empty_sparql("celex", "type", "date")))


def test_same_celex_in_two_windows_is_one_item() -> None:
    answer = iter([acts_answer(("32026R0001", "2026-08-06")), acts_answer(("32026R0001", "2026-08-21"))])
    source = Cellar(job("cellar", marks={"law": "2026-08-20"}))
    talk = converse(source, lambda r: next(answer) if b'= "3"' in r.body else nothing(r))
    assert [item.key for item in talk.items] == ["32026R0001"]


def test_doubles_of_a_record_are_one_act_of_its_most_exact_type() -> None:
    rows = [row("32026R0001", kind="OTHER"), row("32026R0001", kind="REG"), row("32026R0001", kind="REG_IMPL")]
    acts, odd = read_acts(rows, "3", FIRST, LAST, source="cellar", part="law")
    assert [(act.celex, act.type) for act in acts] == [("32026R0001", "REG_IMPL")]
    assert odd == []


def test_correction_is_left_out_but_an_act_with_a_number_in_brackets_is_not() -> None:
    rows = [row("32023R2854R(01)"), row("32023D2454(02)"), row("32018A0731(01)")]
    acts, _ = read_acts(rows, "3", FIRST, LAST, source="cellar", part="law")
    assert [act.celex for act in acts] == ["32023D2454(02)", "32018A0731(01)"]


@pytest.mark.parametrize("odd", [row("52026PC0001"), row("32026L0001", "2026-08-15"), row("32026L0001", "2026-07-31")])
def test_act_outside_what_was_asked_means_that_the_question_was_ignored(odd: dict[str, Cell]) -> None:
    with pytest.raises(ChangedSource):
        read_acts([odd], "3", FIRST, LAST, source="cellar", part="law")


def test_one_number_not_understood_is_skipped_and_the_rest_is_kept() -> None:
    acts, odd = read_acts([row('3"} DROP'), row("32026L0001")], "3", FIRST, LAST, source="cellar", part="law")
    assert odd == ['3"} DROP']
    assert [act.celex for act in acts] == ["32026L0001"]


def test_open_end_is_no_date() -> None:
    facts = {
        sparql.TRANSPOSITION: {Cell("9999-12-31"), Cell("2028-02-11"), Cell("1001-01-01")},
        sparql.END_OF_VALIDITY: {Cell("9999-12-31")},
    }
    item = act_item(Act("32026L0001", FIRST, {"DIR"}), facts, {}, source="cellar", publisher="EU")
    assert item.deadlines == (Deadline(date(2028, 2, 11), "transposition"),)
    assert "end_of_validity" not in item.meta


@pytest.mark.parametrize(("written", "means"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_in_force_is_read_in_both_spellings(written: str, means: bool) -> None:
    item = act_item(Act("32026L0001", FIRST), {sparql.IN_FORCE: {Cell(written)}}, {}, source="cellar", publisher="EU")
    assert item.meta["in_force"] is means


@pytest.mark.parametrize(
    ("celex", "number"),
    [
        ("52026PC0410", "COM(2026) 410"),
        ("52020DC0433", "COM(2020) 433"),
        ("52025SC0231", "SWD(2025) 231"),
        ("52025JC0012", "JOIN(2025) 12"),
    ],
)
def test_commission_number_follows_from_celex(celex: str, number: str) -> None:
    item = act_item(Act(celex, FIRST), {}, {}, source="cellar", publisher="EU")
    assert [r.value for r in item.references if r.scheme == "com"] == [number]


def test_opinions_of_the_regions_are_asked_for_by_their_series_and_left_out_of_proposals() -> None:
    talk = converse(Cellar(job("cellar", since=date(2026, 8, 9))), lambda request: cellar_answer("01", request))
    queries = [request.body.decode() for request in talk.requests if request.meta["part"] == "opinions"]
    assert 'FILTER(SUBSTR(STR(?celex), 6, 2) = "AR")' in queries[0]
    assert [(item.kind.value, item.publisher) for item in talk.items if item.key == "52026AR0117"] == [
        ("proposal", "Regionkommittén")
    ]
    assert talk.endings["opinions"].items == 1


def test_other_document_among_the_opinions_means_that_the_question_was_ignored() -> None:
    answer = acts_answer(("52026PC0410", "2026-08-20"))
    with pytest.raises(ChangedSource):
        converse(Cellar(job("cellar")), lambda r: answer if b'= "AR"' in r.body else nothing(r))


def test_no_opinion_and_no_measure_is_no_fault() -> None:
    talk = converse(Cellar(job("cellar", marks={"law": "2026-08-20"})), nothing)
    assert talk.endings["opinions"].state is SourceState.WORKING
    assert talk.endings["measures"].state is SourceState.WORKING
    assert talk.endings["measures"].mark == "2026-08-22"


def measure_years(**values: object) -> list[str]:
    talk = converse(Cellar(job("cellar", **values)), nothing)
    found = [re.findall(r'"SWE_(\d+)"', request.body.decode()) for request in talk.requests]
    return [year for years in found for year in years]


def test_measures_are_asked_for_by_the_years_that_the_window_touches() -> None:
    assert measure_years() == ["2026"]
    assert measure_years(since=date(2024, 11, 1)) == ["2024", "2025", "2026"]


def test_measure_says_which_directives_it_carries_out_and_which_law_it_is() -> None:
    talk = converse(Cellar(job("cellar", since=date(2026, 8, 9))), lambda request: cellar_answer("01", request))
    item = next(item for item in talk.items if item.key == "72024L1785SWE_202605011")
    assert [r.value for r in item.references if r.relation == "transposes"] == ["32010L0075", "32024L1785"]
    assert [r.value for r in item.references if r.scheme == "sfs"] == ["2026:801"]
    assert item.meta["type"] == "NIM"


def test_measure_that_was_registered_long_ago_is_left_out_of_a_first_fill() -> None:
    talk = converse(Cellar(job("cellar", since=date(2026, 8, 9))), lambda request: cellar_answer("01", request))
    assert "72024L1785SWE_202600120" not in {item.key for item in talk.items}
    talk = converse(Cellar(job("cellar", since=date(2026, 1, 1))), measures_alone)
    assert "72024L1785SWE_202600120" in {item.key for item in talk.items}


def measures_alone(request: Request) -> Answer:
    return cellar_answer("01", request) if request.meta["part"] == "measures" else nothing(request)


@pytest.mark.parametrize("celex", ["72024L1785DNK_202605011", "72024L1785SWE_202505011"])
def test_measure_of_another_country_or_year_means_that_the_question_was_ignored(celex: str) -> None:
    with pytest.raises(ChangedSource):
        read_measures([{"celex": Cell(celex)}], 2026, source="cellar", part="measures")


def test_directive_follows_from_the_number_of_a_measure_that_names_none() -> None:
    measures, odd = read_measures(
        [{"celex": Cell("72024L1785SWE_202605011")}, {}], 2026, source="cellar", part="measures"
    )
    assert [measure.directives for measure in measures] == [{"32024L1785"}]
    assert odd == [""]


def test_full_page_of_measures_is_followed_by_the_next_one() -> None:
    rows = [{"celex": {"value": f"72024L1785SWE_2026{n:05}"}} for n in range(1001)]
    pages = {"0": rows[:1000], "1000": rows[1000:]}

    def answer(request: Request) -> Answer:
        query = request.body.decode()
        if request.meta["part"] != "measures" or "?directive" not in query:
            return nothing(request)
        page = pages[re.findall(r"OFFSET (\d+)", query)[0]]
        return json.dumps({"head": {"vars": list(VARIABLES)}, "results": {"bindings": page}}).encode()

    assert len(converse(Cellar(job("cellar")), answer).items) == 1001
