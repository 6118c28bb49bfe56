"""The first start: a link that opens the guided set-up once, and whether the schedule waits for it to be finished.

The file `set-up.json` in the home folder has the number of the link that is good. It is there from the first start of
`utkik serve` until the set-up is finished, so that a set-up that was left is gone on with.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from filelock import FileLock
from itsdangerous import BadSignature

from pipeline.keys import Keys, load_keys

FILE_NAME = "set-up.json"
PURPOSE = "set-up"
GOOD_FOR = timedelta(hours=24)
LONGEST = 300  # characters: a longer token is none of ours


@dataclass(frozen=True, slots=True)
class SetUp:
    """A set-up that is not finished: `nonce` is that of the link, "" when used; `holder` whose browser opened it."""

    waits: bool  # there was no municipality: nothing is done until there is one
    nonce: str = ""
    holder: str = ""  # a digest


def begin_set_up(home: Path, *, waits: bool) -> str:
    """Return the token of a new link; those before are worth nothing from now on."""
    before, nonce = read_set_up(home), secrets.token_hex(16)
    _write(home, SetUp(waits=before.waits if before else waits, nonce=nonce, holder=before.holder if before else ""))
    return str(load_keys(home).serializer(PURPOSE).dumps(nonce))


def read_set_up(home: Path) -> SetUp | None:
    """Return the set-up that is not finished, None when there is none."""
    try:
        values = json.loads((home / FILE_NAME).read_text(encoding="utf-8"))
        return SetUp(waits=bool(values["waits"]), nonce=str(values["nonce"]), holder=str(values["holder"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return SetUp(waits=False)  # of no use to anybody: the next start makes a new one


def is_waiting(home: Path) -> bool:
    """Tell whether the schedule is to wait for the set-up."""
    found = read_set_up(home)
    return found is not None and found.waits


def is_good(home: Path, token: str) -> bool:
    """Tell whether the token opens the set-up now."""
    found = read_set_up(home)
    return found is not None and bool(found.nonce) and _nonce_of(load_keys(home), token) == found.nonce


def open_set_up(home: Path, token: str) -> str | None:
    """Use the link up and return what the browser that did is known by; None when the link was not good any more."""
    with _lock(home):
        found = read_set_up(home)
        if found is None or not is_good(home, token):
            return None
        holder = secrets.token_urlsafe(32)
        _write(home, replace(found, nonce="", holder=_digest(holder)))
        return holder


def holds(home: Path, holder: object) -> bool:
    """Tell whether this is what the browser that opened the set-up is known by."""
    found = read_set_up(home)
    return found is not None and isinstance(holder, str) and bool(found.holder) and _digest(holder) == found.holder


def finish_set_up(home: Path) -> None:
    """Let the schedule begin; the link and the browser that used it open nothing any more."""
    with _lock(home):
        (home / FILE_NAME).unlink(missing_ok=True)


def _nonce_of(keys: Keys, token: str) -> str:
    if len(token) > LONGEST:
        return ""
    try:
        return str(keys.serializer(PURPOSE).loads(token, max_age=int(GOOD_FOR.total_seconds())))
    except BadSignature:
        return ""


def _digest(holder: str) -> str:
    return hashlib.sha256(holder.encode()).hexdigest()


def _lock(home: Path) -> FileLock:
    return FileLock(home / f".{FILE_NAME}.lock", timeout=10, mode=0o600)


def _write(home: Path, set_up: SetUp) -> None:
    handle, name = tempfile.mkstemp(dir=home, prefix=f".{FILE_NAME}.")  # readable by its owner alone
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(set_up), file)
    Path(name).replace(home / FILE_NAME)
