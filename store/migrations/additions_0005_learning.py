"""The theme of migration 0005 that keeps what a municipality has taught, and what it was shown for exploration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

MOMENT = sa.DateTime(timezone=True)


def learning() -> None:
    """Add the corrections and the explorations."""
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("assessor", sa.String(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("labels_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("forgotten_from", MOMENT, nullable=True),
        sa.Column("forgotten_until", MOMENT, nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_municipality_made_at", "corrections", ["municipality", "made_at"])
    op.create_table(
        "explorations",
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("propensity", sa.Double(), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["source", "key"], ["items.source", "items.key"], name="fk_explorations_source_key_items"
        ),
        sa.PrimaryKeyConstraint("municipality", "week", "source", "key", name="pk_explorations"),
    )
