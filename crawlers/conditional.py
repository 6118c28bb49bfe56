"""Conditional requests: an answer that has not changed is not fetched again."""

from __future__ import annotations

from datetime import timedelta

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.failures import Unchanged
from crawlers.job import Job
from crawlers.source import job_of
from store.types import Validator

# Servers have been seen to answer 304 to content that did change; a week is how long that may go unseen.
LONGEST_TRUST = timedelta(days=7)


class ConditionalGet:
    """Sends the validators of the job with requests marked `meta={"conditional": True}`, and notes new ones.

    A request is only marked when its part has nothing more to do after "not modified".
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        fresh = () if job.full else (v for v in job.validators if v.full_at and job.now - v.full_at < LONGEST_TRUST)
        self.known = {validator.url: validator for validator in fresh}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ConditionalGet:
        """Return the guard of a crawl."""
        return cls(job_of(crawler))

    def process_request(self, request: Request) -> None:
        """Add the validators that belong to the URL."""
        validator = self.known.get(asked_url(request))
        if not validator or not is_conditional(request):
            return
        if validator.etag:
            request.headers["If-None-Match"] = validator.etag
        if validator.last_modified:
            request.headers["If-Modified-Since"] = validator.last_modified

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response; raise Unchanged on 304, and keep the validators of a whole answer on the request."""
        if not is_conditional(request):
            return response
        asked = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        if response.status == 304 and asked:
            raise Unchanged(request.url)
        etag = (response.headers.get("ETag") or b"").decode("latin-1")
        modified = (response.headers.get("Last-Modified") or b"").decode("latin-1")
        if response.status == 200 and (etag or modified):
            request.meta["validator"] = Validator(
                url=asked_url(request), etag=etag, last_modified=modified, full_at=self.job.now
            )
        return response


def is_conditional(request: Request) -> bool:
    """Say whether a request may be answered with "not modified"."""
    return request.method == "GET" and bool(request.meta.get("conditional"))


def asked_url(request: Request) -> str:
    """Return the URL that the spider asked for, before any redirects."""
    asked: str = request.meta.get("redirect_urls", [request.url])[0]
    return asked
