"""The theme of migration 0005 about several municipalities in one installation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def belonging() -> None:
    """Add which municipality accounts, logins, keys and entries of the log belong to; what stands there is of all."""
    for table in ("accounts", "web_sessions", "api_tokens", "audit_log"):
        op.add_column(table, sa.Column("municipality", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_audit_log_municipality_at", "audit_log", ["municipality", "at"])
