"""The catalogue finds one source per file and their facts are whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawlers.catalogue import facts, find_source, find_sources, source_names

NAMES = source_names()


def test_every_file_of_spiders_holds_the_source_of_its_name() -> None:
    assert list(find_sources()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_of_a_source_are_whole(name: str) -> None:
    found = {fact.name: fact for fact in facts()}[name]
    assert found.title
    assert found.publisher
    assert found.licence
    assert found.homepage == "" or found.homepage.startswith("https://")  # none where configuration names many
    assert found.kinds
    assert found.region in {"EU", "Sverige", "Norden", "Världen"}
    assert found.languages
    assert timedelta(0) < found.cadence <= found.longest_silence
    assert 0 <= found.fewest <= found.most


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(LookupError, match="no source named 'nope'"):
        find_source("nope")
