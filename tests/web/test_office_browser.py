"""Letters, sources, ledger, model and pictures in a real browser: accessible as filled, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from pipeline.installation import Installation
from store.claims import claim, settle
from store.digests import freeze_digest, list_digests
from store.types import Delivery, DigestEntry, DigestState, Role
from tests.pipeline.making import NOW
from tests.web.browsing import chromium, logged_in, needs_chromium, served, violations
from tests.web.conftest import finish
from tests.web.digest_making import letter

PAGES = (
    "/utskick",
    "/utskick?vecka=2026-W47",
    "/utskick/brev1",
    "/utskick/brev2/brev.html",
    "/kallor",
    "/kallor/feeds",
    "/kallor/cellar",
    "/bild",
    "/uppfoljning",
    "/uppfoljning?q=avloppsvatten",
    "/uppfoljning?q=finns-inte",
    "/modell",
)

pytestmark = [needs_chromium, pytest.mark.xdist_group("office_browser")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def filled(app: Flask, installation: Installation) -> Flask:
    """Give a page with letters in every state, and what takes long worked out."""
    entry = DigestEntry(
        source="cellar", key="avlopp", section="law", position=1, because="VA i titeln", content_hash=""
    )
    states = (DigestState.UNCLEAR, DigestState.SENT, DigestState.REFUSED, DigestState.RETRY)
    with installation.store.session() as session:
        for number, state in enumerate(states):
            name = f"brev{number}"
            freeze_digest(
                session,
                letter(name, contact=f"k{number}@example.org", week="2026-W47", units=("vatten",), entries=(entry,)),
            )
            claim(session, name, NOW)
            told = Delivery(digest_id=name, at=NOW, transport="smtp", state=state, detail="adressen finns inte")
            settle(session, told, next_try=NOW if state is DigestState.RETRY else None)
    return app


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1400])
def test_filled_pages_are_accessible(filled: Flask, browser: Browser, width: int) -> None:
    faults: dict[str, object] = {}
    viewport = {"width": width, "height": 900}
    with (
        served(filled) as url,
        logged_in(browser, filled, url, Role.COORDINATOR, viewport=viewport) as window,
    ):
        page = window.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        for path in PAGES:
            page.goto(path)
            finish(filled)
            page.goto(path)
            if path.endswith(".html"):  # a letter has its own tests, and lets no script in to look at it
                continue
            page.locator("details").evaluate_all("all => all.forEach(one => { one.open = !one.matches('.menu'); })")
            if found := violations(page):
                faults[path] = found
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults[f"{path} sideways"] = True
    assert faults == {}
    assert [text for text in said if "Content Security Policy" in text] == []


def test_no_filled_page_scrolls_sideways_at_four_hundred_per_cent(filled: Flask, browser: Browser) -> None:
    with (
        served(filled) as url,
        logged_in(browser, filled, url, Role.COORDINATOR, viewport={"width": 320, "height": 256}) as window,
    ):
        page = window.new_page()
        wide = []
        for path in PAGES:
            page.goto(path)
            if not path.endswith(".html") and page.evaluate("document.documentElement.scrollWidth") > 320:
                wide.append(path)
    assert wide == []


@pytest.mark.parametrize("scripts", [True, False])
def test_letters_are_seen_and_sent_with_and_without_scripts(
    app: Flask, installation: Installation, browser: Browser, scripts: bool
) -> None:
    with served(app) as url, logged_in(browser, app, url, Role.COORDINATOR, java_script_enabled=scripts) as window:
        page = window.new_page()
        page.goto("/utskick")
        finish(app)
        page.goto("/utskick")
        page.get_by_role("link", name="Provköpings Vatten AB").click()
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("Rening av avloppsvatten").first).to_be_visible()
        page.get_by_role("link", name="Alla brev vecka 48").click()
        page.get_by_role("button", name="Skicka nu").dblclick()
        expect(page.locator("#flash p").first).to_be_visible()
        if not scripts:
            finish(app)
            page.goto("/utskick")
        expect(page.get_by_role("heading", name="Skrivna brev")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Redan skickat 07.00.").first).to_be_visible()
        expect(page.get_by_role("button", name="Skicka nu")).to_have_count(0)
    with installation.store.reading() as session:
        assert {one.state for one in list_digests(session)} == {DigestState.SENT}
        assert len(list_digests(session)) == 4
