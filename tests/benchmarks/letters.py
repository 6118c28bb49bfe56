"""A week's letters of all municipalities, written and sent in one go, beside template and smtplib message by message.

`python -m tests.benchmarks.letters ours|usual PORT` does one in a process of its own and prints as JSON what it took.
"""

from __future__ import annotations

import asyncio
import json
import resource
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from nlp.knowledge import load_knowledge
from pipeline.compose import compose, select
from pipeline.edition import open_edition
from pipeline.letter import Letter, write_letter
from pipeline.letter_links import LetterLinks
from pipeline.message import day_in_text, upper_first, wrap
from pipeline.municipality import Municipality
from pipeline.readers import contacts_of
from pipeline.send import send_due
from pipeline.settings import Settings, WebSettings
from pipeline.transport import SmtpTransport
from store.assessments import save_assessments
from store.db import Store, open_store
from store.items import upsert_items
from store.types import Deadline, Kind, Money, Reason
from tests.pipeline.making import NOW, candidate, municipality, unit

Result = TypeVar("Result")
ROOT = Path(__file__).resolve().parents[2]
MUNICIPALITIES, CONTACTS, ITEMS = 290, 10, 120
WEEK = "2026-W48"


@dataclass(frozen=True, slots=True)
class Took:
    """What the letters of all municipalities took: seconds of the processor and by the clock, and most memory."""

    letters: int
    write: float
    write_clock: float
    send: float
    send_clock: float
    megabytes: float


def places() -> Iterator[Municipality]:
    """Yield so many municipalities, each with ten units that have two areas of their own and one in common."""
    areas = list(load_knowledge().areas)
    for number in range(MUNICIPALITIES):
        units = {
            f"u{n}": unit(
                f"Förvaltning {n}", [areas[2 * n % len(areas)], areas[(2 * n + 1) % len(areas)]], f"m{number}.u{n}"
            )
            for n in range(CONTACTS)
        }
        yield municipality(
            name=f"Prov{number}köpings kommun",
            short=f"Prov{number}köping",
            domain=f"prov{number}.example.org",
            units=units,
            coordinator={"role": "samordnaren", "email": f"m{number}.samordnare@example.org"},
        )


def items() -> list[Any]:
    """Return a week's items: news, calls with deadlines and money, and consultations, in all areas."""
    areas = list(load_knowledge().areas)
    made = []
    for number in range(ITEMS):
        area, kind = areas[number % len(areas)], (Kind.NEWS, Kind.CALL, Kind.CONSULTATION)[number % 3]
        last = (Deadline(date(2026, 12, 1) + timedelta(days=number % 90)),) if kind is not Kind.NEWS else ()
        made.append(
            candidate(
                f"post-{number}",
                f"Kommuner prövar nya sätt att ordna {area.replace('_', ' ')} i samverkan, del {number}",
                kind=kind,
                areas={area: 0.9, areas[(number + 7) % len(areas)]: 0.5},
                reasons=(Reason(text=f"{area} i titeln; kommuner i texten", area=area, weight=0.4),),
                summary="En kartläggning visar att arbetssättet har spritt sig till 112 kommuner under året.",
                deadlines=last,
                money=(Money(6_000_000, "EUR", "total"), Money(80, "%", "rate")) if kind is Kind.CALL else (),
                relevance=0.6 + number % 40 / 100,
            )
        )
    return made


def ours(port: int, folder: Path) -> Took:
    """Write and send as Utkik does: frozen in the outbox, then one transaction each over one connection."""
    settings = Settings(home=folder, web=WebSettings(address="https://utkik.example.org"))
    with stored(folder) as store:
        everywhere = list(places())
        runs, *write = timed(lambda: [compose(store, place, settings, week=WEEK, now=NOW) for place in everywhere])
        transport = SmtpTransport("127.0.0.1", port, security="none")
        run, *send = timed(lambda: send_due(store, transport, now=NOW))
    letters = sum(one.counts["digests"] for one in runs)
    if (run.counts["sent"], letters) != (letters, MUNICIPALITIES * CONTACTS):
        raise RuntimeError(f"{letters} written, {run.counts}")
    return Took(letters, *write, *send, megabytes=peak())


def usual(port: int, folder: Path) -> Took:
    """Render one and the same letter for every reader, connect for each, send, and then mark it in a database.

    What goes to whom is not worked out here, nor is anything frozen: that is in the usual way's favour.
    """
    letter = a_letter(folder)
    pages = Environment(
        loader=PackageLoader("pipeline", "templates/digest"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"wrap": wrap.__wrapped__, "day_in_text": day_in_text, "upper_first": upper_first}
    inliner = CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
    readers = [contact.email for place in places() for contact in contacts_of(place) if not contact.coordinates]
    written, *write = timed(lambda: [usual_message(letter, reader, pages, inliner) for reader in readers])
    marks = sqlite3.connect(folder / "usual.db", isolation_level=None)
    marks.execute("PRAGMA journal_mode = WAL")
    marks.execute("CREATE TABLE sent (reader TEXT)")

    def send() -> None:
        for message in written:
            with smtplib.SMTP("127.0.0.1", port) as server:
                server.send_message(message)
            marks.execute("INSERT INTO sent VALUES (?)", (message["To"],))

    _, *sent = timed(send)
    marks.close()
    return Took(len(written), *write, *sent, megabytes=peak())


def usual_message(letter: Letter, reader: str, pages: Environment, inliner: CSSInliner) -> EmailMessage:
    """Return a message as the email package's own examples make it."""
    message = EmailMessage()
    message["From"], message["To"] = "utkik@example.org", reader
    message["Subject"] = pages.get_template("subject.txt.j2").render(letter=letter).strip()
    message.set_content(pages.get_template("body.txt.j2").render(letter=letter))
    html = inliner.inline(pages.get_template("body.html.j2").render(letter=letter))
    message.add_alternative(html, subtype="html")
    return message


def a_letter(folder: Path) -> Letter:
    """Return the letter of the first reader of all, in the form that the templates take."""
    settings = Settings(home=folder, web=WebSettings(address="https://utkik.example.org"))
    with stored(folder) as store:
        edition = open_edition(store, next(places()), settings, week=WEEK, now=NOW)
        contact = edition.lacking[0]
        with store.reading() as session:
            selection, week, extras = select(session, edition, contact)
        links = LetterLinks(edition.links, "0123456789abcdef0123", NOW) if edition.links else None
        return write_letter(selection, contact, edition.municipality, week, edition.sources, WEEK, extras, links=links)


@contextmanager
def stored(folder: Path) -> Iterator[Store]:
    """Give a store that holds the week's items."""
    with open_store(f"sqlite:///{folder / 'utkik.db'}") as store:
        found = items()
        with store.session() as session:
            upsert_items(session, [one.item for one in found], now=NOW - timedelta(days=1))
            save_assessments(session, [one.assessment for one in found], now=NOW - timedelta(days=1))
        yield store


def timed(work: Callable[[], Result]) -> tuple[Result, float, float]:
    """Return what the work gives, its seconds of the processor, and those by the clock."""
    used, clock = time.process_time(), time.perf_counter()
    result = work()
    return result, time.process_time() - used, time.perf_counter() - clock


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Sink:
    """Takes all mail and forgets it."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002 - aiosmtpd's
        """Take a message."""
        return "250 accepted"


async def take_mail() -> None:
    """Say the port and take mail until standard input ends."""
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: SMTP(Sink(), hostname="mail.example.org", loop=loop), "127.0.0.1", 0)
    sys.stdout.write(f"{listener.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


def measure() -> dict[str, Took]:
    """Do both, each in a process of its own, to the same mail server in a third."""
    command = [sys.executable, "-m", "tests.benchmarks.letters"]
    pipes: dict[str, Any] = {"cwd": ROOT, "text": True, "stdout": subprocess.PIPE}
    with subprocess.Popen([*command, "sink"], stdin=subprocess.PIPE, **pipes) as sink:  # noqa: S603 - our own program
        port = str(sink.stdout and sink.stdout.readline().strip())
        found = {}
        for name in ("ours", "usual"):
            said = subprocess.run([*command, name, port], check=True, **pipes).stdout  # noqa: S603
            found[name] = Took(**json.loads(said))
        sink.communicate()
    return found


def lines_of(found: dict[str, Took]) -> list[str]:
    """Return what was measured in a few lines."""
    mine, other = found["ours"], found["usual"]
    return [
        f"{took.letters} letters, {name}: written {took.letters / took.write:,.0f} and sent "
        f"{took.letters / took.send:,.0f} a second of the processor "
        f"({took.letters / took.write_clock:,.0f} and {took.letters / took.send_clock:,.0f} by the clock), "
        f"{took.megabytes:.0f} MB"
        for name, took in (("outbox, one connection", mine), ("template and smtplib, message by message", other))
    ] + [f"ratio written and sent: {(other.write + other.send) / (mine.write + mine.send):.1f}"]


if __name__ == "__main__":
    if sys.argv[1] == "sink":
        asyncio.run(take_mail())
    else:
        with tempfile.TemporaryDirectory() as place:
            done = {"ours": ours, "usual": usual}[sys.argv[1]](int(sys.argv[2]), Path(place))
        sys.stdout.write(json.dumps(asdict(done)))
