"""The challenge detector: an answer that is no answer is stopped before anybody parses it."""

from __future__ import annotations

import re

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.failures import FetchFailed
from crawlers.politeness import host_of
from crawlers.robots import is_robots
from crawlers.text import plain_text
from store.types import SourceState

BLOCKED = "Källan visar en spärrsida för robotar i stället för innehållet."
LOGIN = "Ovanligt svar: en inloggningssida i stället för innehållet."
WEB_PAGE = "Ovanligt svar: en webbsida i stället för data."
EMPTY = "Ovanligt svar: tomt."
NOT_READY = "Inte klart hos källan (svar 202), försöker igen vid nästa hämtning."

# Headers by which the firewall itself says that this is a challenge.
CHALLENGE_HEADERS = {"x-amzn-waf-action": (b"challenge", b"captcha"), "cf-mitigated": (b"challenge",)}
CHALLENGE_WORDS = re.compile(
    rb"captcha|cf-challenge|challenge-platform|awswaf|just a moment\.\.\.|pardon our interruption|incapsula|"
    rb"verify (that )?you are (a )?human|are you a robot|enable javascript and cookies",
    re.IGNORECASE,
)
PASSWORD_FIELD = re.compile(rb"<input[^>]+type\s*=\s*[\"']?password", re.IGNORECASE)
HTML_START = re.compile(
    rb"(\xef\xbb\xbf)?(\s|<!--.*?-->)*<(!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE | re.DOTALL
)
DATA_START = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml|<rss|<feed|<rdf|[\[{])", re.IGNORECASE)

# A real page that happens to hold a captcha field or a login box says more than this around it.
SHORT_PAGE = 2_000


def asked_for(request: Request) -> str:
    """Return "data" when the request asks for JSON or XML: by `meta["expect"]`, else by its Accept header."""
    expected = request.meta.get("expect")
    if expected:
        return "html" if expected == "html" else "data"
    accept = (request.headers.get("Accept") or b"").lower()
    data = b"json" in accept or b"xml" in accept.replace(b"xhtml+xml", b"")
    return "data" if data and b"html" not in accept else ""


def judge(status: int, headers: dict[str, bytes], body: bytes, asked: str) -> FetchFailed | None:
    """Return why this answer is not to be parsed, or None when it may be."""
    if any(headers.get(name, b"").lower() in actions for name, actions in CHALLENGE_HEADERS.items()):
        return FetchFailed(SourceState.REFUSED, BLOCKED)
    if status == 202:
        return FetchFailed(SourceState.FAILING, NOT_READY)
    if status != 200:
        return None
    if not body.strip():
        return FetchFailed(SourceState.CHANGED, EMPTY)
    return judge_page(body, asked) if is_html(body, headers.get("content-type", b"")) else None


def judge_page(body: bytes, asked: str) -> FetchFailed | None:
    """Return why an HTML page is not to be parsed, or None when it may be."""
    start = body[:50_000]
    suspect = CHALLENGE_WORDS.search(start) or PASSWORD_FIELD.search(start)
    if suspect and (asked == "data" or len(plain_text(start.decode("utf-8", "replace"))) < SHORT_PAGE):
        if CHALLENGE_WORDS.search(start):
            return FetchFailed(SourceState.REFUSED, BLOCKED)
        return FetchFailed(SourceState.CHANGED, LOGIN)
    return FetchFailed(SourceState.CHANGED, WEB_PAGE) if asked == "data" else None


def is_html(body: bytes, content_type: bytes) -> bool:
    """Say whether a body is a web page; many feeds are XML with a web page's content type."""
    if HTML_START.match(body[:2_000]):
        return True
    return b"text/html" in content_type.lower() and not DATA_START.match(body[:200])


def chosen_headers(response: Response) -> dict[str, bytes]:
    """Return the headers that matter here."""
    return {name: response.headers.get(name) or b"" for name in (*CHALLENGE_HEADERS, "content-type")}


class ChallengeGuard:
    """Stops challenge pages, and asks a host that challenged us nothing more in this run."""

    def __init__(self) -> None:
        self.challenged: dict[str, FetchFailed] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ChallengeGuard:  # noqa: ARG003 - Scrapy's signature
        """Return the guard of a crawl."""
        return cls()

    def hold(self, request: Request) -> None:
        """Raise when the host has challenged us before."""
        if failure := self.challenged.get(host_of(request)):
            raise FetchFailed(failure.state, failure.message)

    def note(self, request: Request, response: Response) -> None:
        """Remember a challenge that shows in the headers; the body may still be packed."""
        if failure := judge(response.status, chosen_headers(response), b"not looked at", ""):
            self.remember(request, failure)

    def remember(self, request: Request, failure: FetchFailed) -> None:
        """Remember a refusal."""
        if failure.state is SourceState.REFUSED:
            self.challenged[host_of(request)] = failure

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response when it is an answer."""
        if is_robots(request) or request.method == "HEAD":
            return response
        failure = judge(response.status, chosen_headers(response), response.body, asked_for(request))
        if failure is None:
            return response
        self.remember(request, failure)
        raise failure
