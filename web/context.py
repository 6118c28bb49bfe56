"""What a view may ask for while it answers a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from flask import Flask, current_app, g

from crawlers.dates import STOCKHOLM
from pipeline.background import Background, Keeper
from pipeline.current import Current
from pipeline.installation import Installation
from pipeline.municipality import Municipality
from store.db import Store
from store.types import Account, AuditEntry
from web.attempts import Attempts
from web.sign_on import SignOn

NAME = "utkik"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the page was made with."""

    current: Current
    clock: Callable[[], datetime]
    attempts: Attempts  # failed logins
    sign_on: SignOn | None  # None when no provider is set
    background: Background = field(default_factory=Background)  # work that goes on when a request is answered
    keeper: Keeper = field(default_factory=Keeper)  # what takes long to work out


def surroundings(app: Flask | None = None) -> Surroundings:
    """Return what the page was made with."""
    return cast(Surroundings, (app or current_app).extensions[NAME])


def installation() -> Installation:
    """Return the installation that the page shows, as the municipality's file stands at this request."""
    if "installation" not in g:
        g.installation = surroundings().current.installation()
    return cast(Installation, g.installation)


def store() -> Store:
    """Return the store: `with store().reading() as session`, and `.session()` only for a POST."""
    return installation().store


def municipality() -> Municipality:
    """Return the municipality that is served."""
    return installation().municipality


def now() -> datetime:
    """Return the moment of the request, the same from beginning to end."""
    if "now" not in g:
        g.now = surroundings().clock()
    return cast(datetime, g.now)


def today() -> date:
    """Return the day of the request in Sweden."""
    return now().astimezone(STOCKHOLM).date()


def account_or_none() -> Account | None:
    """Return who is logged in, or None."""
    return cast("Account | None", g.get("account"))


def account() -> Account:
    """Return who is logged in; only for views that need a role."""
    found = account_or_none()
    if found is None:
        raise LookupError("nobody is logged in: the view is open to all")
    return found


def audit(action: str, subject: str = "", detail: str = "") -> AuditEntry:
    """Return an entry for the audit log about who is logged in; keep it with store.audit.note."""
    found = account_or_none()
    return AuditEntry(
        at=now(),
        account_id=found.id if found else "",
        role=found.role.value if found else "",
        action=action,
        subject=subject,
        detail=detail,
    )
