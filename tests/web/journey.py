"""A town on its whole way: its installation by a clock of its own, what two weeks bring, and what is done about it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from pipeline.due import Step, StepName
from pipeline.installation import Installation
from pipeline.perform import perform
from store.items import upsert_items
from store.types import Item, Kind
from tests.pipeline.making import NOW
from tests.web.conftest import finish
from web import server
from web.app import create_app

# What the coordinator does about each subject, by key; then the subjects, in the words that titles are made of.
SUBJECTS = {
    "s": (
        "museer på landsbygden", "folkbibliotekens samlingar", "kulturskolans avgifter", "teater för barn",
        "konst på torget", "festivaler för film", "arkiv och hembygd", "konserter i kyrkor",
        "bidrag till studieförbund", "scener för dans", "priser för litteratur", "hemtjänst för äldre",
        "boende enligt LSS", "omvårdnad vid demens", "försörjningsstöd till familjer", "teater för unga",
    ),
    "n": (
        "dricksvatten från små vattenverk", "slam från reningsverk", "rening av avloppsvatten från kväve",
        "vattenskyddsområden vid sjöar", "läromedel i klassrummet",
    ),
    "v": ("elevhälsa i grundskolan", "särskilt stöd i förskolan"),
}  # fmt: skip
FRAMES = (
    (Kind.AGENCY, "Nya föreskrifter om {}", "Kommunerna ska följa föreskrifterna om {} från årsskiftet. De gäller "
     "genast för den som bygger nytt."),
    (Kind.CALL, "Statsbidrag till kommuner för {}", "Kommuner kan söka pengar för {}. Den som söker betalar halva "
     "kostnaden själv."),
    (Kind.CONSULTATION, "Remiss: förslag om {}", "Förslagen om {} innebär nya skyldigheter för kommuner och regioner. "
     "Svara senast i februari."),
    (Kind.GOVERNMENT, "Utredning ska se över {}", "En särskild utredare får i uppdrag att se över {} och säga hur "
     "kommunens ansvar kan bli tydligare."),
    (Kind.PROPOSAL, "Förslag från kommissionen om {}", "Kommissionen vill ha gemensamma regler för {} i hela unionen. "
     "Kommuner och regioner berörs som ansvariga."),
)  # fmt: skip
# Put aside in the first week, so that the same items can be seen in another order in the next.
LIKED, DISLIKED = "teater och museer för barn", "läromedel i gymnasieskolan"
ASIDE_LIKED, ASIDE_DISLIKED = f"Utredning ska se över {LIKED}", f"Förslag från kommissionen om {DISLIKED}"
NEW_LIKED = f"Förslag från kommissionen om {LIKED}"


def about(subject: str, published: date) -> list[Item]:
    """Return an item of every kind about the subject."""
    return [
        Item(
            source="feeds",
            key=f"{subject} {kind.value}".replace(" ", "-"),
            kind=kind,
            title=title.format(subject),
            text=text.format(subject),
            url=f"https://example.org/{number}/{subject.replace(' ', '-')}",
            language="sv",
            published=published,
            publisher="Exempelbladet",
        )
        for number, (kind, title, text) in enumerate(FRAMES)
    ]


def first_week() -> list[Item]:
    """Return what the first week brings: 117 items, two of which are put aside to be compared."""
    day = date(2026, 11, 20)
    aside = [item for item in compared(day) if item.title in (ASIDE_LIKED, ASIDE_DISLIKED)]
    return [*aside, *(item for some in SUBJECTS.values() for subject in some for item in about(subject, day))]


def next_week() -> list[Item]:
    """Return what the week after brings: more of what the two were about."""
    return [item for item in compared(date(2026, 11, 27)) if item.title not in (ASIDE_LIKED, ASIDE_DISLIKED)]


def compared(day: date) -> list[Item]:
    return [*about(LIKED, day), *about(DISLIKED, day)]


def key_for(title: str) -> str:
    """Return the key that the coordinator presses for an item."""
    if title in (ASIDE_LIKED, ASIDE_DISLIKED):
        return "v"
    return next(key for key, subjects in SUBJECTS.items() if title.endswith(subjects))


@dataclass
class Journey:
    """The town's installation on its way: folder, place, and a clock that goes by itself and can be set on."""

    home: Path
    port: int
    begun: float = field(default_factory=time.monotonic)
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return NOW + self.ahead + timedelta(seconds=time.monotonic() - self.begun)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def served(self, installation: Installation) -> Iterator[None]:
        """Show the page as `utkik serve` does, but by this clock."""
        app = create_app(installation, clock=self.now)
        page = server.Page(app, host="127.0.0.1", port=self.port, threads=4)
        try:
            yield
        finally:
            page.stop()
            finish(app)

    def collected(self, installation: Installation, items: list[Item]) -> None:
        """Leave the items as reading a source does, and let the schedule's next step assess and learn."""
        with installation.store.session() as session:
            upsert_items(session, items, now=self.now())
        perform(installation, Step(name=StepName.ASSESS), self.now(), lambda: None)

    def stored(self) -> list[str]:
        """Return all that the database holds."""
        with sqlite3.connect(self.home / "utkik.db") as database:
            return list(database.iterdump())
