"""What leaves the house, as it is kept: publications, and keys to the HTTP API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store.api_tokens import add_token, list_tokens, mark_used, revoke_token, token_with
from store.db import Store
from store.items import get_item, upsert_items
from store.publications import (
    get_publication,
    list_publications,
    moments_published,
    save_publication,
    withdraw_publication,
)
from store.removal import remove_item
from store.types import ApiToken, Item, Publication, Role

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=20)
TOKEN = ApiToken(id="t1", name="Diariet", role=Role.READER, digest="d" * 64, created_at=NOW)
SHOWN = Publication(
    id="p1",
    municipality="x",
    source="cellar",
    key="a",
    meaning="Avloppet blir dyrare.",
    published_at=NOW,
    changed_at=NOW,
    by="samordnare",
)


@pytest.fixture
def filled(store: Store, make_item: Callable[..., Item]) -> Store:
    with store.session() as session:
        upsert_items(session, [make_item(key=key) for key in "ab"], now=NOW)
    return store


def test_publication_is_found_as_it_was_kept_newest_first(filled: Store) -> None:
    other = replace(SHOWN, id="p2", key="b", published_at=LATER, shows_actions=False)
    with filled.session() as session:
        save_publication(session, SHOWN)
        save_publication(session, other)
        assert get_publication(session, "p1") == SHOWN
        assert list_publications(session, "x") == [other, SHOWN]
        assert list_publications(session, "x", since=NOW, until=LATER) == [SHOWN]
        assert list_publications(session, "x", limit=1) == [other]
        assert list_publications(session, "y") == []
        assert moments_published(session, "x") == [LATER, NOW]


def test_withdrawn_publication_is_kept_but_in_no_list(filled: Store) -> None:
    with filled.session() as session:
        save_publication(session, SHOWN)
        withdraw_publication(session, "p1", LATER)
        withdraw_publication(session, "p1", LATER + timedelta(days=1))
        assert get_publication(session, "p1") == replace(SHOWN, withdrawn_at=LATER, changed_at=LATER)
        assert list_publications(session, "x") == []
        assert moments_published(session, "x") == []


def test_item_that_is_removed_for_good_takes_its_publication_along(filled: Store) -> None:
    with filled.session() as session:
        save_publication(session, SHOWN)
        remove_item(session, "cellar", "a", "", LATER)
        assert get_item(session, "cellar", "a") is None
        assert get_publication(session, "p1") is None


def test_key_is_found_by_its_digest_until_it_is_revoked(store: Store) -> None:
    with store.session() as session:
        add_token(session, TOKEN)
        assert token_with(session, "d" * 64) == TOKEN
        assert token_with(session, "") is None
        mark_used(session, "t1", date(2026, 11, 23))
        assert revoke_token(session, "t1", LATER)
        assert not revoke_token(session, "t1", LATER)
        assert token_with(session, "d" * 64) is None
        assert list_tokens(session) == [replace(TOKEN, last_used=date(2026, 11, 23), revoked_at=LATER)]


def test_two_keys_never_have_the_same_digest(store: Store) -> None:
    with pytest.raises(IntegrityError), store.session() as session:
        add_token(session, TOKEN)
        add_token(session, replace(TOKEN, id="t2"))
