"""The theme of migration 0005 about what items mean for a municipality, and what its working group decides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def analyses() -> None:
    """Add the municipalities' own analyses, every version."""
    op.create_table(
        "analyses",
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("units", JSON, nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("cost", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("municipality", "source", "key", "version", name="pk_analyses"),
        sa.ForeignKeyConstraint(["source", "key"], ["items.source", "items.key"], name="fk_analyses_source_key"),
    )
    op.create_index("ix_analyses_municipality_signed_at", "analyses", ["municipality", "signed_at"])


def decisions() -> None:
    """Add what the international working group decided at its meetings."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("meeting", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("action_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_decisions_action_id"),
    )
    op.create_index("ix_decisions_municipality_meeting", "decisions", ["municipality", "meeting"])
