"""Changing the municipality's file from the page: checked, noted with who and what, and possible to put back."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipeline.areas import area_names
from pipeline.installation import Installation
from pipeline.municipality import Municipality, parse_municipality
from pipeline.toml_edit import Change, Edit, edit_toml, rewrite_toml
from pipeline.toml_file import TomlFile, read_toml
from store.audit import note
from store.db import Session
from store.errors import ConfigurationError
from store.organisation import get_change, list_changes, note_change
from store.types import AuditEntry, OrganisationChange

BEFORE = "så som filen var innan"
BY_HAND = "ändringar i själva filen"


def organisation_file(installation: Installation) -> Path:
    """Return the file that the page changes; raises ConfigurationError when the municipality is a bundled one."""
    path = installation.place
    if not path.is_file():
        told = "kommunen följer med programmet och går inte att ändra. Ta bort municipality ur utkik.toml"
        raise ConfigurationError(told, path=path)
    return path


def read_organisation(installation: Installation) -> TomlFile:
    """Return the file as it stands now."""
    return read_toml(organisation_file(installation))


def check_organisation(file: TomlFile) -> Municipality:
    """Return the municipality that the file would describe; raises MunicipalityFault."""
    return parse_municipality(file, area_names())


def change_organisation(
    installation: Installation, changes: Sequence[Change], *, seen: str, what: str, audit: AuditEntry
) -> bool:
    """Make the changes and note them; False when there are none.

    Raises MunicipalityFault when the file would not do, ChangedMeanwhile when it is not the one that was seen.
    """
    path = organisation_file(installation)
    edit = edit_toml(path, changes, check=check_organisation, seen=seen)
    return _note(installation, edit, what, audit)


def restore_organisation(installation: Installation, number: int, *, seen: str, what: str, audit: AuditEntry) -> bool:
    """Put the file back as it was after the change with the number; raises LookupError when there is none."""
    with installation.store.reading() as session:
        change = get_change(session, installation.municipality.key, number)
    if change is None:
        raise LookupError(number)
    path = organisation_file(installation)
    edit = rewrite_toml(path, lambda _: change.text, check=check_organisation, seen=seen)
    return _note(installation, edit, what, audit)


def _note(installation: Installation, edit: Edit, what: str, audit: AuditEntry) -> bool:
    if edit.after == edit.before:
        return False
    key = installation.municipality.key
    with installation.store.session(durable=True) as session:
        _note_what_was(session, key, edit.before, audit.at)
        change = OrganisationChange(
            municipality=key, at=audit.at, account_id=audit.account_id, role=audit.role, what=what, text=edit.after
        )
        note_change(session, change)
        note(session, replace(audit, detail=what))
    return True


def _note_what_was(session: Session, key: str, text: str, at: datetime) -> None:
    """Note what the file said before, unless that is known: the first time, and after somebody changed it by hand."""
    newest = list_changes(session, key, limit=1)
    if newest and newest[0].text == text:
        return
    what = BY_HAND if newest else BEFORE
    note_change(session, OrganisationChange(municipality=key, at=at, account_id="", role="", what=what, text=text))


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Return the lines that differ, each with "+" for those that came and "-" for those that went."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [
        (line[0], line[1:])
        for line in lines
        if line[:1] in "+-" and line[:3] not in ("+++", "---") and line[1:].strip()
    ]


def with_differences(
    changes: Sequence[OrganisationChange], shown: Callable[[str, str], list[tuple[str, str]]] = difference
) -> list[tuple[OrganisationChange, list[tuple[str, str]]]]:
    """Return each change but the oldest with the lines that it changed; the oldest has none."""
    older = [change.text for change in changes[1:]]
    pairs = zip(changes, [*older, changes[-1].text] if changes else [], strict=True)
    return [(change, shown(before, change.text)) for change, before in pairs]
