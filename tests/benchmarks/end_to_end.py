"""From the bytes of feeds to stored, assessed and joined items, beside the same chain of the usual parts.

Both keep the item with a word index and what is told of it, in SQLite with a write-ahead log, a commit per feed; both
look for what is nearly the same among all that came before. By itself: `python -m tests.benchmarks.end_to_end`.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from datasketch import MinHashLSH
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nlp.assessor import Assessor
from pipeline.assess import assess
from store.db import Store
from tests.benchmarks import ours as our_parts
from tests.benchmarks import usual
from tests.benchmarks.texts import feed
from tests.benchmarks.usual_reader import ALIKE, PERMUTATIONS, UsualReader

FEEDS, ENTRIES, ROUNDS = 20, 100, 3


def ours(feeds: Sequence[bytes], store: Store, assessor: Assessor) -> int:
    """Parse and store every feed, then assess what came and join it, as `utkik collect` and `utkik assess` do."""
    number = our_parts.store_feeds(feeds, store)
    assess(store, assessor, now=our_parts.NOW)
    return number


def usually(feeds: Sequence[bytes], engine: Engine, reader: UsualReader) -> int:
    """Parse, read and store feed by feed with the usual parts."""
    near = MinHashLSH(threshold=ALIKE, num_perm=PERMUTATIONS)
    number = 0
    with Session(engine) as session:
        for body in feeds:
            rows = usual.rows_of(body)
            texts = [f"{values['title']}\n{values['text']}" for _, values in rows]
            for (key, values), said in zip(rows, reader.read([key for key, _ in rows], texts, near), strict=True):
                row = session.scalar(select(usual.Row).where(usual.Row.source == "bench", usual.Row.key == key))
                if row is None:
                    row = usual.Row(source="bench", key=key, first_seen=usual.NOW, **values)
                    session.add(row)
                    session.flush()
                told = {name: value for name, value in said.items() if name not in ("language", "relevance")}
                session.merge(
                    usual.Reading(item_id=row.id, language=said["language"], relevance=said["relevance"], told=told)
                )
                number += 1
            session.commit()
    return number


def main() -> None:
    """Write what each round of either took, turn about."""
    feeds = [feed(ENTRIES, seed) for seed in range(FEEDS)]
    items = our_parts.items_of(feeds)
    assessor, reader = our_parts.warm_assessor(items), UsualReader(usual.texts_of(items))
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            store, engine = our_parts.new_store(Path(folder)), usual.new_database(Path(folder))
            began = time.process_time()
            number = ours(feeds, store, assessor)
            between = time.process_time()
            usually(feeds, engine, reader)
            our_time, their_time = between - began, time.process_time() - between
            told = (
                f"{number / our_time:,.0f} items/s, usual parts {number / their_time:,.0f}: {their_time / our_time:.1f}"
            )
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            sys.stdout.write(f"{told} times; both together {peak} MB\n")


if __name__ == "__main__":
    main()
