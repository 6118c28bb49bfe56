"""Kills the program again and again and checks what it promises: `make kill`.

Every store is tried by itself. The exit code is 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from tests.killing.campaign import KILLS, Campaign, Tally
from tests.killing.servers import outside
from tests.postgresql import postgresql

PER_WORLD = sum(KILLS.values())
DATABASES = ("sqlite", "postgresql")


def kill(database: str, server_url: str, kills: int, seed: int, minutes: float, show: Callable[[str], None]) -> Tally:
    """Run a campaign until so many lives have been killed, or the time is up, and return what it came to."""
    ends = time.monotonic() + minutes * 60
    with tempfile.TemporaryDirectory(prefix="utkik-killing-") as place, outside(Path(place)) as servers:
        chance = random.Random(f"{seed} {database}")  # noqa: S311 - repeatable moments, not secrets
        campaign = Campaign(Path(place), server_url, servers, chance)
        show("an undisturbed world")
        campaign.prepare()
        while campaign.tally.total < kills and not campaign.tally.faults and time.monotonic() < ends:
            campaign.one_world(min(PER_WORLD, kills - campaign.tally.total), show)
        return campaign.tally


@contextlib.contextmanager
def bar(console: Console, database: str, kills: int) -> Iterator[Callable[[str], None]]:
    """Show how far it is; drawn by hand, since a thread must not be running when a life is forked."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, TimeRemainingColumn(), console=console, auto_refresh=False)
    with progress:
        task = progress.add_task(database, total=kills)

        def show(step: str) -> None:
            known = step in KILLS
            progress.update(task, advance=int(known), description=f"{database}: {step}", refresh=True)

        yield show


def report(tally: Tally, seconds: float) -> dict[str, Any]:
    """Return the figures of a campaign."""
    return asdict(tally) | {"points": sorted(tally.points), "total": tally.total, "seconds": round(seconds, 1)}


def table_of(reports: dict[str, dict[str, Any]]) -> Table:
    """Return the figures side by side."""
    table = Table(title="Killed with SIGKILL", title_justify="left")
    for column in ("", *reports):
        table.add_column(column)
    rows: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
        ("kills", lambda r: r["total"]),
        ("  of them at a named point", lambda r: r["at_points"]),
        ("  different points", lambda r: len(r["points"])),
        *((f"  in {step}", lambda r, step=step: r["kills"][step]) for step in KILLS),
        ("worlds compared with an undisturbed one", lambda r: r["worlds"]),
        ("letters", lambda r: r["letters"]),
        ("accepted twice, lost, or another end", lambda r: len(r["faults"])),
        ("unclear, every one shown", lambda r: r["unclear"]),
        ("seconds", lambda r: r["seconds"]),
    ]
    for name, value in rows:
        table.add_row(name, *(str(value(figures)) for figures in reports.values()))
    return table


def main() -> int:
    """Kill as often as asked for, show the figures, and return the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=1000, help="per database")
    options.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    options.add_argument("--server", default="", help="address of a PostgreSQL server; left out, one is started")
    options.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="of the moments; told in the end")
    options.add_argument("--minutes", type=float, default=float("inf"), help="begin no new world after so long")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    console, reports = Console(), {}
    for database in DATABASES if chosen.database == "both" else [chosen.database]:
        began = time.monotonic()
        with contextlib.ExitStack() as stack:
            started = database == "postgresql" and not chosen.server
            server = stack.enter_context(postgresql()) if started else chosen.server
            show = stack.enter_context(bar(console, database, chosen.kills))
            url = server if database == "postgresql" else ""
            tally = kill(database, url, chosen.kills, chosen.seed, chosen.minutes, show)
        reports[database] = report(tally, time.monotonic() - began)
    console.print(table_of(reports), f"seed {chosen.seed}")
    faults = [fault for figures in reports.values() for fault in figures["faults"]]
    for fault in faults:
        console.print(fault, style="bold red", markup=False)
    if chosen.json:
        chosen.json.write_text(json.dumps(reports, indent=2), encoding="utf-8")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
