"""Add the details: what was fetched of single items, and the word index over their texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations.searching import create_detail_word_index

revision = "0004"
down_revision = "0003"

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Create the table and its index."""
    op.create_table(
        "details",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("item_hash", sa.String(), nullable=False),
        sa.Column("detail_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("deadlines", JSON, nullable=False),
        sa.Column("money", JSON, nullable=False),
        sa.Column("concepts", JSON, nullable=False),
        sa.Column("refs", JSON, nullable=False),
        sa.Column("meta", JSON, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_details_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_details")),
    )
    create_detail_word_index()
