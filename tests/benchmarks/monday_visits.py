"""What those do who come to the page on a Monday morning, each as a browser or a program would."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

from tests.benchmarks.monday_home import HOST, PASSWORD, TOKEN, Reader

JUDGED = 6  # items that a coordinator rules on in the hour
RULINGS = ("drop", "send", "later")
_FIELDS = {
    "token": re.compile(r'name="csrf[-_]token" (?:content|value)="([^"]+)"'),
    "post": re.compile(r'name="post" value="([^"]+)"'),
    "seen": re.compile(r'name="seen" value="([^"]+)"'),
    "item": re.compile(r'href="(/for-invanare/post/[^"]+)"'),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: what kind, what it was answered with (0 for not at all), and how long it took."""

    kind: str
    status: int
    seconds: float


class Browser:
    """A browser behind the municipality's proxy: an address and cookies of its own, one connection."""

    def __init__(self, port: int, number: int) -> None:
        self.asked: list[Asked] = []
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self._from = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.page = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def get(self, kind: str, path: str, **headers: str) -> int:
        """Ask for a page and return its status."""
        return self._ask(kind, "GET", path, None, headers)

    def post(self, kind: str, path: str, **fields: str) -> int:
        """Send a form with the page's token, go where the answer leads, and return the last status."""
        body = urlencode({"csrf_token": self.said("token"), **fields})
        return self._ask(kind, "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def said(self, name: str) -> str:
        """Return what stands in a field of the last page, "" when it is not there."""
        found = _FIELDS[name].search(self.page)
        return found[1].replace("&amp;", "&").replace("&#34;", '"').replace("&#39;", "'") if found else ""

    def _ask(self, kind: str, method: str, path: str, body: str | None, more: dict[str, str]) -> int:
        address = {"Host": HOST, "X-Forwarded-For": self._from, "X-Forwarded-Proto": "https"}
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {**address, "Referer": f"https://{HOST}/", "Accept-Language": "sv", "Cookie": cookies, **more}
        began = time.perf_counter()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            self.page = answer.read().decode("utf-8", "replace")
        except (OSError, HTTPException):
            self.asked.append(Asked(kind, 0, time.perf_counter() - began))
            self._connection.close()
            return 0
        self.asked.append(Asked(kind, answer.status, time.perf_counter() - began))
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status in (302, 303):
            return self.get(f"{kind}, then", answer.headers["Location"].removeprefix(f"https://{HOST}"))
        return answer.status


def coordinator(number: int, browser: Browser) -> None:
    """Log in, go through the first items of the week, and look at how the letters went."""
    browser.get("login", "/logga-in")
    browser.post("log in", "/logga-in", name=f"k{number}@example.org", password=PASSWORD)
    browser.get("the week", "/veckan")
    for count in range(JUDGED):
        if not browser.said("post"):
            return
        ruling = RULINGS[count % len(RULINGS)]
        post, seen = browser.said("post"), browser.said("seen") or "0"
        browser.post("verdict", "/veckan/bedom", post=post, seen=seen, ruling=ruling)
    browser.get("deliveries", "/utskick")


def contact(reader: Reader, browser: Browser) -> None:
    """Open an item from the letter and answer, the next one too, then the reader's own page."""
    for token, given in zip(reader.answers, ("relevant", "not_for_us"), strict=False):
        browser.get("answer from a letter", f"/svar/{quote(token)}")
        browser.post("answer", f"/svar/{quote(token)}", answer=given)
    browser.get("own page", f"/min/{quote(reader.own)}")


def calendar(reader: Reader, browser: Browser) -> None:
    """Fetch the calendar, as a calendar program does every hour."""
    browser.get("calendar", f"/kalender/{quote(reader.calendar)}.ics")


def resident(key: str, browser: Browser) -> None:
    """Look at what the municipality shows its residents, and at one item."""
    browser.get("residents", f"/for-invanare?kommun={quote(key)}")
    if path := browser.said("item"):
        browser.get("residents' item", path)


def feed(key: str, browser: Browser) -> None:
    """Fetch the feed, as a reader of feeds does."""
    browser.get("feed", f"/for-invanare/flode.atom?kommun={quote(key)}")


def monitor(browser: Browser) -> None:
    """Fetch the figures and ask whether the page is ready to work."""
    browser.get("metrics", "/metrics", Authorization=f"Bearer {TOKEN}")
    browser.get("alive", "/halsa")
