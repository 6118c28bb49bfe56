"""Adding municipalities to an installation and taking them away: files are made and moved, nothing stored is lost."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from crawlers.dates import STOCKHOLM
from pipeline.areas import area_names
from pipeline.installation import Installation
from pipeline.municipality import Municipality, municipality_file, parse_municipality
from pipeline.municipality_list import listed_municipalities
from pipeline.served import FOLDER, Files, Served, municipality_paths, used_copy
from pipeline.settings import Settings
from pipeline.toml_change import changed
from pipeline.toml_file import TomlFile, parse_toml, read_toml
from store.digests import due_ids, hold
from store.errors import ConfigurationError

REMOVED = "borttagen"  # ends the name of a file that has been taken away
_KEY = re.compile(r"[^\W_][\w-]*")  # is the file's name
HELD = "kommunen är borttagen ur installationen"


@dataclass(frozen=True, slots=True)
class Added:
    """A municipality that is served from now on, and its file."""

    municipality: Municipality
    path: Path


def wanted_files(names: Sequence[str], files: Sequence[Path], *, all_listed: bool) -> Iterator[TomlFile]:
    """Give the text of each municipality that is asked for, by name, code, file, folder of files, or all 290."""
    for path in files:
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            raise ConfigurationError("mappen har inga kommunfiler (.toml)", path=path)
        yield from map(read_toml, inside)
    for name in [*names, *(listed_municipalities() if all_listed else ())]:
        yield municipality_file(name)


def add_municipalities(
    settings: Settings, wanted: Sequence[TomlFile], *, skip_known: bool = False, coordinator: str = ""
) -> list[Added]:
    """Write a file for each municipality; raises ConfigurationError, and writes none, when one will not do.

    One that is served already is an error, or with `skip_known` left as it is.
    """
    folder = settings.home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with FileLock(folder / ".lock", timeout=10, mode=0o600):
        known = served_now(settings)
        made: dict[Path, tuple[TomlFile, Municipality]] = {}
        for file in wanted:
            file = with_coordinator(file, coordinator)
            municipality = parse_municipality(file, area_names())
            if not _KEY.fullmatch(municipality.key):
                told = f"short ska bestå av bokstäver, siffror, mellanslag och bindestreck, inte '{municipality.short}'"
                raise ConfigurationError(told, path=file.path)
            place = folder / f"{municipality.key}.toml"
            if there := _place_of(known, made, place, municipality):
                if skip_known:
                    continue
                raise ConfigurationError(f"{municipality.name} finns redan: {there}")
            made[place] = (file, municipality)
        for place, (file, _) in made.items():
            _write(place, file.text)
    return [Added(municipality, place) for place, (_, municipality) in made.items()]


def served_now(settings: Settings) -> Served:
    """Return what the installation serves; nothing when it has no municipality yet."""
    if not any(municipality_paths(settings)):
        return Served((), {})
    return Files().served(settings)


def with_coordinator(file: TomlFile, email: str) -> TomlFile:
    """Return the file with another address of the coordinator, or as it is when none is given."""
    if not email:
        return file
    return parse_toml(file.path, changed(file.text, [(("coordinator", "email"), email)], file.path))


def _place_of(
    known: Served, made: dict[Path, tuple[TomlFile, Municipality]], place: Path, wanted: Municipality
) -> Path | None:
    """Return the file of a municipality that has one already, by its key or its code."""
    if place.exists() or place in made:
        return place
    for one in known.municipalities:
        if wanted.key == one.key or wanted.code == one.code:
            return known.places[one.key]
    return next((path for path, (_, one) in made.items() if one.code == wanted.code), None)


def _write(place: Path, text: str) -> None:
    """Write the file whole or not at all, readable by its owner alone."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    Path(name).replace(place)


def remove_municipality(installation: Installation, key: str, *, now: datetime) -> tuple[Path, int]:
    """Take the municipality's file away to a dated name, hold its letters that wait, and return name and number.

    Verdicts, letters and the rest stay in the database, and are there when the file is put back.
    """
    path = file_of(installation, key)
    others = [one for one in installation.municipalities if one.key != key]
    if not others:
        raise ConfigurationError("det är den enda kommunen. Lägg till en annan först, eller flytta undan hela mappen")
    if not path.is_file():
        raise ConfigurationError(f"inställningen municipality i utkik.toml pekar på {path}. Ta bort den där i stället")
    target = path.with_name(f"{path.stem}.{now.astimezone(STOCKHOLM):%Y-%m-%dT%H%M%S}.{REMOVED}")
    path.rename(target)
    with contextlib.suppress(FileNotFoundError):
        used_copy(installation.settings, path).unlink()
    with installation.store.session(durable=True) as session:
        held = sum(hold(session, digest_id, now, HELD) for digest_id in due_ids(session, now, among=[key]))
    return target, held


def file_of(installation: Installation, key: str) -> Path:
    """Return the file of a municipality, also of one whose file cannot be used; raises ConfigurationError."""
    place = installation.places.get(key) or next(
        (fault.path for fault in installation.faults if fault.key == key), None
    )
    if place is None:
        installation.of(key)  # raises, and says which there are
        raise ConfigurationError(f"{key} har ingen fil")
    return place
