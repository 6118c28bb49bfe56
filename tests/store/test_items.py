"""Items: what counts as new, as changed and as worth telling again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from store.db import Store
from store.items import (
    UpsertCount,
    count_by_kind,
    count_by_source,
    events_since,
    get_item,
    items_without_assessment,
    iter_items,
    last_seen,
    revisions,
    upsert_items,
)
from store.types import Concept, Deadline, Item, Kind, Money, Reference

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
MakeItem = Callable[..., Item]


def put(store: Store, *items: Item, now: datetime = NOW) -> UpsertCount:
    with store.session() as session:
        return upsert_items(session, items, now=now)


def test_every_field_of_an_item_comes_back(store: Store, make_item: MakeItem) -> None:
    item = make_item(
        kind=Kind.CALL,
        status="open",
        opens=date(2026, 5, 1),
        publisher="Europeiska kommissionen",
        deadlines=(Deadline(date(2026, 9, 15), "stage_1", "kl. 17.00 Brysseltid"),),
        money=(Money(2_500_000.0, "EUR", "total"), Money(60.0, "%", "rate")),
        concepts=(Concept("eurovoc", "2825", "vattenrening"),),
        references=(Reference("celex", "31991L0271", "repeals"),),
        meta={"topic": "LIFE-2026", "pages": [1, 2], "nested": {"å": None}},
    )
    put(store, item)
    with store.reading() as session:
        stored = get_item(session, "cellar", "32026L0001")
    assert stored is not None
    assert stored.item == item
    assert stored.first_seen == stored.changed_at == NOW
    assert stored.first_seen.utcoffset() == timedelta(0)


def test_item_seen_again_unchanged_only_gets_a_new_last_seen(store: Store, make_item: MakeItem) -> None:
    put(store, make_item())
    assert put(store, make_item(), now=LATER) == UpsertCount(same=1)
    with store.reading() as session:
        stored = get_item(session, "cellar", "32026L0001")
        assert stored is not None
        assert stored.changed_at == NOW
        assert last_seen(session, "cellar", "32026L0001") == LATER


def test_moved_deadline_is_an_event(store: Store, make_item: MakeItem) -> None:
    put(store, make_item(deadlines=(Deadline(date(2026, 9, 1)),)))
    count = put(store, make_item(deadlines=(Deadline(date(2026, 9, 15)),)), now=LATER)
    assert count == UpsertCount(changed=1, events=1)
    with store.reading() as session:
        (revision,) = revisions(session, "cellar", "32026L0001")
        assert events_since(session, LATER) == [revision]
        assert events_since(session, LATER + timedelta(seconds=1)) == []
    assert revision.is_event
    assert revision.seen_at == LATER
    assert revision.changes == {"deadlines": [[["2026-09-01", "application", ""]], [["2026-09-15", "application", ""]]]}


def test_changed_status_and_opening_are_events(store: Store, make_item: MakeItem) -> None:
    put(store, make_item(status="forthcoming"), make_item(key="2", opens=date(2026, 9, 1)))
    count = put(store, make_item(status="open"), make_item(key="2", opens=date(2026, 9, 8)), now=LATER)
    assert count == UpsertCount(changed=2, events=2)
    with store.reading() as session:
        assert revisions(session, "cellar", "2")[0].changes == {"opens": ["2026-09-01", "2026-09-08"]}


def test_changed_note_or_order_of_deadlines_is_no_change(store: Store, make_item: MakeItem) -> None:
    first, second = Deadline(date(2026, 9, 1), note="kl. 17.00"), Deadline(date(2027, 2, 1))
    put(store, make_item(deadlines=(first, second)))
    reworded = Deadline(date(2026, 9, 1), note="kl. 17.00.00 Brysseltid")
    assert put(store, make_item(deadlines=(second, reworded)), now=LATER) == UpsertCount(same=1)
    with store.reading() as session:
        assert revisions(session, "cellar", "32026L0001") == []
        stored = get_item(session, "cellar", "32026L0001")
    assert stored is not None
    assert stored.item.deadlines == (second, reworded)
    assert stored.changed_at == NOW


def test_changed_title_is_a_revision_but_no_event(store: Store, make_item: MakeItem) -> None:
    put(store, make_item(title="Avloppsdirektivet"))
    assert put(store, make_item(title="Avloppsdirektivet (rättelse)"), now=LATER) == UpsertCount(changed=1)
    with store.reading() as session:
        assert not revisions(session, "cellar", "32026L0001")[0].is_event
        assert events_since(session, NOW) == []


def test_changed_link_and_meta_update_the_item_silently(store: Store, make_item: MakeItem) -> None:
    put(store, make_item())
    changed = make_item(url="https://example.org/ny", meta={"x": 1}, concepts=(Concept("eurovoc", "1"),))
    assert put(store, changed, now=LATER) == UpsertCount(same=1)
    with store.reading() as session:
        stored = get_item(session, "cellar", "32026L0001")
        assert revisions(session, "cellar", "32026L0001") == []
    assert stored is not None
    assert stored.item == changed
    assert stored.changed_at == NOW


def test_of_two_with_one_key_in_a_batch_the_last_counts_once(store: Store, make_item: MakeItem) -> None:
    assert put(store, make_item(title="Först"), make_item(title="Sist")) == UpsertCount(new=1)
    with store.reading() as session:
        stored = get_item(session, "cellar", "32026L0001")
    assert stored is not None
    assert stored.item.title == "Sist"


def test_item_absent_from_an_answer_is_left_as_it_is(store: Store, make_item: MakeItem) -> None:
    put(store, make_item(key="1", status="open"), make_item(key="2", status="open"))
    put(store, make_item(key="2", status="open"), now=LATER)
    with store.reading() as session:
        stored = get_item(session, "cellar", "1")
        assert last_seen(session, "cellar", "1") == NOW
    assert stored is not None
    assert stored.item.status == "open"


def test_batch_of_several_chunks_is_counted_whole(store: Store, make_item: MakeItem) -> None:
    items = [make_item(key=str(number), source="feeds" if number % 2 else "cellar") for number in range(1_203)]
    assert put(store, *items) == UpsertCount(new=1_203)
    items[0] = make_item(key="0", status="closed")
    assert put(store, *items, now=LATER) == UpsertCount(changed=1, same=1_202, events=1)
    with store.reading() as session:
        assert count_by_source(session) == {"cellar": 602, "feeds": 601}
        assert count_by_kind(session) == {"legal_act": 1_203}


def test_record_that_no_database_can_hold_does_not_stop_the_batch(store: Store, make_item: MakeItem) -> None:
    broken = make_item(
        key="1", title="Av\0lopp \ud800", meta={"a\0": float("nan")}, money=(Money(float("inf"), "EUR"),)
    )
    assert put(store, broken, make_item(key="2")) == UpsertCount(new=2)
    assert put(store, broken, make_item(key="2"), now=LATER) == UpsertCount(same=2)
    with store.reading() as session:
        stored = get_item(session, "cellar", "1")
    assert stored is not None
    assert stored.item.title == "Avlopp ?"
    assert stored.item.meta == {"a": None}


def test_items_stream_newest_first_and_filtered(store: Store, make_item: MakeItem) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number % 200) for number in range(1_200)]
    put(store, *(make_item(key=str(number), published=day) for number, day in enumerate(days)))
    put(store, make_item(key="odaterad", source="feeds", kind=Kind.NEWS, published=None), now=LATER)
    with store.reading() as session:
        seen = [stored.item for stored in iter_items(session)]
        assert seen[0].key == "odaterad"  # its day is the day it was first seen
        assert len(seen) == 1_201
        dated = [item.published for item in seen[1:]]
        assert dated == sorted(days, reverse=True)
        assert next(iter_items(session, sources=["feeds"])).item.key == "odaterad"
        assert [stored.item.key for stored in iter_items(session, since=LATER)] == ["odaterad"]
        assert len(list(iter_items(session, kinds=[Kind.LEGAL_ACT], published_from=date(2026, 7, 19)))) == 6
        assert list(iter_items(session, sources=[])) == []


def test_items_without_assessment_are_the_oldest_in_the_store_first(store: Store, make_item: MakeItem) -> None:
    put(store, *(make_item(key=str(number)) for number in range(5)))
    with store.reading() as session:
        assert [stored.item.key for stored in items_without_assessment(session, "a/1", limit=3)] == ["0", "1", "2"]
