"""The theme of migration 0005 about several machines on one database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def claims() -> None:
    """Add which run has taken a digest to send it; those that are being sent now were taken by one that is over."""
    op.add_column("digests", sa.Column("holder", sa.String(), nullable=False, server_default=""))
