"""Every page passes axe in a real browser, breaks none of its own rules, and never scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from store.types import Role
from tests.web.browsing import chromium, logged_in, needs_chromium, served, violations
from tests.web.routes import addresses

WIDTHS = (360, 1400)  # pixels
STYLE = Path(__file__).parents[2] / "web" / "static" / "utkik.css"

STRANGERS = ("about.", "login.", "residents.", "sso.")  # pages that are looked at without a login

PARTS = ("digests.progress", "static", "week.pane")  # fetched into a page, and no page by themselves

pytestmark = [needs_chromium, pytest.mark.xdist_group("accessibility")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def pages(app: Flask) -> list[tuple[Role | None, str]]:
    """Return (who, address) of everything that is shown as a page, and of an error page."""
    found: list[tuple[Role | None, str]] = [
        (Role.COORDINATOR, "/finns-inte"),
        (Role.COORDINATOR, "/post/cellar/avlopp"),
        (Role.COORDINATOR, "/analys?post=cellar/avlopp"),
    ]
    for endpoint, _, url in addresses(app, "GET"):
        role = None if endpoint.startswith(STRANGERS) else Role.COORDINATOR
        if endpoint not in PARTS:
            found.append((role, url))
    return found


@contextmanager
def shown(app: Flask, browser: Browser, **options: Any) -> Iterator[Iterator[tuple[str, Page, list[str]]]]:
    """Give (address, page, what the console said) of every page, one after the other."""
    said: list[str] = []

    def each() -> Iterator[tuple[str, Page, list[str]]]:
        for role, path in pages(app):
            said.clear()
            try:
                answer = windows[role].goto(path)
            except BrowserError as error:
                if "Download is starting" not in str(error):
                    raise
                continue  # a file is no page
            if answer is not None and "text/html" in (answer.headers.get("content-type") or ""):
                yield path, windows[role], said

    with ExitStack() as open_now:
        url = open_now.enter_context(served(app))
        windows = {
            role: open_now.enter_context(logged_in(browser, app, url, role, **options)).new_page()
            for role in (None, Role.COORDINATOR)
        }
        for window in windows.values():
            window.on("console", lambda message: said.append(message.text))
        yield each()


def test_the_dark_scheme_changes_colours_and_nothing_else() -> None:
    schemes = STYLE.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    assert len(schemes) == 2
    assert "prefers-color-scheme" not in schemes[0] + schemes[1]
    dark = re.match(r"\s*\{\s*:root \{([^}]*)\}\s*\}", schemes[1])
    assert dark
    rules = [rule.partition(":") for rule in dark[1].split(";") if rule.strip()]
    assert all(re.fullmatch(r"--[a-z-]+", name.strip()) for name, _, _ in rules)
    assert all(re.fullmatch(r"#[0-9a-f]{6}", value.strip()) for _, _, value in rules)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible(app: Flask, browser: Browser, width: int) -> None:
    faults: dict[str, object] = {}
    with shown(app, browser, viewport={"width": width, "height": 900}) as every_page:
        for path, page, said in every_page:
            if found := violations(page):
                faults[path] = found
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                faults[f"{path} sideways"] = wide
            if refused := [text for text in said if "Content Security Policy" in text or "Error" in text]:
                faults[f"{path} console"] = refused
    assert faults == {}


def test_no_page_scrolls_sideways_at_four_hundred_per_cent(app: Flask, browser: Browser) -> None:
    with shown(app, browser, viewport={"width": 320, "height": 256}) as every_page:  # 1280 by 1024 at 400 %
        wide = [path for path, page, _ in every_page if page.evaluate("document.documentElement.scrollWidth") > 320]
    assert wide == []


def test_keyboard_leads_past_the_header_and_closes_the_menu(app: Flask, browser: Browser) -> None:
    with served(app) as url, logged_in(browser, app, url, Role.COORDINATOR) as window:
        page = window.new_page()
        page.goto("/installningar")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Hoppa till innehållet"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.locator("details.menu summary").focus()
        page.keyboard.press("Enter")
        assert page.get_by_role("button", name="Logga ut").is_visible()
        page.keyboard.press("Escape")
        assert not page.get_by_role("button", name="Logga ut").is_visible()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_logging_in_and_out_works_in_a_browser_with_the_policy_in_force(app: Flask, browser: Browser) -> None:
    with served(app) as url, logged_in(browser, app, url, Role.COORDINATOR) as window:
        page = window.new_page()
        page.goto("/")
        page.locator("details.menu summary").click()
        page.get_by_role("button", name="Logga ut").click()
        assert page.locator("#flash").inner_text() == "Du är utloggad."
        page.get_by_label("Namn").fill("ingen@example.org")
        page.get_by_label("Lösenord").fill("fel lösenord")
        page.get_by_role("button", name="Logga in").click()
        assert page.get_by_role("alert").inner_text() == "Namn eller lösenord stämmer inte."
