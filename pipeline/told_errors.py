"""Foreseen errors of the command line, told in one sentence."""

from __future__ import annotations

import logging

import typer

from pipeline.terminal import fail
from store.errors import ConfigurationError, ScanningError


def run_told(app: typer.Typer) -> None:
    """Run the command; a foreseen error is one sentence and exit code 1, or 2 when a person wrote something wrong."""
    try:
        app(standalone_mode=True)
    except ScanningError as error:
        fail(str(error), code=2 if isinstance(error, ConfigurationError) else 1)
    except OSError as error:
        logging.getLogger(__name__).info("stopped", exc_info=error)
        place = error.filename or "filsystemet"
        fail(f"{place}: {error.strerror or error}. Kontrollera mappen, utrymmet och rättigheterna.", code=1)
