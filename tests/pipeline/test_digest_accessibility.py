"""The HTML part passes axe in a real browser: phone and desktop, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.pipeline.making import GOLDEN
from tests.pipeline.weeks import WEEKS
from tests.web.browsing import RULES, chromium, needs_chromium, run_axe

pytestmark = [needs_chromium, pytest.mark.xdist_group("digest_accessibility")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.parametrize("name", WEEKS)
@pytest.mark.parametrize("width", [360, 800])
def test_letter_is_accessible_and_never_scrolls_sideways(browser: Browser, name: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content((GOLDEN / f"{name}.html").read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert (scheme, run_axe(page, RULES)) == (scheme, [])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
