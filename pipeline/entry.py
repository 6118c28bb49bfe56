"""The door of the program: `utkik classify` without what it does not need, every other command by `pipeline.cli`.

Stores, crawlers and letters take two seconds and a hundred megabytes to load, which who classifies a file need not pay.
"""

from __future__ import annotations

import sys

import typer

from crawlers.log_lines import begin_log
from pipeline.told_errors import run_told


def main() -> None:
    """Run the command that was typed."""
    if sys.argv[1:2] == ["classify"]:
        run_told(_classifying())
        return
    from pipeline.cli import main as run_any

    run_any()


def _classifying() -> typer.Typer:
    """Return the program with that command alone; what is typed and shown is as in the whole one."""
    from pipeline.classify_command import classify

    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, callback=_set_up)
    app.command()(classify)
    return app


def _set_up() -> None:
    begin_log("text")


if __name__ == "__main__":
    main()
