"""Keys to the HTTP API: made up once, and known again by their digest."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from datetime import datetime

from store.types import ApiToken, Role

PREFIX = "utkik_"  # so that a key that has strayed into a text can be found
LONGEST_NAME = 80
_KEY = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


def new_token(name: str, role: Role, now: datetime) -> tuple[ApiToken, str]:
    """Return a new key as it is stored, and what it opens with, which is shown once."""
    key = f"{PREFIX}{secrets.token_urlsafe(32)}"
    return ApiToken(id=uuid.uuid4().hex[:12], name=name, role=role, digest=digest_of(key), created_at=now), key


def digest_of(key: str) -> str:
    """Return what is stored of a key; SHA-256 is enough, since 256 random bits are not guessed."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_key(text: str) -> bool:
    """Tell whether the text has the form of a key."""
    return _KEY.fullmatch(text) is not None


def audited(token: ApiToken) -> str:
    """Return how the audit log names the key."""
    return f"key:{token.id}"
