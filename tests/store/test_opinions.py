"""Opinions of the second reader: what is saved comes back, and every question is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from store.db import Store
from store.opinions import count_asked, known_opinions, list_opinions, opinions_of, save_opinion
from store.types import Opinion

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SAID = Opinion(
    content_hash="h1",
    model="liten",
    prompt="1",
    source="cellar",
    key="a",
    asked_at=NOW,
    week="2026-W48",
    is_answered=True,
    relevance=2,
    areas=("water", "waste"),
    because="Kommunen är huvudman för avloppet.",
)


def test_opinion_comes_back_as_it_was(store: Store) -> None:
    with store.session() as session:
        save_opinion(session, SAID)
    with store.reading() as session:
        assert known_opinions(session, ["h1", "h2"], "liten", "1") == {"h1": SAID}
        assert known_opinions(session, ["h1"], "liten", "2") == {}
        assert opinions_of(session, [("cellar", "a"), ("cellar", "b")]) == {("cellar", "a"): SAID}
        assert opinions_of(session, [("feeds", "a")]) == {}


def test_every_question_counts_on_its_week_also_without_an_answer(store: Store) -> None:
    with store.session() as session:
        save_opinion(session, replace(SAID, attempts=2))
        save_opinion(session, replace(SAID, content_hash="h2", key="b", relevance=None, areas=(), because=""))
        save_opinion(session, replace(SAID, content_hash="h3", key="c", week="2026-W47"))
    with store.reading() as session:
        assert count_asked(session, "2026-W48") == 3
        assert count_asked(session, "2026-W49") == 0
        assert {opinion.key for opinion in list_opinions(session)} == {"a", "c"}


def test_newest_opinion_of_an_item_counts(store: Store) -> None:
    with store.session() as session:
        save_opinion(session, SAID)
        save_opinion(session, replace(SAID, content_hash="h9", asked_at=NOW + timedelta(days=1), relevance=0))
    with store.reading() as session:
        assert opinions_of(session, [("cellar", "a")])["cellar", "a"].relevance == 0
