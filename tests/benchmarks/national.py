"""A national Monday: every municipality's week from feeds to sent letters in one installation, step by step.

`python -m tests.benchmarks.national` measures 290 municipalities of ten contact persons and 10,000 items on SQLite;
`--database` names another store, `--municipalities` and `--items` other sizes, `--growth` a row of them.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

from rich.console import Console

from crawlers.catalogue import facts
from nlp.knowledge import load_knowledge
from pipeline import run as steps
from pipeline.by_municipality import all_keys, learn_each
from pipeline.installation import Installation, open_installation
from pipeline.municipality_list import listed_municipalities
from pipeline.week import iso_week
from store.assessments import iter_assessed
from store.digests import list_digests
from store.types import Ruling, Verdict
from store.verdicts import save_verdict
from tests.benchmarks.memory import watched
from tests.benchmarks.texts import SUBJECTS, feed

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PER_FEED = 200  # entries
OF_CONCERN = 0.2  # of the items, about what a week of real sources holds
CONTACTS = 10
VERDICTS = 30  # of each municipality, before the letters are written


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took: seconds by the clock, and of the processor with the crawls' processes."""

    name: str
    clock: float
    used: float
    megabytes: float = 0.0  # the most that this process has had until its end


@dataclass(frozen=True, slots=True)
class Monday:
    """What a whole Monday took."""

    municipalities: int
    items: int
    letters: int
    steps: tuple[Step, ...]
    megabytes: float  # the most that this process has had
    megabytes_children: float  # the most that a crawl has had
    megabytes_server: float = 0.0  # the most that a database server on this machine has had, what it shares once

    @property
    def clock(self) -> float:
        """Seconds from the first question to the last letter."""
        return sum(step.clock for step in self.steps)


def likely_subject(chance: random.Random) -> str:
    """Return a subject that concerns municipalities as often as those of real sources do."""
    return chance.choice(SUBJECTS[:14] if chance.random() < OF_CONCERN else SUBJECTS[14:])


def in_the_week(entry: int) -> datetime:
    """Return when an entry of a feed was published: from six days ago to one."""
    return NOW - timedelta(days=1 + 5 * entry / PER_FEED)


class _Feeds(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with the feed of the number that ends the path; there is no robots.txt."""
        name = self.path.rpartition("/")[2]
        body = b""
        if name.isdigit():
            body = feed(PER_FEED, int(name), subject_of=likely_subject, moment_of=in_the_week)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Give the address of a server that answers for every feed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Feeds)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def write_home(home: Path, *, municipalities: int, feeds: int, replay: str, port: int, database: str) -> None:
    """Write the files of an installation that serves so many municipalities and reads so many feeds."""
    (home / "municipalities").mkdir(mode=0o700)
    names = list(listed_municipalities().values())[:municipalities]
    for number, place in enumerate(names):
        text = municipality_file(number, place.name, place.short, place.code)
        target = home / "municipality.toml" if not number else home / "municipalities" / f"m{place.code}.toml"
        target.write_text(text, encoding="utf-8")
    others = "".join(
        f"[sources.{source.name}]\nenabled = {str(source.name == 'feeds').lower()}\n" for source in facts()
    )
    tables = "".join(
        f'[feeds.bench{n}]\nurl = "https://bench{n}.example.org/{n}"\ntitle = "Flöde {n}"\nregion = "Sverige"\n'
        for n in range(feeds)
    )
    base = f'replay_url = "{replay}"\nbundled_feeds = false\n' + (f'database_url = "{database}"\n' if database else "")
    mail = f'[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    page = '[web]\naddress = "https://utkik.example.org"\n'
    (home / "utkik.toml").write_text(base + mail + page + others + tables, encoding="utf-8")


def municipality_file(number: int, name: str, short: str, code: str) -> str:
    """Return the file of a municipality of ten units with two areas each and a contact person each."""
    areas = list(load_knowledge().areas)
    head = (
        f'name = "{name}"\nshort = "{short}"\ncode = "{code}"\npopulation = 20000\ndomain = "m{number}.example.org"\n'
        f'[coordinator]\nrole = "samordnaren"\nemail = "samordnare@m{number}.example.org"\n'
    )
    return head + "".join(
        f'[units.u{n}]\nname = "Förvaltning {n}"\nkind = "administration"\n'
        f'areas = ["{areas[2 * n % len(areas)]}", "{areas[(2 * n + 1) % len(areas)]}"]\n'
        f'contact = {{ role = "kontaktperson {n}", email = "u{n}@m{number}.example.org" }}\n'
        for n in range(CONTACTS)
    )


def measure(home: Path, *, municipalities: int, items: int, port: int, database: str = "") -> Monday:
    """Do the Monday in this process and return what it took; raises RuntimeError when a letter is missing."""
    feeds = max(1, items // PER_FEED)
    quiet, taken = Console(quiet=True), []
    with served() as replay, watched(database) as most:
        write_home(home, municipalities=municipalities, feeds=feeds, replay=replay, port=port, database=database)
        with open_installation(home) as installation:
            week = iso_week(NOW)
            work: dict[str, Callable[[], object]] = {
                "collect": lambda: steps.collect_sources(installation, quiet, [], now=NOW),
                "assess": lambda: steps.assess_items(installation, quiet, now=NOW),
                "learn": lambda: learn_each(installation, all_keys(installation), NOW),
                "compose": lambda: steps.compose_digests(installation, quiet, week=week, now=NOW),
                "send": lambda: steps.send_digests(installation, quiet, now=NOW),
            }
            for name, do in work.items():
                if name == "learn":
                    judge(installation)
                clock, used = time.perf_counter(), _used()
                do()
                taken.append(Step(name, time.perf_counter() - clock, _used() - used, most.own))
                sys.stderr.write(f"{name}: {taken[-1].clock:.1f} s by the clock, {taken[-1].used:.1f} s used\n")
            with installation.store.reading() as session:
                letters = list_digests(session, week=week)  # all their bytes: what this takes is not counted
    sent = sum(letter.state.value == "sent" for letter in letters)
    if sent < municipalities * CONTACTS:
        raise RuntimeError(f"{sent} letters sent of {len(letters)} written")
    return Monday(municipalities, feeds * PER_FEED, sent, tuple(taken), taken[-1].megabytes, most.children, most.server)


def judge(installation: Installation) -> None:
    """Let every municipality have ruled on so many items, each on others: that is a person's work and is not timed."""
    with installation.store.reading() as session:
        found = [(stored.item.source, stored.item.key) for stored, _ in islice(iter_assessed(session), 4_000)]
    with installation.store.session() as session:
        for number, one in enumerate(installation.municipalities):
            chance = random.Random(number)  # noqa: S311 - repeatable, not secret
            for count, (source, key) in enumerate(chance.sample(found, min(VERDICTS, len(found)))):
                ruling = Ruling.SEND if count % 3 == 0 else Ruling.DROP
                verdict = Verdict(municipality=one.key, source=source, key=key, ruling=ruling, at=NOW, by="samordnare")
                save_verdict(session, verdict)


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measured_apart(municipalities: int, items: int, database: str = "") -> Monday:
    """Return what a Monday took in a process of its own, with a mail server in another."""
    command = [sys.executable, "-m", "tests.benchmarks.letters", "sink"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as sink:
        port = sink.stdout.readline().strip() if sink.stdout else ""
        own = [sys.executable, "-m", "tests.benchmarks.national", "--port", port]
        own += ["--municipalities", str(municipalities), "--items", str(items), "--database", database]
        said = subprocess.run(own, cwd=ROOT, text=True, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603
        sink.communicate()
    values = json.loads(said)
    return Monday(**{**values, "steps": tuple(Step(**step) for step in values["steps"])})


if __name__ == "__main__":
    typed = argparse.ArgumentParser(description=__doc__)
    typed.add_argument("--municipalities", type=int, default=290)
    typed.add_argument("--items", type=int, default=10_000)
    typed.add_argument("--database", default="", help="sqlite:///… or postgresql://…, empty and of its own")
    typed.add_argument("--port", type=int, default=0, help="of a mail server; left out, one is started")
    wanted = typed.parse_args()
    if wanted.port:
        with tempfile.TemporaryDirectory() as place:
            done = measure(
                Path(place),
                municipalities=wanted.municipalities,
                items=wanted.items,
                port=wanted.port,
                database=wanted.database,
            )
    else:
        done = measured_apart(wanted.municipalities, wanted.items, wanted.database)
    sys.stdout.write(json.dumps(asdict(done)))
