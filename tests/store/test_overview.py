"""How each of many municipalities fares, in few questions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from store.assessments import save_assessments
from store.contacts import mark_contact
from store.db import Session, Store
from store.digests import freeze_digest
from store.items import upsert_items
from store.overview import newest_weeks, stopped_letters, unreached_readers, waiting_items
from store.tables import Table, VerdictRow
from store.types import ContactState, DigestState, Reach
from tests.pipeline.making import NOW, candidate
from tests.web.digest_making import letter

DIGESTS = Table.metadata.tables["digests"]
SINCE, BEGINS = date(2026, 11, 16), datetime(2026, 11, 15, 23, 0, tzinfo=UTC)


def rule(session: Session, municipality: str, key: str, at: datetime = NOW) -> None:
    values = {"municipality": municipality, "source": "feeds", "key": key, "ruling": "drop", "at": at, "by": "s"}
    session.execute(insert(VerdictRow).values({**values, "note": "", "areas": None, "origin": "ranked"}))


def test_items_wait_until_their_own_municipality_has_ruled_on_them(store: Store) -> None:
    found = [
        candidate("a", relevance=0.9),
        candidate("b", relevance=0.7),
        candidate("low", relevance=0.3),
        candidate("old", relevance=0.9, published=date(2026, 11, 1), first_seen=NOW - timedelta(days=22)),
    ]
    with store.session() as session:
        upsert_items(session, [one.item for one in found], now=NOW)
        save_assessments(session, [one.assessment for one in found], now=NOW)
        for municipality, key in (("ale", "a"), ("ale", "a"), ("ale", "low"), ("ale", "old"), ("bjuv", "b")):
            rule(session, municipality, key)
    with store.reading() as session:
        assert waiting_items(session, ["ale", "bjuv", "eda"], 0.5, SINCE, BEGINS) == {"ale": 1, "bjuv": 1, "eda": 2}
        assert waiting_items(session, ["eda"], 0.8, SINCE, BEGINS) == {"eda": 1}


def test_letters_and_readers_are_counted_by_municipality(store: Store) -> None:
    with store.session() as session:
        for number, (municipality, week, state) in enumerate(
            (
                ("ale", "2026-W47", DigestState.SENT),
                ("ale", "2026-W48", DigestState.HELD),
                ("ale", "2026-W30", DigestState.REFUSED),
                ("bjuv", "2026-W46", DigestState.SENT),
            )
        ):
            made = letter(f"d{number}", contact="a@example.org", week=week, municipality=municipality)
            freeze_digest(session, made)
            session.execute(DIGESTS.update().where(DIGESTS.c.id == made.id).values(state=state.value))
        unreached = ContactState(municipality="bjuv", email="a@example.org", state=Reach.UNREACHABLE, since=NOW)
        mark_contact(session, unreached)
    with store.reading() as session:
        assert newest_weeks(session) == {"ale": "2026-W48", "bjuv": "2026-W46"}
        assert stopped_letters(session, "2026-W44") == {"ale": 1}
        assert unreached_readers(session) == {"bjuv": 1}
