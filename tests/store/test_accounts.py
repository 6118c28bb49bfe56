"""Accounts, sessions and the audit log as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store.accounts import (
    account_named,
    account_of_subject,
    add_account,
    get_account,
    list_accounts,
    names_of,
    remove_account,
    renew_digest,
    set_password,
    set_role,
)
from store.audit import list_audit, note
from store.db import Store
from store.types import Account, AuditEntry, Role, WebSession
from store.web_sessions import (
    add_web_session,
    count_web_sessions,
    end_web_session,
    end_web_sessions_before,
    end_web_sessions_of,
    get_web_session,
)

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ANNA = Account(id="1", name="anna@example.org", role=Role.ANALYST, created_at=NOW, password="digest")  # noqa: S106
SIGNED_ON = Account(id="2", name="bo@example.org", role=Role.READER, created_at=NOW, issuer="https://x", subject="8a")


def test_account_is_found_as_it_was_kept(store: Store) -> None:
    with store.session() as session:
        add_account(session, SIGNED_ON)
        add_account(session, ANNA)
        add_account(session, replace(ANNA, id="3", name="cecilia@example.org"))  # a second without issuer and subject
    with store.reading() as session:
        assert get_account(session, "1") == ANNA
        assert account_named(session, "bo@example.org") == SIGNED_ON
        assert account_of_subject(session, "https://x", "8a") == SIGNED_ON
        assert account_of_subject(session, "", "") is None
        assert [account.id for account in list_accounts(session)] == ["1", "2", "3"]
        assert names_of(session, ["2", "2", "9"]) == {"2": "bo@example.org"}


@pytest.mark.parametrize("other", [replace(ANNA, id="9"), replace(SIGNED_ON, id="9", name="annan@example.org")])
def test_name_and_subject_belong_to_one_account_only(store: Store, other: Account) -> None:
    with store.session() as session:
        add_account(session, ANNA)
        add_account(session, SIGNED_ON)
    with pytest.raises(IntegrityError), store.session() as session:
        add_account(session, other)


def test_sessions_end_with_what_changes_about_the_account(store: Store) -> None:
    changes = (
        lambda session: set_password(session, "1", "new"),
        lambda session: set_role(session, "1", Role.COORDINATOR),
        lambda session: end_web_sessions_of(session, "1"),
        lambda session: end_web_sessions_before(session, NOW + timedelta(seconds=1)),
        lambda session: end_web_session(session, "a"),
        lambda session: remove_account(session, "1"),
    )
    with store.session() as session:
        add_account(session, ANNA)
    for change in changes:
        with store.session() as session:
            add_web_session(session, WebSession(id="a", account_id="1", created_at=NOW))
            assert get_web_session(session, "a") == WebSession(id="a", account_id="1", created_at=NOW)
            renew_digest(session, "1", "same, at another cost")
            assert count_web_sessions(session, "1") == 1
            change(session)
            assert get_web_session(session, "a") is None
            assert count_web_sessions(session, "1") == 0


def test_audit_log_is_newest_first_and_outlives_the_account(store: Store) -> None:
    entry = AuditEntry(at=NOW, account_id="1", role="analyst", action="login", detail="password")
    later = replace(entry, at=NOW + timedelta(hours=1), action="account.role", subject="2")
    with store.session() as session:
        add_account(session, ANNA)
        note(session, entry)
        note(session, later)
        note(session, replace(later, action="account_role"))
        remove_account(session, "1")
    with store.reading() as session:
        assert list_audit(session)[1:] == [later, entry]
        assert list_audit(session, action="account.") == [later]
        assert list_audit(session, limit=1, offset=2) == [entry]


def test_roles_cover_those_below_them() -> None:
    assert [[role.covers(other) for other in Role] for role in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
