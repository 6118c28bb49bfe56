"""The last step before the wire, where a request can still be held back."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response

from crawlers.challenge import ChallengeGuard
from crawlers.failures import ADDRESS, FetchFailed
from crawlers.politeness import RetryAfter, host_of
from crawlers.replay import replay_address
from store.types import SourceState


class Wire(HTTP11DownloadHandler):
    """Sends requests, to the replay server when the job names one.

    Requests queue for their host below all middleware. What a host has answered meanwhile therefore counts here: the
    guards look at every request just before it is sent, and at every answer before the next one is.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.turns: dict[str, asyncio.Lock] = {}
        self.replay_url: str = crawler.settings["UTKIK_REPLAY_URL"]

    async def download_request(self, request: Request) -> Response:
        """Return the answer to a request, under its real URL, when it is its host's turn.

        Scrapy 2.19 counts a request as on its way only once its coroutine runs, so that without a delay several to the
        same host start at once, whatever CONCURRENT_REQUESTS_PER_DOMAIN says.
        """
        async with self.turns.setdefault(host_of(request), asyncio.Lock()):
            return await self._take_turn(request)

    async def _take_turn(self, request: Request) -> Response:
        patience = self._crawler.get_downloader_middleware(RetryAfter)
        challenges = self._crawler.get_downloader_middleware(ChallengeGuard)
        if challenges:
            challenges.hold(request)
        if patience:
            await patience.hold(request)
        response = await self._send(request)
        if challenges:
            challenges.note(request, response)
        if patience:
            patience.note(request, response)
        return response

    async def _send(self, request: Request) -> Response:
        """Send a request; say "not allowed" when it was the resolver that left a name without addresses."""
        from twisted.internet import reactor  # importing it earlier would install the wrong one

        sent = request.replace(url=replay_address(request.url, self.replay_url)) if self.replay_url else request
        try:
            response = await super().download_request(sent)
        except CannotResolveHostError as error:
            host = urlsplit(sent.url).hostname
            if host in getattr(getattr(reactor, "nameResolver", None), "refused", ()):
                raise FetchFailed(SourceState.CHANGED, f"{ADDRESS} ({host})") from error
            raise
        return response.replace(url=request.url)
