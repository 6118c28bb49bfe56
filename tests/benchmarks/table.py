"""The one table of `make bench`: every step, ours beside the usual parts, as Markdown, from the figures in the JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

STEPS = ("collect", "parse", "deduplicate", "assess", "store", "search", "compose", "send", "end to end")


def markdown(report: Mapping[str, Any]) -> str:
    """Return the table; raises ValueError when a step is neither measured nor said why it is not."""
    missing = [step for step in STEPS if not any(row["step"] == step for row in report["rows"])]
    if missing:
        raise ValueError(f"no row tells of: {', '.join(missing)}")
    versions = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    lines = [
        "# What each step costs",
        "",
        f"{report['machine']}, Python {report['python']}, load {report['load']}; {versions}.",
        "",
        f"Medians of {report['rounds']} turns, turn about, by processor time; machines differ and are shared, so go by "
        "the ratios.",
        "",
        "| step | what | ours, a second | usual parts, a second | ratio | usual parts |",
        "|---|---|--:|--:|--:|---|",
        *(_line(row) for step in STEPS for row in report["rows"] if row["step"] == step),
        "",
        *_memory(report),
    ]
    return "\n".join(lines) + "\n"


def _line(row: Mapping[str, Any]) -> str:
    ours = f"{row['ours_per_second']:,.0f}"
    if not row["usual_per_second"]:
        return f"| {row['step']} | {row['what']} | {ours} | – | – | {row['usual']} |"
    ratio = row["ours_per_second"] / row["usual_per_second"]
    return f"| {row['step']} | {row['what']} | {ours} | {row['usual_per_second']:,.0f} | {ratio:.1f} | {row['usual']} |"


def _memory(report: Mapping[str, Any]) -> Sequence[str]:
    """Return how much memory each process had at most."""
    letters = report["letters"]
    return [
        "| memory | MB |",
        "|---|--:|",
        f"| all steps, ours and the usual parts in one process | {report['peak_mb']:.0f} |",
        *(
            f"| `utkik classify`, {start['lines']:,} lines, {start['seconds']:.1f} s from start to end "
            f"| {start['megabytes']:.0f} |"
            for start in report["starts"]
        ),
        f"| letters written and sent, ours | {letters['ours']['megabytes']:.0f} |",
        f"| letters written and sent, the usual parts | {letters['usual']['megabytes']:.0f} |",
    ]
