"""An installation that serves several municipalities, for the tests of what must be kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from crawlers.catalogue import source_names
from pipeline.candidate import Candidate
from pipeline.installation import Installation, open_installation
from store.assessments import save_assessments
from store.db import Store
from store.digests import list_digests
from store.items import upsert_items
from store.types import Digest

HEAD = """\
name = "{short}s kommun"
short = "{short}"
code = "{code}"
domain = "{domain}.example.org"
{more}
[coordinator]
role = "samordnaren"
email = "{coordinator}"
summary = {summary}

"""
UNIT = """\
[units.{key}]
name = "{name}"
kind = "administration"
areas = [{areas}]
contact = {{ role = "kontaktperson", email = "{email}" }}

"""
SCHOOL = {"key": "skola", "name": "Skolförvaltningen", "areas": '"school"', "email": "skola@example.org"}


def file_text(short: str, code: str, *, units: Sequence[dict[str, str]] = (SCHOOL,), **changes: Any) -> str:
    """Return a small municipality's file; unless told otherwise its school is read for by skola@example.org."""
    domain = short.lower().translate(str.maketrans("åäö ", "aao-", "./"))
    values = {"coordinator": f"samordnare@{domain}.example.org", "summary": "false", "more": "", "domain": domain}
    return HEAD.format(**(values | {"short": short, "code": code} | changes)) + "".join(
        UNIT.format(**unit) for unit in units
    )


def make_home(home: Path, database_url: str, files: dict[str, str], settings: str = "") -> Path:
    """Write the settings, which read nothing and back nothing up, and the municipalities' files; "" is the first."""
    (home / "municipalities").mkdir(parents=True)
    off = "".join(f"[sources.{name}]\nenabled = false\n" for name in source_names())
    head = f'database_url = "{database_url}"\n'
    (home / "utkik.toml").write_text(f"{head}\n[backup]\nkeep = 0\n{off}{settings}", encoding="utf-8")
    for name, text in files.items():
        path = home / "municipalities" / f"{name}.toml" if name else home / "municipality.toml"
        path.write_text(text, encoding="utf-8")
    return home


@contextmanager
def opened(home: Path) -> Iterator[Installation]:
    """Give the installation of a home folder."""
    with open_installation(home) as installation:
        yield installation


def bring(store: Store, *candidates: Candidate, at: datetime) -> None:
    """Put the items in the store, assessed."""
    for one in candidates:
        with store.session() as session:
            upsert_items(session, [one.item], now=at)
            save_assessments(session, [one.assessment], now=at)


def letters(store: Store, municipality: str, week: str = "") -> dict[str, Digest]:
    """Return the municipality's letters of a week, or the newest ones, by contact person."""
    with store.reading() as session:
        return {d.contact: d for d in reversed(list_digests(session, municipality=municipality, week=week or None))}


def text_of_letter(digest: Digest) -> str:
    """Return every word of a letter, with the soft line breaks taken out."""
    return digest.message.replace(b"=\r\n", b"").decode("utf-8", errors="replace")
