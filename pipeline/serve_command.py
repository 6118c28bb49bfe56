"""The command `utkik serve`: keeps the schedule until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Annotated

import typer

from pipeline import schedule
from pipeline.installation import open_installation
from pipeline.week import check_options
from store.errors import ConfigurationError

LOCK = "serve"  # one schedule per database


def serve(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Gör det som ska göras nu och sluta, för cron.")] = False,
    now: Annotated[
        str, typer.Option("--now", metavar="ISO-TID", help="Med --once: kör som om klockan var detta.")
    ] = "",
) -> None:
    """Håll schemat: hämta, bedöm, skriv och skicka när det är dags. Avslutas med Ctrl-C eller SIGTERM."""
    if now and not once:
        raise ConfigurationError("--now går bara ihop med --once: schemat följer klockan")
    at = context.obj.moment(now) if now else None
    logging.getLogger(schedule.__name__).setLevel(logging.INFO)
    with open_installation(context.obj.home) as installation:
        check_options(installation.settings)
        with installation.store.exclusive(LOCK):
            worker = schedule.Worker(installation, clock=(lambda: at) if at else None)
            for number in (signal.SIGTERM, signal.SIGINT):
                # From a thread: an Event must not be set by a handler that interrupts the waiting for it.
                signal.signal(number, lambda *_: threading.Thread(target=worker.stop.set).start())
            worker.work() if once else schedule.serve(worker)
        if once and worker.failed:
            raise typer.Exit(1)
