"""Reading over HTTP, searching, looking for what is nearly the same, and telling areas: ours and the usual parts."""

from __future__ import annotations

import random
import tempfile
import urllib.request
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from datasketch import MinHash, MinHashLSH
from rich.console import Console
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from nlp import annif
from nlp.knowledge import load_knowledge
from pipeline import run as steps
from pipeline.installation import open_installation
from store.db import Store
from store.search import search_items
from store.types import Item
from tests.benchmarks import national, usual
from tests.benchmarks.texts import SUBJECTS, WORDS
from tests.benchmarks.usual_reader import ALIKE, PERMUTATIONS

SEARCHES, SHOWN = 200, 20
NO_ANNIF = "`annif suggest`: not installed here; `pip install annif` beside this Python and it is measured"


def collect(replay: str, feeds: int) -> int:
    """Read so many feeds by the real crawls into a new installation, and return the number of items."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        national.write_home(home, municipalities=1, feeds=feeds, replay=replay, port=1, database="")
        with open_installation(home) as installation:
            runs = steps.collect_sources(installation, Console(quiet=True), [], now=national.NOW)
    return sum(run.counts.get("new", 0) for run in runs)


def collect_usually(replay: str, feeds: int, engine: Engine) -> int:
    """Fetch every feed and add a row per entry, a commit per feed: no robots.txt, pace, retries or log."""
    bodies = []
    for number in range(feeds):
        with urllib.request.urlopen(f"{replay}/{number}") as answer:  # noqa: S310 - our own server
            bodies.append(answer.read())
    return usual.store_feeds(bodies, engine, commit_each=False)


def questions() -> list[str]:
    """Return what is searched for: a word or two each, common and less so."""
    chance = random.Random(3)  # noqa: S311 - repeatable, not secret
    return [" ".join(chance.choices((*WORDS, *SUBJECTS), k=1 + count % 2)) for count in range(SEARCHES)]


def search(store: Store) -> int:
    """Ask each question and take the newest items."""
    with store.reading() as session:
        for question in questions():
            search_items(session, question, limit=SHOWN)
    return SEARCHES


def search_usually(engine: Engine) -> int:
    """Ask the same index of ORM rows: whole words alone, no other forms of them."""
    matching = text("SELECT rowid FROM item_search WHERE item_search MATCH :words").columns(usual.Row.id)
    with Session(engine) as session:
        for question in questions():
            words = " ".join(f'"{word}"' for word in question.split())
            query = select(usual.Row).where(usual.Row.id.in_(matching.bindparams(words=words)))
            list(session.scalars(query.order_by(usual.Row.published.desc(), usual.Row.id.desc()).limit(SHOWN)))
    return SEARCHES


def alike_usually(items: Sequence[Item]) -> int:
    """Look each item up among the earlier ones with datasketch's own parts."""
    near = MinHashLSH(threshold=ALIKE, num_perm=PERMUTATIONS)
    for number, said in enumerate(usual.texts_of(items)):
        hashed = MinHash(num_perm=PERMUTATIONS)
        hashed.update_batch([f"{one} {other}".encode() for one, other in pairwise(said.lower().split())])
        near.query(hashed)
        near.insert(str(number), hashed)
    return len(items)


def suggest_usually(assessed: Sequence[tuple[Item, Any]]) -> int | None:
    """Teach Annif half of the items' areas and ask it of the rest; None where it is not installed."""
    if (program := annif.command()) is None:
        return None
    taught = [(f"{item.title} {item.text}", list(said.areas)) for item, said in assessed[: len(assessed) // 2]]
    asked = [f"{item.title} {item.text}" for item, _ in assessed[len(assessed) // 2 :]]
    names = {key: key.replace("_", " ") for key in load_knowledge().areas}
    return len(asked) if annif.suggest(program, names, taught, asked) is not None else None
