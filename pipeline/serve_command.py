"""The command `utkik serve`: keeps the schedule until it is told to stop."""

from __future__ import annotations

import platform
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import entry_points
from typing import Annotated

import typer

from crawlers.log_lines import listen
from pipeline import schedule
from pipeline.installation import Installation, open_installation, open_unchosen
from pipeline.served import municipality_paths
from pipeline.set_up import begin_set_up, is_waiting
from pipeline.settings import load_settings, log_settings
from pipeline.week import check_options
from store.accounts import list_accounts
from store.errors import ConfigurationError

LOOKED_EVERY = 0.5  # seconds between two looks at whether the set-up is finished
ANSWERED_WITHIN = 1.0  # seconds for the last answers of the set-up to reach the browser
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
    """Håll schemat och visa sidan: hämta, bedöm, skriv och skicka när det är dags. Avsluta med Ctrl-C eller SIGTERM."""
    if now and not once:
        raise ConfigurationError("--now går bara ihop med --once: schemat följer klockan")
    if context.obj.municipality:
        raise ConfigurationError("schemat hålls för alla kommuner: kör utkik serve utan --municipality")
    at = context.obj.moment(now) if now else None
    listen(log_settings(context.obj.home).level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # From a thread: an Event must not be set by a handler that interrupts the waiting for it.
        signal.signal(number, lambda *_: threading.Thread(target=stop.set).start())
    if not once and not no_page:
        set_up_first(context, stop)
        if stop.is_set():
            return
    with open_installation(context.obj.home) as installation:
        check_options(installation.settings)
        # On PostgreSQL other machines, each with its own home folder, keep the schedule beside this one.
        with installation.store.beside_others(LOCK, f"{platform.node()} {installation.settings.home}"):
            worker = schedule.Worker(installation, clock=(lambda: at) if at else None)
            worker.stop = stop
            with showing_page(context, installation, wanted=not once and not no_page):
                worker.work() if once else schedule.serve(worker)
        if once and worker.failed:
            raise typer.Exit(1)


def set_up_first(context: typer.Context, stop: threading.Event) -> None:
    """Show the page alone until the set-up is finished, when there is no municipality yet and a page to do it on."""
    settings = load_settings(context.obj.home)
    missing = not any(municipality_paths(settings))
    if not settings.web.listen or not (missing or is_waiting(settings.home)):
        return
    with open_unchosen(context.obj.home) as installation, installation.store.exclusive(LOCK):
        if not is_waiting(settings.home):
            begin_set_up(settings.home, waits=True)
        with showing_page(context, installation, wanted=True):
            while is_waiting(settings.home) and not stop.wait(LOOKED_EVERY):
                pass
            stop.wait(0 if stop.is_set() else ANSWERED_WITHIN)


def tell_of_set_up(context: typer.Context, installation: Installation, url: str) -> None:
    """Print the link that opens the set-up, as long as nobody can log in."""
    with installation.store.reading() as session:
        if list_accounts(session) or installation.settings.web.oidc.issuer:
            return
    token = begin_set_up(installation.settings.home, waits=False)
    address = f"{installation.settings.web.address.rstrip('/') or url}/kom-igang/nyckel/{token}"
    context.obj.console.print("Öppna länken för att komma igång. Den går att använda en gång, inom ett dygn:")
    context.obj.console.print(address, soft_wrap=True, highlight=False)


@contextmanager
def showing_page(context: typer.Context, installation: Installation, *, wanted: bool) -> Iterator[None]:
    """Show the page in threads beside the schedule, and end it with it; raises ConfigurationError when it cannot be."""
    with ExitStack() as ends:
        for entry in entry_points(group=PAGES) if wanted else ():
            page = entry.load()(installation)
            if page is not None:
                ends.callback(page.stop)
                context.obj.console.print(f"Sidan visas på {page.url} . Avsluta med Ctrl-C.", highlight=False)
                tell_of_set_up(context, installation, page.url)
        yield
