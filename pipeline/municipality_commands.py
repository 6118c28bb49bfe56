"""The commands `utkik municipality …`: adding, listing, showing and taking away the municipalities that are served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.belonging import bind_unbound, told_seeing_all
from pipeline.installation import create_home, open_installation
from pipeline.municipality_files import Added, add_municipalities, remove_municipality, served_now, wanted_files
from pipeline.municipality_view import list_values, show_values
from pipeline.opened import key_of, open_served
from pipeline.options import AsJson, Now
from pipeline.run import LETTERS, LOCK
from pipeline.settings import load_settings
from pipeline.terminal import plain_table, write_json
from pipeline.wording import counted
from store.audit import note
from store.errors import ConfigurationError
from store.types import AuditEntry

NAMED = 10  # municipalities that are told one by one when many are added

municipality_app = typer.Typer(
    help="Visa, lägg till och ta bort de kommuner som installationen gäller.", no_args_is_help=True
)

Key = Annotated[str, typer.Argument(metavar="KOMMUN", help="Nyckel, namn eller kod, t.ex. varberg eller 1383.")]


@municipality_app.command()
def add(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[KOMMUN]…", help="Namn eller kod, t.ex. varberg eller 1383.")
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--file", metavar="FIL|MAPP", help="En kommunfil, eller en mapp med flera, med egen organisation."
        ),
    ] = None,
    all_listed: Annotated[bool, typer.Option("--all", help="Alla 290; de som redan finns lämnas orörda.")] = False,
    coordinator: Annotated[
        str, typer.Option("--coordinator", metavar="ADRESS", help="Samordnarens adress, i stället för filens.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Lägg till kommuner. Var och en börjar med den vanliga organisationen och får brev vid nästa körning."""
    if not names and not files and not all_listed:
        raise ConfigurationError("ange en kommun, --file FIL eller --all")
    settings = load_settings(context.obj.home)
    create_home(settings)
    wanted = list(wanted_files(names or [], files or [], all_listed=all_listed))
    if coordinator and len(wanted) != 1:
        raise ConfigurationError("--coordinator går bara ihop med en enda kommun")
    before = served_now(settings).municipalities
    added = add_municipalities(settings, wanted, skip_known=all_listed, coordinator=coordinator)
    seeing = note_added(context, added, before[0].key if len(before) == 1 else "") if added else ""
    if as_json:
        write_json([{"key": one.municipality.key, "file": str(one.path)} for one in added])
        return
    for one in added[:NAMED]:
        words = f"{one.municipality.name} är tillagd: {one.path}"
        context.obj.console.print(escape(words), soft_wrap=True, highlight=False)
    if len(added) != 1:
        context.obj.console.print(f"{counted(len(added), 'kommun', 'kommuner')} tillagda.", highlight=False)
    if seeing:
        context.obj.console.print(escape(seeing), soft_wrap=True, highlight=False)
    if added:
        context.obj.console.print("Rätta det som är märkt KONTROLLERA, och kontrollera med utkik check.")


def note_added(context: typer.Context, added: Sequence[Added], alone: str) -> str:
    """Note what was added in the audit log, and say who sees all from now on.

    Accounts and keys from when one municipality was `alone` are bound to it.
    """
    with open_installation(context.obj.home) as installation, installation.store.session(durable=True) as session:
        for one in added:
            note(session, entry(context, "municipality.add", one.municipality.key))
        return told_seeing_all(bind_unbound(session, alone), alone) if alone else ""


def entry(context: typer.Context, action: str, key: str) -> AuditEntry:
    """Return an entry for the audit log of what was done here."""
    return AuditEntry(at=context.obj.moment(""), account_id="", role="", action=action, subject=key)


@municipality_app.command(name="list")
def list_all(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Visa kommunerna: fil, hur många som läser, senaste veckan med brev, och fel i filen."""
    with open_served(context) as installation:
        rows = list_values(installation, context.obj.moment(now))
    if as_json:
        write_json(rows)
    else:
        show_list(context.obj.console, rows)


@municipality_app.command()
def show(context: typer.Context, named: Key, now: Now = "", as_json: AsJson = False) -> None:
    """Visa en kommun: organisation, avsändare, sida och brev."""
    with open_served(context) as installation:
        values = show_values(installation.of(key_of(installation, named)), context.obj.moment(now))
    if as_json:
        write_json(values)
    else:
        show_one(context.obj.console, values)


@municipality_app.command()
def remove(context: typer.Context, named: Key, now: Now = "") -> None:
    """Ta bort en kommun: filen läggs undan. Bedömningar, brev och allt annat finns kvar i databasen."""
    with ExitStack() as held_locks:
        installation = held_locks.enter_context(open_served(context))
        for lock in (LOCK, LETTERS):
            held_locks.enter_context(installation.store.exclusive(lock))
        key = key_of(installation, named)
        path, held = remove_municipality(installation, key, now=context.obj.moment(now))
        with installation.store.session(durable=True) as session:
            note(session, entry(context, "municipality.remove", key))
    said = f"{key} är borttagen. Filen ligger nu i {path}. Den läggs tillbaka med: utkik municipality add --file {path}"
    context.obj.console.print(escape(said), soft_wrap=True, highlight=False)
    if held:
        waiting = f"{counted(held, 'brev', 'brev')} som väntade hålls kvar; de släpps med utkik outbox --release."
        context.obj.console.print(waiting, highlight=False)


def show_list(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Show a line for each municipality, and under the table what is wrong in their files."""
    lines = [
        [row["key"], row["code"], escape(row["name"]), str(row["units"]), str(row["contacts"]), row["last_week"] or "–"]
        for row in rows
        if row["served"]
    ]
    columns = ["Nyckel", "Kod", "Kommun", "Enheter", "Kontaktpersoner", "Senaste brev"]
    console.print(plain_table("Kommuner", columns, lines, (3, 4)))
    for row in rows:
        if row["fault"]:
            kept = "det som stod före ändringen gäller" if row["served"] else "kommunen får inga brev"
            console.print(f"[red]Fel:[/red] {escape(row['fault'])} ({kept})", soft_wrap=True, highlight=False)


def show_one(console: Console, values: Mapping[str, Any]) -> None:
    """Show one municipality in words."""
    console.print(f"[bold]{escape(values['name'])}[/bold]  {values['key']}, {values['code']}  {escape(values['file'])}")
    console.print(f"Samordnare: {values['coordinator']}", highlight=False)
    answers = f"svar till {values['reply_to']}"
    server = f", genom {values['server']}" if values["server"] else ", till mapp"
    console.print(f"Breven är från {values['sender']}, {answers}{server}.", highlight=False)
    console.print(f"Sida: {values['page'] or 'ingen; breven har inga länkar att svara med'}", highlight=False)
    if values["fault"]:
        console.print(f"[red]Fel:[/red] {escape(values['fault'])}", soft_wrap=True, highlight=False)
    rows = [[escape(u["name"]), escape(u["committee"]), u["contact"] or "–"] for u in values["organisation"]]
    console.print(plain_table("Organisation", ["Enhet", "Nämnd", "Kontaktperson"], rows))
    told = ", ".join(f"{state} {number}" for state, number in values["digests"].items())
    console.print(f"Senaste brev: {values['last_week'] or 'inga än'}. {told}".strip(), highlight=False)
