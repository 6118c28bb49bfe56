"""One file with everything an installation is: its database as plain rows, its settings, municipality and keys.

The format is our own, so that a copy needs no client tools and goes into either database. It is a ZIP file: a
`manifest.json` with number of rows and checksum of each part, `tables/NAME.jsonl` and `files/NAME`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.installation import BACKUPS, Installation
from pipeline.keys import FILE_NAME as KEYS_FILE
from pipeline.served import FOLDER, first_path, municipality_paths
from pipeline.settings import FILE_NAME, Settings
from store.copying import SCHEMA, read_rows, table_names, value_of
from store.db import Session, Store
from store.errors import StoreError
from store.runs import installation_id

logger = logging.getLogger(__name__)

FORMAT = 1
MANIFEST = "manifest.json"
FIRST = "municipality.toml"
_NAMED = "utkik-%Y-%m-%dT%H%M%SZ.zip"
_OURS = re.compile(r"utkik-\d{4}-\d\d-\d\dT\d{6}Z\.zip")  # only what we named is ever removed
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.(toml|key)")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup says of itself; the contents of its files are never part of it."""

    path: Path
    created_at: datetime
    installation: str
    rows: Mapping[str, int]
    files: tuple[str, ...]

    @property
    def total(self) -> int:
        """The number of rows in all tables."""
        return sum(self.rows.values())


def backup_name(now: datetime) -> str:
    """Return the file name of a backup made at this moment; names sort by time."""
    return now.astimezone(UTC).strftime(_NAMED)


def made_at(backup: Path) -> datetime:
    """Return when a backup of ours was made, as its name says."""
    return datetime.strptime(backup.name, _NAMED).replace(tzinfo=UTC)


def make_backup(installation: Installation, target: Path, *, now: datetime) -> Backup:
    """Write the backup as of one moment while others go on writing, read it back, and return what it holds.

    A damaged database is refused: a copy of it must not take the place of a good one. The file is readable to its
    owner alone, since the settings may hold a password.
    """
    if damage := installation.store.problems():
        raise StoreError(f"Databasen är skadad ({damage[0]}). Ingen kopia tas; lägg tillbaka den senaste kopian.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, installation.store, installation.settings, now)
    _flush(part)
    verify_backup(part)
    part.replace(target)
    return verify_manifest(target)


def _write(archive: zipfile.ZipFile, store: Store, settings: Settings, now: datetime) -> None:
    parts: dict[str, dict[str, Any]] = {}
    for file, path in files_of(settings).items():
        content = path.read_bytes()
        name = f"files/{file}"
        archive.writestr(name, content)
        parts[name] = {"sha256": hashlib.sha256(content).hexdigest()}
    with store.reading() as session:
        for table in table_names():
            parts[f"tables/{table}.jsonl"] = _write_table(archive, session, table)
        identity = installation_id(session)
    manifest = {
        "format": FORMAT,
        "program": version("utkik"),
        "schema": SCHEMA,
        "installation": identity,
        "created_at": now.isoformat(),
        "parts": parts,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))


def _write_table(archive: zipfile.ZipFile, session: Session, table: str) -> dict[str, Any]:
    digest, rows = hashlib.sha256(), 0
    with archive.open(f"tables/{table}.jsonl", "w", force_zip64=True) as file:
        for row in read_rows(session, table):
            line = _encode(row).encode() + b"\n"
            digest.update(line)
            file.write(line)
            rows += 1
    return {"sha256": digest.hexdigest(), "rows": rows}


def files_of(settings: Settings) -> dict[str, Path]:
    """Return the installation's own files by their names in a backup: settings, keys and municipalities' files.

    The first municipality's file may lie elsewhere; in a backup it always has its usual name.
    """
    names = {FILE_NAME, KEYS_FILE}
    found = {
        path.name: path for path in sorted(settings.home.glob("*")) if path.name in names or _FILE.fullmatch(path.name)
    }
    first = first_path(settings)
    if first.is_file() and first.resolve().parent != settings.home:
        found[FIRST] = first
    for path in municipality_paths(settings):
        if path.parent == settings.home / FOLDER:
            found[f"{FOLDER}/{path.name}"] = path
    return {name: path for name, path in found.items() if path.is_file()}


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def verify_backup(path: Path) -> Backup:
    """Read every byte of a backup and return what it holds; raises StoreError when anything in it has changed."""
    with open_backup(path) as archive:
        manifest = read_manifest(archive, path)
        for name, said in manifest["parts"].items():
            if name.startswith("tables/"):
                table = name.removeprefix("tables/").removesuffix(".jsonl")
                rows = sum(1 for row in rows_in(archive, table) if value_of(table, row) is not None)
                if rows != said["rows"]:
                    raise damaged(path, f"{name} har {rows} rader i stället för {said['rows']}")
            if _sum_of(archive, name) != said["sha256"]:
                raise damaged(path, f"{name} har en annan kontrollsumma")
    return verify_manifest(path)


def verify_manifest(path: Path) -> Backup:
    """Return what a backup says that it holds, without reading it through."""
    with open_backup(path) as archive:
        manifest = read_manifest(archive, path)
    parts = manifest["parts"]
    return Backup(
        path=path,
        created_at=datetime.fromisoformat(manifest["created_at"]),
        installation=manifest["installation"],
        rows={name[7:-6]: said["rows"] for name, said in parts.items() if name.startswith("tables/")},
        files=tuple(name[6:] for name in parts if name.startswith("files/")),
    )


def open_backup(path: Path) -> zipfile.ZipFile:
    """Return the opened file; raises StoreError when it is no backup."""
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise damaged(path, "filen är avkortad eller ingen kopia") from error


def read_manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Return the manifest; raises StoreError on a format or schema newer than this program."""
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    except (KeyError, ValueError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged(path, "innehållsförteckningen saknas") from error
    if manifest.get("format") != FORMAT or manifest.get("schema", "") > SCHEMA:
        raise StoreError(f"{path} är skriven av en nyare version av Utkik. Uppdatera programmet först.")
    return manifest


def rows_in(archive: zipfile.ZipFile, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table in a backup; a table that it lacks is empty."""
    name = f"tables/{table}.jsonl"
    if name not in archive.namelist():
        return
    try:
        with archive.open(name) as file:
            yield from map(json.loads, file)
    except (ValueError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged(Path(str(archive.filename)), f"{name} går inte att läsa") from error


def _sum_of(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while some := file.read(1 << 20):
                digest.update(some)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise damaged(Path(str(archive.filename)), f"{name} går inte att läsa") from error
    return digest.hexdigest()


def damaged(path: Path, what: str) -> StoreError:
    """Return the error of a backup that cannot be used."""
    return StoreError(f"Säkerhetskopian {path} är skadad: {what}. Använd en annan kopia.")


def backups_in(folder: Path) -> list[Path]:
    """Return our backups in a folder, the newest first; nothing is opened."""
    return sorted((path for path in folder.glob(BACKUPS) if _OURS.fullmatch(path.name)), reverse=True)


def scheduled_backup(installation: Installation, *, now: datetime) -> dict[str, int]:
    """Make the day's backup in the folder of backups and remove the oldest beyond those kept; return what was done.

    Only when the new one has been read back are old ones removed.
    """
    folder = installation.settings.backup_folder
    made = make_backup(installation, folder / backup_name(now), now=now)
    old = backups_in(folder)[installation.settings.backup.keep :]
    for path in old:
        path.unlink()
    logger.info("backup %s: %d rows", made.path.name, made.total)
    return {"rows": made.total, "removed": len(old)}
