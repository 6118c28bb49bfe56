"""The one thing that the HTTP API writes: a verdict, read strictly and saved as triage saves its own."""

from __future__ import annotations

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.api_values import verdict_values
from pipeline.areas import area_names
from pipeline.item_view import view_item
from pipeline.municipality import COORDINATOR
from pipeline.triage import LONGEST_NOTE, Order, Sitting, rule
from store.audit import note
from store.types import Ruling, Verdict
from web import api_keys, context
from web.language import _
from web.problems import Problem


class Given(BaseModel):
    """A verdict as it is sent; `seen` is the id of the newest one on the item that the sender knows, 0 for none."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    source: str = Field(min_length=1, max_length=100)
    key: str = Field(min_length=1, max_length=1000)
    ruling: str = Field(pattern="^(send|drop|later)$")
    seen: int = Field(ge=0)
    note: str = Field(default="", max_length=LONGEST_NOTE)
    areas: list[str] | None = None
    units: list[str] | None = None


def ordered() -> Given:
    """Return what was sent; raises Problem when it is not a verdict."""
    if request.mimetype != "application/json":
        raise Problem(415, "Send application/json.")
    try:
        given = Given.model_validate_json(request.get_data())
    except ValidationError as error:
        faults = [{"field": ".".join(map(str, one["loc"])), "fault": one["type"]} for one in error.errors()]
        raise Problem(422, "The verdict is not as described.", errors=faults) from None
    units = {COORDINATOR, *context.municipality().units}
    if strange := sorted({*(given.units or ())} - units) + sorted({*(given.areas or ())} - {*area_names()}):
        raise Problem(
            422, "Unknown units or areas.", errors=[{"field": one[:60], "fault": "unknown"} for one in strange]
        )
    return given


def ruled(given: Given) -> Verdict:
    """Save the verdict and return it; raises Problem, with the one that stands when somebody else was first."""
    item = (given.source.replace("\0", ""), given.key.replace("\0", ""))
    with context.store().session() as session:
        view = view_item(session, context.municipality(), item, context.now())
        if view is None:
            raise Problem(404, "There is no such item, or it is not assessed yet.")
        order = Order(
            item=item,
            ruling=Ruling(given.ruling),
            seen=given.seen,
            note=given.note,
            areas=None if given.areas is None else tuple(given.areas),
            units=None if given.units is None else tuple(given.units),
            origin="explored" if view.row.is_explored else "routed" if view.row.is_routed else "ranked",
        )
        sitting = Sitting(context.municipality(), _("samordnare"), f"key {api_keys.token().id}", context.now())
        found = rule(session, sitting, order)
        if found.verdict:
            note(session, api_keys.audit(f"verdict.{given.ruling}", "/".join(item)))
            return found.verdict
    if found.fault == "no_units":
        raise Problem(422, "A verdict that sends needs a unit.")
    standing = verdict_values(found.standing) if found.standing else None
    raise Problem(409, "Another verdict has been given since. Nothing was saved.", standing=standing)
