"""The command `utkik serve`: keeps the schedule until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import entry_points
from typing import Annotated

import typer

from pipeline import installation as installation_module
from pipeline import schedule
from pipeline.installation import Installation, open_installation
from pipeline.week import check_options
from store.errors import ConfigurationError

LOCK = "serve"  # one schedule per database
PAGES = "utkik.page"  # the entry points that show the page: it imports this package, and is not imported by it


def serve(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Gör det som ska göras nu och sluta, för cron.")] = False,
    now: Annotated[
        str, typer.Option("--now", metavar="ISO-TID", help="Med --once: kör som om klockan var detta.")
    ] = "",
    no_page: Annotated[bool, typer.Option("--no-page", help="Visa ingen sida, håll bara schemat.")] = False,
) -> None:
    """Håll schemat och visa sidan: hämta, bedöm, skriv och skicka när det är dags. Avslutas med Ctrl-C eller SIGTERM."""
    if now and not once:
        raise ConfigurationError("--now går bara ihop med --once: schemat följer klockan")
    at = context.obj.moment(now) if now else None
    logging.getLogger(schedule.__name__).setLevel(logging.INFO)
    logging.getLogger(installation_module.__name__).setLevel(logging.WARNING)
    with open_installation(context.obj.home) as installation:
        check_options(installation.settings)
        with installation.store.exclusive(LOCK):
            worker = schedule.Worker(installation, clock=(lambda: at) if at else None)
            for number in (signal.SIGTERM, signal.SIGINT):
                # From a thread: an Event must not be set by a handler that interrupts the waiting for it.
                signal.signal(number, lambda *_: threading.Thread(target=worker.stop.set).start())
            with showing_page(context, installation, wanted=not once and not no_page):
                worker.work() if once else schedule.serve(worker)
        if once and worker.failed:
            raise typer.Exit(1)


@contextmanager
def showing_page(context: typer.Context, installation: Installation, *, wanted: bool) -> Iterator[None]:
    """Show the page in threads beside the schedule, and end it with it; raises ConfigurationError when it cannot be."""
    with ExitStack() as ends:
        for entry in entry_points(group=PAGES) if wanted else ():
            page = entry.load()(installation)
            if page is not None:
                ends.callback(page.stop)
                context.obj.console.print(f"Sidan visas på {page.url} . Avsluta med Ctrl-C.", highlight=False)
        yield
