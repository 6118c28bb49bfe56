"""The filters of frames, as conditions in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, TypedDict

from sqlalchemy import Select, String, and_, func, or_, select, type_coerce

from store.errors import ConfigurationError
from store.frame_spec import DAY, MOMENT, Column, FrameSpec
from store.tables import AssessmentRow, ItemRow


class Filters(TypedDict, total=False):
    """What a frame may be narrowed to; `since` is included, `until` is not, and both look at the frame's own time."""

    since: date | str | None
    until: date | str | None
    sources: Sequence[str] | None
    kinds: Sequence[str] | None
    areas: Sequence[str] | None
    min_relevance: float | None
    municipality: str | None
    columns: Sequence[str] | None


def query_of(spec: FrameSpec, filters: Filters, dialect: str) -> tuple[Select[Any], list[Column]]:
    """Return the query of a frame and its columns, in order; raises ConfigurationError about a filter it lacks."""
    given = {name: value for name, value in filters.items() if value is not None}
    if unknown := sorted(set(given) - set(Filters.__annotations__)):
        raise ConfigurationError(f"filtret {unknown[0]} finns inte; välj bland {', '.join(Filters.__annotations__)}")
    columns = chosen_columns(spec, filters.get("columns"))
    query = select(*(_plain(column, dialect).label(f"c{n}") for n, column in enumerate(columns)))
    query = query.select_from(spec.source).order_by(*spec.order)
    return query.where(*spec.where, *_conditions(spec, given, dialect)), columns


def chosen_columns(spec: FrameSpec, names: Sequence[str] | None) -> list[Column]:
    """Return the columns of these names, in that order; without names all but the optional ones."""
    if names is None:
        return [column for column in spec.columns if not column.optional]
    if isinstance(names, str):
        raise ConfigurationError("columns ska vara en lista: columns=['title']")
    known = {column.name: column for column in spec.columns}
    if unknown := [name for name in names if name not in known]:
        raise ConfigurationError(f"ramen {spec.name} har ingen kolumn {unknown[0]!r}; den har {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)]


def _plain(column: Column, dialect: str) -> Any:
    """Return the expression; SQLite's days and moments as the text they are, which NumPy reads a column at a time."""
    is_time = column.dtype in (DAY, MOMENT)
    return type_coerce(column.sql, String) if is_time and dialect == "sqlite" else column.sql


def _conditions(spec: FrameSpec, given: dict[str, Any], dialect: str) -> list[Any]:
    moment = spec.column(spec.moment)
    places = {"sources": spec.sources if not spec.of_items else _source_of(spec), "municipality": spec.municipality}
    conditions = []
    for name, value in given.items():
        if name in ("since", "until"):
            edge = _edge(value, name, moment.dtype)
            conditions.append(moment.sql >= edge if name == "since" else moment.sql < edge)
        elif name in places:
            if places[name] is None:
                raise _lacking(spec, name)
            conditions.append(places[name] == value if name == "municipality" else places[name].in_(_list(value, name)))
        elif name != "columns" and not spec.of_items:
            raise _lacking(spec, name)
    if "kinds" in given:
        conditions.append(ItemRow.kind.in_(_list(given["kinds"], "kinds")))
    return conditions + _assessed(given, dialect)


def _source_of(spec: FrameSpec) -> Any:
    return spec.column("source").sql


def _assessed(given: dict[str, Any], dialect: str) -> list[Any]:
    wanted = []
    if "min_relevance" in given:
        wanted.append(AssessmentRow.relevance >= float(given["min_relevance"]))
    if "areas" in given:
        wanted.append(or_(*(_has_area(name, dialect) for name in _list(given["areas"], "areas"))))
    if not wanted:
        return []
    return [ItemRow.id.in_(select(AssessmentRow.item_id).where(and_(*wanted)))]


def _has_area(name: str, dialect: str) -> Any:
    if dialect == "postgresql":
        return func.jsonb_exists(AssessmentRow.areas, name)
    quoted = name.replace('"', "")
    return func.json_type(AssessmentRow.areas, f'$."{quoted}"').is_not(None)


def _list(value: Any, name: str) -> list[str]:
    if isinstance(value, str):
        raise ConfigurationError(f"{name} ska vara en lista: {name}=[{value!r}]")
    return [str(one) for one in value]


def _edge(value: Any, name: str, dtype: str) -> Any:
    """Return the day, or the moment it begins in UTC; raises ConfigurationError on what is no day."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        day = found.date() if isinstance(found, datetime) else found
        if dtype == DAY:
            return date(day.year, day.month, day.day)
        if not isinstance(found, datetime):
            return datetime.combine(day, time(), tzinfo=UTC)
        moment = found if found.tzinfo else found.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (AttributeError, TypeError, ValueError):
        raise ConfigurationError(f"{name} ska vara en dag, som 2026-08-17, inte {value!r}") from None


def _lacking(spec: FrameSpec, name: str) -> ConfigurationError:
    return ConfigurationError(f"ramen {spec.name} går inte att filtrera på {name}")
