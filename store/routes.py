"""Routes: which items go to which unit in a week."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import RouteRow
from store.types import Route
from store.writing import add


def replace_routes(session: Session, municipality: str, week: str, routes: Sequence[Route]) -> None:
    """Keep exactly these routes for the municipality's week; of two for one item and unit the last counts."""
    session.execute(delete(RouteRow).where(RouteRow.municipality == municipality, RouteRow.week == week))
    rows = {
        (route.unit, route.source, route.key): {
            "municipality": municipality,
            "week": week,
            "unit": route.unit,
            "source": route.source,
            "key": route.key,
            "score": route.score,
            "because": storable(route.because),
            "areas": list(route.areas),
        }
        for route in routes
    }
    add(session, RouteRow, list(rows.values()))


def get_routes(session: Session, municipality: str, week: str) -> list[Route]:
    """Return the routes of the municipality's week, unit by unit, the strongest first."""
    query = (
        select(RouteRow)
        .where(RouteRow.municipality == municipality, RouteRow.week == week)
        .order_by(RouteRow.unit, RouteRow.score.desc(), RouteRow.source, RouteRow.key)
    )
    return [_route(row) for row in session.scalars(query)]


def _route(row: RouteRow) -> Route:
    return Route(
        municipality=row.municipality,
        unit=row.unit,
        source=row.source,
        key=row.key,
        score=row.score,
        because=row.because,
        areas=tuple(row.areas),
    )
