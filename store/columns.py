"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware in, aware in UTC out; SQLite, which has no zones, keeps the UTC wall time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC; a naive one is refused, since nobody can say what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored time needs a zone: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the stored moment with UTC as its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# JSONB, because PostgreSQL's plain JSON has no equality and keeps the text as it was sent.
json_type = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def storable(value: Any) -> Any:
    """Return the value without what a database refuses: NUL, half characters and numbers that are none.

    PostgreSQL refuses all three and SQLite some of them; one such record would otherwise stop a whole batch.
    """
    sort = type(value)
    if sort is float:
        return value if math.isfinite(value) else None
    if sort is str:
        return value if value.isascii() and "\0" not in value else _whole_characters(value)
    return _storable_of_other_sort(value)


def _storable_of_other_sort(value: Any) -> Any:
    if isinstance(value, dict):
        return {storable(str(name)): storable(inner) for name, inner in value.items()} if value else {}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value] if value else []
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else _whole_characters(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _whole_characters(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
