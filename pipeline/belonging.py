"""To which municipality accounts and keys belong, where an installation serves several."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.installation import Installation
from pipeline.opened import key_of, known_keys
from store.accounts import list_accounts, set_account_municipality
from store.api_tokens import list_tokens, set_token_municipality
from store.db import Session
from store.errors import ConfigurationError
from store.types import Account, Role

ALL = "alla"  # stands for the whole installation where a municipality is named


def belonging_of(installation: Installation, named: str) -> str:
    """Return the key that an account or a key to the API is bound to, "" for the whole installation.

    With several municipalities it must be said: whoever is let into one is not let into all by a forgotten word.
    Raises ConfigurationError in Swedish.
    """
    if named.strip().lower() == ALL:
        return ""
    if named:
        return installation.of(key_of(installation, named)).municipality.key
    if len(known_keys(installation)) > 1:
        told = f"här finns flera kommuner: ange --for KOMMUN, eller --for {ALL} för alla. {installation.told_keys()}"
        raise ConfigurationError(told)
    return ""


def bind_unbound(session: Session, municipality: str, *, but: str = "") -> list[Account]:
    """Bind what was made while there was one municipality to it, and return the accounts that see all from now on.

    Readers, analysts and keys were let into that one alone. Coordinators keep the settings that all share, and with
    them the whole; so does the account `but`, which adds the second municipality.
    """
    unbound = [account for account in list_accounts(session) if not account.municipality]
    for account in unbound:
        if account.role is not Role.COORDINATOR and account.id != but:
            set_account_municipality(session, account.id, municipality)
    for token in list_tokens(session):
        if not token.municipality:
            set_token_municipality(session, token.id, municipality)
    return [account for account in unbound if account.role is Role.COORDINATOR or account.id == but]


def told_seeing_all(accounts: Sequence[Account], municipality: str) -> str:
    """Return who sees all municipalities from now on and how that is changed, as Swedish sentences; "" for nobody."""
    if not accounts:
        return ""
    names = ", ".join(account.name for account in accounts)
    change = f"utkik account municipality {accounts[0].name} {municipality}"
    return f"Samordnarkonton ser nu alla kommuner: {names}. Så knyts ett konto till en kommun: {change}"
