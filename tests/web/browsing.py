"""The page in a real browser: served on a loopback port, logged in as wanted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from store.types import Role
from tests.web.conftest import browser_of
from web.server import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

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
