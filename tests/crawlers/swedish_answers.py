"""What the recorded Swedish sources answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError

from crawlers.government_parts import CODES, PARTS, UPDATED
from tests.crawlers.conversation import RECORDINGS, Answer, recording

FEED_CODE = re.compile(r"preFilteredCategories=(\d+)")
LISTING_PAGE = re.compile(r"regeringen\.se/remisser/\?p=(\d+)$")
REMISS_PAGE = re.compile(r"/remisser/\d{4}/\d\d/([^/]+?)(/|\.md)$")
LIST_CODES = {part.list: part.code for part in PARTS}


def status(code: int, url: str) -> HttpError:
    """Return the error that an HTTP status reaches a source as."""
    return HttpError(TextResponse(url, status=code), f"status {code}")


def government_answer(request: Request, number: str = "01", changes: Mapping[str, Answer] | None = None) -> Answer:
    """Return the recorded answer to a question of the source regeringen, 404 where there is none.

    `changes` answers otherwise by name: feed.2540, list.2540, codes, updated, or feed, list, listing, page and text for
    all of them.
    """
    name = answer_name(request.url)
    for changed in (name, name.partition(".")[0]):
        if changes and changed in changes:
            answer = changes[changed]
            return status(answer[0], request.url) if isinstance(answer, tuple) and answer[0] != 200 else answer
    for ending in ("xml", "json", "html", "md"):
        if (RECORDINGS / "regeringen" / f"{number}.{name}.{ending}").is_file():
            return recording(f"regeringen/{number}.{name}.{ending}")
    return status(404, request.url)


def answer_name(url: str) -> str:
    """Return the short name of a question: feed.2540, list.2540, listing.1, page.NAME, text.NAME, codes or updated."""
    if found := FEED_CODE.search(url):
        return f"feed.{found.group(1)}"
    if found := LISTING_PAGE.search(url):
        return f"listing.{found.group(1)}"
    if found := REMISS_PAGE.search(url):
        return f"{'text' if found.group(2) == '.md' else 'page'}.{found.group(1)}"
    return {CODES: "codes", UPDATED: "updated"}.get(url) or f"list.{LIST_CODES[url]}"


def government(**changes: Answer) -> Callable[[Request], Answer]:
    """Return the answers of the recording with some of them changed; `feed_2540` stands for feed.2540."""
    named: dict[str, Any] = {name.replace("_", "."): answer for name, answer in changes.items()}
    return lambda request: government_answer(request, changes=named)
