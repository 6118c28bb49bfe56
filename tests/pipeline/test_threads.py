"""Threads through the pipeline: joined in the store, told as new stages, shown as one entry a week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.candidate import Candidate
from pipeline.currency import Week
from pipeline.readers import contacts_of
from pipeline.route import route_items
from pipeline.selection import Entry, History, Selection, Told, offered, select_entries
from pipeline.thread_wording import chain, new_stage
from pipeline.threads import join_threads
from store.db import Store
from store.items import upsert_items
from store.threads import count_threads, threads_of
from store.types import Deadline, Item, Kind, Reference, Stage, Thread, ThreadMember
from tests.pipeline.making import NOW, TODAY, candidate, municipality, unit

PROPOSAL, ACT, MEMO, PRESS = ("cellar", "com"), ("cellar", "act"), ("regeringen", "fpm"), ("feeds", "press")


def thread(*places: tuple[tuple[str, str], Stage | None, str]) -> Thread:
    return Thread(
        id="t", members=tuple(ThreadMember(*key, stage, date.fromisoformat(day)) for key, stage, day in places)
    )


WHOLE = thread(
    (PROPOSAL, Stage.PROPOSAL, "2026-03-03"),
    (MEMO, Stage.FACT_MEMO, "2026-04-10"),
    (ACT, Stage.ADOPTION, "2026-11-18"),
    (PRESS, None, "2026-11-19"),
    (ACT, Stage.TRANSPOSITION, "2028-07-31"),
)


def member(key: tuple[str, str], kind: Kind = Kind.GOVERNMENT, day: str = "2026-11-18", **fields: object) -> Candidate:
    published = date.fromisoformat(day)
    return candidate(key[1], f"Titel {key[1]}", source=key[0], kind=kind, published=published, thread=WHOLE, **fields)


def select(*candidates: Candidate, told: tuple[tuple[str, str], ...] = ()) -> Selection:
    place = municipality()
    contact = next(c for c in contacts_of(place) if c.email == "skola@example.org")
    history = History(items={key: Told(NOW - timedelta(days=7)) for key in told}, last=NOW - timedelta(days=7))
    routes = route_items(candidates, place, {}, TODAY)
    return select_entries(offered(candidates, routes), contact, place, Week(NOW), history=history)


def names(entry: Entry) -> tuple[str, list[str]]:
    return entry.candidate.item.key, [other.item.key for other in entry.also]


def test_chain_marks_where_the_item_stands_and_ends_with_the_last_day() -> None:
    words = chain(WHOLE, Stage.ADOPTION, TODAY)
    assert words == "förslag → faktapromemoria → ●\N{NO-BREAK SPACE}antaget → införs senast 31 juli 2028"


def test_act_with_a_last_day_alone_has_no_chain() -> None:
    alone = thread(
        (ACT, Stage.ADOPTION, "2026-11-18"), (PRESS, None, "2026-11-19"), (ACT, Stage.TRANSPOSITION, "2028-07-31")
    )
    assert chain(alone, Stage.ADOPTION, TODAY) == ""


def test_what_lies_ahead_of_an_older_week_is_not_in_its_chain() -> None:
    assert chain(WHOLE, None, date(2026, 4, 13)) == "förslag → faktapromemoria → införs senast 31 juli 2028"


def test_new_stage_says_what_the_reader_was_told_before_and_when() -> None:
    (entry,) = select(member(ACT, Kind.LEGAL_ACT), told=(PROPOSAL,)).entries
    assert entry.change == "Ny etapp i en tråd ni fått förut: förslag (mars 2026) → antaget"


def test_news_of_a_told_thread_and_a_stage_told_before_are_no_new_stage() -> None:
    assert new_stage(member(PRESS, Kind.NEWS), [PROPOSAL], TODAY) == ""
    assert new_stage(member(ACT), [ACT], TODAY) == ""
    assert new_stage(member(ACT), [], TODAY) == ""


def test_new_stage_is_shown_even_when_its_words_are_those_of_a_told_story() -> None:
    act = replace(member(ACT, Kind.LEGAL_ACT), story="s")
    place = municipality()
    contact = next(c for c in contacts_of(place) if c.email == "skola@example.org")
    history = History(items={PROPOSAL: Told(NOW - timedelta(days=7))}, stories={"s"})
    routes = route_items([act], place, {}, TODAY)
    assert len(select_entries(offered([act], routes), contact, place, Week(NOW), history=history).entries) == 1


def test_one_week_s_items_of_a_thread_are_one_entry_with_the_latest_stage_first() -> None:
    week = [member(MEMO, day="2026-11-16"), member(PRESS, Kind.NEWS, "2026-11-19"), member(ACT, Kind.LEGAL_ACT)]
    assert [names(entry) for entry in select(*week).entries] == [("act", ["fpm", "press"])]


def test_what_closes_soon_stands_first_of_its_thread() -> None:
    answer = (Deadline(date(2026, 12, 1), "answer"),)
    asked = candidate("remiss", kind=Kind.CONSULTATION, deadlines=answer, published=date(2026, 11, 10), thread=WHOLE)
    assert [names(entry) for entry in select(member(ACT, Kind.LEGAL_ACT), asked).entries] == [("remiss", ["act"])]


def test_entry_goes_to_every_unit_that_one_of_its_items_concerns() -> None:
    place = municipality(units={"a": unit("A", ["school"], "r"), "b": unit("B", ["water"], "r")})
    week = [member(ACT, Kind.LEGAL_ACT), member(MEMO, day="2026-11-16", areas={"water": 0.9})]
    (contact,) = (c for c in contacts_of(place) if c.email == "r@example.org")
    week_items = offered(week, route_items(week, place, {}, TODAY))
    (entry,) = select_entries(week_items, contact, place, Week(NOW)).entries
    assert [route.unit for route in entry.routes] == ["a", "b"]


def stored(source: str, key: str, kind: Kind, title: str, *numbers: tuple[str, str, str], text: str = "") -> Item:
    references = tuple(Reference(*number) for number in numbers)
    url = f"https://example.org/{key}"
    return Item(source=source, key=key, kind=kind, title=title, url=url, text=text, references=references)


PROPOSED = stored("cellar", "52026PC0702", Kind.PROPOSAL, "Förslag", ("celex", "52026PC0702", "is"))
MEMO_ITEM = stored(
    "regeringen",
    "fpm14",
    Kind.GOVERNMENT,
    "Klimatresiliens, 2026/27:FPM14",
    ("fpm", "2026/27:FPM14", "is"),
    text="Kommissionen föreslår i COM(2026) 702 att varje kommun har en klimatanalys.",
)
UNRELATED = stored("feeds", "nytt", Kind.NEWS, "Om något annat", text="Det regnar.")


def test_items_are_joined_as_they_come_and_joining_again_changes_nothing(store: Store) -> None:
    with store.session() as session:
        upsert_items(session, [PROPOSED, UNRELATED], now=NOW)
    assert join_threads(store, now=NOW) == 0
    with store.session() as session:
        upsert_items(session, [MEMO_ITEM], now=NOW)
    assert join_threads(store, now=NOW) == 1
    assert join_threads(store, now=NOW) == 0
    with store.reading() as session:
        found = threads_of(session, [("cellar", "52026PC0702"), ("regeringen", "fpm14"), ("feeds", "nytt")])
        assert {key[1] for key in found} == {"52026PC0702", "fpm14"}


def test_item_whose_number_is_corrected_leaves_its_thread(store: Store) -> None:
    with store.session() as session:
        upsert_items(session, [PROPOSED, MEMO_ITEM], now=NOW)
    join_threads(store, now=NOW)
    with store.session() as session:
        corrected = replace(MEMO_ITEM, text=MEMO_ITEM.text.replace("702", "703"))
        upsert_items(session, [corrected], now=NOW + timedelta(hours=1))
    join_threads(store, now=NOW + timedelta(hours=1))
    with store.reading() as session:
        assert count_threads(session) == 0


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_order_in_which_items_arrive_does_not_matter(sqlite_store: Store, order: tuple[int, ...]) -> None:
    act = stored(
        "cellar",
        "32027L0100",
        Kind.LEGAL_ACT,
        "Direktiv",
        ("celex", "32027L0100", "is"),
        ("celex", "52026PC0702", "adopts"),
    )
    items = (PROPOSED, MEMO_ITEM, act)
    for place in order:
        with sqlite_store.session() as session:
            upsert_items(session, [items[place]], now=NOW)
        join_threads(sqlite_store, now=NOW)
    with sqlite_store.reading() as session:
        (found,) = {t.id: t for t in threads_of(session, [(i.source, i.key) for i in items]).values()}.values()
    assert {m.stage for m in found.members} == {Stage.PROPOSAL, Stage.FACT_MEMO, Stage.ADOPTION}
