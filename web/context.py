"""What a view may ask for while it answers a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from flask import Flask, current_app, g, request

from crawlers.dates import STOCKHOLM
from pipeline.background import Background, Keeper
from pipeline.current import Current
from pipeline.installation import Installation
from pipeline.municipality import Municipality
from store.accounts import names_of
from store.db import Session, Store
from store.types import Account, ApiToken, AuditEntry
from web.access import is_for_whole, is_open
from web.attempts import Attempts
from web.hosts import key_of_host
from web.sign_on import SignOn

NAME = "utkik"
ASKED = "kommun"  # the municipality in the address of a page for residents
FOR_RESIDENTS = ("residents.", "about.")


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


def whole() -> Installation:
    """Return the installation as its files stand at this request: for what is the same to all its municipalities."""
    if "whole" not in g:
        g.whole = surroundings().current.installation()
    return cast(Installation, g.whole)


def store() -> Store:
    """Return the store: `with store().reading() as session`, and `.session()` only for a POST."""
    return whole().store


def serves_several() -> bool:
    """Tell whether there is more than one municipality, one whose file cannot be used counted too."""
    here = whole()
    if len(here.municipalities) > 1:
        return True
    return len({one.key for one in here.municipalities} | {fault.key for fault in here.faults}) > 1


def installation() -> Installation:
    """Return the installation for the municipality that the request is about; raises LookupError when none is."""
    key = municipality_key()
    if not key:
        raise LookupError("nothing says which municipality the request is about")
    return whole().of(key)


def municipality() -> Municipality:
    """Return the municipality that the request is about."""
    return installation().municipality


def municipality_key() -> str:
    """Return whose the request is, "" when nothing says so, as may be on a page that is open to all.

    A signed link, a key and an account say it themselves; what the request carries besides is then not looked at.
    """
    if not serves_several():
        return whole().municipality.key
    account = account_or_none()
    if taken := g.get("taken"):
        return cast(str, taken)
    if (token := g.get("api_token")) is not None:
        return cast(ApiToken, token).municipality or asked_key() or whole().municipality.key
    if account is not None and account.municipality:
        return account.municipality
    if account is not None:
        chosen = g.get("chosen") or host_key()
        return cast(str, chosen) if is_served(chosen) else whole().municipality.key
    return host_key() or (asked_key() if asks_by_address() else "")


def host_key() -> str:
    """Return the municipality whose own the host is, "" for the installation's; every link on a page asks."""
    if "host_key" not in g:
        g.host_key = key_of_host(whole(), request.host)
    return cast(str, g.host_key)


def take(key: str) -> None:
    """Let the request be about the municipality that its signed link names."""
    g.taken = key


def is_served(key: str) -> bool:
    """Tell whether there is a municipality of that key."""
    return any(one.key == key for one in whole().municipalities)


def asked_key() -> str:
    """Return the municipality that the address names, "" for none that is served."""
    key = request.args.get(ASKED, "")
    return key if is_served(key) else ""


def asks_by_address() -> bool:
    """Tell whether the page is one that says in its address whose it is: what residents are shown."""
    return (request.endpoint or "").startswith(FOR_RESIDENTS)


def sees_all() -> bool:
    """Tell whether the account is the whole installation's."""
    found = account_or_none()
    return found is not None and not found.municipality


def own_name(name: str) -> str:
    """Return the name of what the municipality keeps or has under way: another's is none of its business.

    What is kept may be shown while the new is worked out, so that a mark alone does not tell them apart.
    """
    return f"{name} {municipality_key()}" if serves_several() else name


def chooses() -> bool:
    """Tell whether the account may choose among several municipalities."""
    return serves_several() and sees_all()


def may_call(view: Callable[..., object]) -> bool:
    """Tell whether what the view does to the whole installation is allowed to who is logged in."""
    return sees_all() or not is_for_whole(view)


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


def names(session: Session, account_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of accounts, those of another municipality's left out unless the reader sees all."""
    return names_of(session, account_ids, "" if sees_all() else municipality_key())


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
        municipality=_concerned(found),
    )


def _concerned(found: Account | None) -> str:
    """Return whose log an entry belongs in; "" for what concerns the whole installation."""
    view = current_app.view_functions.get(request.endpoint or "")
    if taken := g.get("taken"):
        return cast(str, taken)
    if found is not None and found.municipality:
        return found.municipality
    is_of_all = view is None or is_open(view) or is_for_whole(view)
    return "" if is_of_all else municipality_key()
