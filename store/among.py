"""Conditions that a column is one of many values, told to the database as one parameter."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, any_, func, literal, select
from sqlalchemy.orm import Session


def is_among(session: Session, column: Any, values: Collection[int] | Collection[str]) -> ColumnElement[bool]:
    """Return the condition that the column is one of the values.

    With `in_`, which makes a parameter of each, SQLAlchemy takes longer to write the statement than the database to
    find the rows.
    """
    found: ColumnElement[bool]
    if session.get_bind().dialect.name == "sqlite":
        given = func.json_each(literal(json.dumps(list(values)), String)).table_valued("value")
        found = column.in_(select(given.c.value))
    else:
        found = column == any_(literal(list(values), ARRAY(column.type)))
    return found
