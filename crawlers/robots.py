"""robots.txt: what it forbids is not fetched, and what it says nothing about because it fails is left for later."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser

from crawlers.failures import FetchFailed, explain
from store.types import SourceState

DENIED = "Källan tillåter inte hämtning (robots.txt)."
WAITING = "Väntar på robots.txt: källan svarar inte på om den får hämtas."


def is_robots(request: Request) -> bool:
    """Say whether a request is for a robots.txt, which no spider asks for itself."""
    return request.callback is NO_CALLBACK


class RobotsGuard(RobotsTxtMiddleware):
    """Obeys robots.txt as RFC 9309 has it: 4xx means no rules, 5xx or silence means do not fetch now."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.errors: dict[str, Exception] = {}
        self.asking: dict[str, asyncio.Lock] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raise when the request may not be sent, or not now."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parser = await self.robot_parser(request)
        if parser is None:
            raise self._unknown(urlsplit(request.url).netloc)
        if not parser.allowed(request.url, self._robotstxt_useragent or self._default_useragent):
            raise FetchFailed(SourceState.REFUSED, DENIED)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules of a host, None when they cannot be had.

        One request at a time looks: in Scrapy 2.19, of several that wait for the same robots.txt all but the first
        are handed None, which there means that everything is allowed.
        """
        async with self.asking.setdefault(urlsplit(request.url).netloc, asyncio.Lock()):
            return await super().robot_parser(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if 400 <= response.status < 500 and response.status != 429:
            response = response.replace(body=b"")
        elif response.status != 200:
            raise IgnoreRequest(f"robots.txt of {netloc} answered {response.status}")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self.errors[netloc] = exc
        super()._robots_error(exc, netloc)

    def _unknown(self, netloc: str) -> FetchFailed:
        """Return what to tell of a host whose robots.txt cannot be had: its own fault when the whole host is away."""
        error = self.errors[netloc]
        if isinstance(error, FetchFailed):
            return FetchFailed(error.state, error.message, next_try=error.next_try)
        if isinstance(error, IgnoreRequest | DownloadTimeoutError):
            return FetchFailed(SourceState.FAILING, WAITING)
        return FetchFailed(*explain(error))
