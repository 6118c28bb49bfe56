"""The Funding & Tenders portal's search and facet answers, made from the sample week's calls."""

from __future__ import annotations

import email.parser
import email.policy
import hashlib
import json
from typing import Any

from pipeline.sample_data import Record, SampleData

_STATUS = {"forthcoming": "31094501", "open": "31094502", "closed": "31094503"}
_SUBMISSION = {"single-stage": "31094504", "two-stage": "31094505"}
_PAGE = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/"


def search(data: SampleData, parameters: dict[str, str], body: bytes, content_type: str) -> tuple[int, Any]:
    """Return status and answer of one search: multipart query, sort and page, as the portal reads them."""
    if parameters.get("apiKey") != "SEDIA":
        return 403, {"message": "Forbidden"}
    parts = _parts(body, content_type)
    results = [_result(call) for call in data.calls]
    try:
        results = [r for r in results if _matches(r["metadata"], json.loads(parts.get("query", "{}")))]
    except ValueError as error:  # also a query that is no JSON
        return 400, {"message": str(error)}
    if order := json.loads(parts.get("sort", "{}")):
        field = order.get("field", "es_SortDate")
        results = [r for r in results if r["metadata"].get(field)]  # the portal loses rows that lack the field
        results.sort(key=lambda r: r["metadata"][field][0], reverse=order.get("order", "ASC").upper() == "DESC")
    size, page = min(int(parameters.get("pageSize", "10")), 100), int(parameters.get("pageNumber", "1"))
    return 200, {
        "apiVersion": "2.151",
        "terms": parameters.get("text", "***"),
        "responseTime": 12,
        "totalResults": len(results),
        "pageNumber": page,
        "pageSize": size,
        "sort": "relevance",
        "queryLanguage": {"language": "en", "probability": 0.0},
        "bestBets": [],
        "warnings": [],
        "results": results[(page - 1) * size : page * size],
    }


def facets(data: SampleData) -> Any:
    """Return the facet answer: codes with their labels, percent-encoded as the portal has them."""
    return {
        "apiVersion": "2.151",
        "facets": [
            {
                "apiVersion": "2.151",
                "name": name,
                "values": [
                    {"apiVersion": "2.151", "rawValue": code, "value": label, "count": 1}
                    for code, label in labels.items()
                ],
            }
            for name, labels in data.facets.items()
        ],
    }


def _parts(body: bytes, content_type: str) -> dict[str, str]:
    """Return the JSON parts of a multipart body; what is sent in another way is passed over in silence."""
    if not content_type.startswith("multipart/form-data"):
        return {}
    head = b"Content-Type: " + content_type.encode() + b"\r\n\r\n"
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    found = {}
    for part in message.iter_parts():
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "application/json" and isinstance(payload, bytes):
            found[str(part.get_param("name", header="content-disposition"))] = payload.decode()
    return found


def _matches(metadata: Record, query: Record) -> bool:
    """Say whether a record is what a query of bool, terms, term, range and phrase asks for."""
    return all(_holds(metadata, operator, body) for operator, body in query.items())


def _holds(metadata: Record, operator: str, body: Record) -> bool:
    match operator:
        case "bool":
            should = [_matches(metadata, part) for part in _listed(body.get("should"))]
            return (
                all(_matches(metadata, part) for part in _listed(body.get("must")))
                and not any(_matches(metadata, part) for part in _listed(body.get("must_not")))
                and (not should or any(should))
            )
        case "terms" | "term":
            return all(set(_listed(wanted)) & set(metadata.get(field, [])) for field, wanted in body.items())
        case "range":
            return all(
                any(_within(value, bounds) for value in metadata.get(field, [])) for field, bounds in body.items()
            )
        case "phrase":
            return all(
                any(str(wanted).lower() in value.lower() for value in metadata.get(field, []))
                for field, wanted in ((f, w["query"] if isinstance(w, dict) else w) for f, w in body.items())
            )
    raise ValueError("Invalid Query format")


def _within(value: str, bounds: dict[str, str]) -> bool:
    """Say whether a stamp lies within bounds; both are ISO, so the shorter form decides how much is compared."""
    tests = {
        "gte": lambda v, b: v[: len(b)] >= b[: len(v)],
        "gt": lambda v, b: v[: len(b)] > b[: len(v)],
        "lte": lambda v, b: v[: len(b)] <= b[: len(v)],
        "lt": lambda v, b: v[: len(b)] < b[: len(v)],
    }
    return all(tests[name](value[:19], str(bound)[:19]) for name, bound in bounds.items() if name in tests)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _stamp(day: str, clock: str = "00:00:00") -> str:
    """Return a day as the portal stamps it: the offset without a colon."""
    return f"{day}T{clock}.000+0000"


def _result(call: Record) -> Record:
    url = call.get("url") or _PAGE + call["identifier"]
    metadata = _metadata(call, url)
    return {
        "apiVersion": "2.151",
        "reference": call["reference"],
        "url": url,
        "contentType": "text/plain",
        "language": "en",
        "databaseLabel": "SEDIA",
        "database": "SEDIA",
        "summary": call["title"],
        "weight": 1.0,
        "groupById": "2",
        "accessRestriction": False,
        "checksum": hashlib.sha256(json.dumps(metadata, sort_keys=True).encode()).hexdigest().upper(),
        "metadata": metadata,
        "citation": f"{call['title']}. Available at: {url}",
    }


def _metadata(call: Record, url: str) -> Record:
    """Return the metadata of a call: every value is a list of strings, an absent one an empty list."""
    kind = call.get("type", "1")
    single = {
        "identifier": call["identifier"],
        "title": call["title"],
        "callTitle": call["call_title"],
        "callIdentifier": call["identifier"] if kind == "1" else "",
        "type": kind,
        "status": _STATUS[call["status"]],
        "startDate": _stamp(call["start"]),
        "es_SortDate": _stamp(call["start"]),
        "deadlineModel": call["model"],
        "typesOfAction": call.get("action", ""),
        "frameworkProgramme": call["programme"],
        "programmeDivision": call.get("division", ""),
        "programmePeriod": "2021 - 2027",
        "description" if kind == "8" else "descriptionByte": call["text"],
        "projectAcronym": call.get("project", ""),
        "budget": call.get("cascade_budget", ""),
        "budgetOverview": _budget(call),
        "actions": _actions(call) if kind == "1" else "",
        "ccm2Id": call["reference"].removesuffix("TOPICSen") if kind == "1" else "",
        "language": "en",
        "DATASOURCE": "SEDIA",
        "REFERENCE": call["reference"],
        "sortStatus": "2" if call["status"] == "forthcoming" else "1",
        "url": url,
    }
    several = {
        "deadlineDate": [_stamp(day, call.get("clock", "00:00:00")) for day in call["deadlines"]],
        "keywords": call.get("keywords", []),
        "tags": [],
        "crossCuttingPriorities": [],
        "focusArea": [],
    }
    return {name: [value] if value else [] for name, value in single.items()} | several


def _budget(call: Record) -> str:
    """Return the budget overview, JSON in a string; it covers the whole call, so another topic stands in it as well."""
    if not (budget := call.get("budget")):
        return ""
    own = {
        "action": f"{call['identifier']} - {call['action']}",
        "expectedGrants": budget["grants"],
        "minContribution": budget["min"],
        "maxContribution": budget["max"],
        "budgetYearMap": {budget["year"]: str(budget["total"])},
        "plannedOpeningDate": call["start"],
        "deadlineModel": call["model"],
        "deadlineDates": call["deadlines"],
    }
    other = {**own, "action": f"{call['identifier']}-OTHER - {call['action']}", "budgetYearMap": {budget["year"]: "1"}}
    return json.dumps({"budgetYearsColumns": [budget["year"]], "budgetTopicActionMap": {"1": [other], "2": [own]}})


def _actions(call: Record) -> str:
    status = {"id": int(_STATUS[call["status"]]), "description": call["status"].capitalize()}
    procedure = {"id": int(_SUBMISSION[call["model"]]), "abbreviation": call["model"], "description": call["model"]}
    return json.dumps(
        [
            {
                "types": [{"typeOfAction": call["action"]}],
                "status": status,
                "plannedOpeningDate": call["start"],
                "submissionProcedure": procedure,
                "deadlineDates": call["deadlines"],
            }
        ]
    )
