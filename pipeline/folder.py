"""Delivery into a folder: each digest as an .eml file for a mail program and an .html file for a browser."""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from store.errors import DeliveryError
from store.types import Digest

_LONGEST_NAME = 200  # bytes; file systems take 255, and a suffix is still to come


class FolderTransport:
    """Writes digests to `<week>/<municipality>-<contact>.eml` and `.html`; writing one again changes nothing."""

    name = "folder"
    idempotent = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def path_of(self, digest: Digest) -> Path:
        """Return the .eml file of the digest; the .html file beside it has the same stem."""
        return self.path / _plain(digest.week) / f"{file_stem(digest.municipality, digest.contact)}.eml"

    def deliver(self, digest: Digest, *, sender: str, before_data: Callable[[], None]) -> None:  # noqa: ARG002
        """Write both files, the .eml last: where it is, the digest is whole."""
        before_data()
        target = self.path_of(digest)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if page := html_of(digest.message):
                _write_whole(target.with_suffix(".html"), page.encode())
            _write_whole(target, digest.message)
        except OSError as error:
            raise DeliveryError(f"{target}: {error.strerror}", permanent=False, stops_batch=True) from error

    def close(self) -> None:
        """Do nothing: each file was closed when written."""


def file_stem(municipality: str, contact: str) -> str:
    """Return the file name of a contact's digest: readable, and never the same for two contacts."""
    stem = f"{_plain(municipality)}-{_plain(contact.lower())}"
    if len(stem) <= _LONGEST_NAME:
        return stem
    return f"{stem[:_LONGEST_NAME]}-{hashlib.sha256(stem.encode()).hexdigest()[:16]}"


def _plain(text: str) -> str:
    """Spell everything but A-Z, 0-9, dot and hyphen as its bytes in hex; the @ gets a word of its own."""
    spelt = re.sub(r"[^A-Za-z0-9.@-]", lambda found: "".join(f"={byte:02x}" for byte in found[0].encode()), text)
    return re.sub(r"^\.", "=2e", spelt).replace("@", "_at_")


def html_of(message: bytes) -> str:
    """Return the message's HTML part, or "" when it has none."""
    part = email.message_from_bytes(message, policy=email.policy.default).get_body(("html",))
    return str(part.get_content()) if part else ""


def _write_whole(target: Path, content: bytes) -> None:
    """Write the file so that nobody ever sees a part of it, not even after a power cut.

    The half-written file has one name, so that what a killed process left is overwritten by the next.
    """
    part = target.with_name(f".{target.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    _flush_folder(target.parent)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no such thing: there a rename is durable with the file
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
