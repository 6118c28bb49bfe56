"""Deadlines and matters found by day, and the history of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from store.actions import action_changes, count_actions, get_action, list_actions, save_action
from store.assessments import save_assessments
from store.copying import put_back, read_rows, table_names
from store.db import Session, Store
from store.digests import freeze_digest
from store.due import DueSearch, count_due, find_due, revisions_of, told_with_moved_days
from store.items import upsert_items
from store.matters import awaiting_threads, moved_threads
from store.removal import remove_item
from store.routes import replace_routes
from store.tables import ItemDeadlineRow
from store.threads import get_threads, save_threads
from store.types import (
    Action,
    Assessment,
    Deadline,
    Digest,
    DigestEntry,
    DigestState,
    Item,
    Kind,
    Route,
    Ruling,
    Stage,
    Thread,
    ThreadMember,
    Verdict,
)
from store.verdicts import save_verdict

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SOON = date(2026, 12, 4)
WANTED = DueSearch(municipality="x", first=date(2026, 11, 23), last=date(2027, 12, 31), unit_areas=("water",))
MakeItem = Callable[..., Item]


def assessed(key: str, relevance: float = 0.8, areas: dict[str, float] | None = None, **fields: Any) -> Assessment:
    values: dict[str, Any] = {
        "source": "cellar",
        "key": key,
        "content_hash": "",
        "assessor": "test",
        "language": "sv",
        "relevance": relevance,
        "areas": {"water": 0.9} if areas is None else areas,
        "flags": {},
    }
    return Assessment(**values | fields)


def call(make_item: MakeItem, key: str, *on: date, **fields: Any) -> Item:
    deadlines = tuple(Deadline(on=day, role="application") for day in on)
    return make_item(**{"key": key, "kind": Kind.CALL, "deadlines": deadlines, "title": key} | fields)


@pytest.fixture
def session(store: Store, make_item: MakeItem) -> Iterator[Session]:
    """Give a session in which three calls are kept: relevant, of no use, and about school."""
    items = [
        call(make_item, "vatten", SOON),
        call(make_item, "trav", SOON + timedelta(days=1)),
        call(make_item, "skola", SOON + timedelta(days=2)),
    ]
    with store.session() as opened:
        upsert_items(opened, items, now=NOW)
        said = [assessed("vatten"), assessed("trav", 0.1, {}), assessed("skola", areas={"school": 0.8})]
        save_assessments(opened, said, now=NOW)
        yield opened


def keys(session: Session, **changes: Any) -> list[str]:
    return [due.item.key for due in find_due(session, replace(WANTED, **changes), limit=50)]


def verdict(session: Session, key: str, ruling: Ruling, units: tuple[str, ...] | None = None) -> None:
    values = {"municipality": "x", "source": "cellar", "key": key, "at": NOW, "by": "samordnaren"}
    save_verdict(session, Verdict(**values, ruling=ruling, units=units))  # type: ignore[arg-type]


def sent(session: Session, key: str, *units: str, week: str = "2026-W48", routed: str = "") -> None:
    entry = DigestEntry(source="cellar", key=key, section="news", position=1, because="", content_hash="")
    digest = Digest(
        id=f"d{key}{week}",
        municipality="x",
        contact=f"{key}@example.org",
        week=week,
        units=units,
        subject="",
        message_id="",
        message=b"",
        state=DigestState.SENT,
        created_at=NOW,
        entries=(entry,),
    )
    freeze_digest(session, digest)
    if routed:
        route = Route(municipality="x", unit=routed, source="cellar", key=key, score=1.0, because="x")
        replace_routes(session, "x", week, [route])


def test_days_come_nearest_first_and_what_concerns_nobody_is_left_out(session: Session) -> None:
    assert keys(session) == ["vatten", "skola"]
    assert keys(session, choice="") == ["vatten", "trav", "skola"]
    assert keys(session, choice="", backwards=True) == ["skola", "trav", "vatten"]
    assert keys(session, kinds=[Kind.CONSULTATION]) == []
    assert keys(session, area="school") == ["skola"]
    assert count_due(session, WANTED) == {(SOON, "call"): 1, (SOON + timedelta(days=2), "call"): 1}


def test_next_page_begins_after_the_last_day_of_the_one_before(session: Session) -> None:
    everything = replace(WANTED, choice="")
    first = find_due(session, everything, limit=2)
    assert [due.item.key for due in find_due(session, replace(everything, after=first[-1].place), limit=2)] == ["skola"]


def test_verdict_brings_in_and_takes_out(session: Session) -> None:
    verdict(session, "trav", Ruling.SEND)
    verdict(session, "vatten", Ruling.DROP)
    assert keys(session) == ["trav", "skola"]
    verdict(session, "vatten", Ruling.REOPENED)
    assert keys(session) == ["vatten", "trav", "skola"]


def test_unit_has_what_its_areas_are_and_what_was_chosen_for_it(session: Session) -> None:
    assert keys(session, unit="va") == ["vatten"]
    verdict(session, "vatten", Ruling.SEND, ("skolan",))
    verdict(session, "skola", Ruling.SEND, ("va", "skolan"))
    assert keys(session, unit="va") == ["skola"]


def test_sent_is_what_a_reader_of_the_unit_was_told_of(session: Session) -> None:
    sent(session, "vatten", "va")
    sent(session, "skola", "va", "skolan", routed="skolan")
    assert keys(session, choice="sent") == ["vatten", "skola"]
    assert keys(session, choice="sent", unit="va") == ["vatten"]
    assert keys(session, choice="sent", unit="skolan") == ["skola"]
    assert keys(session, choice="sent", municipality="y") == []


def test_notice_tells_all_the_units_of_its_reader(session: Session) -> None:
    sent(session, "skola", "va", "skolan", week="2026-W48-2")
    assert keys(session, choice="sent", unit="va") == ["skola"]


def test_days_follow_the_source_and_count_before_those_found_in_the_text(session: Session, make_item: MakeItem) -> None:
    found = Deadline(on=date(2027, 1, 1), role="application")
    save_assessments(session, [assessed("vatten", deadlines=(found,))], now=NOW)
    assert [due.deadline.on for due in find_due(session, WANTED, limit=9) if due.item.key == "vatten"] == [SOON]
    upsert_items(session, [call(make_item, "vatten", date(2027, 2, 2))], now=NOW)
    days = [due.deadline.on for due in find_due(session, WANTED, limit=9) if due.item.key == "vatten"]
    assert days == [date(2027, 2, 2)]
    upsert_items(session, [call(make_item, "vatten")], now=NOW)
    days = [due.deadline.on for due in find_due(session, WANTED, limit=9) if due.item.key == "vatten"]
    assert days == [date(2027, 1, 1)]


def test_news_that_mentions_a_date_has_no_day_to_be_met(session: Session, make_item: MakeItem) -> None:
    upsert_items(session, [call(make_item, "nytt", SOON, kind=Kind.NEWS)], now=NOW)
    save_assessments(session, [assessed("nytt")], now=NOW)
    assert "nytt" not in keys(session, choice="")
    save_assessments(session, [assessed("nytt", flags={"funding": 0.9})], now=NOW)
    assert "nytt" in keys(session)


def test_told_item_whose_day_moved_is_found_with_its_changes(session: Session, make_item: MakeItem) -> None:
    sent(session, "vatten", "va")
    upsert_items(session, [call(make_item, "vatten", date(2027, 2, 2))], now=NOW + timedelta(days=1))
    assert told_with_moved_days(session, "x", "va", NOW) == {("cellar", "vatten")}
    assert told_with_moved_days(session, "x", "skolan", NOW) == set()
    [revision] = revisions_of(session, [("cellar", "vatten"), ("cellar", "trav")])["cellar", "vatten"]
    assert revision.changes["deadlines"][0] == [["2026-12-04", "application", ""]]


def test_removed_item_leaves_no_day(session: Session) -> None:
    remove_item(session, "cellar", "vatten", "prov", NOW)
    assert keys(session, choice="") == ["trav", "skola"]
    assert len(session.scalars(select(ItemDeadlineRow.item_id)).all()) == 2


def test_matters_come_by_their_latest_and_by_their_last_day(session: Session) -> None:
    def keep(name: str, key: str, *places: tuple[Stage, date]) -> Thread:
        whole = Thread(id=name, members=tuple(ThreadMember("cellar", key, *place) for place in places))
        save_threads(session, [whole], [("cellar", key)], now=NOW)
        return whole

    adopted, last = (Stage.ADOPTION, date(2026, 11, 1)), (Stage.TRANSPOSITION, date(2028, 7, 31))
    water = keep("w", "vatten", adopted, last)
    keep("t", "trav", (Stage.PROPOSAL, date(2026, 11, 9)))
    keep("s", "skola", adopted, (Stage.STATUTE, date(2026, 11, 20)), (Stage.TRANSPOSITION, date(2028, 1, 1)))
    asked: Any = {"since": date(2026, 1, 1), "today": NOW.date(), "before": None, "limit": 10}
    assert moved_threads(session, reach=None, **asked) == [
        (date(2026, 11, 20), "s"),
        (date(2026, 11, 9), "t"),
        (date(2026, 11, 1), "w"),
    ]
    assert [name for _, name in moved_threads(session, reach=("x", 0.5), **asked)] == ["s", "w"]
    later = asked | {"before": (date(2026, 11, 9), "t")}
    assert [name for _, name in moved_threads(session, reach=None, **later)] == ["w"]
    found = awaiting_threads(session, today=NOW.date(), reach=("x", 0.5), after=None, limit=10)
    assert found == [(date(2028, 7, 31), "w")]
    assert get_threads(session, ["w", "none"]) == {"w": water}


def action(**fields: Any) -> Action:
    values = {"id": "a", "municipality": "x", "source": "cellar", "key": "vatten", "unit": "va", "title": "Sök"}
    return Action(**values | {"created_at": NOW} | fields)


def test_every_change_of_an_action_is_kept_and_what_is_the_same_adds_none(session: Session) -> None:
    assert save_action(session, action(), by="kontaktperson") == 1
    later = NOW + timedelta(days=1)
    changed = action(state="ongoing", due=SOON, applied=1_000.0, currency="EUR", note="a\0b")
    assert save_action(session, changed, by="samordnare", at=later) == 2
    assert save_action(session, replace(changed, note="ab"), by="samordnare", at=later) == 2
    kept = get_action(session, "a")
    assert kept is not None
    assert (kept.version, kept.changed_at, kept.note, kept.currency) == (2, later, "ab", "EUR")
    second, first = action_changes(session, "a")
    assert (first.version, first.by, first.changes) == (1, "kontaktperson", {})
    assert second.changes == {
        "due": [None, "2026-12-04"],
        "state": ["open", "ongoing"],
        "applied": [None, 1000.0],
        "currency": ["SEK", "EUR"],
        "note": ["", "ab"],
    }


def test_actions_are_narrowed_by_unit_state_day_and_item(session: Session) -> None:
    save_action(session, action(due=SOON))
    save_action(session, action(id="b", unit="skola", key="skola", state="ongoing", due=SOON + timedelta(days=9)))
    save_action(session, action(id="c", state="done"))

    def names(**narrow: Any) -> list[str]:
        return [found.id for found in list_actions(session, "x", **narrow)]

    assert names() == ["a", "b", "c"]
    assert names(states=("open", "ongoing"), unit="va") == ["a"]
    assert names(due_before=SOON + timedelta(days=1)) == ["a"]
    assert names(keys={("cellar", "skola"), ("other", "vatten")}) == ["b"]
    assert names(limit=1, offset=1) == ["b"]
    assert count_actions(session, "x") == {("va", "open"): 1, ("skola", "ongoing"): 1, ("va", "done"): 1}


def test_day_read_in_the_text_counts_as_soon_as_the_item_is_found_to_give_money(
    session: Session, make_item: MakeItem
) -> None:
    upsert_items(session, [make_item(key="nyhet", kind=Kind.NEWS, deadlines=())], now=NOW)
    day = (Deadline(on=SOON, role="application"),)
    for funding, expected in ((0.2, []), (0.5, ["nyhet"]), (0.4, [])):
        save_assessments(session, [assessed("nyhet", deadlines=day, flags={"funding": funding})], now=NOW)
        assert [key for key in keys(session) if key == "nyhet"] == expected, funding


def test_item_that_becomes_another_kind_changes_lists_with_it(session: Session, make_item: MakeItem) -> None:
    assert keys(session, kinds=[Kind.CONSULTATION]) == []
    upsert_items(session, [call(make_item, "vatten", SOON, kind=Kind.CONSULTATION)], now=NOW)
    assert keys(session, kinds=[Kind.CONSULTATION]) == ["vatten"]
    upsert_items(session, [call(make_item, "vatten", SOON, kind=Kind.NEWS)], now=NOW)
    assert "vatten" not in keys(session, choice="")


def test_other_thresholds_for_areas_are_those_that_count(session: Session) -> None:
    save_assessments(session, [assessed("trav", 0.9, {"water": 0.3}), assessed("skola", 0.9, {"water": 0.6})], now=NOW)
    for sure, expected in ((0.2, ["vatten", "trav", "skola"]), (0.4, ["vatten", "skola"]), (0.7, ["vatten"])):
        assert keys(session, area="water", sure=sure) == expected


def test_copy_of_an_earlier_version_gets_what_is_written_beside_the_days(session: Session) -> None:
    rows = {name: list(read_rows(session, name)) for name in table_names()}
    for row in rows["item_deadlines"]:
        for name in ("is_due", "kind", "relevance"):
            del row[name]
    before = keys(session)
    put_back(session, lambda name: rows[name])
    assert keys(session) == before == ["vatten", "skola"]
