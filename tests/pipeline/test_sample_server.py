"""The sample server: every wire format is answered as the real sources answer it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawlers.portal import facet_parts, multipart, search_parts
from crawlers.sparql import acts_query, concepts_query, facts_query
from pipeline.sample_server import serve_sample_week

SPARQL = "publications.europa.eu/webapi/rdf/sparql"
SEARCH = "api.tech.ec.europa.eu/search-api/prod/rest/search?apiKey=SEDIA&text=***"
RSS = "www.regeringen.se/Filter/RssFeed?filterType=Taxonomy&preFilteredCategories="


@pytest.fixture(scope="module")
def week() -> Iterator[str]:
    with serve_sample_week("week") as url:
        yield url


@pytest.fixture(scope="module")
def before() -> Iterator[str]:
    with serve_sample_week("before") as url:
        yield url


def ask(server: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes, str]:
    """Return status, body and ETag of one request."""
    connection = HTTPConnection(urlsplit(server).netloc)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET" if body is None else "POST", f"/{path}", body, sent)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content, response.headers.get("ETag", "")


def sparql(server: str, query: str) -> list[dict[str, Any]]:
    status, body, _ = ask(server, SPARQL, query.encode(), Content_Type="application/sparql-query")
    assert status == 200
    rows: list[dict[str, Any]] = json.loads(body)["results"]["bindings"]
    return rows


def search(server: str, parts: dict[str, Any], page: str = "") -> Any:
    body, kind = multipart(parts)
    return json.loads(ask(server, SEARCH + page, body, Content_Type=kind)[1])


# --- CELLAR


def test_acts_of_the_asked_days_and_sector_are_answered(week: str) -> None:
    rows = sparql(week, acts_query("3", date(2026, 11, 16), date(2026, 11, 16)))
    assert [row["celex"]["value"] for row in rows] == ["32026H2615", "32026R2607", "32026R2613", "32026R2616"]
    assert rows[0]["date"] == {
        "type": "typed-literal",
        "datatype": "http://www.w3.org/2001/XMLSchema#date",
        "value": "2026-11-16",
    }


def test_limit_and_offset_give_the_next_acts(week: str) -> None:
    rows = sparql(week, acts_query("3", date(2026, 11, 16), date(2026, 11, 16), offset=1, limit=2))
    assert [row["celex"]["value"] for row in rows] == ["32026R2607", "32026R2613"]


def test_corrigenda_and_judgments_are_left_out_as_asked(week: str) -> None:
    days = (date(2026, 11, 18), date(2026, 11, 19))
    assert sparql(week, acts_query("3", *days)) == []
    assert [row["celex"]["value"] for row in sparql(week, acts_query("6", *days))] == ["62025CJ0417"]


def test_facts_are_those_of_the_named_acts(week: str) -> None:
    rows = sparql(week, facts_query(["32026L2611", "32026R2618"]))
    languages = {
        (r["celex"]["value"], r["property"]["value"][-3:]) for r in rows if "language" in r["property"]["value"]
    }
    assert languages == {("32026L2611", "SWE"), ("32026L2611", "ENG"), ("32026R2618", "ENG")}
    assert "2028-11-30" in {row["value"]["value"] for row in rows}


def test_concepts_have_labels_in_both_languages(week: str) -> None:
    rows = sparql(week, concepts_query(["32026R2598"]))
    assert {(row["label"]["xml:lang"], row["label"]["value"]) for row in rows} == {
        ("sv", "dricksvatten"),
        ("en", "drinking water"),
        ("sv", "vattenförorening"),
        ("en", "water pollution"),
    }


def test_a_question_that_is_not_known_is_refused(week: str) -> None:
    status, body, _ = ask(week, SPARQL, b"SELECT ?x WHERE { ?x ?y ?z }", Content_Type="application/sparql-query")
    assert status == 400
    assert b"SPARQL compiler" in body


# --- Funding & Tenders portal


def test_search_gives_open_and_forthcoming_calls_by_sort_date(week: str) -> None:
    answer = search(week, search_parts(ordered=True), "&pageSize=100&pageNumber=1")
    dates = [result["metadata"]["es_SortDate"][0] for result in answer["results"]]
    assert answer["totalResults"] == 16
    assert dates == sorted(dates)
    assert dates[0] == "2026-07-02T00:00:00.000+0000"


def test_search_honours_range_and_page(week: str) -> None:
    parts = search_parts("2026-11-17T00:00:00.000+0000", ordered=True)
    answer = search(week, parts, "&pageSize=2&pageNumber=2")
    assert (answer["totalResults"], len(answer["results"])) == (7, 2)


def test_search_refuses_what_the_portal_refuses(week: str) -> None:
    body, kind = multipart({"query": {"wildcard": {"title": "town*"}}})
    assert ask(week, SEARCH, body, Content_Type=kind)[0] == 400
    assert ask(week, SEARCH.replace("SEDIA", "OTHER"), body, Content_Type=kind)[0] == 403


def test_every_metadata_value_is_a_list_of_texts(week: str) -> None:
    results = search(week, search_parts(ordered=False), "&pageSize=100")["results"]
    values = [value for result in results for value in result["metadata"].values()]
    assert all(isinstance(value, list) and all(isinstance(text, str) for text in value) for value in values)


def test_facets_name_the_programmes_percent_encoded(week: str) -> None:
    body, kind = multipart(facet_parts())
    answer = json.loads(ask(week, SEARCH.replace("/search?", "/facet?"), body, Content_Type=kind)[1])
    labels = {value["rawValue"]: value["value"] for facet in answer["facets"] for value in facet["values"]}
    assert labels["43437872"] == "Town-Twinning"
    assert labels["43252449"] == "Research Fund for Coal %26 Steel (RFCS)"


# --- The government and the feeds


def test_feed_of_a_type_code_is_answered_once_and_then_not_modified(week: str) -> None:
    status, body, tag = ask(week, RSS + "2099")
    assert (status, body.count(b"<item>")) == (200, 2)
    assert ask(week, RSS + "2099", If_None_Match=tag)[:2] == (304, b"")


def test_feed_of_a_department_holds_its_items_only(week: str) -> None:
    assert ask(week, RSS + "1334&filteredContentCategories=1288")[1].count(b"<item>") == 1


def test_mirror_has_lists_codes_and_pages(week: str) -> None:
    fact_memos = json.loads(ask(week, "g0v.se/faktapromemoria.json")[1])
    assert [memo["id"] for memo in fact_memos] == ["2026/27:FPM14", "2026/27:FPM13"]
    assert json.loads(ask(week, "g0v.se/api/codes.json")[1])["2099"] == "Remiss"
    assert json.loads(ask(week, "g0v.se/api/latest_updated.json")[1])["latest_updated"] == "2026-11-20 02:14:09"
    page = fact_memos[0]["url"].strip("/")
    assert ask(week, f"g0v.se/{page}.md")[1].startswith(b"# Direktiv om klimatresiliens")


def test_remiss_says_its_answer_date_in_prose_only(week: str) -> None:
    listing = ask(week, "www.regeringen.se/remisser/?p=1")[1].decode()
    path = next(line for line in listing.split('"') if "sma-avlopp" in line)
    assert "Sista dag att svara på remissen är den 1 december 2026" in ask(week, f"www.regeringen.se{path}")[1].decode()


def test_feeds_hold_what_was_published_by_then(week: str, before: str) -> None:
    assert ask(before, "kommunnytt.example.org/kommunnytt.xml")[1].count(b"<item>") == 2  # one of them undated
    assert ask(week, "kommunnytt.example.org/kommunnytt.xml")[1].count(b"<item>") == 5
    assert len(json.loads(ask(before, "cities.example.org/cities-of-the-world.json")[1])["items"]) == 1
    assert ask(week, "example.org/other.xml")[0] == 404
