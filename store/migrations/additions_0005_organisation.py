"""The theme of migration 0005 about the municipality's file: what it said after each change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def organisation() -> None:
    """Add the history of the municipality's file."""
    op.create_table(
        "organisation_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_history"),
    )
    op.create_index("ix_organisation_history_municipality_id", "organisation_history", ["municipality", "id"])
