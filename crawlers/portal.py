"""The search of the EU Funding & Tenders portal (SEDIA): its questions, its answers, and where the cursor stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from crawlers.answers import Reader, Record
from crawlers.dates import parse_moment
from store.errors import ChangedSource

API = "https://api.tech.ec.europa.eu/search-api/prod/rest/"
FORTHCOMING, OPEN, CLOSED = "31094501", "31094502", "31094503"
STATUSES = (FORTHCOMING, OPEN)
TOPIC, EUROPEAID, CASCADE = "1", "2", "8"
TYPES = (TOPIC, EUROPEAID, CASCADE)
DATASOURCE = "SEDIA"  # the other one, SEDIA_PRD_CENTRICITY, holds stale doubles of the same calls
PAGE = 100  # the portal gives no more, whatever is asked
SORT_FIELD = "es_SortDate"
FIELDS = (
    "DATASOURCE", "REFERENCE", "actions", "budget", "budgetOverview", "callIdentifier", "callTitle",
    "crossCuttingPriorities", "deadlineDate", "deadlineModel", "description", "descriptionByte",
    "destinationDescription", "es_SortDate", "frameworkProgramme", "identifier", "keywords", "language",
    "programmeDivision", "programmePeriod", "projectAcronym", "projectName", "startDate", "status", "tags", "title",
    "type", "typesOfAction", "url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """One page of search results; `total` is what the portal says it has, doubles counted."""

    total: int
    records: Sequence[Record]


def search_url(page: int = 1, size: int = PAGE) -> str:
    """Return the address of a page of the search; the key is the portal's own, public one."""
    parameters = {"apiKey": "SEDIA", "text": "***", "pageSize": size, "pageNumber": page}
    return f"{API}search?{urlencode(parameters, safe='*')}"


def facet_url() -> str:
    """Return the address of the facets, which carry the names of programme codes."""
    return f"{API}facet?{urlencode({'apiKey': 'SEDIA', 'text': '***'}, safe='*')}"


def search_parts(since: str = "", *, ordered: bool) -> dict[str, Any]:
    """Return the parts of a search for forthcoming and open calls, from the sort date `since` on.

    A search that is ordered by a field loses the records that lack it, so one without order is needed beside it.
    """
    parts = {"query": query(since), "languages": ["en"], "displayFields": list(FIELDS)}
    return {**parts, "sort": {"field": SORT_FIELD, "order": "ASC"}} if ordered else parts


def facet_parts() -> dict[str, Any]:
    """Return the parts of the question for facets."""
    return {"query": query(), "languages": ["en"], "displayLanguage": "en"}


def query(since: str = "") -> dict[str, Any]:
    """Return the portal's own query language for the calls we read."""
    must: list[dict[str, Any]] = [
        {"terms": {"type": list(TYPES)}},
        {"terms": {"status": list(STATUSES)}},
        {"term": {"language": "en"}},
        {"term": {"DATASOURCE": DATASOURCE}},
    ]
    if since:
        must.append({"range": {SORT_FIELD: {"gte": since}}})
    return {"bool": {"must": must}}


def multipart(parts: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return a multipart body of JSON parts, and its content type.

    Every part has a file name and its own content type: a plain form field is answered by 500, and a query in the
    address is silently ignored, which gives every record the portal ever had.
    """
    texts = {name: json.dumps(value, ensure_ascii=False) for name, value in parts.items()}
    boundary = "utkik-" + hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:32]
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="blob"\r\n'
        f"Content-Type: application/json\r\n\r\n{text}\r\n"
        for name, text in texts.items()
    )
    return f"{body}--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def read_page(body: bytes, *, source: str, part: str) -> Page:
    """Return a page of results; raises ChangedSource when it has another shape or ignores what was asked."""

    def changed(message: str) -> ChangedSource:
        return ChangedSource(message, source=source, part=part)

    answer = Reader(source, part).parse(body)
    total, records = (answer.get("totalResults"), answer.get("results")) if isinstance(answer, dict) else (None, None)
    if not isinstance(total, int) or not isinstance(records, list):
        raise changed(f"no totalResults and results but {body[:80]!r}")
    for record in records:
        metadata = record.get("metadata") if isinstance(record, dict) else None
        if not isinstance(metadata, dict):
            raise changed(f"a result without metadata: {str(record)[:80]}")
        odd = [name for name, value in metadata.items() if name in FIELDS and not isinstance(value, list)]
        if odd:
            raise changed(f"metadata that is no list: {odd}")
        for name, allowed in (("status", STATUSES), ("type", TYPES), ("DATASOURCE", (DATASOURCE,))):
            given = {str(value) for value in metadata.get(name, [])}
            if given.isdisjoint(allowed) and (given or name != "DATASOURCE"):
                raise changed(f"asked for {name} {allowed}, got {sorted(given)}: the query was ignored")
    return Page(total, records)


def reference(record: Record) -> str:
    """Return the portal's own number of a record, "" when it has none."""
    given = record.get("reference")
    return given if given and isinstance(given, str) else first(record, "REFERENCE")


def first(record: Record, name: str) -> str:
    """Return the first metadata value of that name, "" when there is none."""
    return next(iter(values(record, name)), "")


def values(record: Record, name: str) -> list[str]:
    """Return the metadata values of that name; every value of the portal is a list of texts."""
    return [text for value in record["metadata"].get(name) or [] if value is not None and (text := str(value).strip())]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the ordered pass stands: sort date asked from, and the page within that question."""

    since: str = ""
    page: int = 1

    def after(self, page: Page, *, source: str, part: str) -> Cursor | None:
        """Return where to ask next, None when this page was the last.

        The cursor moves to the last date of the page and asks for that date again, whole, because the page may
        have cut it; only when one date fills a page does it turn pages, within that date. Paging through everything
        loses records: the portal's replicas do not agree on an order (804 of 821 calls that "disappeared" in 163
        recorded crawls came back).
        """
        dates = [first(record, SORT_FIELD) for record in page.records]
        moments = [moment for date in dates if (moment := parse_moment(date))]  # offsets differ between records
        start = parse_moment(self.since)
        if len(moments) < len(dates) or moments != sorted(moments) or (start and moments and moments[0] < start):
            message = f"asked for {SORT_FIELD} from {self.since!r} on in order, got {dates[:3]}: the query was ignored"
            raise ChangedSource(message, source=source, part=part)
        if len(page.records) < PAGE:
            return None
        return Cursor(dates[-1]) if start is None or moments[-1] > start else Cursor(self.since, self.page + 1)
