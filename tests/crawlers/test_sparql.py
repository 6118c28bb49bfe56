"""The questions, really evaluated over a handful of CDM triples."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from crawlers import sparql
from crawlers.measures import SWEDEN, TITLE, Measure, measures_query, titles_query
from crawlers.sparql import CDM, Cell
from store.errors import ChangedSource

ox = pytest.importorskip("pyoxigraph", reason="pyoxigraph evaluates the queries")

CELLAR = "http://publications.europa.eu/resource/cellar/"
TYPES = sparql.AUTHORITY + "resource-type/"
XSD = "http://www.w3.org/2001/XMLSchema#"


def typed(value: str, kind: str = "string") -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))


def graph(*triples: tuple[str, str, object]) -> ox.Store:
    store = ox.Store()
    for subject, predicate, value in triples:
        name = predicate if predicate.startswith("http") else CDM + predicate
        node = ox.NamedNode(value) if isinstance(value, str) else value
        store.add(ox.Quad(ox.NamedNode(CELLAR + subject), ox.NamedNode(name), node))
    return store


def work(name: str, celex: str, kind: str, day: str) -> Iterable[tuple[str, str, object]]:
    return (
        (name, "resource_legal_id_celex", typed(celex)),
        (name, "resource_legal_id_sector", typed(celex[0])),
        (name, "work_has_resource-type", TYPES + kind),
        (name, "work_date_document", typed(day, "date")),
    )


def ask(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    answer = store.query(query)
    names = [variable.value for variable in answer.variables]
    rows = sparql.read_rows(answer.serialize(format=ox.QueryResultsFormat.JSON), names, source="cellar", part="law")
    return [tuple(row[name].value if name in row else "" for name in names) for row in rows]


def test_acts_are_those_of_the_sector_within_both_days() -> None:
    store = graph(
        *work("a", "32026L0001", "DIR", "2026-08-01"),
        *work("b", "32026R0002", "REG", "2026-08-14"),
        *work("c", "32026R0003", "REG", "2026-08-15"),
        *work("d", "52026PC0004", "PROP_DIR", "2026-08-05"),
    )
    query = sparql.acts_query("3", date(2026, 8, 1), date(2026, 8, 14))
    assert ask(store, query) == [
        ("32026L0001", TYPES + "DIR", "2026-08-01"),
        ("32026R0002", TYPES + "REG", "2026-08-14"),
    ]


def test_correction_is_not_an_act() -> None:
    store = graph(*work("a", "32026L0001R(01)", "CORRIGENDUM", "2026-08-01"))
    assert ask(store, sparql.acts_query("3", date(2026, 8, 1), date(2026, 8, 14))) == []


def test_pages_of_acts_follow_each_other_without_gap() -> None:
    triples = [triple for n in range(5) for triple in work(f"w{n}", f"32026R000{n}", "REG", "2026-08-03")]
    pages = [
        ask(graph(*triples), sparql.acts_query("3", date(2026, 8, 1), date(2026, 8, 14), offset=offset, limit=2))
        for offset in (0, 2, 4)
    ]
    assert [[row[0] for row in page] for page in pages] == [
        ["32026R0000", "32026R0001"],
        ["32026R0002", "32026R0003"],
        ["32026R0004"],
    ]


def test_facts_tell_titles_dates_relations_procedure_and_authors() -> None:
    store = graph(
        *work("a", "32026L0001", "DIR", "2026-08-01"),
        *work("old", "32010L0009", "DIR", "2010-01-01"),
        ("a.sv", "expression_belongs_to_work", CELLAR + "a"),
        ("a.sv", "expression_uses_language", sparql.SWEDISH),
        ("a.sv", "expression_title", typed("Direktiv om broar")),
        ("a.fr", "expression_belongs_to_work", CELLAR + "a"),
        ("a.fr", "expression_uses_language", sparql.AUTHORITY + "language/FRA"),
        ("a.fr", "expression_title", typed("Directive sur les ponts")),
        ("a", "resource_legal_date_transposition", typed("2028-01-01", "date")),
        ("a", "resource_legal_date_transposition", typed("2029-01-01", "date")),
        ("a", "resource_legal_amends_resource_legal", CELLAR + "old"),
        ("a", "work_part_of_dossier", CELLAR + "dossier"),
        ("dossier", "procedure_code_interinstitutional_reference_procedure", typed("2024/0001/COD")),
        ("a", "work_created_by_agent", CELLAR + "council"),
        ("council", "http://www.w3.org/2004/02/skos/core#prefLabel", ox.Literal("rådet", language="sv")),
        ("council", "http://www.w3.org/2004/02/skos/core#prefLabel", ox.Literal("Rat", language="de")),
    )
    assert sorted(ask(store, sparql.facts_query(["32026L0001"]))) == sorted(
        [
            ("32026L0001", sparql.SWEDISH, "Direktiv om broar"),
            ("32026L0001", sparql.TRANSPOSITION, "2028-01-01"),
            ("32026L0001", sparql.TRANSPOSITION, "2029-01-01"),
            ("32026L0001", CDM + "resource_legal_amends_resource_legal", "32010L0009"),
            ("32026L0001", sparql.PROCEDURE, "2024/0001/COD"),
            ("32026L0001", sparql.AUTHOR, "rådet"),
        ]
    )


def test_concept_without_a_label_in_our_languages_is_still_told() -> None:
    store = graph(
        *work("a", "32026L0001", "DIR", "2026-08-01"),
        ("a", "work_is_about_concept_eurovoc", CELLAR + "concept"),
        ("concept", "http://www.w3.org/2004/02/skos/core#prefLabel", ox.Literal("Brücke", language="de")),
    )
    assert ask(store, sparql.concepts_query(["32026L0001"])) == [("32026L0001", CELLAR + "concept", "")]


def test_celex_numbers_are_typed_because_virtuoso_tells_strings_apart() -> None:
    query = sparql.concepts_query(["32026L0001", "32023D2454(02)"])
    assert 'VALUES ?celex { "32026L0001"^^xsd:string "32023D2454(02)"^^xsd:string }' in query


def test_titles_are_never_sorted_or_made_distinct_because_virtuoso_refuses_long_rows() -> None:
    query = sparql.facts_query(["32026L0001"])
    assert "DISTINCT" not in query
    assert "ORDER BY" not in query


def test_typed_literal_is_read_like_any_other() -> None:
    body = (
        b'{"head": {"vars": ["celex", "label"]}, "results": {"bindings": ['
        b'{"celex": {"type": "typed-literal", "datatype": "x", "value": "32026L0001"},'
        b' "label": {"type": "literal", "xml:lang": "sv", "value": "bro"}}]}}'
    )
    rows = sparql.read_rows(body, ("celex",), source="cellar", part="law")
    assert rows == [{"celex": Cell("32026L0001"), "label": Cell("bro", "sv")}]


@pytest.mark.parametrize(
    "body",
    [
        b"Virtuoso 42000 Error",
        b"[]",
        b'{"results": {}}',
        b'{"head": {"vars": ["celex"]}, "results": {"bindings": [7]}}',
        b'{"head": {"vars": ["something"]}, "results": {"bindings": []}}',
    ],
)
def test_answer_of_another_shape_is_a_changed_source(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        sparql.read_rows(body, ("celex",), source="cellar", part="law")


def test_opinions_are_those_whose_number_has_the_series() -> None:
    store = graph(
        *work("a", "52026AR0117", "OPIN", "2026-08-03"),
        *work("b", "52026PC0004", "PROP_DIR", "2026-08-03"),
        *work("c", "52026AE0117", "OPIN", "2026-08-03"),
    )
    query = sparql.acts_query("5", date(2026, 8, 1), date(2026, 8, 14), series="AR")
    assert [row[0] for row in ask(store, query)] == ["52026AR0117"]


def test_measures_are_those_of_sweden_and_the_year_with_or_without_days() -> None:
    country = "measure_national_implementing_implemented_by_country"
    implements = "measure_national_implementing_implements_resource_legal"
    store = graph(
        ("a", "resource_legal_id_celex", typed("72024L1785SWE_202605011")),
        ("a", country, SWEDEN),
        ("a", implements, CELLAR + "directive"),
        ("a", f"{CDM.removesuffix('#')}/cmr#creationDate", typed("2026-08-18T09:12:44+02:00", "dateTime")),
        ("directive", "resource_legal_id_celex", typed("32024L1785")),
        ("b", "resource_legal_id_celex", typed("72019L0904SWE_202600001")),
        ("b", country, SWEDEN),
        ("c", "resource_legal_id_celex", typed("72024L1785SWE_202505011")),
        ("c", country, SWEDEN),
        ("d", "resource_legal_id_celex", typed("72024L1785DNK_202605011")),
        ("d", country, SWEDEN.replace("SWE", "DNK")),
    )
    assert ask(store, measures_query(2026)) == [
        ("72019L0904SWE_202600001", "", "", ""),
        ("72024L1785SWE_202605011", "32024L1785", "", "2026-08-18T09:12:44+02:00"),
    ]


def test_titles_of_measures_and_of_their_directives_come_together() -> None:
    store = graph(
        ("a", "resource_legal_id_celex", typed("72024L1785SWE_202605011")),
        ("a", "work_title", typed("Lag (2026:801) om ändring i miljöbalken")),
        ("directive", "resource_legal_id_celex", typed("32024L1785")),
        ("directive.SWE", "expression_belongs_to_work", CELLAR + "directive"),
        ("directive.SWE", "expression_uses_language", sparql.SWEDISH),
        ("directive.SWE", "expression_title", typed("Direktiv om utsläpp")),
    )
    measure = Measure("72024L1785SWE_202605011", {"32024L1785"})
    assert sorted(ask(store, titles_query([measure]))) == [
        ("32024L1785", sparql.SWEDISH, "Direktiv om utsläpp"),
        ("72024L1785SWE_202605011", TITLE, "Lag (2026:801) om ändring i miljöbalken"),
    ]
