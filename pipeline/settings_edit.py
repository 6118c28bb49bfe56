"""Changing utkik.toml from the page: what is written has been read by the same code that reads it at start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from pipeline.installation import Installation
from pipeline.settings import FILE_NAME, Settings, set_by_environment, settings_of
from pipeline.toml_edit import Change, edit_toml, version_of
from pipeline.toml_file import Place, TomlFile, read_toml
from store.audit import note
from store.types import AuditEntry

SECRETS = ("password", "key", "client_secret", "token")


def settings_file(installation: Installation) -> TomlFile:
    """Return the settings file as it stands now, empty when there is none."""
    path = installation.settings.home / FILE_NAME
    return read_toml(path) if path.exists() else TomlFile(path, {}, {}, "")


def settings_version(installation: Installation) -> str:
    """Return what tells this version of the file from another."""
    return version_of(settings_file(installation).text)


def wanted_changes(
    installation: Installation, wanted: Mapping[Place, Any], *, also_defaults: bool = False
) -> list[Change]:
    """Return the changes that make the settings be as wanted; what the environment decides is left alone.

    What is as it would be anyway is written only with `also_defaults`: that somebody has chosen it can then be seen.
    """
    fixed, values = set_by_environment(), settings_file(installation).values
    changes: list[Change] = []
    for place, value in wanted.items():
        written = _in_file(values, place)
        usual = not also_defaults and written is None and _default(place) == value
        if place not in fixed and written != value and not usual:
            changes.append((place, value))
    return changes


def change_settings(installation: Installation, changes: Sequence[Change], *, seen: str, audit: AuditEntry) -> bool:
    """Make the changes; False when there are none. Raises SettingsFault, or ChangedMeanwhile on another `seen`.

    The log names the settings and never their values: one may be a password. A file that gets one is closed to others.
    """
    home = installation.settings.home
    path = home / FILE_NAME
    if path.exists() and any(place[-1] in SECRETS for place, _ in changes):
        path.chmod(0o600)
    edit = edit_toml(path, changes, check=lambda file: settings_of(file, home), seen=seen)
    if edit.before == edit.after:
        return False
    names = ", ".join(".".join(map(str, place)) for place, _ in changes)
    with installation.store.session() as session:
        note(session, replace(audit, subject=names))
    return True


def is_written(installation: Installation, place: Place) -> bool:
    """Tell whether the file says anything of the place."""
    return _in_file(settings_file(installation).values, place) is not None


def _in_file(values: Mapping[str, Any], place: Place) -> Any:
    value: Any = values
    for part in place:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _default(place: Place) -> Any:
    value: Any = Settings(home=Path())
    for part in place:
        value = getattr(value, str(part))
    return value.get_secret_value() if isinstance(value, SecretStr) else value
