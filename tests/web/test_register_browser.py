"""Deadlines, actions and matters in a real browser, filled: accessible, never sideways, and led by the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from pipeline.installation import Installation
from store.types import Role
from tests.web import register
from tests.web.browsing import chromium, logged_in, needs_chromium, served, violations

pytestmark = [needs_chromium, pytest.mark.xdist_group("register_browser")]

PAGES = (
    "/frister",
    "/frister?vy=manad&manad=2026-12&enhet=vatten",
    "/frister?vy=passerade",
    "/atgarder?lista=alla",
    "/atgarder/a1",
    "/atgarder/ny?post=regeringen/lss",
    "/arenden",
    f"/arenden/{register.MATTER}",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(autouse=True)
def filled(installation: Installation) -> None:
    register.filled(installation)


@pytest.mark.parametrize("width", [320, 1400])
def test_filled_pages_are_accessible(app: Flask, browser: Browser, width: int) -> None:
    faults: dict[str, object] = {}
    size = {"width": width, "height": 800}
    with (
        served(app) as url,
        logged_in(browser, app, url, Role.COORDINATOR, viewport=size) as window,
    ):
        page = window.new_page()
        for path in PAGES:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
            if found := violations(page):
                faults[path] = found
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                faults[f"{path} sideways"] = wide
    assert faults == {}


def test_month_is_walked_by_the_keyboard_without_script(app: Flask, browser: Browser) -> None:
    with served(app) as url, logged_in(browser, app, url, Role.READER, java_script_enabled=False) as window:
        page = window.new_page()
        page.goto("/frister?vy=manad")
        page.get_by_role("link", name="Nästa").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**manad=2026-12**")
        page.get_by_role("link", name="Möten mellan vänorter").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/post/funding_tenders/vanort")


def test_action_is_begun_and_finished_without_script(app: Flask, browser: Browser) -> None:
    with served(app) as url, logged_in(browser, app, url, Role.ANALYST, java_script_enabled=False) as window:
        page = window.new_page()
        page.goto("/post/regeringen/lss")
        page.get_by_role("link", name="Ny åtgärd").click()
        page.get_by_label("Ansvarig").fill("LSS-handläggare")
        page.get_by_role("button", name="Spara").click()
        page.get_by_label("Läge").select_option("done")
        page.get_by_label("Resultat").fill("Svarat på remissen.")
        page.get_by_role("button", name="Spara").click()
        assert page.locator("#flash").inner_text() == "Ändringen är sparad."
        page.get_by_role("link", name="Åtgärder").first.click()
        page.get_by_role("link", name="Klara").click()
        assert page.get_by_role("link", name="Ändringar i lagen").is_visible()
