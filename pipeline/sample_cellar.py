"""CELLAR's answers to the questions of the source `cellar`, made from the sample week's acts.

No SPARQL engine: a question is told by the variables it selects, and its days, sector, CELEX numbers, properties and
page are read from its text. A question that selects anything else is refused, so that a changed one is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.sample_data import Record, SampleData

_CDM = "http://publications.europa.eu/ontology/cdm#"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_LANGUAGES = {"sv": _AUTHORITY + "language/SWE", "en": _AUTHORITY + "language/ENG"}
_SINGLE = {  # field of a record -> property, kind of literal
    "in_force": ("resource_legal_date_entry-into-force", "date"),
    "eli": ("resource_legal_eli", "anyURI"),
    "procedure": ("procedure_code_interinstitutional_reference_procedure", "string"),
    "amends": ("resource_legal_amends_resource_legal", "string"),
    "based_on": ("resource_legal_based_on_resource_legal", "string"),
    "adopts": ("resource_legal_adopts_resource_legal", "string"),
}

Row = dict[str, dict[str, str]]


def answer(data: SampleData, query: str) -> tuple[int, Any]:
    """Return status and answer of one question; 400 with Virtuoso's wording for a question that is not known."""
    selected = re.findall(r"\?(\w+)", query[query.find("SELECT") : query.find("WHERE")])
    questions = {
        ("celex", "type", "date"): _acts,
        ("celex", "property", "value"): _facts,
        ("celex", "concept", "label"): _concepts,
        ("celex", "directive", "date", "registered"): _measures,
    }
    question = questions.get(tuple(selected))
    if question is None:
        return 400, "Virtuoso 37000 Error SP030: SPARQL compiler: not a question the sample week can answer"
    rows = list(question(data, query))
    first = _number(query, "OFFSET", 0)
    bindings = rows[first : first + _number(query, "LIMIT", len(rows))]
    return 200, {
        "head": {"link": [], "vars": selected},
        "results": {"distinct": False, "ordered": True, "bindings": bindings},
    }


def _acts(data: SampleData, query: str) -> Iterator[Row]:
    """Yield the acts of a sector whose day lies in the window asked for, by CELEX."""
    after = re.findall(r'>=\s*"([\d-]+)"\^\^xsd:date', query)
    until = re.findall(r'<=\s*"([\d-]+)"\^\^xsd:date', query)
    sectors = re.findall(r'\?sector\)? = "(\d)"', query)
    series = re.findall(r'SUBSTR\(STR\(\?celex\), 6, 2\) = "(\w\w)"', query)
    for act in sorted(data.acts, key=lambda a: str(a["celex"])):
        inside = all(day <= act["date"] for day in after) and all(act["date"] <= day for day in until)
        corrected = act["type"] == "CORRIGENDUM" and "resource-type/CORRIGENDUM" in query
        asked = (not sectors or act["celex"][0] in sectors) and (not series or act["celex"][5:7] in series)
        if inside and not corrected and asked:
            kind = {"type": "uri", "value": f"{_AUTHORITY}resource-type/{act['type']}"}
            yield {"celex": _typed(act["celex"]), "type": kind, "date": _typed(act["date"], "date")}


def _facts(data: SampleData, query: str) -> Iterator[Row]:
    """Yield titles, dates, relations and procedure of the acts asked for, as far as their properties are asked for."""
    for act in _asked(data, query):
        for language, address in _LANGUAGES.items():
            if language in act and address in query:
                yield _fact(act, address, {"type": "literal", "value": act[language]})
        found = [(name, kind, act[field]) for field, (name, kind) in _SINGLE.items() if field in act]
        found += [("resource_legal_date_transposition", "date", day) for day in act.get("transposition", [])]
        for name, kind, value in found:
            if f"<{_CDM}{name}>" in query:
                yield _fact(act, _CDM + name, _typed(value, kind))


def _concepts(data: SampleData, query: str) -> Iterator[Row]:
    """Yield the EuroVoc concepts of the acts asked for, one row per label."""
    for act in _asked(data, query):
        for number, swedish, english in act["eurovoc"]:
            concept = {"type": "uri", "value": f"http://eurovoc.europa.eu/{number}"}
            for language, label in (("sv", swedish), ("en", english)):
                if f'"{language}"' in query:
                    cell = {"type": "literal", "xml:lang": language, "value": label}
                    yield {"celex": _typed(act["celex"]), "concept": concept, "label": cell}


def _measures(_data: SampleData, _query: str) -> Iterator[Row]:
    """Yield nothing: Sweden notified no measures in the sample week."""
    return iter(())


def _asked(data: SampleData, query: str) -> list[Record]:
    """Return the acts whose CELEX numbers the question names."""
    named = set(re.findall(r'"([0-9A-Z]\d{4}[A-Z]{1,2}[\w()]+)"', query))
    return [act for act in data.acts if act["celex"] in named]


def _fact(act: Record, name: str, value: dict[str, str]) -> Row:
    return {"celex": _typed(act["celex"]), "property": {"type": "uri", "value": name}, "value": value}


def _typed(value: str, kind: str = "string") -> dict[str, str]:
    """Return a typed value under the mark that Virtuoso gives it, which the standard does not know."""
    return {"type": "typed-literal", "datatype": _XSD + kind, "value": value}


def _number(query: str, word: str, otherwise: int) -> int:
    found = re.search(rf"\b{word}\s+(\d+)", query)
    return int(found.group(1)) if found else otherwise
