"""Add what the page, the answers, the follow-up and the learning keep."""

from __future__ import annotations

from store.migrations import additions_0005

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables and columns, one theme after the other."""
    for theme in additions_0005.THEMES:
        theme()
