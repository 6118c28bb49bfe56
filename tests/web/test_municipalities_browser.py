"""The pages of several municipalities in a real browser: accessible, narrow, and with the menu open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from pipeline.installation import open_installation
from store.accounts import add_account
from store.types import Account, Role
from tests.pipeline.making import NOW
from tests.web import many
from tests.web.browsing import chromium, logged_in, needs_chromium, served, violations
from tests.web.conftest import ACCOUNTS, Clock, finish
from tests.web.seeding import seed
from web.app import create_app

WIDTHS = (320, 1400)
PAGES = ("/kommuner", "/veckan", "/installningar", "/api-nycklar", "/handelser")
OPEN = ("/for-invanare", "/tillganglighet", "/for-invanare?kommun=bortby")

pytestmark = [needs_chromium, pytest.mark.xdist_group("municipalities_browser")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(params=["", many.HERE])
def two(home: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Give the page of two municipalities, where the coordinator is the whole installation's or bound to one."""
    many.add_bortby(home)
    with open_installation(home) as opened:
        with opened.store.session() as session:
            name, role = ACCOUNTS[Role.COORDINATOR], Role.COORDINATOR
            add_account(
                session, Account(id="coordinator", name=name, role=role, created_at=NOW, municipality=request.param)
            )
            seed(session)
        many.both(opened)
        app = create_app(opened, clock=Clock())
        app.config["TESTING"] = True
        yield app
        finish(app)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_several_municipalities_are_accessible(two: Flask, browser: Browser, width: int) -> None:
    faults: dict[str, object] = {}
    with served(two) as url:
        for role, paths in ((Role.COORDINATOR, PAGES), (None, OPEN)):
            with logged_in(browser, two, url, role, viewport={"width": width, "height": 900}) as window:
                page = window.new_page()
                for path in paths:
                    page.goto(path)
                    if role:
                        page.locator("details.menu summary").click()
                    if found := violations(page):
                        faults[path] = found
                    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                        faults[f"{path} sideways"] = wide
    assert faults == {}
