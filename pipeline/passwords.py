"""Passwords: worked into an argon2 digest, compared with it, and made up."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12  # characters; length is what makes guessing slow
LONGEST = 200  # so that a megabyte is not worked on
_COMMON = ("password", "losenord", "lösenord", "kommun", "omvärld", "123456", "qwerty", "utkik")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another

_hasher = PasswordHasher()  # RFC 9106, the second recommendation: 64 MiB


def password_digest(password: str) -> str:
    """Return what is stored of a password."""
    return _hasher.hash(password)


def is_password(password: str, digest: str) -> bool:
    """Tell whether the digest is of this password; takes the same time when there is no digest."""
    try:
        right = _hasher.verify(digest or _nobodys(), password[:LONGEST])
    except (Argon2Error, InvalidHashError):
        return False
    return right and bool(digest)


def is_stale(digest: str) -> bool:
    """Tell whether the digest was made at another cost than today's."""
    return _hasher.check_needs_rehash(digest)


def new_password() -> str:
    """Return a made-up password of four groups, some 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def password_fault(password: str, name: str) -> str:
    """Return in Swedish what makes the password too easy to guess, "" when nothing does."""
    if len(password) < SHORTEST:
        return f"Lösenordet är för kort: minst {SHORTEST} tecken."
    if len(password) > LONGEST:
        return f"Lösenordet är för långt: högst {LONGEST} tecken."
    plain = password.lower()
    own = name.partition("@")[0].lower()
    rest = plain
    for word in (*_COMMON, own):
        rest = rest.replace(word, "") if len(word) > 2 else rest
    if len(set(plain)) < 5 or len(rest) < 6:
        return "Lösenordet är för lätt att gissa. Ta några ord som inte hör ihop."
    return ""


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
