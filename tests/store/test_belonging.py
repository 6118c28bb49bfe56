"""Which municipality accounts, logins, keys and entries of the log belong to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from store.accounts import account_named, add_account, names_of, set_account_municipality
from store.api_tokens import add_token, list_tokens, revoke_token, set_token_municipality, token_with
from store.audit import list_audit, note
from store.db import Store
from store.types import Account, ApiToken, AuditEntry, Role, WebSession
from store.web_sessions import add_web_session, choose_municipality, get_web_session

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ANNA = Account(id="1", name="anna@example.org", role=Role.READER, created_at=NOW, municipality="ale")
BO = replace(ANNA, id="2", name="bo@example.org", municipality="bjuv")
ALL = replace(ANNA, id="3", name="alla@example.org", municipality="")
KEY = ApiToken(id="k1", name="diariet", role=Role.READER, digest="a", created_at=NOW, municipality="ale")


def test_account_is_bound_to_a_municipality_and_its_logins_end_when_that_changes(store: Store) -> None:
    with store.session() as session:
        add_account(session, ANNA)
        add_web_session(session, WebSession(id="s", account_id="1", created_at=NOW))
    with store.session() as session:
        assert account_named(session, "anna@example.org") == ANNA
        set_account_municipality(session, "1", "bjuv")
    with store.reading() as session:
        assert account_named(session, "anna@example.org") == replace(ANNA, municipality="bjuv")
        assert get_web_session(session, "s") is None


def test_name_of_an_account_of_another_municipality_is_not_told(store: Store) -> None:
    with store.session() as session:
        for account in (ANNA, BO, ALL):
            add_account(session, account)
    with store.reading() as session:
        assert names_of(session, ["1", "2", "3"], "ale") == {"1": "anna@example.org", "3": "alla@example.org"}
        assert set(names_of(session, ["1", "2", "3"])) == {"1", "2", "3"}


def test_login_keeps_which_municipality_it_was_asked_to_show(store: Store) -> None:
    with store.session() as session:
        add_account(session, ALL)
        add_web_session(session, WebSession(id="s", account_id="3", created_at=NOW))
        choose_municipality(session, "s", "bjuv")
    with store.reading() as session:
        assert get_web_session(session, "s") == WebSession(id="s", account_id="3", created_at=NOW, municipality="bjuv")


def test_key_is_listed_and_revoked_only_within_its_municipality(store: Store) -> None:
    with store.session() as session:
        add_token(session, KEY)
        add_token(session, replace(KEY, id="k2", digest="b", municipality="bjuv"))
        add_token(session, replace(KEY, id="k3", digest="c", municipality=""))
    with store.session() as session:
        assert token_with(session, "a") == KEY
        assert [one.id for one in list_tokens(session, "ale")] == ["k1"]
        assert [one.id for one in list_tokens(session)] == ["k1", "k2", "k3"]
        assert not revoke_token(session, "k2", NOW, "ale")
        assert not revoke_token(session, "k3", NOW, "ale")
        assert revoke_token(session, "k1", NOW, "ale")
        set_token_municipality(session, "k2", "ale")
    with store.reading() as session:
        assert token_with(session, "b") == replace(KEY, id="k2", digest="b")
        assert token_with(session, "a") is None


def test_log_of_a_municipality_has_nothing_of_another_or_of_all(store: Store) -> None:
    entry = AuditEntry(at=NOW, account_id="1", role="reader", action="search.save", municipality="ale")
    with store.session() as session:
        for one in (entry, replace(entry, municipality="bjuv"), replace(entry, municipality="")):
            note(session, one)
    with store.reading() as session:
        assert list_audit(session, municipality="ale") == [entry]
        assert [one.municipality for one in list_audit(session)] == ["", "bjuv", "ale"]
