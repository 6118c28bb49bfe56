"""How a national Monday grows with municipalities and with items, and the exponent that fits: near 1 is linear.

`python -m tests.benchmarks.growth` prints a table as Markdown; `--json FILE` also writes the figures.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.national import Monday, measured_apart

MUNICIPALITIES = (1, 10, 100, 290)
ITEMS = (1_000, 10_000, 100_000)
FEW, USUAL = 10, 2_000  # municipalities while items grow, items while municipalities do


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return b of the curve a·size^b that fits best, by least squares over the logarithms."""
    across, up = [math.log(size) for size in sizes], [math.log(second) for second in seconds]
    middle_across, middle_up = sum(across) / len(across), sum(up) / len(up)
    product = sum((x - middle_across) * (y - middle_up) for x, y in zip(across, up, strict=True))
    return product / sum((x - middle_across) ** 2 for x in across)


def table(title: str, sizes: Sequence[int], found: Sequence[Monday]) -> list[str]:
    """Return a Markdown table: seconds of the processor of each step and in all, and the exponent of each."""
    names = [step.name for step in found[0].steps]
    rows = [[f"{size:,}", *(f"{step.used:.1f}" for step in day.steps), f"{used(day):.1f}", f"{day.megabytes:.0f}"]
            for size, day in zip(sizes, found, strict=True)]  # fmt: skip
    columns = [[day.steps[number].used for day in found] for number in range(len(names))]
    columns.append([used(day) for day in found])
    fitted = [f"{exponent(sizes, [max(second, 0.01) for second in column]):.2f}" for column in columns]
    return [
        f"| {title} | {' | '.join(names)} | all | MB |",
        f"|--:|{'--:|' * (len(names) + 2)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        f"| exponent | {' | '.join(fitted)} | |",
    ]


def used(day: Monday) -> float:
    """Return the processor's seconds of the whole day."""
    return sum(step.used for step in day.steps)


if __name__ == "__main__":
    typed = argparse.ArgumentParser(description=__doc__)
    typed.add_argument("--json", type=Path)
    typed.add_argument("--municipalities", type=int, nargs="+", default=MUNICIPALITIES)
    typed.add_argument("--items", type=int, nargs="+", default=ITEMS)
    wanted = typed.parse_args()
    wide = [measured_apart(number, USUAL) for number in wanted.municipalities]
    deep = [measured_apart(FEW, number) for number in wanted.items]
    lines = [f"{platform.machine()}, Python {platform.python_version()}, seconds of the processor", ""]
    lines += [*table("municipalities", wanted.municipalities, wide), "", *table("items", wanted.items, deep)]
    sys.stdout.write("\n".join(lines) + "\n")
    if wanted.json:
        figures = {"machine": platform.platform(), "municipalities": wide, "items": deep}
        shown = {name: [asdict(d) for d in v] if isinstance(v, list) else v for name, v in figures.items()}
        wanted.json.write_text(json.dumps(shown, indent=2), encoding="utf-8")
