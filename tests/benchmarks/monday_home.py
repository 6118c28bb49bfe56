"""An installation on the morning after its letters have gone: accounts, letters, published items, and a clock."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from pipeline.installation import Installation, open_installation
from pipeline.keys import load_keys
from pipeline.links import ANSWER, CALENDAR, UNIT, Link, sign
from pipeline.passwords import password_digest
from pipeline.publications import publication_id
from store.accounts import add_account
from store.assessments import iter_assessed
from store.digests import list_digests
from store.publications import save_publication
from store.types import Account, Publication, Role
from tests.benchmarks.national import NOW, ROOT, measure

HOST = "utkik.example.org"
PASSWORD = "en mening som ingen gissar"  # noqa: S105 - of made-up accounts
TOKEN = "prov-prov-prov-prov-prov-prov-prov"  # noqa: S105 - of a made-up installation
PUBLISHED = 10  # items on each municipality's page for residents
MORNING = NOW + timedelta(hours=2)
MARK = "ready"


@dataclass(frozen=True, slots=True)
class Reader:
    """A contact person who has got a letter: the tokens in it."""

    own: str
    calendar: str
    answers: tuple[str, ...]


def prepare(home: Path, municipalities: int, items: int) -> None:
    """Go through the whole week in the folder, unless that is done, and leave it as the page is to find it."""
    if (home / MARK).exists():
        return
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.benchmarks.letters", "sink"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as sink:
        port = int(sink.stdout.readline() if sink.stdout else 0)
        measure(home, municipalities=municipalities, items=items, port=port)
        sink.communicate()
    settings = home / "utkik.toml"
    page = f'[metrics]\ntoken = "{TOKEN}"\n[web]\naddress = "https://{HOST}"\nproxies = 1\npublic = true\n'
    text = settings.read_text(encoding="utf-8").replace(f'[web]\naddress = "https://{HOST}"\n', page)
    settings.write_text(text, encoding="utf-8")
    settings.chmod(0o600)  # it holds a secret now
    with open_installation(home) as installation:
        open_to_people(installation)
    (home / MARK).touch()


def open_to_people(installation: Installation) -> None:
    """Give each municipality a coordinator's account and a page for residents with something on it."""
    password = password_digest(PASSWORD)  # one for all: making 290 would measure nothing
    with installation.store.reading() as session:
        found = [stored.item for stored, _ in islice(iter_assessed(session, min_relevance=0.5), 200)]
    with installation.store.session() as session:
        for number, one in enumerate(installation.municipalities):
            name = f"k{number}@example.org"
            account = Account(id=f"k{number}", name=name, role=Role.COORDINATOR, created_at=NOW, password=password,
                              municipality=one.key)  # fmt: skip
            add_account(session, account)
            for item in found[number % 100 : number % 100 + PUBLISHED]:
                shown = Publication(
                    id=publication_id(one.key, (item.source, item.key)),
                    municipality=one.key,
                    source=item.source,
                    key=item.key,
                    meaning="Det här kan ni söka stöd för.",
                    published_at=NOW,
                    changed_at=NOW,
                    by="samordnaren",
                )
                save_publication(session, shown)


def readers_of(installation: Installation) -> list[Reader]:
    """Return every contact person who has got a letter with something in it."""
    keys = load_keys(installation.settings.home)

    def token(purpose: str, digest: str, position: int = 0) -> str:
        return sign(keys, Link(purpose=purpose, digest_id=digest, position=position), NOW)

    with installation.store.reading() as session:
        digests = [digest for digest in list_digests(session) if digest.entries]
    return [
        Reader(
            own=token(UNIT, digest.id),
            calendar=token(CALENDAR, digest.id),
            answers=tuple(token(ANSWER, digest.id, entry.position) for entry in digest.entries[:2]),
        )
        for digest in digests
    ]
