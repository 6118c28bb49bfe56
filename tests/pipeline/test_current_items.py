"""What one step reads once for several municipalities is what each would have read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipeline.candidates import read_candidates, read_ranked, verdicts_until
from pipeline.currency import Week
from pipeline.current_items import CurrentItems
from pipeline.learn import learn
from store.assessments import save_assessments
from store.db import Store
from store.items import upsert_items
from store.types import Ruling, Verdict
from store.verdicts import save_verdict
from tests.pipeline.making import NOW, candidate, municipality

TOWN = municipality()
WEEK = Week(NOW)


def keep(store: Store, *relevances: float) -> None:
    found = [candidate(f"post-{r}", f"Nytt om vatten {r}", areas={"water": 0.9}, relevance=r) for r in relevances]
    with store.session() as session:
        upsert_items(session, [one.item for one in found], now=NOW - timedelta(hours=1))
        save_assessments(session, [one.assessment for one in found], now=NOW)


def test_each_asks_for_its_own_relevance_and_gets_what_it_would_have_read(sqlite_store: Store) -> None:
    keep(sqlite_store, 0.9, 0.5, 0.3)
    items = CurrentItems()
    with sqlite_store.reading() as session:
        for least in (0.6, 0.2, 0.4, 0.95):  # a lower one than the first is read, not left out
            alone = read_candidates(session, TOWN, {}, WEEK, least=least)
            assert read_candidates(session, TOWN, {}, WEEK, least=least, items=items) == alone
            assert all(one.relevance >= least for one in alone)
        assert len(read_candidates(session, TOWN, {}, WEEK, least=0.2, items=items)) == 3


def test_another_moment_is_read_anew(sqlite_store: Store) -> None:
    keep(sqlite_store, 0.9)
    items = CurrentItems()
    with sqlite_store.reading() as session:
        assert len(read_candidates(session, TOWN, {}, WEEK, items=items)) == 1
    keep(sqlite_store, 0.8)
    with sqlite_store.reading() as session:
        assert len(read_candidates(session, TOWN, {}, WEEK, items=items)) == 1  # as of when the step began
        later = Week(NOW + timedelta(minutes=1))
        assert len(read_candidates(session, TOWN, {}, later, items=items)) == 2
        after = Week(NOW + timedelta(days=60))
        assert read_candidates(session, TOWN, {}, after, items=items) == []


def test_ranking_alone_is_as_the_candidates_are_ranked(sqlite_store: Store) -> None:
    keep(sqlite_store, 0.9, 0.5, 0.3, 0.1)
    sent = Verdict(municipality=TOWN.key, source="feeds", key="post-0.1", ruling=Ruling.SEND, at=NOW, by="samordnaren")
    with sqlite_store.session() as session:
        save_verdict(session, sent)
        save_verdict(session, replace(sent, key="post-0.5", ruling=Ruling.DROP))
    for taught in (False, True):
        if taught:
            learn(sqlite_store, TOWN, now=NOW)
        with sqlite_store.reading() as session:
            verdicts = verdicts_until(session, TOWN, WEEK)
            candidates = read_candidates(session, TOWN, verdicts, WEEK, least=0.2)
            ranked = read_ranked(session, TOWN, verdicts, WEEK, least=0.2)
            assert [(one.id, one.relevance, one.story) for one in ranked] == [
                (one.id, one.relevance, one.story) for one in candidates
            ]
            assert ("feeds", "post-0.1") in {one.id for one in ranked}  # sent on, however little relevant
            assert (candidates[0].learned is not None) is taught
