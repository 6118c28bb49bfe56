"""Politeness: Retry-After is obeyed, a failing server is asked again twice and not at once."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware, get_retry_request
from scrapy.http import Response

from crawlers.dates import STOCKHOLM
from crawlers.failures import FetchFailed, is_certificate_error
from crawlers.job import Job
from crawlers.robots import is_robots
from crawlers.source import job_of
from store.types import SourceState

# A crawl sits out a short wait itself; a longer one is left to a later run, so that the process is not kept for it.
SHORT_WAIT = timedelta(seconds=5)
UNSAID_WAIT = timedelta(minutes=15)  # asked to slow down but not told for how long: not again in this run
LONGEST_WAIT = timedelta(hours=24)  # a server that says "in ten years" has its clock or its mind wrong


def read_retry_after(value: str, server_time: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks us to wait, 0 to 24 hours; None when it says nothing readable."""
    text = value.strip()
    if text.isdecimal():
        return min(timedelta(seconds=min(int(text[:9]), 10**8)), LONGEST_WAIT)
    moment = read_http_date(text)
    return min(max(moment - server_time, timedelta(0)), LONGEST_WAIT) if moment else None


def read_http_date(text: str) -> datetime | None:
    """Return the moment of an HTTP date in UTC."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def tell_time(moment: datetime, now: datetime) -> str:
    """Return a time of day in Sweden, with its date when that is another day."""
    local, today = moment.astimezone(STOCKHOLM), now.astimezone(STOCKHOLM).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local.day}/{local.month} kl. {local:%H:%M}"


class RetryAfter:
    """Holds back requests to a host that asked us to wait, and gives a part up when the wait is long."""

    def __init__(self, crawler: Crawler, job: Job) -> None:
        self.crawler = crawler
        self.job = job
        self.started = time.monotonic()
        self.ready: dict[str, float] = {}  # host -> seconds of the monotonic clock before which it is not asked

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryAfter:
        """Return the guard of a crawl."""
        return cls(crawler, job_of(crawler))

    async def hold(self, request: Request) -> None:
        """Wait until the host may be asked, or raise when that is too far off."""
        wait = self.ready.get(host_of(request), 0.0) - time.monotonic()
        if wait > SHORT_WAIT.total_seconds():
            raise self._too_long("", timedelta(seconds=wait))
        if wait > 0:
            await asyncio.sleep(wait)

    def note(self, request: Request, response: Response) -> None:
        """Remember how long the host is not to be asked, before the next request in line for it goes out."""
        wait = self.wait_after(response)
        if wait is not None:
            self.ready[host_of(request)] = time.monotonic() + wait.total_seconds()

    def wait_after(self, response: Response) -> timedelta | None:
        """Return how long a 429 or 503 asks us to wait; None when it does not."""
        if response.status not in (429, 503):
            return None
        date = read_http_date((response.headers.get("Date") or b"").decode("latin-1"))
        header = (response.headers.get("Retry-After") or b"").decode("latin-1")
        wait = read_retry_after(header, date or self.job.now)
        return UNSAID_WAIT if wait is None and response.status == 429 else wait

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request again when the wait is short; raise when it is long."""
        wait = self.wait_after(response)
        if wait is None:
            return response
        if wait > SHORT_WAIT or is_robots(request):
            raise self._too_long(f" (fel {response.status})", wait)
        spider = self.crawler.spider
        return (get_retry_request(request, spider=spider, reason="retry-after") if spider else None) or response

    def _too_long(self, code: str, wait: timedelta) -> FetchFailed:
        now = self.job.now + timedelta(seconds=time.monotonic() - self.started)
        next_try = now + wait
        message = f"Källan ber oss vänta{code}, nästa försök {tell_time(next_try, now)}."
        return FetchFailed(SourceState.FAILING, message, next_try=next_try)


class BackOff(RetryMiddleware):
    """Tries again after network errors and 5xx, each time after a longer pause."""

    async def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the request to be sent again, or the response when enough was tried."""
        if is_robots(request):
            return response
        answer = super().process_response(request, response)
        return await self._paused(answer) if isinstance(answer, Request) else answer

    async def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        """Return the request to be sent again; a bad certificate does not get better by asking."""
        if is_certificate_error(exception):
            return None
        answer = super().process_exception(request, exception)
        return await self._paused(answer) if isinstance(answer, Request) else answer

    async def _paused(self, request: Request) -> Request:
        delay: float = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        await asyncio.sleep(min(delay * 2 ** request.meta["retry_times"], 8.0))
        return request


def host_of(request: Request) -> str:
    """Return the host that a request asks."""
    return urlsplit(request.url).hostname or ""
