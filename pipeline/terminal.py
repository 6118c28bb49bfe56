"""What the command line shows: progress while it works, tables when it is done. Swedish, for the coordinator."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from rich.console import Console, OverflowMethod
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from store.types import Run, SourceState

STATE_WORDS: Mapping[SourceState, str] = {
    SourceState.WORKING: "fungerar",
    SourceState.QUIET: "tyst",
    SourceState.CHANGED: "ändrad",
    SourceState.REFUSED: "nekad",
    SourceState.FAILING: "svarar inte",
    SourceState.OFF: "av",
    SourceState.WAITING: "inte läst än",
}
STATE_STYLES: Mapping[SourceState, str] = {
    SourceState.WORKING: "green",
    SourceState.OFF: "dim",
    SourceState.WAITING: "dim",
}
KIND_WORDS: Mapping[str, str] = {
    "agency": "från myndigheter",
    "call": "utlysningar",
    "consultation": "remisser och samråd",
    "government": "från regeringen",
    "legal_act": "rättsakter",
    "news": "nyheter",
    "proposal": "förslag",
}


def state_text(state: SourceState) -> str:
    """Return a source's state as a coloured Swedish word."""
    style = STATE_STYLES.get(state, "yellow")
    return f"[{style}]{STATE_WORDS[state]}[/{style}]"


@contextmanager
def step_progress(console: Console, title: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar for one step; yields a function that takes (done, total or None)."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def told_steps(console: Console) -> Iterator[Callable[[str], None]]:
    """Show what is being done, step by step; yields a function that takes the words."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda words: progress.update(task, description=words)


@contextmanager
def source_progress(console: Console, titles: Mapping[str, str]) -> Iterator[Callable[[str, int], None]]:
    """Show a line per source; yields a function that takes (source, items read so far)."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed} poster"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks = {name: progress.add_task(title, total=None) for name, title in titles.items()}
        yield lambda source, read: progress.update(tasks[source], completed=read)


def show_collected(console: Console, runs: Sequence[Run], titles: Mapping[str, str]) -> None:
    """Show a table of what each source gave, and under it what is to be known of each."""
    table = Table("Källa", "Läge", title="Hämtat", title_justify="left")
    for column in ("Nya", "Ändrade", "Samma", "Ny frist"):
        table.add_column(column, justify="right")
    for run in runs:
        counts = [str(run.counts.get(name, 0)) for name in ("new", "changed", "same", "events")]
        table.add_row(titles.get(run.subject, run.subject), state_text(run.state or SourceState.WAITING), *counts)
    console.print(table)
    for run in runs:
        if run.message:
            console.print(
                f"[bold]{titles.get(run.subject, run.subject)}:[/bold] {escape(run.message)}", highlight=False
            )


def plain_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()
) -> Table:
    """Return a table of texts; `numbers` are the columns that are right-aligned."""
    table = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        # An address that is cut short leads nowhere.
        overflow: OverflowMethod = "fold" if column == "Länk" else "ellipsis"
        table.add_column(column, justify="right" if index in numbers else "left", overflow=overflow)
    for row in rows:
        table.add_row(*row)
    return table


def write_json(values: Any) -> None:
    """Write values as JSON on standard output, without colours or line breaks of the terminal's."""
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=2) + "\n")


def fail(message: str, *, code: int) -> NoReturn:
    """Say what went wrong on standard error, brackets and all, and end the program."""
    Console(stderr=True).print(f"[red]Fel:[/red] {escape(message)}", soft_wrap=True, highlight=False)
    sys.exit(code)
