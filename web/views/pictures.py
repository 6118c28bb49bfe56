"""The last weeks in pictures: what came in per area, part of the world and source, and how the sources are."""

from __future__ import annotations

from flask import Blueprint, render_template

from pipeline.areas import area_names
from pipeline.figures import Figures
from pipeline.health import percent
from pipeline.sources_view import SourceRow, source_rows
from web import charts, context
from web.access import Role, needs
from web.language import _
from web.views.sources import figures

page = Blueprint("pictures", __name__)

MOST = 9  # bars of a picture: 300 pixels hold no more


@page.get("/bild")
@needs(Role.READER)
def show() -> str:
    """Show the pictures, each with its table."""
    with context.store().reading() as session:
        rows = source_rows(session, context.installation().settings)
    numbers = figures()
    names = area_names()
    return render_template(
        "pictures/show.html",
        numbers=numbers,
        health=_health(rows),
        states=_states(rows),
        areas=[(names.get(key, key), values) for key, values in numbers.busiest_areas()] if numbers else [],
        area_bars=_areas(numbers, names) if numbers else "",
        shares=[(region, n, percent(n, numbers.total)) for region, n in numbers.shares()] if numbers else [],
        share_bars=_shares(numbers) if numbers else "",
        weeks=[(week, sum(v[i] for v in numbers.sources.values())) for i, week in enumerate(numbers.weeks)]
        if numbers
        else [],
        week_bars=_weeks(numbers) if numbers else "",
        sparks=_spark,
    )


def _areas(numbers: Figures, names: dict[str, str]) -> str:
    busiest = [(names.get(key, key), numbers.lately(values)) for key, values in numbers.busiest_areas()][:MOST]
    told = ", ".join(f"{name} {number}" for name, number in busiest[:3])
    says = _("Relevanta poster per område de senaste fyra veckorna, flest först: %(told)s.", told=told)
    return charts.lying_bars([charts.Bar(name, number) for name, number in busiest], says=says)


def _shares(numbers: Figures) -> str:
    shares = [(region, number, percent(number, numbers.total)) for region, number in numbers.shares()]
    says = _("Varifrån posterna kom: %(told)s.", told=", ".join(f"{region} {share}" for region, _n, share in shares))
    return charts.lying_bars([charts.Bar(region, n, shown=share) for region, n, share in shares], says=says)


def _weeks(numbers: Figures) -> str:
    totals = [sum(values[place] for values in numbers.sources.values()) for place in range(len(numbers.weeks))]
    says = _(
        "Poster per vecka från alla källor: %(last)s den här veckan, %(most)s som mest.",
        last=totals[-1],
        most=max(totals),
    )
    bars = [charts.Bar(week.removeprefix("v. "), n) for week, n in zip(numbers.weeks, totals, strict=True)]
    return charts.standing_bars(bars, says=says)


def _states(rows: list[SourceRow]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.words] = found.get(row.words, 0) + 1
    return sorted(found.items(), key=lambda state: -state[1])


def _health(rows: list[SourceRow]) -> str:
    states = _states(rows)
    says = _("Källornas lägen: %(told)s.", told=", ".join(f"{number} {words}" for words, number in states))
    return charts.lying_bars([charts.Bar(_(words), number) for words, number in states], says=says)


def _spark(values: list[int], name: str) -> str:
    return charts.spark(
        values, says=_("%(name)s, vecka för vecka: %(said)s.", name=name, said=", ".join(map(str, values)))
    )
