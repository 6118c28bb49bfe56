"""Every source has a recording, and one that no table names is read from its files alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.http import Request

from crawlers.catalogue import source_names
from store.codec import item_to_json
from store.types import SourceState
from tests.crawlers.conversation import RECORDINGS, converse
from tests.crawlers.expecting import expected_in
from tests.crawlers.recorded import answer_in, expectations, recorded_alone


def test_recordings_of_sources_in_no_table_give_exactly_the_expected_items() -> None:
    for recorded in recorded_alone():
        talk = converse(recorded.make(), recorded.answer)
        found = [item_to_json(item) for item in talk.items]
        paths = expectations(recorded.name, recorded.number)
        assert found == [item for path in paths for item in expected_in(path, found)], recorded.name
        assert {ending.state for ending in talk.endings.values()} == {SourceState.WORKING}, recorded.name


def test_every_source_has_a_recording() -> None:
    assert set(source_names()) == {path.parent.name for path in RECORDINGS.glob("*/*.expected.json")}


def test_an_answer_is_found_by_the_address_it_was_recorded_with_else_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "01.json").write_bytes(b"[1]")
    (tmp_path / "01.request.json").write_text('{"method": "GET", "url": "https://a.example/list?p=1"}')
    (tmp_path / "02.json").write_bytes(b"[2]")
    (tmp_path / "02.request.json").write_text('{"method": "GET", "url": "https://a.example/list?p=2"}')
    assert answer_in(tmp_path, "01", Request("https://a.example/list?p=2")) == b"[2]"
    assert answer_in(tmp_path, "01", Request("https://a.example/list?p=3")) == b"[1]"


def test_expected_items_that_are_not_there_are_written_to_be_read(tmp_path: Path) -> None:
    path = tmp_path / "01.expected.json"
    with pytest.raises(AssertionError, match="read it"):
        expected_in(path, [{"key": "å"}])
    assert expected_in(path, []) == [{"key": "å"}]
