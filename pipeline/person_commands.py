"""The commands `utkik person show|forget` and `utkik remove`: taking a person, or an item, out."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.installation import open_installation
from pipeline.options import AsJson, Now
from pipeline.person import forget_person, person_values
from pipeline.run import LOCK
from pipeline.terminal import write_json
from pipeline.wording import counted, listed
from store.persons import sweep
from store.removal import remove_item

person_app = typer.Typer(
    help="Visa eller ta bort det som finns om en person.", add_completion=False, no_args_is_help=True
)

Address = Annotated[str, typer.Argument(metavar="E-POSTADRESS")]

TABLES = {
    "digests": "brev",
    "deliveries": "anteckningar om leverans",
    "contact_states": "lägen som kontakt",
    "accounts": "konton",
    "audit_log": "rader i loggen",
    "runs": "anteckningar om körningar",
    "feedback": "svar",
    "verdicts": "bedömningar",
    "actions": "åtgärder",
}


@person_app.command()
def show(context: typer.Context, address: Address, as_json: AsJson = False) -> None:
    """Visa allt som finns lagrat om personen: ett registerutdrag. Med --json fält för fält."""
    with open_installation(context.obj.home) as installation:
        values = person_values(installation, address)
    if as_json:
        write_json(values)
    else:
        show_person(context.obj.console, values)


@person_app.command()
def forget(context: typer.Context, address: Address, now: Now = "", as_json: AsJson = False) -> None:
    """Ta bort personen ur databas, brev, filer och loggar. Antal och resultat blir kvar."""
    with open_installation(context.obj.home) as installation:
        done = forget_person(installation, address, now=context.obj.moment(now))
    if as_json:
        write_json(done)
        return
    for line in told(done):
        context.obj.console.print(escape(line), soft_wrap=True, highlight=False)


def remove(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="KÄLLA")],
    key: Annotated[str, typer.Argument(metavar="NYCKEL", help="Källans eget id; utkik items --json visar det.")],
    reason: Annotated[str, typer.Option("--reason", metavar="ORD", help="Varför, för den som undrar.")] = "",
    now: Now = "",
) -> None:
    """Ta bort en post för gott. Den kommer inte tillbaka när källan läses igen."""
    at = context.obj.moment(now)
    with open_installation(context.obj.home) as installation, installation.store.exclusive(LOCK):
        with installation.store.session(durable=True) as session:
            found = remove_item(session, source, key, reason, at)
        sweep(installation.store)
    said = "Posten är borttagen" if found else "Posten fanns inte, men är spärrad"
    context.obj.console.print(f"{said}: {escape(source)} {escape(key)}. Brev som redan skickats är oförändrade.")


def show_person(console: Console, values: dict[str, Any]) -> None:
    """Show the extract in words: where the person stands, and how often."""
    lines = [f"Registerutdrag för {values['address']}"]
    lines += [f"Roll i kommunens fil: {role}" for role in values["roles"]]
    for name, rows in values["tables"].items():
        lines.append(f"{len(rows)} {TABLES.get(name, f'rader i {name}')}{_when(rows)}")
    lines += [f"{counted(len(values['answers']), 'svar', 'svar')} på poster i brev"] if values["answers"] else []
    lines += [f"Fil: {path}" for path in values["files"]]
    if number := values["items_of_open_sources"]:
        lines.append(f"Adressen står också i {counted(number, 'post', 'poster')} från öppna källor (utkik remove).")
    if len(lines) == 1:
        lines = [f"Inget finns lagrat om {values['address']}."]
    else:
        lines.append("Alla fält, med varje brevs text: samma kommando med --json.")
    for line in lines:
        console.print(escape(line), soft_wrap=True, highlight=False)


def _when(rows: list[dict[str, Any]]) -> str:
    days = sorted(str(row[name])[:10] for row in rows for name in ("created_at", "at", "since") if row.get(name))
    return f", {days[0]} till {days[-1]}" if days else ""


def told(done: dict[str, Any]) -> list[str]:
    """Return what was done, and what a person must do besides, in Swedish."""
    rows = [f"{number} {TABLES.get(name, f'rader i {name}')}" for name, number in done["rows"].items()]
    said = [f"Borttagen ur {listed(rows)}." if rows else "Inget fanns lagrat i databasen."]
    said += [f"{counted(done['accounts'], 'konto', 'konton')} borttaget med inloggningar."] if done["accounts"] else []
    said += [f"{counted(done['files'], 'fil', 'filer')} ändrade."] if done["files"] else []
    said.append(
        "Brev som redan exporterats till arkivet är handlingar och behåller sin adress. "
        f"I databasen heter mottagaren nu {done['called']}."
    )
    if done["backups"]:
        said.append(
            f"{counted(done['backups'], 'säkerhetskopia', 'säkerhetskopior')} har personen kvar tills de byts ut; "
            "återställs en av dem ska kommandot köras igen."
        )
    if number := done["items_of_open_sources"]:
        said.append(f"Adressen står i {counted(number, 'post', 'poster')} från öppna källor; ta bort med utkik remove.")
    return said
