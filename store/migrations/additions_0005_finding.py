"""The theme of migration 0005 about finding: the areas of items, and items and verdicts by what they are asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

_EACH = {
    "sqlite": "json_each(assessments.areas) AS one WHERE one.value >= 0.4",
    "postgresql": "jsonb_each(assessments.areas) AS one(key, value) WHERE CAST(one.value AS double precision) >= 0.4",
}


def finding() -> None:
    """Add the areas that items surely have, with those of the assessments there are, and indexes for filters."""
    op.create_table(
        "item_areas",
        sa.Column("item_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_item_areas_item_id"),
        sa.PrimaryKeyConstraint("item_id", "area", name="pk_item_areas"),
    )
    op.create_index("ix_item_areas_area_item_id", "item_areas", ["area", "item_id"])
    op.create_index("ix_items_source_day_kind", "items", ["source", "day", "kind"])
    op.create_index("ix_verdicts_municipality_ruling", "verdicts", ["municipality", "ruling"])
    is_open = sa.text("status IN ('open', 'forthcoming')")
    op.create_index("ix_items_open", "items", ["status"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_runs_ended_at", "runs", ["ended_at"])
    each = _EACH[op.get_bind().dialect.name]
    op.execute(f"INSERT INTO item_areas (item_id, area) SELECT assessments.item_id, one.key FROM assessments, {each}")  # noqa: S608 - our own names
