"""Who a request to the HTTP API comes from: its bearer key, and nothing else that the request carries."""

from __future__ import annotations

from typing import cast

from flask import g, request
from flask_limiter.util import get_remote_address
from limits import parse

from pipeline.api_tokens import audited, digest_of, is_key
from store.api_tokens import mark_used, token_with
from store.types import ApiToken, AuditEntry, Role
from web import context
from web.problems import Problem

REFUSED = parse("60 per minute")  # wrong keys from one address
ASKED = "300 per minute"  # of one key: a whole harvest of a week, and no strain on two cores


def token() -> ApiToken:
    """Return the key of the request; only for views that are marked by_token."""
    return cast(ApiToken, g.api_token)


def admit(needed: Role) -> None:
    """Let the request in by its key; raises Problem. A login's cookie is not looked at."""
    found = _found()
    if found is None:
        raise Problem(401, "Send a key: Authorization: Bearer utkik_…")
    if not found.role.covers(needed):
        raise Problem(403, f"The key has the role {found.role.value}; {needed.value} is needed.")
    g.api_token = found
    if found.municipality and not context.is_served(found.municipality):
        raise Problem(403, "The municipality of the key is not served any more.")
    named = request.args.get(context.ASKED, "")
    if named and (not context.is_served(named) or (found.municipality and named != found.municipality)):
        raise Problem(403, "The key does not open that municipality.")
    if found.last_used != context.today():  # once a day, so that reading all but writes nothing
        with context.store().session() as session:
            mark_used(session, found.id, context.today())


def _found() -> ApiToken | None:
    given = request.authorization
    key = (given.token or "") if given is not None and given.type == "bearer" else ""
    if not is_key(key):
        return None
    with context.store().reading() as session:
        return token_with(session, digest_of(key))


def counted_by() -> str:
    """Return what the pace is counted on: the key, else the address."""
    found = g.get("api_token")
    return found.id if isinstance(found, ApiToken) else get_remote_address()


def audit(action: str, subject: str) -> AuditEntry:
    """Return an entry for the audit log about the key."""
    return AuditEntry(
        at=context.now(),
        account_id=audited(token()),
        role=token().role.value,
        action=action,
        subject=subject,
        municipality=context.municipality_key(),
    )
