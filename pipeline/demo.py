"""The demonstration: a whole sample week, offline, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from crawlers.catalogue import facts
from pipeline.folder import FolderTransport
from pipeline.installation import Installation, create_installation, open_installation
from pipeline.run import assess_items, collect_sources, run_week
from pipeline.sample_data import BEFORE_NOW, WEEK, WEEK_NOW, Moment
from pipeline.sample_feeds import SAMPLE_FEEDS
from pipeline.sample_server import serve_sample_week
from pipeline.show import change_values
from pipeline.source_settings import FeedSettings
from pipeline.status import status_of
from pipeline.terminal import plain_table
from store.digests import list_digests
from store.errors import ConfigurationError
from store.types import Digest

FOLDER = Path(".demo")
SAMPLED = ("cellar", "feeds", "funding_tenders", "regeringen")  # the sources that the sample week has answers for
MARKER = ".utkik-demo"  # a folder with this file is ours to empty


def run_demo(console: Console, *, home: Path | None, municipality: str, again: bool = False) -> None:
    """Run the sample week and say what was collected, what was sent to whom, and which file to open.

    With `again` the week is run once more in the folder of an earlier demonstration: nothing is added or sent.
    """
    folder = (home or FOLDER).resolve()
    console.print(f"[bold]Exempelvecka {WEEK}[/bold] i {folder}", soft_wrap=True, highlight=False)
    console.print("Utan nätverk. Texterna är påhittade; frister, program och rättsakter har verkliga namn.")
    if not again:
        prepare(folder, municipality)
        with demo_installation(folder, "before") as installation:
            console.print("\n[bold]Veckan innan:[/bold] källorna läses en första gång.")
            collect_sources(installation, console, [], now=BEFORE_NOW)
            assess_items(installation, console, now=BEFORE_NOW)
    with demo_installation(folder, "week") as installation:
        console.print("\n[bold]Veckan:[/bold] det nya hämtas, bedöms, fördelas och skickas.")
        run_week(installation, console, now=WEEK_NOW)
        tell(installation, console)


def prepare(folder: Path, municipality: str) -> None:
    """Make an empty installation; raises ConfigurationError when the folder holds something that is not a demo's."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise ConfigurationError("mappen är inte tom; ange en annan med --home", path=folder)
        shutil.rmtree(folder)
    create_installation(folder, municipality)
    (folder / MARKER).touch()


@contextmanager
def demo_installation(folder: Path, moment: Moment) -> Iterator[Installation]:
    """Give the folder's installation, reading the sample week as it stood at a moment and mailing to files only."""
    feeds = {name: FeedSettings.model_validate(feed) for name, feed in SAMPLE_FEEDS.items()}
    with serve_sample_week(moment) as url, open_installation(folder) as installation:
        others = {source.name: {"enabled": source.name in SAMPLED} for source in facts()}
        safe = {"replay_url": url, "feeds": feeds, "bundled_feeds": False, "mail": {}, "sources": others}
        settings = type(installation.settings).model_validate({"home": folder, **safe})
        yield replace(installation, settings=settings)


def tell(installation: Installation, console: Console) -> None:
    """Say in plain words what the week gave, and which file to open."""
    values = status_of(installation)
    with installation.store.reading() as session:
        digests = list_digests(session, week=WEEK, municipality=installation.municipality.key)
    changed = change_values(installation, now=WEEK_NOW, days=7)
    told = len({(entry.source, entry.key) for digest in digests for entry in digest.entries})
    items = sum(source["items"] for source in values["sources"].values())
    console.print(
        f"\n[bold]Så gick det.[/bold] {items} poster hämtades från {len(SAMPLED)} källor och bedömdes. "
        f"{told} av dem berör {installation.municipality.name} och skickades i {len(digests)} brev."
    )
    for row in changed:
        console.print(f"{escape(row['change'])}: {escape(row['title'])}")
    console.print(letters_table(digests))
    files = FolderTransport(installation.settings.outbox)
    if digests:
        first = max(digests, key=lambda digest: len(digest.entries))
        path = files.path_of(first)
        console.print("\nÖppna ett brev i webbläsaren:", style="bold")
        console.print(f"  {path.with_suffix('.html')}", soft_wrap=True, highlight=False)
        console.print(f"Samma brev som e-post: {path}", soft_wrap=True, highlight=False)
    console.print("Kör om samma vecka: utkik demo --again. Inget läggs till och inget skickas två gånger.")


def letters_table(digests: Sequence[Digest]) -> object:
    """Return a table of who got what."""
    rows = [[digest.contact, str(len(digest.entries)), escape(digest.subject)] for digest in digests]
    return plain_table("Skickat", ["Till", "Poster", "Ämne"], rows, (1,))
