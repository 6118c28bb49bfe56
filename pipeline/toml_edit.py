"""Changing a TOML file that people write too: checked before, whole or not at all, and nobody's change is lost.

A change is a place in the file and its new value, such as `(("schedule", "digest"), "tue 07:00")`; REMOVED takes the
place away.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.toml_change import REMOVED, Change, changed, inline
from pipeline.toml_file import TomlFile, parse_toml, read_toml
from store.errors import ConfigurationError

__all__ = ["REMOVED", "Change", "ChangedMeanwhile", "Edit", "edit_toml", "inline", "rewrite_toml", "version_of"]

BACKUP = ".bak"  # ends the name of the version before the latest change
LONGEST_WAIT = 10.0  # seconds for somebody else's change to be written

Check = Callable[[TomlFile], object]


class ChangedMeanwhile(ConfigurationError):
    """The file is not the one that was shown: somebody else, or an editor, was first."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a file said before and says now."""

    before: str
    after: str


def version_of(text: str) -> str:
    """Return what tells one version of a file from another; a form carries it as `seen`."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def edit_toml(path: Path, changes: Sequence[Change], *, check: Check, seen: str | None = None) -> Edit:
    """Make the changes in the file; raises ConfigurationError when it would not do, ChangedMeanwhile on another `seen`.

    A file that is not there is made, readable by its owner alone. `check` gets the file as it would be, and raises.
    """
    return rewrite_toml(path, lambda text: changed(text, changes, path), check=check, seen=seen)


def rewrite_toml(path: Path, make: Callable[[str], str], *, check: Check, seen: str | None = None) -> Edit:
    """Put what `make` makes of the file's text in its place, the text before beside it; raises as `edit_toml` does."""
    target = path.resolve()  # a link stays a link
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=LONGEST_WAIT, mode=0o600):
            before = read_toml(target).text if target.exists() else ""
            if seen is not None and seen != version_of(before):
                raise ChangedMeanwhile("filen har ändrats sedan sidan visades", path=path)
            after = make(before)
            check(parse_toml(path, after))
            if after != before:
                _write(target, after)
    except Timeout as error:
        raise ChangedMeanwhile("någon annan ändrar i filen just nu; försök igen om en stund", path=path) from error
    except OSError as error:
        raise ConfigurationError(f"filen går inte att skriva ({error.strerror or error})", path=path) from error
    return Edit(before, after)


def _write(target: Path, text: str) -> None:
    mode = 0o600
    if target.exists():
        mode = stat.S_IMODE(target.stat().st_mode)
        _replace(target.with_name(target.name + BACKUP), target.read_bytes(), mode)
    _replace(target, text.encode(), mode)


def _replace(target: Path, content: bytes, mode: int) -> None:
    """Write the file so that nobody ever sees a part of it, not even after a power cut."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            Path(name).chmod(mode)
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if os.name == "nt":  # Windows has no such thing: there a rename is durable with the file
        return
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
