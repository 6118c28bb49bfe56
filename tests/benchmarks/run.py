"""Measures the steps beside what one would otherwise assemble, in one process run: `make bench`.

Every pair does the same work on the same input, turn about, and the median of three is shown; the ratio is what counts,
since machines differ and are shared.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks import end_to_end, letters, ours, usual, whole
from tests.benchmarks.texts import feed, lines
from tests.benchmarks.usual_reader import UsualReader

ROUNDS = 3
FEEDS, ENTRIES = 20, 100
LINES = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One measured pair: items a second of ours and of the usual parts."""

    what: str
    usual: str
    ours_per_second: float
    usual_per_second: float

    @property
    def ratio(self) -> float:
        """How many times faster ours is."""
        return self.ours_per_second / self.usual_per_second


def rate(work: Callable[[], int]) -> float:
    """Return items per second of processor time of one turn: on a shared machine the clock measures the others."""
    gc.collect()
    began = time.process_time()
    items = work()
    return items / (time.process_time() - began)


def compare(what: str, usual_parts: str, our_work: Callable[[], int], usual_work: Callable[[], int]) -> Row:
    """Measure both, turn about, and return their medians."""
    pairs = [(rate(our_work), rate(usual_work)) for _ in range(ROUNDS)]
    return Row(
        what, usual_parts, statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
    )


def measure(folder: Path) -> list[Row]:
    """Return every measured pair."""
    feeds = [feed(ENTRIES, seed) for seed in range(FEEDS)]
    items = ours.items_of(feeds)
    stores = [ours.new_store(folder) for _ in range(3 * ROUNDS)]  # made beforehand: an installation makes one once
    databases = [usual.new_database(folder) for _ in range(3 * ROUNDS)]
    assessor, pattern = ours.warm_assessor(items), usual.Pattern(items)
    told = lines(LINES, seed=1)
    by_grams, by_words = (UsualReader(whole.texts_of(told), words=words) for words in (False, True))
    whole.classify(assessor, told[:200])
    return [
        compare(
            "feed bytes to items", "feedparser, tags taken out", lambda: ours.parse(feeds), lambda: usual.parse(feeds)
        ),
        compare(
            "feed bytes to stored items, with search",
            "feedparser + one ORM row at a time, a commit per feed",
            lambda: ours.store_feeds(feeds, stores.pop()),
            lambda: usual.store_feeds(feeds, databases.pop(), commit_each=False),
        ),
        compare(
            "feed bytes to stored items, with search",
            "feedparser + one ORM row at a time, a commit per row",
            lambda: ours.store_feeds(feeds, stores.pop()),
            lambda: usual.store_feeds(feeds, databases.pop(), commit_each=True),
        ),
        compare(
            "items to assessments",
            "spaCy PhraseMatcher with the same terms + TfidfVectorizer(char_wb)",
            lambda: ours.assess(assessor, items),
            lambda: pattern.assess(items),
        ),
        compare(
            "lines of 45 words classified, explained and grouped",
            "lingua + TfidfVectorizer(char_wb) with linear models + PhraseMatcher + datasketch",
            lambda: whole.classify(assessor, told),
            lambda: whole.classify_usually(by_grams, told),
        ),
        compare(
            "lines of 45 words classified, explained and grouped",
            "the same with TfidfVectorizer of words",
            lambda: whole.classify(assessor, told),
            lambda: whole.classify_usually(by_words, told),
        ),
        compare(
            "feed bytes to stored and assessed items, joined to stories",
            "feedparser + the reader above + ORM rows, a commit per feed",
            lambda: end_to_end.ours(feeds, stores.pop(), assessor),
            lambda: end_to_end.usually(feeds, databases.pop(), by_grams),
        ),
        compare(
            "near-duplicates", "all pairs by TF-IDF cosine", lambda: ours.stories(items), lambda: usual.stories(items)
        ),
    ]


def main() -> None:
    """Print the table as Markdown would have it; with --json also write it to a file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        starts = [whole.start(lines(count, seed=2), Path(folder)) for count in (1, LINES)]
        rows = measure(Path(folder))
    sent = letters.measure()
    table = Table(title=f"{platform.machine()}, Python {platform.python_version()}", title_justify="left")
    for column in ("what", "ours, items/s", "usual parts, items/s", "ratio", "usual parts"):
        table.add_column(column)
    for row in rows:
        rates = (f"{row.ours_per_second:,.0f}", f"{row.usual_per_second:,.0f}", f"{row.ratio:.1f}")
        table.add_row(row.what, *rates, row.usual)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console = Console(width=140)
    console.print(table, f"peak memory of both together: {peak:.0f} MB")
    for one in starts:
        took = f"{one.seconds:.1f} s by the clock, {one.processor_seconds:.1f} s of the processor"
        console.print(f"utkik classify, {one.lines} lines, start to end: {took}, {one.megabytes:.0f} MB")
    for line in letters.lines_of(sent):
        console.print(line)
    if chosen.json:
        chosen.json.write_text(
            json.dumps(report(rows, peak, starts) | {"letters": {k: asdict(v) for k, v in sent.items()}}, indent=2),
            encoding="utf-8",
        )


def report(rows: list[Row], peak: float, starts: list[whole.Start]) -> dict[str, Any]:
    """Return the figures with what is needed to read them."""
    packages = (
        "scrapy",
        "spacy",
        "scikit-learn",
        "sqlalchemy",
        "feedparser",
        "lxml",
        "lingua-language-detector",
        "datasketch",
    )
    return {
        "machine": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "rounds": ROUNDS,
        "items": FEEDS * ENTRIES,
        "peak_mb": round(peak),
        "starts": [asdict(one) for one in starts],
        "rows": [asdict(row) | {"ratio": round(row.ratio, 2)} for row in rows],
    }


if __name__ == "__main__":
    main()
