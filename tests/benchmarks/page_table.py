"""The figures of the pages as a table, with what is over its goal first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.page_cases import FILTERS, WORDS

GOAL, SEARCH_GOAL = 200, 50  # milliseconds; the second for words alone or one filter alone
HEAD = [
    "| Page | Asked | first | p50 | p95 | processor p50 | p95 | database |",
    "|---|---|--:|--:|--:|--:|--:|--:|",
]

Row = Mapping[str, Any]


def shown(figures: Mapping[str, Any]) -> str:
    """Return the figures as Markdown: what is over its goal, then of each page the usual address and the slowest."""
    rows: Sequence[Row] = figures["rows"]
    over = [row for row in rows if is_over(row)]
    waited = [row for row in rows if row["p95"] > goal(row) and row not in over]
    peak = max((row["peak_mb"] for row in rows), default=0)
    lines = [
        f"{figures['items']:,} items, {figures['database']}, {figures['machine']}, {figures['day']}; "
        f"{len(rows)} addresses, {figures['calls']} calls of each after a first; "
        f"at most {peak} MB of memory; milliseconds.",
        "",
        f"Over the goal by the processor's time, the database's with it: {len(over)}. Over it on the wall alone, "
        f"which a loaded machine makes longer: {len(waited)}.",
        "",
    ]
    if over:
        lines += ["**Over the goal**", "", *HEAD, *map(_line, sorted(over, key=used, reverse=True)), ""]
    by_page: dict[str, list[Row]] = {}
    for row in rows:
        by_page.setdefault(row["page"], []).append(row)
    lines += HEAD
    for some in by_page.values():
        lines += map(_line, (some[0], *sorted(some[1:], key=used, reverse=True)[:3]))
    return "\n".join(lines)


def goal(row: Row) -> int:
    """Return how long the page may take."""
    is_plain = row["page"] == "search.show" and row["what"] in (*WORDS, *FILTERS)
    return SEARCH_GOAL if is_plain else GOAL


def used(row: Row) -> float:
    """Return the processor's time here, which one call in twenty is over, and the database's."""
    return float(row["processor_p95"] + row["database"])


def is_over(row: Row) -> bool:
    """Tell whether the page takes longer than it may, whatever else the machine does."""
    return used(row) > goal(row)


def _line(row: Row) -> str:
    numbers = (row[name] for name in ("first", "p50", "p95", "processor_p50", "processor_p95", "database"))
    status = f" ({row['status']})" if row["status"] != 200 else ""
    mark = " **over**" if is_over(row) else ""
    return f"| {row['page']}{status} | {row['what']}{mark} | {' | '.join(map(str, numbers))} |"
