"""The page in a real browser: served on a loopback port, logged in as wanted, and held against axe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Page as Window

from store.types import Role
from tests.web.conftest import browser_of
from web.server import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What the dark scheme can break: it changes colours and nothing else (test_accessibility.py holds it to that).
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Give the address at which the page is served."""
    page = Page(app, host="127.0.0.1", port=0, threads=4)
    yield page.url
    page.stop()


@contextmanager
def logged_in(browser: Browser, app: Flask, url: str, role: Role | None, **options: Any) -> Iterator[BrowserContext]:
    """Give a window where the role is logged in, or nobody."""
    context = browser.new_context(base_url=url, **options)
    if role is not None:
        cookie = browser_of(app, role).get_cookie("utkik")
        assert cookie is not None
        context.add_cookies([{"name": "utkik", "value": cookie.value, "url": url}])
    yield context
    context.close()


def violations(page: Window) -> list[tuple[str, str]]:
    """Return what axe finds wrong with a page as it stands open, in both schemes, each with the first place.

    One page serves both: to load it anew for each would double what the tests take.
    """
    page.emulate_media(color_scheme="light")
    found = run_axe(page, RULES)
    page.emulate_media(color_scheme="dark")
    dark = [(f"{rule} in dark", place) for rule, place in run_axe(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    return found + dark


def run_axe(page: Window, rules: object) -> list[tuple[str, str]]:
    """Return what axe finds wrong by these rules, in the scheme that the page is in."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    # Told of violations alone: the places of all that is well take longer to name than to check.
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found]
