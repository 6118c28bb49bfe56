"""Answers of the Commission's, Parliament's, TED's, Interreg's and GDELT's services, as recorded."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from scrapy import Request

from tests.crawlers.conversation import RECORDINGS, Answer

KEY = "0123456789abcdef0123456789abcdef"
OPTIONS = {
    "ep_adopted": {"procedures": ["2025/0260(COD)"]},
    "interreg": {"key": KEY, "app": "TESTAPP123"},
    "gdelt": {"queries": {"stadsutveckling": '"urban planning" sourcelang:english', "vatten": "water utility"}},
}


def asked(request: Request) -> dict[str, str]:
    """Return the parameters of a question."""
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def answer(name: str) -> Answer:
    """Return a recorded answer; 404 to a question that nobody recorded."""
    path = RECORDINGS / name
    return path.read_bytes() if path.is_file() else (404, b"")


def press_answer(number: str, request: Request) -> Answer:
    """Return the recorded page of a language, or the text of a document."""
    if "/search?" in request.url:
        return answer(f"press_corner/{number}.search.{asked(request)['language']}.json")
    if "/rss?" in request.url:
        return answer("press_corner/02.feed.xml")
    return answer(f"press_corner/{number}.text.{asked(request)['reference'].replace('/', '-')}.json")


def say_answer(number: str, request: Request) -> Answer:
    """Return the recorded page of open initiatives."""
    return answer(f"have_your_say/{number}.{asked(request)['page']}.json")


def parliament_answer(number: str, request: Request) -> Answer:
    """Return the recorded feed, list, document or procedure."""
    parts = urlsplit(request.url).path.removeprefix("/api/v2/").split("/")
    if parts[0] == "procedures":
        return answer(f"ep_adopted/{number}.procedure.{parts[1]}.json")
    return answer(f"ep_adopted/{number}.{parts[1] if len(parts) > 1 else 'list'}.json")


def ted_answer(number: str, request: Request) -> Answer:
    """Return the recorded page of a token."""
    return answer(f"ted/{number}.{json.loads(request.body).get('iterationNextToken', 'first')}.json")


def interreg_answer(number: str, request: Request) -> Answer:
    """Return the recorded page of calls."""
    return answer(f"interreg/{number}.{json.loads(request.body)['requests'][0]['page']}.json")


def gdelt_answer(number: str, request: Request) -> Answer:
    """Return the recorded answer to a question."""
    names = {query: name for name, query in OPTIONS["gdelt"]["queries"].items()}  # type: ignore[attr-defined]
    return answer(f"gdelt/{number}.{names[asked(request)['query']]}.json")
