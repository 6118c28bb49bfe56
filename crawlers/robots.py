"""robots.txt: what it forbids is not fetched, and what it says nothing about because it fails is left for later."""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.failures import FetchFailed
from store.types import SourceState

DENIED = "Källan tillåter inte hämtning (robots.txt)."
WAITING = "Väntar på robots.txt: källan svarar inte på om den får hämtas."


def is_robots(request: Request) -> bool:
    """Say whether a request is for a robots.txt, which no spider asks for itself."""
    return request.callback is NO_CALLBACK


class RobotsGuard(RobotsTxtMiddleware):
    """Obeys robots.txt as RFC 9309 has it: 4xx means no rules, 5xx or silence means do not fetch now."""

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raise when the request may not be sent, or not now."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parser = await self.robot_parser(request)
        if parser is None:
            raise FetchFailed(SourceState.FAILING, WAITING)
        if not parser.allowed(request.url, self._default_useragent):
            raise FetchFailed(SourceState.REFUSED, DENIED)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if 400 <= response.status < 500 and response.status != 429:
            response = response.replace(body=b"")
        elif response.status != 200:
            raise IgnoreRequest(f"robots.txt of {netloc} answered {response.status}")
        await super()._parse_robots(response, netloc, request)
