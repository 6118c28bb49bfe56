"""What an installation holds of one person, and the person's removal from it with the numbers kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.folder import file_stem
from pipeline.installation import Installation
from pipeline.municipality import Municipality, Person
from pipeline.run import LETTERS, LOCK
from pipeline.served import FOLDER
from pipeline.toml_edit import BACKUP
from store.errors import ConfigurationError
from store.persons import (
    Address,
    answers_of,
    as_text,
    count_in_sources,
    forget_account,
    forget_notes,
    put_out,
    rows_about,
    sweep,
)

# What would open a door for whoever reads the extract is no personal data of the kind that is asked for.
HIDDEN = ("password", "secret", "token", "hash")


def person_values(installation: Installation, email: str) -> dict[str, Any]:
    """Return everything stored of the person at an address as JSON-serialisable values."""
    email = checked(email)
    with installation.store.reading() as session:
        tables: dict[str, list[dict[str, Any]]] = {}
        for name, row in rows_about(session, email):
            tables.setdefault(name, []).append(shown(row))
        answers = [shown(row) for row in answers_of(session, email)]
        in_sources = count_in_sources(session, email)
    return {
        "address": email,
        "roles": all_roles(installation, email),
        "tables": tables,
        "answers": answers,
        "files": [str(path) for path in files_about(installation, email)],
        "items_of_open_sources": in_sources,
    }


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as it stands in an extract, without what opens doors."""
    return {
        name: as_text(value)
        for name, value in row.items()
        if not any(word in name for word in HIDDEN) or name == "content_hash"
    }


def checked(email: str) -> str:
    """Return the address in lower case; raises ConfigurationError on what is none."""
    found = email.strip().lower()
    if found.count("@") != 1 or " " in found or found.startswith("@") or found.endswith("@"):
        raise ConfigurationError(f"{email}: ingen e-postadress; skriv som namn@kommunen.se")
    return found


def roles_of(municipality: Municipality, email: str) -> list[str]:
    """Return the roles that the municipality's file gives the address."""
    coordinator = municipality.coordinator
    people: list[tuple[str, Person]] = [("samordnare", coordinator)]
    people += [("samordnarens ersättare", coordinator.deputy)] if coordinator.deputy else []
    for unit in municipality.units.values():
        people += [(f"{unit.name}, kontaktperson", unit.contact)] if unit.contact else []
        people += [(f"{unit.name}, ersättare", unit.deputy)] if unit.deputy else []
    return [where for where, person in people if person.email == email]


def all_roles(installation: Installation, email: str) -> list[str]:
    """Return the roles that the files of all municipalities give the address, each with whose file it is in.

    A file that cannot be read as it stands counts when the address stands in it at all.
    """
    several = len(installation.municipalities) > 1
    roles = [
        f"{one.name}: {role}" if several else role
        for one in installation.municipalities
        for role in roles_of(one, email)
    ]
    return roles + [
        f"i {fault.path}"
        for fault in installation.faults
        if fault.path.is_file() and email in fault.path.read_text(encoding="utf-8", errors="replace").lower()
    ]


def files_about(installation: Installation, email: str) -> Iterator[Path]:
    """Yield the files of letters and logs that name the address in their name or content."""
    address, spelt, settings = Address(email), in_file_names(email), installation.settings
    before = settings.home.glob(f"*.toml{BACKUP}")  # what the two files said before the latest change on the page
    others = settings.home / FOLDER  # and those laid aside, or kept from when they were last used
    spent = (path for path in others.rglob("*") if path.parent != others or path.suffix != ".toml")
    for folder in (settings.outbox.rglob("*"), settings.logs.rglob("*"), before, spent):
        for path in sorted(folder):
            if path.is_file() and (spelt in path.name or address.replaced(content := path.read_bytes(), "") != content):
                yield path


def in_file_names(email: str) -> str:
    """Return the address as the names of letters' files spell it."""
    return file_stem("", email).removeprefix("-")


def forget_person(installation: Installation, email: str, *, now: datetime) -> dict[str, Any]:
    """Put a made-up address in place of the person's in tables, letters, files and logs, and return what changed.

    Numbers, weeks, results and answers stay. Raises ConfigurationError while the municipality's file names the address:
    the next letter would bring it back.
    """
    email = checked(email)
    if roles := all_roles(installation, email):
        raise ConfigurationError(
            f"{email} står kvar i kommunens fil ({'; '.join(roles)}). Ta bort eller byt adressen där först."
        )
    other = f"glomd-{secrets.token_hex(4)}@example.invalid"
    store = installation.store
    with store.exclusive(LOCK), store.exclusive(LETTERS), store.exclusive("send"):
        with installation.store.session(durable=True) as session:
            accounts = forget_account(session, email)
            forget_notes(session, email)
            changed = put_out(session, email, other)
            in_sources = count_in_sources(session, email)
        files = [replace_in_file(path, email, other) for path in list(files_about(installation, email))]
        sweep(installation.store)
    return {
        "forgotten_at": now.isoformat(),
        "called": other,
        "rows": changed,
        "accounts": accounts,
        "files": len(files),
        "items_of_open_sources": in_sources,
        "backups": len(list(installation.settings.backup_folder.glob("*.zip"))),
    }


def replace_in_file(path: Path, email: str, other: str) -> Path:
    """Put the other address in place of the person's in a file and its name, and return where it lies now."""
    part = path.with_name(f".{path.name.replace(in_file_names(email), 'x')}.part")
    part.touch(mode=0o600)
    part.write_bytes(Address(email).replaced(path.read_bytes(), other))
    target = path.with_name(path.name.replace(in_file_names(email), in_file_names(other)))
    part.replace(target)
    if target != path:
        path.unlink()
    return target
