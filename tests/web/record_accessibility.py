"""Checks every page in a browser and writes down what was found, for the accessibility statement."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser

from pipeline.installation import open_installation
from store.accounts import add_account
from store.types import Account, Role
from tests.pipeline.making import NOW
from tests.web.browsing import RULES, chromium, violations
from tests.web.conftest import ACCOUNTS, Clock, browser_of, finish
from tests.web.seeding import municipality_file, seed
from tests.web.test_accessibility import WIDTHS, pages, shown
from web.app import create_app

FILE = Path(__file__).parents[2] / "web" / "accessibility.json"


def html_pages(app: Flask) -> list[str]:
    """Return the addresses that are shown as pages, errors left out: what the statement says was checked."""
    browsers = {Role.COORDINATOR: browser_of(app, Role.COORDINATOR), None: app.test_client()}
    found = set()
    for role, path in pages(app):
        answer = browsers[role].get(path, buffered=True)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found.add(path)
    return sorted(found)


@contextmanager
def seeded_app(folder: Path) -> Iterator[Flask]:
    """Give the application that the tests of the page look at."""
    (folder / "utkik.toml").write_text("[web]\npublic = true\n", encoding="utf-8")
    (folder / "municipality.toml").write_text(municipality_file(), encoding="utf-8")
    with open_installation(folder) as opened:
        with opened.store.session() as session:
            for role, name in ACCOUNTS.items():
                add_account(session, Account(id=role.value, name=name, role=role, created_at=NOW))
            seed(session)
        app = create_app(opened, clock=Clock())
        yield app
        finish(app)


def check(app: Flask, browser: Browser) -> dict[str, list[str]]:
    """Return the faults of every page at every width, in both schemes."""
    faults: dict[str, list[str]] = {}
    for width in WIDTHS:
        with shown(app, browser, viewport={"width": width, "height": 900}) as every_page:
            for path, page, _ in every_page:
                if found := violations(page):
                    faults.setdefault(path, []).extend(rule for rule, _ in found)
    return faults


def engine_version(browser: Browser) -> str:
    """Return the version of axe, as it says itself."""
    page = browser.new_page()
    page.set_content("<!doctype html><html lang=sv><title>x</title><main><h1>x</h1></main>")
    found: dict[str, Any] = Axe().run(page).response["testEngine"]
    page.close()
    return str(found["version"])


def main() -> int:
    """Write the file; 1 when something was found."""
    with tempfile.TemporaryDirectory() as folder, seeded_app(Path(folder)) as app, chromium() as browser:
        addresses = html_pages(app)
        faults = check(app, browser)
        values = {
            "on": date.today().isoformat(),  # noqa: DTZ011 - the day of whoever checks
            "axe": engine_version(browser),
            "browser": browser.version,
            "rules": list(RULES),
            "widths": list(WIDTHS),
            "violations": sum(map(len, faults.values())),
            "pages": addresses,
            "faulty": sorted(set(faults) & set(addresses)),
        }
    FILE.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for path, rules in sorted(faults.items()):
        sys.stdout.write(f"{path}: {', '.join(sorted(set(rules)))}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
