"""What the records need: answers as counts, letters that came back, and items removed on request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def records() -> None:
    """Create the tables of counted answers, bounces and removed items."""
    names = ("municipality", "source", "key", "answer")
    op.create_table(
        "feedback_counts",
        *(sa.Column(name, sa.String(), nullable=False) for name in names),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*names, name="pk_feedback_counts"),
    )
    op.create_table(
        "bounces",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("digest_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_bounces"),
    )
    op.create_index("ix_bounces_digest_id", "bounces", ["digest_id"])
    op.create_table(
        "removed_items",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name="pk_removed_items"),
    )
