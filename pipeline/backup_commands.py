"""The commands `utkik backup` and `utkik restore`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from crawlers.dates import STOCKHOLM
from pipeline.backup import Backup, backup_name, backups_in, make_backup, verify_backup, verify_manifest
from pipeline.opened import open_served
from pipeline.options import AsJson, Now
from pipeline.restore import restore as put_back
from pipeline.served import FOLDER
from pipeline.settings import load_settings
from pipeline.terminal import plain_table, write_json
from pipeline.wording import counted, listed
from store.errors import StoreError


def backup(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FIL]", help="Förval: mappen för kopior.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Visa de kopior som finns.")] = False,
    check: Annotated[Path | None, typer.Option("--check", metavar="FIL", help="Läs igenom en kopia.")] = None,
    now: Now = "",
    as_json: AsJson = False,
) -> None:
    """Ta en säkerhetskopia i en fil: databas, inställningar, kommunens fil och nycklar."""
    at = context.obj.moment(now)
    if check:
        found = [verify_backup(check)]
    elif show:
        found = readable(load_settings(context.obj.home).backup_folder)
    else:
        with open_served(context) as installation:
            target = file or installation.settings.backup_folder / backup_name(at)
            found = [make_backup(installation, target, now=at)]
    if as_json:
        write_json([backup_values(one) for one in found])
    elif show:
        show_backups(context.obj.console, found)
    else:
        said = f"{found[0].path}: {found[0].total} rader och {told_files(found[0].files)}. Genomläst och hel."
        context.obj.console.print(escape(said), soft_wrap=True, highlight=False)
        if not check:
            context.obj.console.print("Filen innehåller inställningar och nycklar: förvara den som en hemlighet.")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FIL", help="Kopian, som utkik backup skrev den.")],
    replace: Annotated[bool, typer.Option("--replace", help="Lägg den installation som finns åt sidan.")] = False,
    now: Now = "",
) -> None:
    """Återställ en säkerhetskopia. Inget gammalt skickas av sig självt efteråt."""
    for line in put_back(context.obj.home, file, now=context.obj.moment(now), replace=replace):
        context.obj.console.print(escape(line), soft_wrap=True, highlight=False)


def readable(folder: Path) -> list[Backup]:
    """Return the backups of the folder whose list of contents can be read, the newest first."""
    found = []
    for path in backups_in(folder):
        try:
            found.append(verify_manifest(path))
        except StoreError:  # shown by --check FIL, and never chosen
            continue
    return found


def told_files(files: Sequence[str]) -> str:
    """Return the names of a backup's files; those of municipalities beside the first are only counted."""
    others = [name for name in files if name.startswith(f"{FOLDER}/")]
    more = [counted(len(others), "kommunfil till", "kommunfiler till")] if others else []
    return listed([*(name for name in files if name not in others), *more])


def backup_values(backup: Backup) -> dict[str, Any]:
    """Return what a backup holds as JSON-serialisable values: names and numbers, never contents."""
    return {
        "file": str(backup.path),
        "created_at": backup.created_at.isoformat(),
        "rows": dict(backup.rows),
        "files": list(backup.files),
    }


def show_backups(console: Console, found: list[Backup]) -> None:
    """Show a line per backup."""
    if not found:
        console.print("Det finns ingen säkerhetskopia. Ta en med: utkik backup")
        return
    rows = [
        [one.path.name, f"{one.created_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}", str(one.total), told_files(one.files)]
        for one in found
    ]
    console.print(plain_table(f"Kopior i {found[0].path.parent}", ["Fil", "Tagen", "Rader", "Filer"], rows, (2,)))
