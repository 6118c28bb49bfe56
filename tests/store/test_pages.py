"""Long lists page by page: no row is left out and none comes twice, also where moments are the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from store.db import Store
from store.digests import freeze_digest
from store.items import upsert_items
from store.pages import digests_page, threads_page
from store.threads import save_threads
from store.types import Digest, DigestState, Item, Stage, Thread, ThreadMember

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def digest(name: str, hours: int, municipality: str = "x") -> Digest:
    return Digest(
        id=name,
        municipality=municipality,
        contact=f"{name}@example.org",
        week="2026-W48",
        units=("vatten",),
        subject="v. 48",
        message_id=f"<{name}@example.org>",
        message=b"hemligt",
        state=DigestState.QUEUED,
        created_at=NOW + timedelta(hours=hours),
    )


def test_digests_come_newest_first_without_their_bytes(store: Store) -> None:
    with store.session() as session:
        for one in (digest("a", 0), digest("b", 1), digest("c", 1), digest("d", 2), digest("e", 3, "y")):
            freeze_digest(session, one)
    found: list[Digest] = []
    with store.reading() as session:
        while page := digests_page(session, "x", (found[-1].created_at, found[-1].id) if found else None, 1):
            found += page
    assert [one.id for one in found] == ["d", "c", "b", "a"]
    assert {one.message for one in found} == {b""}


def test_threads_come_by_their_ids(store: Store, make_item: Callable[..., Item]) -> None:
    threads = [Thread(id=name, members=(ThreadMember("cellar", name, Stage.BILL, NOW.date()),)) for name in "abc"]
    with store.session() as session:
        upsert_items(session, [make_item(key=name) for name in "abc"], now=NOW)
        save_threads(session, threads, [("cellar", name) for name in "abc"], now=NOW)
    with store.reading() as session:
        assert threads_page(session, "", 2) == threads[:2]
        assert threads_page(session, "b", 2) == threads[2:]
