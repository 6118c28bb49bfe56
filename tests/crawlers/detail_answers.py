"""Answers of the sources of details, as recorded, and the jobs that ask for them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapy import Request

from crawlers.job import Job
from tests.crawlers.conversation import Answer, job, recording

ACT, PROPOSAL, RECOMMENDATION = "32026L1901", "52026PC0410", "32026H1903"
TOPIC = "CERV-2026-CITIZENS-TOWN-XX"


def texts_job(*keys: str, **values: Any) -> Job:
    """Return a job that wants the texts of these acts."""
    return job("cellar_texts", options={"wanted": [wanted("cellar", key) for key in keys]}, **values)


def topics_job(*keys: str, **values: Any) -> Job:
    """Return a job that wants the details of these calls."""
    return job("topic_details", options={"wanted": [wanted("funding_tenders", key) for key in keys]}, **values)


def wanted(source: str, key: str) -> dict[str, str]:
    """Return a row of what is wanted."""
    return {"source": source, "key": key, "url": f"https://example.org/{key}"}


def header(request: Request, name: str) -> str:
    """Return a header of a request as text."""
    return (request.headers[name] or b"").decode()


def texts_answer(number: str, request: Request) -> Answer:
    """Return an act's text, a list and the file it names, or 404 and the notice of what has no text."""
    name = unquote(urlsplit(request.url).path.removeprefix("/resource/").removeprefix("celex/"))
    language, is_notice = header(request, "Accept-Language"), "notice=branch" in header(request, "Accept")
    match name, language:
        case "32026L1901", "sv":
            return recording(f"cellar_texts/{number}.32026L1901.sv.xhtml")
        case "52026PC0410", "sv":
            return 300, recording(f"cellar_texts/{number}.52026PC0410.sv.html")
        case "cellar/aaaa-1111.0019.03/DOC_1", "sv":
            return recording(f"cellar_texts/{number}.52026PC0410.act.xhtml")
        case "32026H1903", _ if is_notice:
            return recording(f"cellar_texts/{number}.32026H1903.notice.xml")
    return 404, b"not found"


def topics_answer(number: str, request: Request) -> Answer:
    """Return the recorded file of a topic."""
    return recording(f"topic_details/{number}.{urlsplit(request.url).path.rsplit('/', 1)[-1]}")


def topic(identifier: str = TOPIC, **fields: Any) -> bytes:
    """Return the file of a topic in the portal's form."""
    values: dict[str, Any] = {"identifier": identifier, "description": "<p>Text.</p>", "conditions": "", "actions": []}
    return json.dumps({"TopicDetails": {**values, **fields}}).encode()
