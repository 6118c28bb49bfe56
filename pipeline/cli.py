"""The command `utkik`: reads the clock and the words typed, calls one step, shows what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from crawlers.log_lines import begin_log
from pipeline import run as steps
from pipeline import show
from pipeline.command_groups import add_commands
from pipeline.demo import run_demo
from pipeline.installation import create_installation
from pipeline.opened import one_of, open_one, open_served
from pipeline.options import AsJson
from pipeline.outbox import decide, outbox_values, show_outbox
from pipeline.settings import log_settings
from pipeline.show_thread import show_threads, thread_values
from pipeline.status import status_of
from pipeline.terminal import write_json
from pipeline.told_errors import run_told
from pipeline.typed import typed_day, typed_moment, typed_week
from pipeline.week import iso_week

app = typer.Typer(
    help="Utkik: omvärldsbevakning för kommuner. Hämtar, bedömer, fördelar och skickar veckans brev.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
add_commands(app)


@dataclass(slots=True)
class Surroundings:
    """What every command shares."""

    home: Path | None
    console: Console
    moment: Callable[[str], datetime]
    municipality: str = ""  # the one that is asked for; "" for all, or for the only one


Now = Annotated[
    str,
    typer.Option("--now", metavar="ISO-TID", help="Kör som om klockan var detta, t.ex. 2026-08-22T08:00 (svensk tid)."),
]
Week = Annotated[str, typer.Option("--week", metavar="ÅÅÅÅ-Wvv", help="ISO-vecka, t.ex. 2026-W34. Förval: veckan nu.")]
Since = Annotated[str, typer.Option("--since", metavar="ÅÅÅÅ-MM-DD", help="Hämta från denna dag i stället.")]
Full = Annotated[bool, typer.Option("--full", help="Hämta allt på nytt, även det som inte ändrats.")]
SourceNames = Annotated[list[str] | None, typer.Argument(metavar="[KÄLLA]…", help="Förval: alla som är på.")]


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="MAPP", help="Installationens mapp. Förval: UTKIK_HOME, ~/.utkik.")
    ] = None,
    municipality: Annotated[
        str, typer.Option("--municipality", metavar="KOMMUN", help="En av flera kommuner, t.ex. varberg.")
    ] = "",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Visa loggen.")] = False,
    show_version: Annotated[bool, typer.Option("--version", help="Visa versionen.")] = False,
) -> None:
    """Set up what every command shares."""
    begin_log(log_settings(home).format, level="info" if verbose else "error", traces=verbose)
    context.obj = Surroundings(home, Console(), moment, municipality)
    if show_version:
        context.obj.console.print(f"utkik {version('utkik')}")
        raise typer.Exit


def moment(text: str) -> datetime:
    """Return the moment to run as of, in UTC: the clock's, or the one typed."""
    return typed_moment(text) if text else datetime.now(UTC)


@app.command()
def init(
    context: typer.Context,
    municipality: Annotated[str, typer.Option("--municipality", metavar="NAMN|FIL", help="T.ex. varberg.")] = "",
) -> None:
    """Gör i ordning en installation: inställningar, kommunens fil och en tom databas."""
    for line in create_installation(context.obj.home, municipality):
        context.obj.console.print(escape(line), soft_wrap=True, highlight=False)
    context.obj.console.print("Nästa steg: ändra i filerna, kontrollera med [bold]utkik check[/bold], kör utkik run.")


@app.command()
def collect(
    context: typer.Context,
    source: SourceNames = None,
    now: Now = "",
    since: Since = "",
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Hämta nytt från källorna."""
    with open_served(context) as installation:
        runs = steps.collect_sources(
            installation,
            context.obj.console,
            source or [],
            now=moment(now),
            since=typed_day(since),
            full=full,
            quiet=as_json,
        )
    if as_json:
        write_json([show.run_values(run) for run in runs])


@app.command()
def assess(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Bedöm det som är nytt eller ändrat."""
    with open_served(context) as installation:
        run = steps.assess_items(installation, context.obj.console, now=moment(now), quiet=as_json)
    if as_json:
        write_json(show.run_values(run))


@app.command()
def digest(
    context: typer.Context,
    week: Week = "",
    now: Now = "",
    preview: Annotated[bool, typer.Option("--preview", help="Visa breven utan att spara dem.")] = False,
    as_json: AsJson = False,
) -> None:
    """Skriv veckans brev, ett per kontaktperson, och lägg dem i utkorgen."""
    at = moment(now)
    named = typed_week(week) or iso_week(at)
    with open_served(context) as installation:
        if not preview:
            runs = steps.compose_digests(installation, context.obj.console, week=named, now=at, quiet=as_json)
            told: list[object] = [show.run_values(run) for run in runs]
            values = told[0] if len(told) == 1 else told
        elif as_json:
            values = [row for one in installation.each() for row in show.preview_values(one, week=named, now=at)]
        else:
            for one in installation.each():
                show.previews(one, context.obj.console, week=named, now=at)
    if as_json:
        write_json(values)


@app.command()
def send(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Skicka det som ligger i utkorgen."""
    with open_served(context) as installation:
        run = steps.send_digests(installation, context.obj.console, now=moment(now), quiet=as_json)
    if as_json:
        write_json(show.run_values(run))


@app.command()
def outbox(
    context: typer.Context,
    again: Annotated[str, typer.Option("--again", metavar="ID", help="Skicka ett stoppat brev igen.")] = "",
    sent: Annotated[str, typer.Option("--sent", metavar="ID", help="Räkna ett oklart brev som skickat.")] = "",
    release: Annotated[bool, typer.Option("--release", help="Släpp allt som hålls kvar.")] = False,
    week: Week = "",
    now: Now = "",
    as_json: AsJson = False,
) -> None:
    """Visa utkorgen, och avgör det som bara en människa kan avgöra."""
    with open_one(context) as installation:
        done = decide(installation, again=again, sent=sent, release=release, now=moment(now))
        if as_json:
            write_json(outbox_values(installation, week=typed_week(week)))
            return
        for line in done:
            context.obj.console.print(escape(line), soft_wrap=True, highlight=False)
        if not done:
            show_outbox(installation, context.obj.console, week=typed_week(week))


@app.command()
def run(context: typer.Context, now: Now = "", since: Since = "", full: Full = False, as_json: AsJson = False) -> None:
    """Kör hela veckan: hämta, bedöm, skriv brev och skicka. Kan köras om när som helst."""
    with open_served(context) as installation:
        runs = steps.run_week(
            installation, context.obj.console, now=moment(now), since=typed_day(since), full=full, quiet=as_json
        )
    if as_json:
        write_json([show.run_values(run) for run in runs])


@app.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Visa vad som finns: poster, bedömningar, utskick."""
    with open_served(context) as installation:
        if as_json:
            write_json(status_of(installation))
        else:
            show.status(installation, context.obj.console)


@app.command()
def changes(
    context: typer.Context,
    now: Now = "",
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Hur många dagar tillbaka.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Visa ändrade frister och lägen."""
    with open_served(context) as installation:
        if as_json:
            write_json(show.change_values(installation, now=moment(now), days=days))
        else:
            show.changes(installation, context.obj.console, now=moment(now), days=days)


@app.command()
def items(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="[ORD]…", help="Sök i allt som hämtats.")] = None,
    unit: Annotated[
        str, typer.Option("--unit", help="Det som gäller en enhet just nu, även det som inte fick plats.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1)] = 50,
    now: Now = "",
    as_json: AsJson = False,
) -> None:
    """Sök bland posterna, eller visa allt som är aktuellt för en enhet."""
    with open_served(context) as installation:
        at = moment(now)
        installation = one_of(installation, context.obj.municipality) if unit else installation
        rows = show.found_values(installation, words=" ".join(words or []), unit=unit, limit=limit, now=at)
    if as_json:
        write_json(rows)
    else:
        show.items(context.obj.console, rows, now=at)


@app.command()
def thread(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="ORD|CELEX|COM", help="T.ex. 32024L3019 eller COM(2022) 541.")],
    now: Now = "",
    as_json: AsJson = False,
) -> None:
    """Visa ett ärendes väg: förslag, faktapromemoria, remiss, antagande, svensk lag."""
    with open_served(context) as installation:
        threads = thread_values(installation, " ".join(words), now=moment(now))
    if as_json:
        write_json(threads)
    else:
        show_threads(context.obj.console, threads, " ".join(words))


@app.command()
def demo(
    context: typer.Context,
    municipality: Annotated[
        str, typer.Option("--municipality", metavar="NAMN", help="mellerud eller varberg.")
    ] = "mellerud",
    again: Annotated[bool, typer.Option("--again", help="Kör om veckan i samma mapp.")] = False,
) -> None:
    """Kör en hel exempelvecka utan nätverk, i en egen mapp, och visa var resultatet finns."""
    run_demo(context.obj.console, home=context.obj.home, municipality=municipality, again=again)


def main() -> None:
    """Run the command that was typed."""
    run_told(app)


if __name__ == "__main__":
    main()
