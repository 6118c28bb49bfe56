"""How figures are written in the yearly follow-up: Swedish numbers, each with the number that leads to its rows."""

from __future__ import annotations

from pipeline.action_wording import amount_in_words
from pipeline.annual_figures import Figure, Figures
from pipeline.document import cite
from pipeline.wording import HARD_SPACE


def number(value: float) -> str:
    """Return "1 204" or "12,50"."""
    digits = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    return digits.replace(",", HARD_SPACE).replace(".", ",")


def cited(figures: Figures, key: str, one: str = "", many: str = "") -> str:
    """Return the figure's value with its number, and what it counts when that is given: "1 post", "3 poster".

    "0" without a number for a figure that is not there.
    """
    found = next((figure for figure in figures.all if figure.key == key), None)
    told = with_number(found) if found else "0"
    return f"{told}{HARD_SPACE}{one if found and found.value == 1 else many}" if many else told


def posts(figures: Figures, key: str) -> str:
    """Return the figure as items."""
    return cited(figures, key, "post", "poster")


def acts(figures: Figures, key: str) -> str:
    """Return the figure as actions."""
    return cited(figures, key, "åtgärd", "åtgärder")


def calls(figures: Figures, key: str) -> str:
    """Return the figure as calls."""
    return cited(figures, key, "utlysning", "utlysningar")


def with_number(figure: Figure) -> str:
    """Return "1 204" and the mark that leads to the figure's rows."""
    return f"{number(figure.value)}{cite(figure.number)}"


def money(figure: Figure) -> str:
    """Return "250 000 kronor" and the mark; the figure's key ends with its currency."""
    return f"{amount_in_words(figure.value, figure.key.rsplit('.', 1)[1])}{cite(figure.number)}"


def share(part: float, whole: float) -> str:
    """Return "41 %", "under 1 %" for what is there but rounds to nothing, "–" of nothing."""
    if not whole:
        return "–"
    rounded = round(100 * part / whole)
    return "under 1 %" if part and not rounded else f"{rounded}{HARD_SPACE}%"
