"""What is stored of one person, found by the work address in every table, and put out of it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Table as CoreTable
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from store import engine as engines
from store.accounts import list_accounts, remove_account
from store.db import Store
from store.errors import StoreError
from store.tables import DigestRow, FeedbackRow, Table

# What open sources wrote is theirs: an item is removed by itself, since a text that is changed comes back as it was.
FROM_SOURCES = frozenset({"items", "details", "revisions", "assessments", "removed_items"})
_SWEEPING = (
    "PRAGMA query_only = OFF",
    # A word index keeps the words of what was deleted until its parts are merged.
    "INSERT INTO item_search(item_search) VALUES ('optimize')",
    "INSERT INTO detail_search(detail_search) VALUES ('optimize')",
    "VACUUM",
    "PRAGMA wal_checkpoint(TRUNCATE)",
)
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{20,76}\r?\n?)+={0,2}")


class Address:
    """An address as it may stand in stored texts: in either case, and cut by the soft line breaks of mail."""

    def __init__(self, email: str) -> None:
        self.email = email.strip().lower()
        spelt = [re.escape(letter) if letter != "@" else "(?:@|=40|%40|_at_)" for letter in self.email]
        inside = "(?:=\r?\n)?"
        # Not inside a longer address: anna@example.org is not johanna@example.org.
        self.pattern = re.compile(f"(?<![A-Za-z0-9.+_-]){inside.join(spelt)}(?![A-Za-z0-9-]|\\.[A-Za-z0-9])", re.I)
        self.bytes_pattern = re.compile(self.pattern.pattern.encode(), re.I)

    def replaced(self, value: Any, other: str) -> Any:
        """Return the value with another address in place of this one, wherever in it that stands."""
        if isinstance(value, str):
            return self.pattern.sub(other, value)
        if isinstance(value, bytes):
            return self._in_bytes(value, other.encode())
        if isinstance(value, list):
            return [self.replaced(inner, other) for inner in value]
        if isinstance(value, Mapping):
            return {self.replaced(name, other): self.replaced(inner, other) for name, inner in value.items()}
        return value

    def _in_bytes(self, value: bytes, other: bytes) -> bytes:
        plain = self.bytes_pattern.sub(other, value)
        return _BASE64.sub(lambda found: self._in_base64(found[0], other), plain)

    def _in_base64(self, block: bytes, other: bytes) -> bytes:
        try:
            inside = base64.b64decode(block, validate=False)
        except (ValueError, binascii.Error):
            return block
        if not self.bytes_pattern.search(inside):
            return block
        return base64.encodebytes(self.bytes_pattern.sub(other, inside)).replace(b"\n", b"\r\n")


def rows_about(session: Session, email: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (table, row) of every row in which the address stands, but what open sources wrote."""
    address = Address(email)
    for table in Table.metadata.sorted_tables:
        if table.name in FROM_SOURCES:
            continue
        for row in session.execute(select(table).execution_options(yield_per=200)).mappings():
            if any(address.replaced(value, "") != value for value in row.values()):
                yield table.name, dict(row)


def count_in_sources(session: Session, email: str) -> int:
    """Return in how many items of open sources the address stands."""
    address = Address(email)
    items = Table.metadata.tables["items"]
    rows = session.execute(select(items.c.title, items.c.text, items.c.meta).execution_options(yield_per=500))
    return sum(1 for row in rows if any(address.replaced(value, "") != value for value in row))


def put_out(session: Session, email: str, other: str) -> dict[str, int]:
    """Put another name in place of the address in every row, and return how many rows changed per table.

    What hangs on the rows stays, and so do all numbers: a letter that was sent is still one that was sent.
    """
    address = Address(email)
    changed: dict[str, int] = {}
    for name, row in list(rows_about(session, email)):
        table = Table.metadata.tables[name]
        values = {column: address.replaced(value, other) for column, value in row.items()}
        different = {column: value for column, value in values.items() if value != row[column]}
        session.execute(update(table).where(*_this(table, row)).values(**different))
        changed[name] = changed.get(name, 0) + 1
    return changed


def _this(table: CoreTable, row: Mapping[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


def sweep(store: Store) -> None:
    """Let the database give up what it no longer shows: deleted text stays in free pages and logs until then."""
    engine = engines.with_purpose(store.engine, engines.NO_TRANSACTION)
    try:
        if store.path is None:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))
            return
        with engine.connect() as connection:
            for statement in _SWEEPING:
                connection.exec_driver_sql(statement)
    except DBAPIError as error:
        raise engines.fault(error, store.engine) or StoreError(
            f"Databasen gick inte att städa: {error.orig}"
        ) from error


def as_text(value: Any) -> Any:
    """Return a stored value as it may stand in an extract: bytes as their text, moments as ISO."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if hasattr(value, "isoformat") else json.loads(json.dumps(value, default=str))


def answers_of(session: Session, email: str) -> Iterator[dict[str, Any]]:
    """Yield what the person at the address has answered in letters, while that is still tied to them."""
    query = (
        select(FeedbackRow.__table__)
        .join(DigestRow, DigestRow.id == FeedbackRow.digest_id)
        .where(DigestRow.contact == email.strip().lower())
        .order_by(FeedbackRow.id)
    )
    yield from (dict(row) for row in session.execute(query).mappings())


def forget_notes(session: Session, email: str) -> None:
    """Empty what the person wrote in words along with answers; the answers stay and count."""
    theirs = select(DigestRow.id).where(DigestRow.contact == email.strip().lower())
    session.execute(update(FeedbackRow).where(FeedbackRow.digest_id.in_(theirs)).values(note=""))


def forget_account(session: Session, email: str) -> int:
    """Remove the accounts that are named by the address, with their open logins; return how many there were."""
    named = [account.id for account in list_accounts(session) if account.name.lower() == email.strip().lower()]
    for account_id in named:
        remove_account(session, account_id)
    return len(named)
