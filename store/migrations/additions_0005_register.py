"""The theme of migration 0005 about what has a day: actions with their history, deadlines and threads by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)

_ONE = {
    "sqlite": "json_each({0}.deadlines) AS one",
    "postgresql": "jsonb_array_elements({0}.deadlines) AS one(value)",
}
_DAY = {"sqlite": "json_extract(one.value, '$[0]')", "postgresql": "CAST(one.value->>0 AS date)"}
_ROLE = {"sqlite": "json_extract(one.value, '$[1]')", "postgresql": "one.value->>1"}


def actions() -> None:
    """Add the currency, note, version and history of actions."""
    op.add_column("actions", sa.Column("currency", sa.String(), nullable=False, server_default="SEK"))
    op.add_column("actions", sa.Column("note", sa.String(), nullable=False, server_default=""))
    op.add_column("actions", sa.Column("changed_at", MOMENT, nullable=True))
    op.add_column("actions", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "action_changes",
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_action_changes_action_id"),
        sa.PrimaryKeyConstraint("action_id", "version", name="pk_action_changes"),
    )


def days() -> None:
    """Add deadlines and places in threads that are found by their day, with those of the items there are."""
    op.create_table(
        "item_deadlines",
        sa.Column("item_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_item_deadlines_item_id"),
        sa.PrimaryKeyConstraint("item_id", "is_own", "day", "role", name="pk_item_deadlines"),
    )
    op.create_index("ix_item_deadlines_day_item_id_is_own", "item_deadlines", ["day", "item_id", "is_own"])
    op.create_index("ix_thread_members_day_thread_id", "thread_members", ["day", "thread_id"])
    for table, number, is_own in (("items", "id", "1 = 1"), ("assessments", "item_id", "1 = 0")):
        _fill(table, number, is_own)


def _fill(table: str, number: str, is_own: str) -> None:
    kind = op.get_bind().dialect.name
    one = _ONE[kind].format(table)
    op.execute(
        f"INSERT INTO item_deadlines (item_id, is_own, day, role) "  # noqa: S608 - our own names
        f"SELECT DISTINCT {table}.{number}, {is_own}, {_DAY[kind]}, {_ROLE[kind]} FROM {table}, {one}"
    )
