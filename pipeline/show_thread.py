"""What the command `utkik thread` shows: the stages of a matter with days and links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

from crawlers.dates import STOCKHOLM
from nlp.matters import numbers_in
from pipeline.installation import Installation
from pipeline.terminal import plain_table
from pipeline.thread_wording import STAGES, chain
from pipeline.wording import kind_in_words, lower_first
from store.db import Session
from store.item_search import Search, find_items
from store.items import get_items
from store.threads import latest_first, threads_of, threads_with
from store.types import Stage, StoredItem, Thread, ThreadMember

MOST = 10  # threads shown; who gets more should type a number
MOST_FOUND = 200  # items whose threads are looked up when words are typed


def thread_values(installation: Installation, words: str, *, now: datetime) -> list[dict[str, Any]]:
    """Return the threads that a number names or that items with the words are in, the latest first."""
    today = now.astimezone(STOCKHOLM).date()
    with installation.store.reading() as session:
        threads = find_threads(session, words)[:MOST]
        items = get_items(session, list({(m.source, m.key) for thread in threads for m in thread.members}))
    return [
        {
            "id": thread.id,
            "chain": chain(thread, None, today),
            "members": [_member_values(member, items[member.source, member.key]) for member in thread.members],
        }
        for thread in threads
    ]


def find_threads(session: Session, words: str) -> list[Thread]:
    """Return the threads that a number names, or that the newest items with the words are in, the latest first."""
    if numbers := numbers_in(words):
        return threads_with(session, numbers)
    found = find_items(session, Search(words=words), limit=MOST_FOUND).items
    keys = [(stored.item.source, stored.item.key) for stored in found]
    return latest_first({thread.id: thread for thread in threads_of(session, keys).values()}.values())


def _member_values(member: ThreadMember, stored: StoredItem) -> dict[str, Any]:
    item = stored.item
    return {
        "stage": member.stage.value if member.stage else "",
        "label": STAGES[member.stage] if member.stage else lower_first(kind_in_words(item)),
        "on": member.on.isoformat(),
        "title": item.title,
        "url": item.url,
        "source": member.source,
        "key": member.key,
    }


def show_threads(console: Console, threads: Sequence[dict[str, Any]], words: str) -> None:
    """Show each thread as a table, or say that there is none."""
    if not threads:
        console.print(f"Ingen tråd om {escape(words)}. En tråd behöver minst två dokument om samma ärende.")
    for thread in threads:
        rows = [
            [row["on"], row["label"], "" if row["stage"] == Stage.TRANSPOSITION else escape(row["title"]), row["url"]]
            for row in thread["members"]
        ]
        console.print(plain_table(thread["chain"] or "Tråd", ["Datum", "Etapp", "Vad", "Länk"], rows))
