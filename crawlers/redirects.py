"""Redirects: followed within the source's own hosts, and told of when they lead anywhere else."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response

from crawlers.address import is_own, is_plain, is_public
from crawlers.failures import ADDRESS, CERTIFICATE, FetchFailed
from crawlers.robots import is_robots
from store.types import SourceState


class RedirectGuard(RedirectMiddleware):
    """Follows at most `REDIRECT_MAX_TIMES` redirects, never off the source's hosts and never from https to http.

    A request with `encrypt_redirects` in its meta goes to an http address by https instead: for a source that names its
    own addresses without encryption but answers them with it.
    """

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the request to follow; raise when the target is not one that may be followed."""
        location = response.headers.get("Location")
        if location and request.meta.get("encrypt_redirects"):
            location = encrypted(urljoin(request.url, location.decode("utf-8", "replace").strip())).encode()
            response.headers["Location"] = location
        if response.status in (301, 302, 303, 307, 308) and location:
            self._check(request, response.status, location.decode("utf-8", "replace").strip())
        answer = super().process_response(request, response)
        if isinstance(answer, Request):
            answer.dont_filter = True  # a page that leads to itself is a loop to be counted, not a question asked twice
        return answer

    def _check(self, request: Request, status: int, location: str) -> None:
        try:
            target = urljoin(request.url, location)
            parts = urlsplit(target)
        except ValueError:
            raise FetchFailed(SourceState.CHANGED, ADDRESS) from None
        shown = target[:200]
        if not is_plain(target) or _is_number(parts.hostname or ""):
            raise FetchFailed(SourceState.CHANGED, f"{ADDRESS} (omdirigerad till {shown})")
        if parts.scheme == "http" and urlsplit(request.url).scheme == "https":
            raise FetchFailed(SourceState.FAILING, f"{CERTIFICATE} (omdirigerad till okrypterad {shown})")
        if is_robots(request) or is_own(target, self.crawler):
            return
        if status in (301, 308):
            raise FetchFailed(
                SourceState.CHANGED, f"Källan har flyttat till {shown}. Godkänn den nya adressen i konfigurationen."
            )
        raise FetchFailed(SourceState.CHANGED, f"{ADDRESS} (omdirigerad till {shown})")


def encrypted(url: str) -> str:
    """Return an http address as the same host's https address, any other as it is."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname and "@" not in parts.netloc and parts.port in (None, 80):
            return parts._replace(scheme="https", netloc=parts.hostname).geturl()
    except ValueError:
        return url  # the guard refuses what is no address
    return url


def _is_number(host: str) -> bool:
    """Say whether a host is an address in numbers, in any spelling, and not a public one."""
    spelled = ":" in host or re.fullmatch(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+))*\.?", host)
    return bool(spelled) and not is_public(host)
