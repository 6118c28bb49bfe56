"""Leaves parts alone whose next try is still to come, and those that nobody asked for."""

from __future__ import annotations

from datetime import datetime

from scrapy import Request
from scrapy.crawler import Crawler

from crawlers.failures import FetchFailed
from crawlers.job import Job
from crawlers.politeness import tell_time
from crawlers.robots import is_robots
from crawlers.source import job_of
from store.types import SourceState

UNASKED = "Delen efterfrågades inte."


def told_held(moment: datetime, now: datetime) -> str:
    """Return what the coordinator reads of a part that is left alone for now."""
    return f"Nästa försök {tell_time(moment, now)}."


class HoldGuard:
    """Refuses requests of held parts before anything is sent, so that a source goes on as after any other failure."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HoldGuard:
        """Return the guard of a crawl."""
        return cls(job_of(crawler))

    def process_request(self, request: Request) -> None:
        """Raise when the request belongs to a part that is not to be asked now."""
        part = request.meta.get("part", "")
        if is_robots(request):
            return
        if self.job.only and part != self.job.only:
            raise FetchFailed(SourceState.FAILING, UNASKED)
        if moment := self.job.held_until(part):
            raise FetchFailed(SourceState.FAILING, told_held(moment, self.job.now), next_try=moment)
