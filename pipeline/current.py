"""The installation as its files stand now: they may be edited while the program runs."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from pipeline.installation import Installation
from pipeline.municipality import load_municipality
from pipeline.settings import FILE_NAME, Settings, settings_of
from pipeline.toml_file import read_toml
from store.errors import ConfigurationError

logger = logging.getLogger(__name__)

Signature = tuple[int, int, int] | None

# What of the settings counts at once. The rest was used when the program began, and needs a new beginning.
LIVE = (
    *("sources", "feeds", "listings", "bundled_feeds", "crawl"),
    *("mail", "schedule", "backup", "retention", "second_reader"),
)


class Current:
    """Gives the installation, its files read again when they have changed; safe to share between threads."""

    def __init__(self, installation: Installation) -> None:
        self._municipality = Path(installation.settings.municipality_place).expanduser()
        self._settings = installation.settings.home / FILE_NAME
        self._known = (_signature(self._municipality), _signature(self._settings), installation)

    def installation(self) -> Installation:
        """Return the installation; a file that cannot be used leaves it as it was, and is told in the log once."""
        municipality, settings, installation = self._known
        now = (_signature(self._municipality) or municipality, _signature(self._settings) or settings)
        if now == (municipality, settings):
            return installation
        if now[0] != municipality:
            installation = self._with_municipality(installation)
        if now[1] != settings:
            installation = self._with_settings(installation)
        self._known = (*now, installation)
        return installation

    def _with_municipality(self, installation: Installation) -> Installation:
        try:
            return replace(installation, municipality=load_municipality(self._municipality))
        except ConfigurationError as error:
            logger.warning("municipality: the changed file is not used: %s", error)
            return installation

    def _with_settings(self, installation: Installation) -> Installation:
        try:
            return replace(installation, settings=refreshed(installation.settings))
        except ConfigurationError as error:
            logger.warning("settings: the changed file is not used: %s", error)
            return installation


def refreshed(settings: Settings) -> Settings:
    """Return the settings with what counts at once as the file says now; raises ConfigurationError."""
    fresh = settings_of(read_toml(settings.home / FILE_NAME), settings.home)
    return settings.model_copy(update={name: getattr(fresh, name) for name in LIVE})


def _signature(path: Path) -> Signature:
    """Return what tells one version of the file from another, None when there is no file (a bundled name)."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
