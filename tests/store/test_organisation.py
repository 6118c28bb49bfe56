"""The history of the municipality's file is kept per municipality, newest first."""

from __future__ import annotations

from datetime import UTC, datetime

from store.db import Store
from store.organisation import get_change, list_changes, note_change
from store.types import OrganisationChange

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def change(what: str, municipality: str = "provköping") -> OrganisationChange:
    return OrganisationChange(
        municipality=municipality, at=AT, account_id="a1", role="coordinator", what=what, text=f'name = "{what}"\n'
    )


def test_changes_come_newest_first_and_page_by_page(store: Store) -> None:
    with store.session() as session:
        for what in ("ett", "två", "tre"):
            note_change(session, change(what))
        note_change(session, change("annan", "varberg"))
    with store.reading() as session:
        newest = list_changes(session, "provköping", limit=2)
        assert [one.what for one in newest] == ["tre", "två"]
        assert [one.what for one in list_changes(session, "provköping", before=newest[-1].number)] == ["ett"]


def test_one_change_is_found_by_number_in_its_own_municipality_only(store: Store) -> None:
    with store.session() as session:
        note_change(session, change("ett"))
    with store.reading() as session:
        number = list_changes(session, "provköping")[0].number
        found = get_change(session, "provköping", number)
        assert found is not None
        assert (found.text, found.at) == ('name = "ett"\n', AT)
        assert get_change(session, "varberg", number) is None
        assert get_change(session, "provköping", number + 1) is None
