"""Options that many commands have in common."""

from __future__ import annotations

from typing import Annotated

import typer

Now = Annotated[str, typer.Option("--now", metavar="ISO-TID", help="Kör som om klockan var detta.")]
AsJson = Annotated[bool, typer.Option("--json", help="Skriv JSON, för skript.")]
