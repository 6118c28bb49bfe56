"""Entry point that Alembic asks for: runs the migrations on the connection that store/schema.py hands over."""

from __future__ import annotations

from alembic import context

from store.migrations.searching import is_ours
from store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    include_name=is_ours,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
