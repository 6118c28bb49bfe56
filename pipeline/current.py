"""The installation as its files stand now: they may be edited while the program runs."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import NamedTuple

from crawlers.log_lines import told
from pipeline.installation import Installation
from pipeline.served import Files, Served, Signature, signature_of
from pipeline.settings import FILE_NAME, Settings, settings_of
from pipeline.toml_file import read_toml
from store.errors import ConfigurationError

logger = logging.getLogger(__name__)

# What of the settings counts at once. The rest was used when the program began, and needs a new beginning.
LIVE = (
    *("sources", "feeds", "listings", "bundled_feeds", "crawl"),
    *("mail", "schedule", "backup", "retention", "second_reader"),
)


class _Known(NamedTuple):
    """What was read last, and from which versions of the files."""

    files: object
    settings: Signature
    installation: Installation


class Current:
    """Gives the installation, its files read again when they have changed; safe to share between threads."""

    def __init__(self, installation: Installation) -> None:
        self._path = installation.settings.home / FILE_NAME
        self._files = Files()
        self._known = _Known((), signature_of(self._path), installation)

    def installation(self) -> Installation:
        """Return the installation; a file that cannot be used leaves it as it was, and is told in the log once."""
        known = self._known
        installation = known.installation
        settings = signature_of(self._path) or known.settings
        if settings != known.settings:
            installation = self._with_settings(installation)
        files = self._signatures(installation)
        if (files, settings) == (known.files, known.settings):
            return installation
        if files != known.files:
            installation = self._with_municipalities(installation)
        self._known = _Known(files, settings, installation)
        return installation

    def _signatures(self, installation: Installation) -> object:
        return self._files.signatures(installation.settings)

    def _with_municipalities(self, installation: Installation) -> Installation:
        served = self._read(installation)
        if served is None:
            return installation
        for fault in served.faults:
            if fault not in installation.faults:
                logger.warning("municipality %s: the changed file is not used; see utkik check", fault.key)
        key = installation.municipality.key
        found = next((one for one in served.municipalities if one.key == key), served.municipalities[0])
        changed = replace(
            installation,
            municipality=found,
            municipalities=served.municipalities,
            places=served.places,
            faults=served.faults,
        )
        return installation if changed == installation else changed

    def _read(self, installation: Installation) -> Served | None:
        try:
            return self._files.served(installation.settings)
        except ConfigurationError as error:
            logger.warning("municipality: the files are not used: %s", told(error))
            return None

    def _with_settings(self, installation: Installation) -> Installation:
        try:
            return replace(installation, settings=refreshed(installation.settings))
        except ConfigurationError as error:
            logger.warning("settings: the changed file is not used: %s", told(error))
            return installation


def refreshed(settings: Settings) -> Settings:
    """Return the settings with what counts at once as the file says now; raises ConfigurationError."""
    fresh = settings_of(read_toml(settings.home / FILE_NAME), settings.home)
    return settings.model_copy(update={name: getattr(fresh, name) for name in LIVE})
