"""The three questions asked of CELLAR in SPARQL, and the rows of its answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from store.errors import ChangedSource

ENDPOINT = "https://publications.europa.eu/webapi/rdf/sparql"
CONTENT_TYPE = "application/sparql-query"
ACCEPT = "application/sparql-results+json"
CDM = "http://publications.europa.eu/ontology/cdm#"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
SWEDISH = AUTHORITY + "language/SWE"
ENGLISH = AUTHORITY + "language/ENG"
PROCEDURE = CDM + "procedure_code_interinstitutional_reference_procedure"
AUTHOR = CDM + "work_created_by_agent"
TRANSPOSITION = CDM + "resource_legal_date_transposition"
ENTRY_INTO_FORCE = CDM + "resource_legal_date_entry-into-force"
END_OF_VALIDITY = CDM + "resource_legal_date_end-of-validity"
IN_FORCE = CDM + "resource_legal_in-force"
ELI = CDM + "resource_legal_eli"
RELATIONS = {
    CDM + "resource_legal_amends_resource_legal": "amends",
    CDM + "resource_legal_repeals_resource_legal": "repeals",
    CDM + "resource_legal_based_on_resource_legal": "based_on",
    CDM + "resource_legal_adopts_resource_legal": "adopts",
}
PAGE = 1_000  # rows; an answer of this length has a next page

PREFIXES = f"""PREFIX cdm: <{CDM}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

# Titles are not asked for here: CELLAR's Virtuoso fails with "Max row length is exceeded" when it must sort or
# make distinct rows of more than about 4,000 bytes, and two long titles are more. The order is ascending, inside a
# window of days, so that OFFSET means the same in every answer; sorting a broad set times out.
_ACTS = """SELECT DISTINCT ?celex ?type ?date
WHERE {{
  ?work cdm:work_date_document ?date .
  FILTER(?date >= "{first}"^^xsd:date && ?date <= "{last}"^^xsd:date)
  ?work cdm:resource_legal_id_sector ?sector .
  FILTER(STR(?sector) = "{sector}")
  ?work cdm:resource_legal_id_celex ?celex .{series}
  OPTIONAL {{ ?work cdm:work_has_resource-type ?type . }}
  FILTER NOT EXISTS {{ ?work cdm:work_has_resource-type <{corrigendum}> . }}
}}
ORDER BY ?celex ?type
LIMIT {limit}
OFFSET {offset}
"""

# No DISTINCT, for the reason above. VALUES stand inside each branch because Virtuoso joins a UNION with outer VALUES
# only after having evaluated the branches for all works.
_FACTS = """SELECT ?celex ?property ?value
WHERE {{
  {{
    {values}
    ?work cdm:resource_legal_id_celex ?celex .
    ?expression cdm:expression_belongs_to_work ?work ;
      cdm:expression_uses_language ?property ;
      cdm:expression_title ?value .
    FILTER(?property IN (<{swedish}>, <{english}>))
  }} UNION {{
    {values}
    ?work cdm:resource_legal_id_celex ?celex ; ?property ?value .
    FILTER(?property IN ({literals}))
  }} UNION {{
    {values}
    ?work cdm:resource_legal_id_celex ?celex ; ?property ?other .
    FILTER(?property IN ({relations}))
    ?other cdm:resource_legal_id_celex ?value .
  }} UNION {{
    {values}
    ?work cdm:resource_legal_id_celex ?celex ; cdm:work_part_of_dossier ?dossier .
    ?dossier ?property ?value .
    FILTER(?property = <{procedure}>)
  }} UNION {{
    {values}
    ?work cdm:resource_legal_id_celex ?celex ; ?property ?agent .
    FILTER(?property = <{author}>)
    ?agent skos:prefLabel ?value .
    FILTER(LANG(?value) IN ("sv", "en"))
  }}
}}
"""

_CONCEPTS = """SELECT ?celex ?concept ?label
WHERE {{
  {values}
  ?work cdm:resource_legal_id_celex ?celex ; cdm:work_is_about_concept_eurovoc ?concept .
  OPTIONAL {{ ?concept skos:prefLabel ?label . FILTER(LANG(?label) IN ("sv", "en")) }}
}}
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One bound value of a row; `language` is "" for everything but language-tagged text."""

    value: str
    language: str = ""


Row: TypeAlias = Mapping[str, Cell]


def acts_query(sector: str, first: date, last: date, *, series: str = "", offset: int = 0, limit: int = PAGE) -> str:
    """Return the question which acts of a sector are dated from `first` to `last`, both included.

    `series` are the two letters after the year in their numbers, as "AR"; "" asks for all.
    """
    return PREFIXES + _ACTS.format(
        first=first.isoformat(),
        last=last.isoformat(),
        sector=sector,
        series=f'\n  FILTER(SUBSTR(STR(?celex), 6, 2) = "{series}")' if series else "",
        corrigendum=AUTHORITY + "resource-type/CORRIGENDUM",
        limit=limit,
        offset=offset,
    )


def facts_query(celexes: Iterable[str]) -> str:
    """Return the question for titles, dates, relations, procedure and authors of acts.

    Each row says which property it tells by that property's own address; a title's is its language.
    """
    return PREFIXES + _FACTS.format(
        values=values_of(celexes),
        swedish=SWEDISH,
        english=ENGLISH,
        literals=_addresses((TRANSPOSITION, ENTRY_INTO_FORCE, END_OF_VALIDITY, IN_FORCE, ELI)),
        relations=_addresses(RELATIONS),
        procedure=PROCEDURE,
        author=AUTHOR,
    )


def concepts_query(celexes: Iterable[str]) -> str:
    """Return the question for the EuroVoc concepts of acts, one row per label in Swedish or English."""
    return PREFIXES + _CONCEPTS.format(values=values_of(celexes))


def read_rows(body: bytes, variables: Iterable[str], *, source: str, part: str, bound: Iterable[str] = ()) -> list[Row]:
    """Return the rows of a SPARQL answer; raises ChangedSource on any other shape.

    `bound` are the variables that the question gives a value in every row; most rows lacking one is another shape too.
    An unbound variable is absent from its row. Virtuoso marks typed values `typed-literal`, which the standard does
    not know; the mark is not needed.
    """
    try:
        answer = json.loads(body)
        asked = set(answer["head"]["vars"])
        rows = [_row(bindings) for bindings in answer["results"]["bindings"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ChangedSource(f"no SPARQL answer but {body[:80]!r}", source=source, part=part) from error
    missing = set(variables) - asked
    if missing:
        raise ChangedSource(f"the SPARQL answer lacks {sorted(missing)}", source=source, part=part)
    needed = set(bound)
    if 2 * sum(not needed <= row.keys() for row in rows) > len(rows):
        raise ChangedSource(f"most rows of the SPARQL answer lack {sorted(needed)}", source=source, part=part)
    return rows


def _row(bindings: Mapping[str, Any]) -> Row:
    cells = {name: Cell(cell["value"], cell.get("xml:lang", "")) for name, cell in bindings.items()}
    if any(not isinstance(cell.value, str) for cell in cells.values()):
        raise TypeError("a value that is no text")
    return cells


def values_of(celexes: Iterable[str]) -> str:
    """Return the list of CELEX numbers that a question is about."""
    # Typed, because CELLAR's CELEX numbers are xsd:string and do not equal a plain literal in Virtuoso.
    return "VALUES ?celex { " + " ".join(f'"{celex}"^^xsd:string' for celex in celexes) + " }"


def _addresses(properties: Iterable[str]) -> str:
    return ", ".join(f"<{name}>" for name in properties)
