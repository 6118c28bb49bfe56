"""Accounts: who may log in on the page, and as what."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from store.tables import AccountRow
from store.types import Account, Role
from store.web_sessions import end_web_sessions_of
from store.writing import add


def add_account(session: Session, account: Account) -> None:
    """Keep a new account; its name must be free, and so must its issuer and subject."""
    row = {
        "id": account.id,
        "name": account.name,
        "role": account.role.value,
        "created_at": account.created_at,
        "password": account.password,
        "issuer": account.issuer or None,
        "subject": account.subject or None,
        "municipality": account.municipality,
    }
    add(session, AccountRow, [row])


def get_account(session: Session, account_id: str) -> Account | None:
    """Return the account with the id."""
    return _one(session, AccountRow.id == account_id)


def account_named(session: Session, name: str) -> Account | None:
    """Return the account with the name."""
    return _one(session, AccountRow.name == name)


def account_of_subject(session: Session, issuer: str, subject: str) -> Account | None:
    """Return the account that the issuer knows by this subject."""
    return _one(session, (AccountRow.issuer == issuer) & (AccountRow.subject == subject))


def list_accounts(session: Session) -> list[Account]:
    """Return every account, by name."""
    return [_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]


def names_of(session: Session, account_ids: Iterable[str], municipality: str = "") -> dict[str, str]:
    """Return the names of those accounts that are still there, by id.

    When a municipality is named, those bound to another are left out: who works there is not its business.
    """
    query = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(sorted(set(account_ids))))
    if municipality:
        query = query.where(AccountRow.municipality.in_(("", municipality)))
    return {row.id: row.name for row in session.execute(query)}


def set_password(session: Session, account_id: str, password: str) -> None:
    """Keep a new password (its argon2 digest) and end the account's sessions."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(password=password))
    end_web_sessions_of(session, account_id)


def renew_digest(session: Session, account_id: str, password: str) -> None:
    """Keep the same password with today's cost; no session ends."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(password=password))


def set_role(session: Session, account_id: str, role: Role) -> None:
    """Give the account the role and end its sessions, so that the old one ends now."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(role=role.value))
    end_web_sessions_of(session, account_id)


def set_account_municipality(session: Session, account_id: str, municipality: str) -> None:
    """Bind the account to the municipality, or to none with "", and end its sessions."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(municipality=municipality))
    end_web_sessions_of(session, account_id)


def remove_account(session: Session, account_id: str) -> None:
    """Remove the account and end its sessions."""
    end_web_sessions_of(session, account_id)
    session.execute(delete(AccountRow).where(AccountRow.id == account_id))


def _one(session: Session, condition: ColumnElement[bool]) -> Account | None:
    row = session.scalars(select(AccountRow).where(condition)).one_or_none()
    return _account(row) if row else None


def _account(row: AccountRow) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        password=row.password,
        issuer=row.issuer or "",
        subject=row.subject or "",
        municipality=row.municipality,
    )
