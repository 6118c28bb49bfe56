"""Which items one reader is shown in a week, in which section and order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.candidate import Candidate
from pipeline.currency import Week
from pipeline.municipality import Municipality
from pipeline.readers import contacts_of
from pipeline.route import route_items
from pipeline.selection import History, Selection, Told, offered, select_entries
from store.types import Deadline, Kind, Revision
from tests.pipeline.making import NOW, TODAY, candidate, moved_deadline, municipality, unit

LAST_WEEK = NOW - timedelta(days=7)


def select(
    *candidates: Candidate,
    reader: str = "skola@example.org",
    at: Municipality | None = None,
    now: datetime = NOW,
    history: History | None = None,
    **options: Any,
) -> Selection:
    place = at or municipality()
    contact = next(c for c in contacts_of(place) if c.email == reader)
    routes = route_items(candidates, place, {}, TODAY)
    week = Week.since(now, history.last if history else None)
    return select_entries(offered(candidates, routes), contact, place, week, history=history, **options)


def keys(selection: Selection) -> list[str]:
    return [entry.candidate.item.key for entry in selection.entries]


def told(*candidates: Candidate, at: datetime = LAST_WEEK) -> History:
    stories = {c.story for c in candidates if c.story}
    return History(items={c.id: Told(at) for c in candidates}, stories=stories, last=at)


def by(day: str, role: str = "application") -> tuple[Deadline, ...]:
    return (Deadline(date.fromisoformat(day), role),)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"kind": Kind.NEWS, "published": date(2026, 11, 9)}, True),
        ({"kind": Kind.NEWS, "published": date(2026, 11, 8)}, False),
        ({"kind": Kind.CALL, "published": date(2026, 1, 8), "deadlines": by("2026-11-23")}, True),
        ({"kind": Kind.CALL, "published": date(2026, 1, 8), "deadlines": by("2026-11-22")}, False),
        ({"kind": Kind.CALL, "published": date(2026, 1, 8), "deadlines": by("2027-03-01"), "status": "closed"}, False),
        ({"kind": Kind.CALL, "published": date(2026, 1, 8), "status": "open"}, True),
        ({"kind": Kind.CALL, "published": None, "status": "forthcoming", "opens": date(2027, 5, 6)}, True),
        ({"kind": Kind.CONSULTATION, "published": date(2026, 6, 1), "deadlines": by("2026-12-24", "answer")}, True),
        ({"kind": Kind.CONSULTATION, "published": date(2026, 11, 20), "deadlines": by("2026-11-20", "answer")}, False),
        ({"kind": Kind.CONSULTATION, "published": date(2026, 10, 24)}, True),
        ({"kind": Kind.CONSULTATION, "published": date(2026, 10, 23)}, False),
        ({"kind": Kind.LEGAL_ACT, "published": date(2026, 10, 20)}, True),
        ({"kind": Kind.LEGAL_ACT, "published": date(2026, 9, 20)}, False),
    ],
)
def test_only_what_is_still_news_is_shown(fields: Mapping[str, Any], shown: bool) -> None:
    assert bool(select(candidate("a", **fields)).entries) is shown


def test_act_that_has_long_been_in_the_store_is_old_after_two_weeks() -> None:
    seen = datetime(2026, 10, 21, tzinfo=UTC)
    assert keys(select(candidate("a", kind=Kind.LEGAL_ACT, published=date(2026, 10, 20), first_seen=seen))) == []


def test_F09_item_without_date_is_shown_in_the_week_it_was_first_seen() -> None:
    assert keys(select(candidate("a", published=None))) == ["a"]
    assert keys(select(candidate("a", published=None, first_seen=NOW - timedelta(days=8)))) == []


@pytest.mark.parametrize("odd", [date(2099, 1, 1), date(1970, 1, 1)])
def test_F10_item_with_an_impossible_date_is_shown_once_and_marked(odd: date) -> None:
    item = candidate("a", published=odd)
    assert select(item).entries[0].odd_date
    assert keys(select(item, now=NOW + timedelta(days=7), history=told(item, at=NOW))) == []
    assert keys(select(item, now=NOW + timedelta(days=14))) == []


def test_item_first_seen_after_the_moment_does_not_exist() -> None:
    assert keys(select(candidate("a", first_seen=NOW + timedelta(seconds=1)))) == []


def test_reader_sees_only_what_was_routed_to_the_own_units() -> None:
    water = candidate("b", areas={"water": 0.9})
    assert keys(select(candidate("a"), water)) == ["a"]
    assert keys(select(candidate("a"), water, reader="vatten@example.org")) == ["b"]


def test_F52_item_for_two_units_of_one_reader_is_shown_once() -> None:
    units = {"a": unit("A", ["school"], "samma"), "b": unit("B", ["social"], "samma")}
    item = candidate("a", areas={"school": 0.9, "social": 0.8})
    (entry,) = select(item, reader="samma@example.org", at=municipality(units=units)).entries
    assert [route.unit for route in entry.routes] == ["a", "b"]


def test_nothing_is_told_twice() -> None:
    item = candidate("a", kind=Kind.CALL, deadlines=by("2027-02-01"))
    assert keys(select(item, history=told(item))) == []


def test_moved_deadline_is_told_again_with_both_days() -> None:
    event = moved_deadline("a", "2027-11-03", "2027-11-05", seen_at=NOW - timedelta(days=1))
    item = candidate("a", kind=Kind.CALL, deadlines=by("2027-11-05"), revisions=(event,))
    (entry,) = select(item, history=told(item)).entries
    assert entry.change == "Ändrad frist: 3 nov 2027 → 5 nov 2027"


def test_deadline_that_moved_before_the_reader_was_told_is_no_news() -> None:
    event = moved_deadline("a", "2027-11-03", "2027-11-05", seen_at=LAST_WEEK - timedelta(days=1))
    item = candidate("a", kind=Kind.CALL, deadlines=by("2027-11-05"), revisions=(event,))
    assert keys(select(item, history=told(item))) == []


def test_deadline_that_moved_there_and_back_is_no_news() -> None:
    events = (
        moved_deadline("a", "2027-11-03", "2027-11-05", seen_at=NOW - timedelta(days=3)),
        moved_deadline("a", "2027-11-05", "2027-11-03", seen_at=NOW - timedelta(days=2)),
    )
    item = candidate("a", kind=Kind.CALL, deadlines=by("2027-11-03"), revisions=events)
    assert keys(select(item, history=told(item))) == []


def test_forthcoming_call_that_opens_is_told_again() -> None:
    changes = {"status": ["forthcoming", "open"]}
    event = Revision(source="feeds", key="a", seen_at=NOW - timedelta(days=1), changes=changes, is_event=True)
    item = candidate("a", kind=Kind.CALL, status="open", deadlines=by("2027-02-01"), revisions=(event,))
    assert select(item, history=told(item)).entries[0].change == "Nu öppen"


def test_changed_text_is_not_told_again() -> None:
    changes = {"text": ["före", "efter"]}
    edit = Revision(source="feeds", key="a", seen_at=NOW - timedelta(days=1), changes=changes, is_event=False)
    item = candidate("a", kind=Kind.CALL, deadlines=by("2027-02-01"), revisions=(edit,))
    assert keys(select(item, history=told(item))) == []


def test_of_one_story_the_best_is_shown_and_the_other_sources_counted() -> None:
    best = candidate("a", relevance=0.9, story="s", publisher="A-bladet")
    others = [
        candidate("b", relevance=0.8, story="s", publisher="B-bladet"),
        candidate("c", relevance=0.7, story="s", publisher="C-bladet"),
        candidate("d", relevance=0.7, story="s", publisher="A-bladet"),
    ]
    (entry,) = select(*others, best).entries
    assert (entry.candidate.item.key, entry.others) == ("a", 2)


def test_story_told_last_week_is_not_told_again_from_another_source() -> None:
    first = candidate("a", story="s")
    assert keys(select(candidate("b", story="s"), history=told(first))) == []


def test_pause_of_a_month_loses_no_news() -> None:
    seen = NOW - timedelta(days=21)
    item = candidate("a", published=seen.date(), first_seen=seen)
    assert keys(select(item)) == []
    assert keys(select(item, history=told(candidate("x"), at=NOW - timedelta(days=28)))) == ["a"]


def test_item_that_the_coordinator_chose_is_shown_whatever_its_age() -> None:
    item = candidate("a", published=date(2026, 2, 1))
    assert keys(select(item)) == []
    assert keys(select(item, chosen={("feeds", "a")})) == ["a"]


@pytest.mark.parametrize(
    ("fields", "section"),
    [
        ({"kind": Kind.CALL, "deadlines": by("2026-12-07")}, "closing"),
        ({"kind": Kind.CALL, "deadlines": by("2026-12-08")}, "calls"),
        ({"kind": Kind.CALL, "deadlines": by("2026-12-07"), "flags": {"children_youth": 0.9}}, "closing"),
        ({"kind": Kind.CALL, "deadlines": by("2027-02-01"), "flags": {"children_youth": 0.9}}, "children_youth"),
        ({"kind": Kind.CALL, "status": "forthcoming", "opens": date(2027, 5, 6)}, "calls"),
        ({"kind": Kind.CONSULTATION, "deadlines": by("2026-12-04", "answer")}, "closing"),
        ({"kind": Kind.CONSULTATION, "deadlines": by("2027-02-04", "answer")}, "consultations"),
        ({"kind": Kind.LEGAL_ACT, "deadlines": by("2026-12-04", "transposition")}, "law"),
        ({"kind": Kind.GOVERNMENT}, "law"),
        ({"kind": Kind.AGENCY}, "news"),
        ({"kind": Kind.AGENCY, "flags": {"funding": 0.9}}, "calls"),
        ({"kind": Kind.AGENCY, "deadlines": by("2026-12-04")}, "news"),
        ({"kind": Kind.NEWS, "meta": {"region": "Norden"}}, "world"),
        ({"kind": Kind.NEWS, "meta": {"region": "EU"}}, "news"),
    ],
)
def test_item_stands_in_the_first_section_that_fits(fields: Mapping[str, Any], section: str) -> None:
    assert select(candidate("a", **fields)).entries[0].section == section


def test_region_of_the_source_counts_when_the_item_says_nothing() -> None:
    assert select(candidate("a"), regions={"feeds": "Världen"}).entries[0].section == "world"


def test_what_closes_soon_is_kept_before_what_scores_higher() -> None:
    few = municipality(thresholds={"per_digest": 2})
    closing = candidate("c", kind=Kind.CALL, relevance=0.6, deadlines=by("2026-12-01"))
    selection = select(candidate("a", relevance=0.8), candidate("b", relevance=0.9), closing, at=few)
    assert keys(selection) == ["c", "b"]
    assert selection.left_out == 1


def test_F54_ten_thousand_items_become_twenty_five() -> None:
    selection = select(*(candidate(f"{n:05d}") for n in range(10_000)))
    assert len(selection.entries) == 25
    assert selection.left_out == 9_975


def test_nearest_deadline_comes_first() -> None:
    late = candidate("a", kind=Kind.CALL, relevance=0.9, deadlines=by("2026-12-05"))
    near = candidate("b", kind=Kind.CALL, relevance=0.6, deadlines=by("2026-11-25"))
    assert keys(select(late, near)) == ["b", "a"]
