"""Moving everything from one database to another, and proving that nothing was lost on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from store.copying import is_empty, put_back, read_rows, table_names
from store.db import Store
from store.errors import StoreError

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of each table were copied; their contents were read back and found the same."""

    rows: dict[str, int]

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.rows.values())


def move(source: Store, target: Store, progress: Progress | None = None) -> Moved:
    """Copy every row into an empty database and read both back; raises StoreError when they differ.

    The source is read as of one moment and left as it is. The target is filled in one transaction, so that a copy that
    is cut off leaves it empty.
    """
    with source.reading() as reading:
        with target.session(durable=True) as writing:
            if not is_empty(writing):
                raise StoreError(f"Databasen {target.url} är inte tom. Kopiera till en ny, så att inget skrivs över.")
            put_back(writing, lambda name: _told(read_rows(reading, name), name, progress))
        with target.reading() as written:
            return Moved({name: _same(reading, written, name) for name in table_names()})


def _told(rows: Iterator[dict[str, Any]], name: str, progress: Progress | None) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, start=1):
        if progress and number % 500 == 0:
            progress(name, number)
        yield row


def _same(source: Session, target: Session, name: str) -> int:
    before, after = _sum(source, name), _sum(target, name)
    if before != after:
        raise StoreError(f"Tabellen {name} blev inte lika i den nya databasen ({before[0]} rader mot {after[0]}).")
    return before[0]


def _sum(session: Session, name: str) -> tuple[int, str]:
    """Return the number of rows and a sum over their contents that does not hang on their order.

    Databases sort text differently, so the rows' own sums are added up.
    """
    number, total = 0, 0
    for row in read_rows(session, name):
        number += 1
        plain = json.dumps(row, sort_keys=True, ensure_ascii=False).encode()
        total = (total + int.from_bytes(hashlib.sha256(plain).digest())) % 2**256
    return number, f"{total:064x}"
