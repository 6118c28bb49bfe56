"""Whether the installation can do its work: what is lacking, each in one word, for whoever watches over it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pipeline.backup import backups_in, made_at
from pipeline.beat import DEAD_AFTER, last_beat
from pipeline.due_facts import kept_since
from pipeline.installation import Installation
from pipeline.settings import Settings
from store.errors import StoreError

LEAST_FREE = 500_000_000  # bytes: a daily backup of a large installation, the letters of a Monday, and time to react
OLDEST_BACKUP = timedelta(days=2)  # made every day; one that failed is tried again


class Lack(StrEnum):
    """What may be lacking; the words are part of what monitoring is set to look for."""

    DATABASE = "database"
    SCHEDULE = "schedule"
    DISK = "disk"
    BACKUP = "backup"


def lacking(installation: Installation, now: datetime, *, free: Callable[[Path], int] | None = None) -> list[Lack]:
    """Return what is lacking, [] when all is well; `free` tells how many bytes are free where a path lies."""
    settings = installation.settings
    found = [Lack.DISK] if is_full(settings, free or free_bytes) else []
    try:
        with installation.store.reading() as session:
            beat, kept = last_beat(session), kept_since(session)
    except StoreError:
        return [Lack.DATABASE, *found]
    if beat and now - beat > DEAD_AFTER:
        found.insert(0, Lack.SCHEDULE)
    if settings.backup.keep and kept and now - (newest_backup(settings) or kept) > OLDEST_BACKUP:
        found.append(Lack.BACKUP)
    return found


def is_full(settings: Settings, free: Callable[[Path], int]) -> bool:
    """Tell whether too little is free where the installation or its backups lie."""
    return any(free(folder) < LEAST_FREE for folder in (settings.home, settings.backup_folder))


def free_bytes(path: Path) -> int:
    """Return how many bytes are free where the path lies or will lie."""
    there = next(place for place in (path, *path.absolute().parents) if place.exists())
    return shutil.disk_usage(there).free


def newest_backup(settings: Settings) -> datetime | None:
    """Return when the newest daily backup was made, None when there is none."""
    newest = next(iter(backups_in(settings.backup_folder)), None)
    return made_at(newest) if newest else None
