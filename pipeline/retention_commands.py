"""The command `utkik retention`: what has been kept long enough, and its removal."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from pipeline.opened import open_served
from pipeline.options import Now
from pipeline.retention import apply_retention, retention_values
from pipeline.run import LOCK
from pipeline.terminal import plain_table, write_json

UNITS = {"days": "dagar", "months": "månader"}


def retention(
    context: typer.Context,
    apply: Annotated[bool, typer.Option("--apply", help="Ta bort det; kräver ett beslut i inställningarna.")] = False,
    now: Now = "",
    as_json: Annotated[bool, typer.Option("--json", help="Skriv JSON, för skript.")] = False,
) -> None:
    """Visa det som sparats så länge som kommunen beslutat, eller ta bort det."""
    at = context.obj.moment(now)
    with open_served(context) as installation:
        decision = installation.settings.retention.decision
        rows = retention_values(installation, now=at)
        if apply:
            with installation.store.exclusive(LOCK):
                removed = apply_retention(installation, now=at)
            rows = [row | {"removed": removed.get(row["setting"].partition(".")[2], 0)} for row in rows]
    if as_json:
        write_json({"decision": decision, "types": rows})
        return
    lines = [
        [
            row["what"],
            f"{row['kept']} {UNITS[row['unit']]}" if row["kept"] else "för alltid",
            row["before"] or "",
            str(row["removed"] if apply else row["number"]),
        ]
        for row in rows
    ]
    last = "Borttaget" if apply else "Skulle tas bort"
    context.obj.console.print(plain_table("Gallring", ["Vad", "Sparas", "Äldre än", last], lines, numbers=(3,)))
    if not decision:
        context.obj.console.print(
            "Inget tas bort förrän numret på kommunens beslut står i retention.decision.", soft_wrap=True
        )
    else:
        context.obj.console.print(f"Beslut: {escape(decision)}", highlight=False)
