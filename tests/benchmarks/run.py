"""Measures the steps beside what one would otherwise assemble, in one process run: `make bench`.

Every pair does the same work on the same input, turn about, and the median of three is shown; the ratio is what counts,
since machines differ and are shared.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nlp.assessor import Assessor
from store.types import Item
from tests.benchmarks import end_to_end, letters, more_steps, national, ours, usual, whole
from tests.benchmarks.table import markdown
from tests.benchmarks.texts import feed, lines
from tests.benchmarks.usual_reader import UsualReader

ROUNDS = 3
FEEDS, ENTRIES = 20, 100
LINES = 2_000
PACKAGES = (
    *("scrapy", "spacy", "scikit-learn", "sqlalchemy", "lxml", "feedparser"),
    *("lingua-language-detector", "datasketch"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One measured pair of a step: items a second of ours and of the usual parts, 0 where these cannot be compared."""

    step: str
    what: str
    usual: str
    ours_per_second: float
    usual_per_second: float = 0.0


def rate(work: Callable[[], int]) -> float:
    """Return items per second of processor time of one turn: on a shared machine the clock measures the others."""
    gc.collect()
    began = used()
    items = work()
    return items / (used() - began)


def used() -> float:
    """Return the seconds of the processor that this process and its ended children have had."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def compare(step: str, what: str, usual_parts: str, our_work: Callable[[], int], usual_work: Callable[[], int]) -> Row:
    """Measure both, turn about, and return their medians."""
    pairs = [(rate(our_work), rate(usual_work)) for _ in range(ROUNDS)]
    ours_median, usual_median = (statistics.median(pair[place] for pair in pairs) for place in (0, 1))
    return Row(step, what, usual_parts, ours_median, usual_median)


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
            "parse",
            "feed bytes to items",
            "feedparser, tags taken out",
            lambda: ours.parse(feeds),
            lambda: usual.parse(feeds),
        ),
        compare(
            "store",
            "feed bytes to stored items, with search",
            "feedparser + one ORM row at a time, a commit per feed",
            lambda: ours.store_feeds(feeds, stores.pop()),
            lambda: usual.store_feeds(feeds, databases.pop(), commit_each=False),
        ),
        compare(
            "store",
            "feed bytes to stored items, with search",
            "feedparser + one ORM row at a time, a commit per row",
            lambda: ours.store_feeds(feeds, stores.pop()),
            lambda: usual.store_feeds(feeds, databases.pop(), commit_each=True),
        ),
        compare(
            "assess",
            "items to assessments",
            "spaCy PhraseMatcher with the same terms + TfidfVectorizer(char_wb)",
            lambda: ours.assess(assessor, items),
            lambda: pattern.assess(items),
        ),
        compare(
            "assess",
            "lines of 45 words classified, explained and grouped",
            "lingua + TfidfVectorizer(char_wb) with linear models + PhraseMatcher + datasketch",
            lambda: whole.classify(assessor, told),
            lambda: whole.classify_usually(by_grams, told),
        ),
        compare(
            "assess",
            "lines of 45 words classified, explained and grouped",
            "the same with TfidfVectorizer of words",
            lambda: whole.classify(assessor, told),
            lambda: whole.classify_usually(by_words, told),
        ),
        compare(
            "end to end",
            "feed bytes to stored and assessed items, joined to stories",
            "feedparser + the reader above + ORM rows, a commit per feed",
            lambda: end_to_end.ours(feeds, stores.pop(), assessor),
            lambda: end_to_end.usually(feeds, databases.pop(), by_grams),
        ),
        compare(
            "deduplicate",
            "near-duplicates",
            "all pairs by TF-IDF cosine",
            lambda: ours.stories(items),
            lambda: usual.stories(items),
        ),
        *more(folder, feeds, items, assessor),
    ]


def more(folder: Path, feeds: Sequence[bytes], items: Sequence[Item], assessor: Assessor) -> Iterator[Row]:
    """Yield the pairs of the steps that need a server, a filled store or another program."""
    databases = [usual.new_database(folder) for _ in range(ROUNDS + 1)]
    with national.served() as replay:
        yield compare(
            "collect",
            f"entries of {FEEDS} feeds over HTTP to stored items, by crawls in processes of their own",
            "urllib + feedparser + ORM rows, a commit per feed; no robots.txt, pace or retries; both with their server",
            lambda: more_steps.collect(replay, FEEDS),
            lambda: more_steps.collect_usually(replay, FEEDS, databases.pop()),
        )
    store, database = ours.new_store(folder), databases.pop()
    ours.store_feeds(feeds, store)
    usual.store_feeds(feeds, database, commit_each=False)
    yield compare(
        "search",
        "questions of a word or two, the newest twenty of 2,000 items",
        "the same FTS5 index asked for ORM rows, whole words alone",
        lambda: more_steps.search(store),
        lambda: more_steps.search_usually(database),
    )
    yield compare(
        "deduplicate",
        "near-duplicates",
        "datasketch MinHashLSH of word pairs, 64 permutations",
        lambda: ours.stories(items),
        lambda: more_steps.alike_usually(items),
    )
    assessed = list(zip(items, assessor.assess(items), strict=True))
    annif_rate = rate(lambda: more_steps.suggest_usually(assessed) or 0)
    reason = "Annif taught and asked through its command" if annif_rate else more_steps.NO_ANNIF
    yield Row("assess", "items to areas and all else", reason, rate(lambda: ours.assess(assessor, items)), annif_rate)


def of_letters(sent: Mapping[str, letters.Took]) -> list[Row]:
    """Return the pairs of the letters, which are measured once, each in a process of its own."""
    mine, other = sent["ours"], sent["usual"]
    written = "one ready letter through Jinja, css-inline and email for each: neither chosen nor frozen"
    sending = "smtplib, a connection and a row in SQLite per message"
    return [
        Row("compose", "letters chosen, written and frozen", written, mine.letters / mine.write,
            other.letters / other.write),
        Row("send", "letters to a mail server, each noted before and after", sending, mine.letters / mine.send,
            other.letters / other.send),
    ]  # fmt: skip


def main() -> None:
    """Print the table as Markdown; with --markdown and --json also write it and the figures to files."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path)
    options.add_argument("--markdown", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        starts = [whole.start(lines(count, seed=2), Path(folder)) for count in (1, LINES)]
        rows = measure(Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sent = letters.measure()
    told = report([*rows, *of_letters(sent)], peak, starts, sent)
    shown = markdown(told)
    sys.stdout.write(shown)
    if chosen.markdown:
        chosen.markdown.write_text(shown, encoding="utf-8")
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=2, ensure_ascii=False), encoding="utf-8")


def report(
    rows: Sequence[Row], peak: float, starts: Sequence[whole.Start], sent: Mapping[str, letters.Took]
) -> dict[str, Any]:
    """Return the figures with what is needed to read them."""
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "versions": {name: version(name) for name in PACKAGES},
        "rounds": ROUNDS,
        "items": FEEDS * ENTRIES,
        "peak_mb": round(peak),
        "starts": [asdict(one) for one in starts],
        "letters": {name: asdict(took) for name, took in sent.items()},
        "rows": [asdict(row) for row in rows],
    }


if __name__ == "__main__":
    main()
