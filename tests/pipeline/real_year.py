"""A year of what the sources really answered: read by the real crawlers, assessed, told in letters, judged, acted on.

The recordings lie beside the project. Items are read as on the four days of the portal's recordings; each comes to the
store on the day it was published, so that weeks are as they were. Verdicts, answers, actions, projects, analyses and
meetings are made up, by chance that can be repeated.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from crawlers.job import Job
from nlp.assessor import Assessor
from pipeline.assess import assess
from pipeline.collect import collect
from pipeline.compose import compose
from pipeline.installation import Installation, create_installation
from pipeline.municipality import municipality_file
from pipeline.send import send_due
from pipeline.transport import FolderTransport
from pipeline.week import iso_week
from store.db import Store, open_store
from store.items import iter_items, upsert_items
from store.types import Item, Outcome
from tests.pipeline.real_people import People

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
HAS_RECORDINGS = (SHARED / "replay" / "replay.py").is_file() and (SHARED / "data" / "pool.jsonl").is_file()
MISSING = "no recorded answers beside the project"
FIRST = date(2025, 9, 1)  # a Monday
WEEKS = 52
LAST = FIRST + timedelta(weeks=WEEKS - 1)  # 24 August 2026, two days after the last recording
PORTAL_DATES = (date(2026, 3, 13), date(2026, 5, 22), date(2026, 7, 24), date(2026, 8, 22))
JOINS = 26  # the week in which the second municipality begins
OLDEST = date(2025, 1, 1)  # of the Government's lists: what was there when the reading began
EXAMPLE_FEEDS = {"varlden": ("en", "Världen"), "sverige": ("sv", "Sverige")}


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item, and the moment that it comes to the store."""

    at: datetime
    item: Item


def at(day: date, hour: int = 4) -> datetime:
    """Return a moment of the day."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def read_recordings(folder: Path) -> list[Arrival]:
    """Return every item of the recordings with when it came, the first first, read by the real crawlers."""
    arrivals: list[Arrival] = []
    with open_store(f"sqlite:///{folder / 'read.db'}") as store:
        previous = FIRST
        for day in PORTAL_DATES:
            with replay(day) as url:
                calls = Job(source="funding_tenders", now=at(day), replay_url=url, delay_seconds=0)
                arrivals += _read(store, [calls], previous, day)
                if day == PORTAL_DATES[-1]:
                    others = [
                        Job(source=name, now=at(day), replay_url=url, delay_seconds=0, since=OLDEST)
                        for name in ("cellar", "regeringen", "riksdagen")
                    ]
                    arrivals += _read(store, others, FIRST, day)
            previous = day
        with feeds() as url:
            tables = {
                name: {"title": f"Flöde {name}", "url": f"https://{name}.example.org/rss.xml", "language": language,
                       "region": region}
                for name, (language, region) in EXAMPLE_FEEDS.items()
            }  # fmt: skip
            options = {"feeds": tables}
            job = Job(source="feeds", now=at(LAST), replay_url=url, delay_seconds=0, options=options)
            arrivals += _read(store, [job], FIRST, LAST)
    return sorted(arrivals, key=lambda one: (one.at, one.item.source, one.item.key))


def _read(store: Store, jobs: list[Job], previous: date, day: date) -> list[Arrival]:
    """Crawl, and return what was new or changed: new items on their own day after the reading before."""
    with store.reading() as session:
        known = {(s.item.source, s.item.key): s for s in iter_items(session, sources=[job.source for job in jobs])}
    runs = collect(store, jobs, now=at(day))
    assert all(run.outcome is not Outcome.FAILED for run in runs), [run.message for run in runs]
    found = []
    with store.reading() as session:
        for stored in iter_items(session, sources=[job.source for job in jobs]):
            before = known.get((stored.item.source, stored.item.key))
            own = stored.item.published
            if before is None and not (own and own < OLDEST):
                came = min(max(own or day, previous), day)
                found.append(Arrival(at(came), stored.item))
            elif before is not None and before.content_hash != stored.content_hash:
                found.append(Arrival(at(day), stored.item))
    return found


@contextmanager
def replay(portal_date: date) -> Iterator[str]:
    """Give the address of the server that answers as the sources did, the portal's calls as on a day."""
    command = [sys.executable, str(SHARED / "replay" / "replay.py"), "--port", "0", "--portal-date", f"{portal_date}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - fixed arguments
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        # It tells of every request: a pipe that nobody empties is full after some 800 and stops it.
        threading.Thread(target=lambda: list(server.stdout or ()), daemon=True).start()
        try:
            yield address
        finally:
            server.terminate()


@contextmanager
def feeds() -> Iterator[str]:
    """Give the address of a server whose feeds hold the pool's news of the year, under their own links and days."""
    pages = {f"/{name}.example.org/rss.xml": _rss(language) for name, (language, _) in EXAMPLE_FEEDS.items()}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _rss(language: str) -> bytes:
    lines = (SHARED / "data" / "pool.jsonl").read_text(encoding="utf-8").splitlines()
    news = [one for one in map(json.loads, lines) if one["kind"] == "news" and one["lang"] == language]
    entries = [
        f"<item><title>{escape(one['title'])}</title><link>{escape(one['url'])}</link>"
        f"<description>{escape(one['text'])}</description>"
        f"<pubDate>{format_datetime(at(date.fromisoformat(one['published'])))}</pubDate></item>"
        for one in news
        if FIRST.isoformat() <= (one["published"] or "") <= LAST.isoformat()
    ]
    return f'<rss version="2.0"><channel><title>x</title>{"".join(entries)}</channel></rss>'.encode()


def make_home(home: Path) -> None:
    """Make an installation for two municipalities, the first with partners and planned projects."""
    create_installation(home, "mellerud")
    own = home / "municipality.toml"
    own.write_text(own.read_text(encoding="utf-8") + ADDED, encoding="utf-8")
    (home / "municipalities").mkdir()
    (home / "municipalities" / "varberg.toml").write_text(municipality_file("varberg").text, encoding="utf-8")


def live_year(installation: Installation, arrivals: list[Arrival]) -> None:
    """Let the year pass: each Monday what has come is assessed, told in letters, judged, answered and acted on.

    The first municipality takes part every week; the other joins in the spring, every fourth week.
    """
    store, assessor = installation.store, Assessor.load()
    groups = [(one, People(store, one.municipality, seed)) for seed, one in enumerate(installation.each())]
    waiting = list(arrivals)
    for week in range(WEEKS):
        now = at(FIRST + timedelta(weeks=week), hour=5)
        came = [one for one in waiting if one.at <= now]
        waiting = waiting[len(came) :]
        for moment in sorted({one.at for one in came}):
            with store.session() as session:
                upsert_items(session, [one.item for one in came if one.at == moment], now=moment)
        assess(store, assessor, now=now)
        for number, (one, people) in enumerate(groups):
            if number == 0 or (week >= JOINS and week % 4 == 0):
                _week(one, people, now, week)


def _week(installation: Installation, people: People, now: datetime, week: int) -> None:
    store, municipality = installation.store, installation.municipality
    people.judge(now)
    compose(store, municipality, installation.settings, week=iso_week(now), now=now + timedelta(hours=1))
    send_due(store, FolderTransport(installation.settings.outbox), now=now + timedelta(hours=2))
    people.answer(now + timedelta(hours=9))
    people.act(now + timedelta(days=1), week)


# What the municipality's own file would hold besides: partners and planned projects, with made-up places and names.
ADDED = """
[[twin_towns]]
name = "Exempelby"
country = "Finland"

[[twin_towns]]
name = "Beispielstadt"
country = "Tyskland"

[[networks]]
name = "Eurocities"

[[projects]]
key = "reningsverk"
name = "Nytt reningsverk"
unit = "samhallsbyggnad"
areas = ["water", "environment"]
words = ["water", "avlopp", "vatten"]
begins = 2027-03-01
budget = 80_000_000

[[projects]]
key = "ungdomsgard"
name = "Mötesplats för unga"
unit = "kultur-utbildning"
areas = ["youth_leisure", "culture", "school"]
words = ["youth", "unga", "children"]
budget = 6_000_000

[[projects]]
key = "laddning"
name = "Elbussar och laddning"
unit = "samhallsbyggnad"
areas = ["transport", "energy_climate"]
words = ["mobility", "charging", "buses", "energy"]
budget = 25_000_000
"""
