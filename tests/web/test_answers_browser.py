"""The pages that letters lead to, in a real browser: accessible, and nothing is sent by scripts or time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser

from pipeline.compose import compose
from pipeline.installation import Installation
from pipeline.keys import load_keys
from pipeline.leaving import end_letters
from pipeline.links import ANSWER, PAGES, UNIT, UNSUBSCRIBE, Link, sign
from store.contacts import contact_states
from store.digests import list_digests
from store.feedback import list_feedback
from tests.pipeline.making import NOW
from tests.web.browsing import chromium, logged_in, needs_chromium, served, violations
from tests.web.conftest import Clock

pytestmark = [needs_chromium, pytest.mark.xdist_group("answers_browser")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def paths(installation: Installation, clock: Clock) -> list[str]:
    """Give the pages of the social unit's letter, and of one that has been ended."""
    place, store = installation.municipality, installation.store
    compose(store, place, installation.settings, week="2026-W48", now=NOW)
    with store.reading() as session:
        digests = {digest.contact: digest.id for digest in list_digests(session)}
    end_letters(store, place, Link(purpose=UNSUBSCRIBE, digest_id=digests["vatten@example.org"]), now=NOW)
    clock.now = NOW + timedelta(days=2)
    keys = load_keys(installation.settings.home)
    links = [
        Link(purpose=ANSWER, digest_id=digests["social@example.org"], position=1),
        Link(purpose=UNIT, digest_id=digests["social@example.org"]),
        Link(purpose=UNSUBSCRIBE, digest_id=digests["social@example.org"]),
        Link(purpose=UNSUBSCRIBE, digest_id=digests["vatten@example.org"]),
        Link(purpose=UNSUBSCRIBE, digest_id=digests["samordnare@example.org"]),
    ]
    return [f"/{PAGES[link.purpose]}/{sign(keys, link, NOW)}" for link in links]


@pytest.mark.parametrize("width", [360, 800])
def test_pages_of_a_letter_are_accessible(app: Flask, browser: Browser, paths: list[str], width: int) -> None:
    faults: dict[str, object] = {}
    with (
        served(app) as url,
        logged_in(browser, app, url, None, viewport={"width": width, "height": 800}) as window,
    ):
        page = window.new_page()
        for path in [*paths, f"{paths[0]}#vidare"]:
            answer = page.goto(path)
            found = violations(page)
            wide = page.evaluate("document.documentElement.scrollWidth") > width
            if found or wide or (answer and answer.status != 200):
                faults[path[:8]] = found
    assert faults == {}


def test_F59_a_browser_that_runs_scripts_and_waits_changes_nothing_until_a_button_is_pressed(
    app: Flask, browser: Browser, paths: list[str], installation: Installation
) -> None:
    with served(app) as url, logged_in(browser, app, url, None) as window:
        page = window.new_page()
        posts: list[str] = []
        page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
        for path in [*paths, *(f"{paths[0]}#{mark}" for mark in ("relevant", "inte", "vidare", "gor"))]:
            page.goto(path, wait_until="networkidle")
        assert posts == []
        page.goto(f"{paths[0]}#relevant")
        page.get_by_role("button", name="Relevant").click()
        page.wait_for_load_state()
        assert "Tack, svaret är sparat: relevant." in page.inner_text("body")
    with installation.store.reading() as session:
        assert len(list_feedback(session)) == 1
        assert list(contact_states(session, "provköping")) == ["vatten@example.org"]
