"""The themes of migration 0005: each function creates the tables and columns of one."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from store.migrations import (
    additions_0005_accounts,
    additions_0005_analyses,
    additions_0005_cofinancing,
    additions_0005_finding,
    additions_0005_learning,
    additions_0005_machines,
    additions_0005_municipalities,
    additions_0005_organisation,
    additions_0005_public,
    additions_0005_records,
    additions_0005_register,
    additions_0005_triage,
)

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def _facts() -> None:
    """What a text says of who may apply, partners and rates; the assessments that stand have none yet."""
    op.add_column("assessments", sa.Column("facts", JSON, nullable=False, server_default="{}"))


def _opinions() -> None:
    """Add what was asked of the second reader, and what it said."""
    op.create_table(
        "opinions",
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("prompt", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_answered", sa.Boolean(), nullable=False),
        sa.Column("relevance", sa.Integer(), nullable=True),
        sa.Column("areas", JSON, nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", "model", "prompt", name="pk_opinions"),
    )
    op.create_index("ix_opinions_source_key", "opinions", ["source", "key"])
    op.create_index("ix_opinions_week", "opinions", ["week"])


def _contacts() -> None:
    """Add whether contact persons are reached, and what they said along with an answer."""
    op.create_table(
        "contact_states",
        sa.Column("municipality", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("hard", sa.Integer(), nullable=False),
        sa.Column("soft_weeks", JSON, nullable=False),
        sa.PrimaryKeyConstraint("municipality", "email", name="pk_contact_states"),
    )
    for name in ("unit", "passed_to", "note"):
        op.add_column("feedback", sa.Column(name, sa.String(), nullable=False, server_default=""))


THEMES: tuple[Callable[[], None], ...] = (
    _facts,
    _opinions,
    _contacts,
    additions_0005_accounts.accounts,
    additions_0005_accounts.audit_log,
    additions_0005_triage.triage,
    additions_0005_learning.learning,
    additions_0005_records.records,
    additions_0005_register.actions,
    additions_0005_register.days,
    additions_0005_organisation.organisation,
    additions_0005_cofinancing.cofinancing,
    additions_0005_analyses.analyses,
    additions_0005_analyses.decisions,
    additions_0005_public.publications,
    additions_0005_public.api_tokens,
    additions_0005_municipalities.belonging,
    additions_0005_machines.claims,
    additions_0005_finding.finding,
)
