"""The installation as its municipality's file stands now: the file may be edited while the program runs."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from pipeline.installation import Installation
from pipeline.municipality import load_municipality
from store.errors import ConfigurationError

logger = logging.getLogger(__name__)

Signature = tuple[int, int, int] | None


class Current:
    """Gives the installation, its municipality read again when the file has changed; safe to share between threads."""

    def __init__(self, installation: Installation) -> None:
        self._path = Path(installation.settings.municipality_place).expanduser()
        self._known = (_signature(self._path), installation)

    def installation(self) -> Installation:
        """Return the installation; a file that cannot be used leaves it as it was, and is told in the log once."""
        seen, installation = self._known
        now = _signature(self._path)
        if now is None or now == seen:
            return installation
        try:
            installation = replace(installation, municipality=load_municipality(self._path))
        except ConfigurationError as error:
            logger.warning("municipality: the changed file is not used: %s", error)
        self._known = (now, installation)
        return installation


def _signature(path: Path) -> Signature:
    """Return what tells one version of the file from another, None when there is no file (a bundled name)."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
