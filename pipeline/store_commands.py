"""The command `utkik store copy`: an installation's database moved to another one, without loss."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from pipeline.restore import LOCKS
from pipeline.wording import counted
from store.copying import standing_still
from store.db import open_store
from store.errors import ConfigurationError
from store.moving import move

store_app = typer.Typer(help="Flytta databasen, till exempel från SQLite till PostgreSQL.", add_completion=False)

Address = Annotated[str, typer.Argument(metavar="FRÅN", help="T.ex. sqlite:////var/lib/utkik/utkik.db")]
Target = Annotated[
    str, typer.Argument(metavar="TILL", help="T.ex. postgresql://utkik@databasserver/utkik; ska vara tom.")
]


@store_app.callback()
def store(context: typer.Context) -> None:
    """Flytta databasen."""


@store_app.command()
def copy(context: typer.Context, source: Address, target: Target) -> None:
    """Kopiera allt till en tom databas och kontrollera att inget gick förlorat. Den gamla lämnas orörd."""
    if source == target:
        raise ConfigurationError("de två adresserna är samma databas")
    console = context.obj.console
    with (
        console.status("Kopierar …") as shown,
        standing_still(source, LOCKS),
        open_store(source) as before,
        open_store(target) as after,
    ):
        moved = move(before, after, lambda name, number: shown.update(f"Kopierar {name}: {number} rader"))
    console.print(f"Kopierat och jämfört: {counted(moved.total, 'rad', 'rader')}.", highlight=False)
    said = (
        "Sätt database_url i utkik.toml till den nya adressen. "
        "Den gamla är orörd: kör den inte samtidigt, då skickar båda."
    )
    console.print(escape(said), soft_wrap=True, highlight=False)
