"""The command `utkik notebooks`: the analysts' notebooks, copied to the installation and opened on its store."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipeline.settings import child_environment, home_folder, load_settings
from pipeline.wording import counted
from store.errors import ConfigurationError
from store.frames import open_frames

FOLDER = "notebooks"
NEEDED = ("pandas", "pyarrow", "matplotlib", "ipykernel", "jupyterlab")


def notebooks(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="MAPP", help="Var de ska ligga. Förval: notebooks i hemmappen.")
    ] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Kopiera bara, öppna inte.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Skriv över dem du ändrat.")] = False,
) -> None:
    """Öppna analysens anteckningsböcker i JupyterLab, på den här installationens databas. De läser bara."""
    home = home_folder(context.obj.home)
    settings = load_settings(context.obj.home)
    target = (folder or home / FOLDER).expanduser().resolve()
    for line in copy_notebooks(target, replace=replace):
        context.obj.console.print(escape(line), soft_wrap=True, highlight=False)
    if copy:
        return
    if missing := missing_packages():
        raise ConfigurationError(f"{', '.join(missing)} saknas. Installera med: pip install 'utkik[notebooks]'")
    open_frames(settings.store_url).close()  # a database that cannot be read is told here, not in a browser
    context.obj.console.print("JupyterLab startar. Avsluta med Ctrl+C.")
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={target}"]
    ended = subprocess.run(command, env=child_environment(home), check=False)  # noqa: S603 - our own interpreter
    raise typer.Exit(ended.returncode)


def copy_notebooks(target: Path, *, replace: bool = False) -> list[str]:
    """Copy the notebooks and what is to be read about them; return what was done, in Swedish.

    One that stands there already, and is another than ours, is an analyst's own and is left unless told otherwise.
    """
    target.mkdir(parents=True, exist_ok=True)
    copied, kept = 0, []
    for ours in sorted(files("notebooks").iterdir(), key=lambda each: each.name):
        if not ours.name.endswith((".ipynb", ".md")):
            continue
        place, content = target / ours.name, ours.read_bytes()
        if place.exists() and place.read_bytes() != content and not replace:
            kept.append(ours.name)
        elif not place.exists() or place.read_bytes() != content:
            place.write_bytes(content)
            copied += 1
    done = [f"{counted(copied, 'fil kopierad', 'filer kopierade')} till {target}."]
    if kept:
        done.append(f"Orörda, eftersom de skiljer sig från våra: {', '.join(kept)}. Skriv över med --replace.")
    return done


def missing_packages() -> list[str]:
    """Return the packages that opening needs and that are not installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]
