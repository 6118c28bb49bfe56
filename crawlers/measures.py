"""National transposition measures: what Sweden has notified of how it carries out directives, as CELLAR holds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote

from crawlers.acts import Facts, read_day, title_of
from crawlers.references import find_references
from crawlers.sparql import AUTHORITY, CDM, ENGLISH, PAGE, PREFIXES, SWEDISH, Row, values_of
from crawlers.text import plain_title
from store.errors import ChangedSource
from store.types import Item, Kind, Reference

SWEDEN = AUTHORITY + "country/SWE"
TITLE = CDM + "work_title"
TYPE = "NIM"  # national implementing measure, as EUR-Lex abbreviates it
VARIABLES = ("celex", "directive", "date", "registered")

# Measures carry no day of their own that could be asked for, but their numbers hold the year of notification.
_MEASURES = """SELECT DISTINCT ?celex ?directive ?date ?registered
WHERE {{
  ?work cdm:measure_national_implementing_implemented_by_country <{sweden}> .
  ?work cdm:resource_legal_id_celex ?celex .
  FILTER(CONTAINS(STR(?celex), "SWE_{year}"))
  OPTIONAL {{
    ?work cdm:measure_national_implementing_implements_resource_legal ?act .
    ?act cdm:resource_legal_id_celex ?directive .
  }}
  OPTIONAL {{ ?work cdm:work_date_document ?date . }}
  OPTIONAL {{ ?work cmr:creationDate ?registered . }}
}}
ORDER BY ?celex ?directive
LIMIT {limit}
OFFSET {offset}
"""

_TITLES = """SELECT ?celex ?property ?value
WHERE {{
  {{
    {values}
    ?work cdm:resource_legal_id_celex ?celex ; ?property ?value .
    FILTER(?property = <{title}>)
  }} UNION {{
    {values}
    ?work cdm:resource_legal_id_celex ?celex .
    ?expression cdm:expression_belongs_to_work ?work ;
      cdm:expression_uses_language ?property ;
      cdm:expression_title ?value .
    FILTER(?property IN (<{swedish}>, <{english}>))
  }}
}}
"""

# "72022L2381SWE_202501036": the directive's own number, the country, the year of notification and a running number.
_CELEX = re.compile(r"7(\d{4}[A-Z]{1,2}\d{4}(?:\(\d+\))?)([A-Z]{3})_(\d{4})\d+")
_OWN_SFS = re.compile(r"^(?:SFS\s|(?:lag|förordning|kungörelse)\s\()(\d{4}:\d+)\b", re.IGNORECASE)


@dataclass(slots=True)
class Measure:
    """One measure; `registered` is the day CELLAR took it in, `day` that of the measure itself."""

    celex: str
    directives: set[str] = field(default_factory=set)
    day: date | None = None
    registered: date | None = None


def measures_query(year: int, *, offset: int = 0, limit: int = PAGE) -> str:
    """Return the question which measures Sweden has notified in a year."""
    prefixes = f"{PREFIXES}PREFIX cmr: <{CDM.removesuffix('#')}/cmr#>\n"
    return prefixes + _MEASURES.format(sweden=SWEDEN, year=year, limit=limit, offset=offset)


def titles_query(measures: Sequence[Measure]) -> str:
    """Return the question for the titles of measures, and of the directives they carry out."""
    numbers = dict.fromkeys(number for measure in measures for number in (measure.celex, *sorted(measure.directives)))
    return PREFIXES + _TITLES.format(values=values_of(numbers), title=TITLE, swedish=SWEDISH, english=ENGLISH)


def read_measures(rows: Iterable[Row], year: int, *, source: str, part: str) -> tuple[list[Measure], list[str]]:
    """Return the measures of an answer, one per CELEX, and the CELEX numbers not understood.

    Raises ChangedSource when a row is of another country or year: then the question was not heeded.
    """
    measures: dict[str, Measure] = {}
    odd: list[str] = []
    for row in rows:
        celex = row["celex"].value.strip() if "celex" in row else ""
        found = _CELEX.fullmatch(celex)
        if not found:
            odd.append(celex)
            continue
        body, country, notified = found.groups()
        if country != "SWE" or int(notified) != year:
            raise ChangedSource(f"asked for Sweden {year}, got {celex}", source=source, part=part)
        measure = measures.setdefault(celex, Measure(celex))
        measure.directives.add(row["directive"].value if "directive" in row else f"3{body}")
        measure.day = read_day(row, "date") or measure.day
        measure.registered = read_day(row, "registered") or measure.registered
    return list(measures.values()), odd


def measure_item(measure: Measure, titles: Mapping[str, Facts], *, source: str) -> Item:
    """Return the item of a measure: its own title, and as text those of the directives it carries out."""
    facts = titles.get(measure.celex, {})
    own = title_of(facts, TITLE) or title_of(facts, SWEDISH)
    title = own or title_of(facts, ENGLISH)
    directives = sorted(measure.directives)
    of_directives = [title_of(titles.get(celex, {}), SWEDISH, ENGLISH) for celex in directives]
    day = measure.registered or measure.day
    meta = {"type": TYPE, "document_date": measure.day.isoformat() if measure.day else ""}
    return Item(
        source=source,
        key=measure.celex,
        kind=Kind.LEGAL_ACT,
        title=title or f"Svensk genomförandeåtgärd {measure.celex} (titel saknas ännu)",
        url=f"https://eur-lex.europa.eu/legal-content/SV/TXT/?uri=CELEX:{quote(measure.celex, safe='')}",
        text="\n\n".join(text for text in of_directives if text),
        language="sv" if own else "en" if title else "",
        published=day,
        status="adopted",
        publisher="Sverige",
        references=(
            Reference("celex", measure.celex, "is"),
            *(Reference("celex", celex, "transposes") for celex in directives),
            *_laws(plain_title(title)),
        ),
        meta={name: value for name, value in meta.items() if value},
    )


def _laws(title: str) -> list[Reference]:
    own = _OWN_SFS.match(title)
    laws = [Reference("sfs", own[1], "is")] if own else []
    return laws + [found for found in find_references(title) if not own or found.value != own[1]]
