"""A page that is served with as many items as wanted on its list, and a coordinator's window to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from pipeline.candidate import Candidate
from pipeline.installation import Installation, open_installation
from store.accounts import add_account
from store.assessments import save_assessments
from store.items import upsert_items
from store.types import Account, Deadline, Kind, Reason, Role
from tests.pipeline.making import NOW, candidate
from tests.web.browsing import logged_in, served
from tests.web.conftest import ACCOUNTS
from tests.web.seeding import municipality_file
from web.app import create_app

AREAS = ("school", "youth_leisure", "social", "elderly_disability", "water", "governance", "international")
KINDS = (Kind.NEWS, Kind.CALL, Kind.CONSULTATION, Kind.LEGAL_ACT, Kind.GOVERNMENT)
SEEN = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TITLES = (
    "Nya regler för dricksvatten i små vattenverk",
    "Stöd till samverkan mellan skolor i Norden",
    "Remiss: ändrade krav på äldreboenden",
    "Kommissionens förslag om rening av avloppsvatten från tätbebyggelse med skärpta krav på kväve och läkemedel",
    "Call for proposals: town twinning and networks of towns",
    "Statsbidrag för sommarlovsaktiviteter fördelas",
    "Utredning om kommunernas beredskap vid elavbrott",
)


@dataclass(frozen=True, slots=True)
class Served:
    """A page that is served: its address and the installation behind it."""

    url: str
    app: Flask
    installation: Installation

    @contextmanager
    def window(self, browser: Browser, **options: Any) -> Iterator[BrowserContext]:
        """Give a window where the coordinator is logged in."""
        with logged_in(browser, self.app, self.url, Role.COORDINATOR, **options) as context:
            yield context


def many(number: int) -> list[Candidate]:
    """Return items of every kind that all stand on the list, the first the most relevant."""
    return [
        candidate(
            f"post{place:03}",
            f"{TITLES[place % len(TITLES)]} ({place + 1})",
            kind=KINDS[place % len(KINDS)],
            relevance=round(0.98 - 0.4 * place / number, 4),
            areas={AREAS[place % len(AREAS)]: 0.9},
            reasons=(Reason(text="orden i titeln", area=AREAS[place % len(AREAS)], weight=0.5),),
            summary="En mening ur källan som säger vad det är.",
            language="en" if place % len(TITLES) == 4 else "sv",
            deadlines=(Deadline(on=date(2026, 11, 28) + timedelta(days=place % 60), role="application"),),
            text="Ett stycke text.\nOch ett till, som är något längre.",
        )
        for place in range(number)
    ]


@contextmanager
def full_week(home: Path, items: Sequence[Candidate]) -> Iterator[Served]:
    """Serve the page of an installation with these items; its clock goes on from the tests' usual moment."""
    home.mkdir(mode=0o700)
    (home / "utkik.toml").write_text("", encoding="utf-8")
    (home / "municipality.toml").write_text(municipality_file(), encoding="utf-8")
    begun = datetime.now(UTC)
    with open_installation(home) as installation:
        with installation.store.session() as session:
            name = ACCOUNTS[Role.COORDINATOR]
            add_account(session, Account(id="coordinator", name=name, role=Role.COORDINATOR, created_at=NOW))
            upsert_items(session, [one.item for one in items], now=SEEN)
            save_assessments(session, [one.assessment for one in items], now=SEEN)
        app = create_app(installation, clock=lambda: NOW + (datetime.now(UTC) - begun))
        with served(app) as url:
            yield Served(url, app, installation)
