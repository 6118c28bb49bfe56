"""The themes of migration 0005: each function creates the tables and columns of one."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def _facts() -> None:
    """What a text says of who may apply, partners and rates; the assessments that stand have none yet."""
    op.add_column("assessments", sa.Column("facts", JSON, nullable=False, server_default="{}"))


def _opinions() -> None:
    """Add what was asked of the second reader, and what it said."""
    op.create_table(
        "opinions",
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("relevance", sa.Integer(), nullable=True),
        sa.Column("areas", JSON, nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", "model", "prompt", name="pk_opinions"),
    )
    op.create_index("ix_opinions_source_key", "opinions", ["source", "key"])
    op.create_index("ix_opinions_week", "opinions", ["week"])


THEMES: tuple[Callable[[], None], ...] = (_facts, _opinions)
