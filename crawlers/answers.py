"""JSON answers read strictly: what has another shape than the known one is said, with the field that is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from store.errors import ChangedSource

T = TypeVar("T")
Record = Mapping[str, Any]


class BadRecord(ValueError):
    """One record of a list cannot be used; `key` is what it calls itself, as far as that can be told."""

    def __init__(self, message: str, key: object = "") -> None:
        super().__init__(message)
        self.key = str(key)


@dataclass(frozen=True, slots=True)
class Readings(Generic[T]):
    """What became of a list of records; `bad` holds the key and the complaint of those that could not be used."""

    found: list[T]
    bad: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the answers of one part, and raises ChangedSource in its name."""

    source: str
    part: str

    def changed(self, message: str) -> ChangedSource:
        """Return the error that an answer has another shape."""
        return ChangedSource(message, source=self.source, part=self.part)

    def parse(self, body: bytes) -> Any:
        """Return the value of a JSON text."""
        try:
            return json.loads(body, strict=False)  # a line break within a title is no reason to lose a whole answer
        except (ValueError, RecursionError) as error:
            raise self.changed(f"no JSON but {body[:80]!r}") from error

    def table(self, value: Any, what: str) -> dict[str, Any]:
        """Return a JSON object."""
        if not isinstance(value, dict):
            raise self.changed(f"{what} is no object but {str(value)[:80]}")
        return value

    def rows(self, value: Any, what: str) -> list[dict[str, Any]]:
        """Return a list of JSON objects."""
        if not isinstance(value, list):
            raise self.changed(f"{what} is no list but {str(value)[:80]}")
        return [self.table(row, f"an entry of {what}") for row in value]

    def count(self, value: Any, what: str) -> int:
        """Return a whole number that is not below zero."""
        number = as_number(value)
        if number is None or number < 0:
            raise self.changed(f"{what} is no number but {str(value)[:80]}")
        return number

    def read(self, records: Sequence[Record], read: Callable[[Record], T]) -> Readings[T]:
        """Return what `read` makes of each record; when half of them are bad, it is the source that has changed."""
        found, bad = [], []
        for record in records:
            try:
                found.append(read(record))
            except BadRecord as error:
                bad.append((error.key, str(error)))
        if bad and len(bad) * 2 >= len(records):
            raise self.changed(f"{len(bad)} of {len(records)} records cannot be read: {bad[0][1]}")
        return Readings(found, bad)


def as_number(value: Any) -> int | None:
    """Return a whole number written as integer, float (18805.0) or digits; None when it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else None


def text_of(record: Record, name: str) -> str:
    """Return a field as a stripped text; "" for null, missing, and what is no text or number."""
    value = record.get(name)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def texts(value: Any) -> list[str]:
    """Return the texts of a value that is a text, a list of texts, or neither; each once."""
    values = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(text.strip() for text in values if isinstance(text, str) and text.strip()))


def inner(records: Iterable[Record], name: str) -> list[Record]:
    """Return the objects that the records hold under a name, alone or in lists."""
    values = (record.get(name) for record in records)
    rows = (row for value in values for row in (value if isinstance(value, list) else [value]))
    return [row for row in rows if isinstance(row, dict)]


def lost_fields(records: Iterable[Record], names: Iterable[str]) -> list[str]:
    """Return the names that no record carries, not even empty; a renamed field is found so. None without records."""
    carried: set[str] = set()
    empty = True
    for record in records:
        empty = False
        carried.update(record)
    return [] if empty else [name for name in names if name not in carried]


def tell_lost(names: Sequence[str]) -> str:
    """Return the Swedish sentence about fields that are gone."""
    field = "fältet" if len(names) == 1 else "fälten"
    return f"Källan har ändrat form: {field} {', '.join(names)} saknas i alla poster."
