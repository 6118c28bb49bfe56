"""Answers of the EU sources: the recorded ones, chosen by what is asked, and records made for a test."""

from __future__ import annotations

import json
import re
from typing import Any

from scrapy import Request

from tests.crawlers.conversation import parts_of, recording


def cellar_answer(number: str, request: Request) -> bytes:
    """Return the recorded answer to one of CELLAR's questions."""
    query = request.body.decode()
    selected = re.findall(r"\?(\w+)", query[query.index("SELECT") : query.index("WHERE")])
    if selected[1] == "directive":
        return recording(f"cellar/{number}.measures.json")
    if "cdm#work_title" in query:
        return recording(f"cellar/{number}.measure_titles.json")
    if '= "AR"' in query:
        return recording(f"cellar/{number}.acts.AR.json")
    if selected == ["celex", "type", "date"]:
        found = re.search(r'STR\(\?sector\) = "(\d)"', query)
        assert found
        return recording(f"cellar/{number}.acts.{found[1]}.json")
    return recording(f"cellar/{number}.{'facts' if selected[1] == 'property' else 'concepts'}.json")


def portal_answer(number: str, request: Request) -> bytes:
    """Return the recorded answer of the portal's facets, ordered search or search without order."""
    if "/facet?" in request.url:
        return recording(f"funding_tenders/{number}.facets.json")
    return recording(f"funding_tenders/{number}.{'ordered' if 'sort' in parts_of(request) else 'unordered'}.json")


def empty_sparql(*variables: str) -> bytes:
    """Return a valid answer without rows."""
    return json.dumps({"head": {"vars": variables}, "results": {"bindings": []}}).encode()


def record(reference: str = "1TOPICSen", **metadata: Any) -> dict[str, Any]:
    """Return a record in the portal's form; metadata values that are no list are put into one."""
    values: dict[str, Any] = {
        "type": "1",
        "status": "31094502",
        "identifier": f"TOPIC-{reference}",
        "title": "Title",
        "DATASOURCE": "SEDIA",
        "descriptionByte": "<p>Text.</p>",
        **metadata,
    }
    lists = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    return {"reference": reference, "summary": "Summary", "url": "https://example.org/call", "metadata": lists}
