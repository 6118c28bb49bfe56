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
    _due()
    each = _EACH[op.get_bind().dialect.name]
    op.execute(f"INSERT INTO item_areas (item_id, area) SELECT assessments.item_id, one.key FROM assessments, {each}")  # noqa: S608 - our own names


_FLAG = {
    "sqlite": "CAST(json_extract(flags, '$.funding') AS REAL)",
    "postgresql": "CAST(flags->>'funding' AS double precision)",
}


def _due() -> None:
    """Add to each day whether it is one to be met, with what lists are narrowed by, and the index of those."""
    kind = op.get_bind().dialect.name
    op.add_column("item_deadlines", sa.Column("is_due", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("item_deadlines", sa.Column("kind", sa.String(), nullable=True))
    op.add_column("item_deadlines", sa.Column("relevance", sa.Double(), nullable=True))
    item, assessed = "items.id = item_deadlines.item_id", "assessments.item_id = item_deadlines.item_id"
    op.execute(
        f"""UPDATE item_deadlines SET
        kind = (SELECT items.kind FROM items WHERE {item}),
        relevance = (SELECT assessments.relevance FROM assessments WHERE {assessed}),
        is_due = (is_own OR NOT EXISTS (SELECT 1 FROM item_deadlines own
                                        WHERE own.item_id = item_deadlines.item_id AND own.is_own))
            AND (role IN ('transposition', 'application_date')
                 OR EXISTS (SELECT 1 FROM items WHERE {item} AND kind IN ('call', 'consultation'))
                 OR (role IN ('application', 'stage_1', 'stage_2', 'cut_off', 'answer')
                     AND EXISTS (SELECT 1 FROM assessments WHERE {assessed} AND {_FLAG[kind]} >= 0.5)))"""  # noqa: S608 - our own names
    )
    is_due = sa.text("is_due" if kind == "postgresql" else "is_due = 1")
    columns = ["day", "item_id", "role", "kind", "relevance"]
    op.create_index("ix_item_deadlines_due", "item_deadlines", columns, sqlite_where=is_due, postgresql_where=is_due)
