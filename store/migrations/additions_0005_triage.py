"""The theme of migration 0005 about triage and search: whom a verdict names, actions' owners, saved searches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def triage() -> None:
    """Add to verdicts and actions what a page needs, and the searches that are kept."""
    op.add_column("verdicts", sa.Column("units", JSON, nullable=True))
    op.add_column("verdicts", sa.Column("visit", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_verdicts_municipality_at", "verdicts", ["municipality", "at"])
    op.add_column("actions", sa.Column("owner", sa.String(), nullable=False, server_default=""))
    op.add_column("actions", sa.Column("applied", sa.Double(), nullable=True))
    op.add_column("actions", sa.Column("granted", sa.Double(), nullable=True))
    op.create_table(
        "saved_searches",
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "name", name="pk_saved_searches"),
    )
