"""In which tab an item stands, what the filters leave, and how long is left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.triage_list import Filter, Row, Tab, narrowed, ordered, pace, progress, tab_of, tabs
from store.types import Kind, Ruling, Verdict

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def row(key: str, **fields: Any) -> Row:
    values: dict[str, Any] = {
        "item": ("feeds", key), "title": key, "kind": Kind.NEWS, "kind_word": "Nyhet", "publisher": "Exempelbladet",
        "region": "Sverige", "language": "", "day": TODAY, "first_seen": NOW, "deadline": None, "areas": ("school",),
        "units": ("skola",), "because": "x", "relevance": 0.5, "score": 0.5, "is_routed": True,
    }  # fmt: skip
    return Row(**values | fields)


def ruled(ruling: Ruling, at: datetime = NOW) -> Verdict:
    return Verdict(municipality="x", source="feeds", key="a", ruling=ruling, at=at, by="samordnare")


def keys(rows: list[Row]) -> list[str]:
    return [one.item[1] for one in rows]


def test_every_item_stands_in_one_tab_or_is_done() -> None:
    assert tab_of(row("a")) is Tab.TO_JUDGE
    assert tab_of(row("a", is_routed=False)) is Tab.UNLIKELY
    assert tab_of(row("a", is_routed=False, is_explored=True)) is Tab.EXPLORE
    assert tab_of(row("a", told=NOW)) is None
    assert tab_of(row("a", verdict=ruled(Ruling.SEND))) is Tab.SEND
    assert tab_of(row("a", verdict=ruled(Ruling.LATER), told=NOW)) is Tab.LATER
    assert tab_of(row("a", verdict=ruled(Ruling.DROP), is_explored=True)) is Tab.DROP
    assert tab_of(row("a", verdict=ruled(Ruling.SEND), told=NOW + timedelta(hours=1))) is None
    assert tab_of(row("a", verdict=ruled(Ruling.SEND), told=NOW - timedelta(days=7))) is Tab.SEND


def test_of_a_story_the_best_member_is_judged_for_all() -> None:
    found = tabs([row("a", story="s", score=0.4), row("b", story="s", score=0.9), row("c", score=0.1)])
    assert keys(found[Tab.TO_JUDGE]) == ["b", "c"]


def test_filters_narrow_together() -> None:
    rows = [
        row("a", kind=Kind.CALL, deadline=date(2026, 11, 30)),
        row("b", kind=Kind.CALL, deadline=date(2026, 12, 30), units=("vatten",)),
        row("c", region="Norge"),
    ]
    assert keys(narrowed(rows, Filter(kind="call"), TODAY)) == ["a", "b"]
    assert keys(narrowed(rows, Filter(kind="call", within=7), TODAY)) == ["a"]
    assert keys(narrowed(rows, Filter(unit="vatten"), TODAY)) == ["b"]
    assert keys(narrowed(rows, Filter(region="Norge", area="school", source="feeds"), TODAY)) == ["c"]
    assert keys(narrowed(rows, Filter(within=0), TODAY)) == []


def test_orders_are_the_same_every_time() -> None:
    rows = [row("b"), row("a"), row("c", score=0.9, deadline=date(2027, 1, 1)), row("d", deadline=date(2026, 12, 1))]
    assert keys(ordered(rows)) == ["c", "a", "b", "d"]
    assert keys(ordered(rows, "frist")) == ["d", "c", "a", "b"]
    assert keys(ordered(rows, "okänd")) == ["c", "a", "b", "d"]


def test_pace_is_the_middle_pause_and_coffee_is_none() -> None:
    moments = [NOW + timedelta(seconds=second) for second in (0, 5, 15, 20, 2000, 2006)]
    assert pace(moments) == 6.0
    assert pace(moments[:2]) == 20.0


def test_progress_counts_verdicts_since_the_last_letter() -> None:
    found = tabs([
        row("a"), row("b"), row("c", verdict=ruled(Ruling.SEND)),
        row("d", verdict=ruled(Ruling.LATER, NOW - timedelta(days=30))),
    ])  # fmt: skip
    far = progress(found, NOW - timedelta(days=7), [])
    assert (far.ruled, far.all, far.minutes) == (1, 3, 1)
    assert progress(tabs([]), NOW, []).all == 0
