"""Replay: every request goes to a loopback server instead, and nothing above the wire notices."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.address import GuardedHandler


def replay_address(real: str, replay_url: str) -> str:
    """Return where the replay server keeps a real URL: `https://HOST/PATH?Q` is `REPLAY/HOST/PATH?Q`."""
    parts = urlsplit(real)
    query = f"?{parts.query}" if parts.query else ""
    return f"{replay_url.rstrip('/')}/{parts.netloc}{parts.path or '/'}{query}"


class ReplayHandler(GuardedHandler):
    """Downloads from the replay server, when the job names one.

    It sits under every middleware, so that redirects, robots.txt, delays per host, validators and `response.url` all
    keep the real URL.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.replay_url: str = crawler.settings["UTKIK_REPLAY_URL"]

    async def download_request(self, request: Request) -> Response:
        """Return the answer to a request, under its real URL."""
        if not self.replay_url:
            return await super().download_request(request)
        moved = request.replace(url=replay_address(request.url, self.replay_url))
        response = await super().download_request(moved)
        return response.replace(url=request.url)
