"""The installation's secret keys: what signed links and sessions are made of, in a file of its own.

The file `utkik.key` has a line per key, its number and 64 hexadecimal digits. The last one signs and all of them
verify, so that a key can be changed without breaking the links in letters that have been sent.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import Signer, URLSafeTimedSerializer

from store.errors import ConfigurationError

logger = logging.getLogger(__name__)

FILE_NAME = "utkik.key"
_LINE = re.compile(r"([1-9]\d{0,3}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Keys:
    """Numbered keys, the oldest first; never shown, also not in an error."""

    by_number: Mapping[int, bytes]

    def __repr__(self) -> str:
        return f"Keys({', '.join(map(str, self.by_number))})"

    @property
    def newest(self) -> int:
        """The number of the key that signs."""
        return max(self.by_number)

    def derive(self, purpose: str, number: int | None = None) -> bytes:
        """Return a key for one purpose alone, of the newest key unless numbered; raises KeyError on one not there."""
        key = self.by_number[self.newest if number is None else number]
        return hmac.new(key, f"utkik/{purpose}".encode(), hashlib.sha256).digest()

    def signer(self, purpose: str, number: int | None = None) -> Signer:
        """Return what signs text for one purpose, with SHA-256."""
        return Signer(self.derive(purpose, number), salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)

    def serializer(self, purpose: str) -> URLSafeTimedSerializer:
        """Return what signs values for one purpose with the newest key, and reads those signed with any."""
        oldest_first = [self.derive(purpose, number) for number in sorted(self.by_number)]
        signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeTimedSerializer(oldest_first, salt=purpose, signer_kwargs=signing)


def load_keys(home: Path) -> Keys:
    """Return the keys of an installation, made the first time; raises ConfigurationError when they cannot be read."""
    path = home / FILE_NAME
    try:
        if not path.exists():
            _create(path, f"1 {secrets.token_hex(32)}\n")
        _keep_private(path)
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise ConfigurationError(f"nyckelfilen går inte att läsa: {error.strerror}", path=path) from error
    return Keys(_parsed(text, path))


def renew_keys(home: Path) -> int:
    """Add a key that signs from now on, and return its number; links signed before go on working."""
    path, number = home / FILE_NAME, load_keys(home).newest + 1
    with path.open("a", encoding="ascii") as file:
        file.write(f"{number} {secrets.token_hex(32)}\n")
    return number


def _create(path: Path, text: str) -> None:
    """Write the file whole or not at all; when another process was first, its file stands."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".utkik.key.")  # readable by its owner alone
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            logger.info("keys: made by another process meanwhile")
    finally:
        Path(name).unlink()


def _keep_private(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        logger.warning("keys: %s was readable by others (mode %o); now by its owner alone", path, mode)
        path.chmod(0o600)


def _parsed(text: str, path: Path) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for line, written in enumerate(text.splitlines(), start=1):
        if not written.strip():
            continue
        match = _LINE.fullmatch(written.strip())
        if match is None or int(match[1]) in keys:
            advice = "ska vara ett nytt nummer och 64 hexadecimala siffror. Lägg tillbaka filen från säkerhetskopian"
            raise ConfigurationError(f"raden {advice}", path=path, line=line)
        keys[int(match[1])] = bytes.fromhex(match[2])
    if not keys:
        raise ConfigurationError("nyckelfilen är tom. Ta bort den, så görs en ny vid nästa start", path=path)
    return keys
