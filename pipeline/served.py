"""The municipalities that an installation serves, as their files stand, and which of the files cannot be used."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.municipality import Municipality, find_municipality, load_municipality
from pipeline.settings import Settings
from store.errors import ConfigurationError

FOLDER = "municipalities"  # in the home folder: a file per municipality beside the first

USED = ".senast"  # in it: what each file said when it was last used

Signature = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class FileFault:
    """A municipality's file that cannot be used; `is_kept` when what it said before is still used."""

    key: str
    path: Path
    message: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Served:
    """The municipalities in order, the file of each by key, and the files that cannot be used."""

    municipalities: tuple[Municipality, ...]
    places: Mapping[str, Path]
    faults: tuple[FileFault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    signature: Signature
    municipality: Municipality | None  # as the file says, or last said
    error: ConfigurationError | None = None


class Files:
    """Reads the files, each again only when it has changed; a changed one that cannot be used leaves what it said."""

    def __init__(self) -> None:
        self._read: dict[Path, _Read] = {}

    def served(self, settings: Settings) -> Served:
        """Return what is served; raises ConfigurationError when no file can be used, or the only one cannot."""
        paths = list(municipality_paths(settings))
        several = len(paths) > 1
        self._read = {path: self._newest(path, used_copy(settings, path) if several else None) for path in paths}
        return _ordered(self._read, first_path(settings))

    def signatures(self, settings: Settings) -> tuple[Signature, tuple[tuple[str, Signature], ...]]:
        """Return what tells one state of all the files from another.

        The page asks at every request, and there may be 290 files: the folder is listed once, and no paths are made.
        """
        return signature_of(first_path(settings)), _signatures_in(settings.home / FOLDER)

    def _newest(self, path: Path, copy: Path | None) -> _Read:
        before, signature = self._read.get(path), signature_of(path)
        if before and before.signature == signature:
            return before
        try:
            return _Read(signature, _load(path))
        except ConfigurationError as error:
            return _Read(signature, before.municipality if before else _last_used(copy), error)


def first_path(settings: Settings) -> Path:
    """Return the place of the first municipality: the home's own file, or what the settings name instead."""
    return Path(settings.municipality_place).expanduser()


def municipality_paths(settings: Settings) -> Iterator[Path]:
    """Give the place of each municipality's file, the first before the others."""
    first = first_path(settings)
    if settings.municipality or first.exists():
        yield first
    folder = settings.home / FOLDER
    if folder.is_dir():
        yield from sorted(path for path in folder.glob("*.toml") if not path.name.startswith(".") and path != first)


def signature_of(path: Path) -> Signature:
    """Return what tells one version of the file from another, None when there is no file (a bundled name)."""
    try:
        return _told(path.stat())
    except OSError:
        return None


def _told(status: os.stat_result) -> Signature:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _signatures_in(folder: Path) -> tuple[tuple[str, Signature], ...]:
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted((one.name, _told(one.stat())) for one in entries if one.name.endswith(".toml")))
    except OSError:  # no folder, or a file that was taken away meanwhile: looked at anew by the next who asks
        return ()


def used_copy(settings: Settings, path: Path) -> Path:
    """Return where what a municipality's file said when it was last used is kept."""
    return settings.home / FOLDER / USED / path.name


def keep_copies(settings: Settings, places: Sequence[Path]) -> None:
    """Keep what each file says, so that one that is spoilt later does not stop its municipality's letters.

    With one municipality nothing is kept: whoever runs it alone sees the fault at once.
    """

    if len(places) < 2:
        return
    for path in places:
        copy, said = used_copy(settings, path), path.read_bytes() if path.is_file() else b""
        if said and not (copy.is_file() and copy.read_bytes() == said):
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = copy.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_bytes(said)
            part.replace(copy)


def key_in_name(path: Path) -> str:
    """Return the municipality that a file's name tells; some systems write å in two letters."""
    return unicodedata.normalize("NFC", path.stem).lower()


def _load(path: Path) -> Municipality:
    """Return the municipality of a place, which the settings may give as the name of a bundled one."""
    return load_municipality(path) if path.suffix == ".toml" else find_municipality(str(path))


def _last_used(copy: Path | None) -> Municipality | None:
    if copy is None or not copy.is_file():
        return None
    try:
        return load_municipality(copy)
    except ConfigurationError:  # of an older version of the program
        return None


def _ordered(read: Mapping[Path, _Read], first: Path) -> Served:
    found: dict[str, Municipality] = {}
    places: dict[str, Path] = {}
    faults: list[FileFault] = []
    for path, one in read.items():
        municipality, error = one.municipality, one.error
        key = municipality.key if municipality else key_in_name(path)
        if municipality and key in found:
            told = f"{municipality.name} har redan filen {places[key]}: ta bort den ena, eller skriv ett annat short"
            error, municipality = ConfigurationError(told, path=path), None
        if error:
            faults.append(FileFault(key, path, str(error), is_kept=municipality is not None))
        if municipality:
            found[key], places[key] = municipality, path
    if not found:
        raise next(
            (one.error for one in read.values() if one.error), ConfigurationError("ingen kommun finns", path=first)
        )
    order = sorted(found, key=lambda key: (places[key] != first, key))
    return Served(tuple(found[key] for key in order), places, tuple(faults))
