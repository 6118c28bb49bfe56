"""Keep, for each part of a source, how often it failed in a row, when it is tried next and its newest day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns; what is known of the parts stays, as if none had failed yet."""
    op.add_column("source_marks", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source_marks", sa.Column("next_try", MOMENT, nullable=True))
    op.add_column("source_marks", sa.Column("not_before", MOMENT, nullable=True))
    op.add_column("source_marks", sa.Column("newest", sa.Date(), nullable=True))
