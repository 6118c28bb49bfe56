"""All of Sweden's municipalities can start, each with somebody who answers for every area."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.installation import create_installation, open_installation
from pipeline.municipality import check_municipality, find_municipality
from pipeline.municipality_list import find_listed, listed_municipalities, nearest_listed
from pipeline.readers import contacts_of
from store.errors import ConfigurationError


def test_all_290_are_listed_once_in_swedish_order() -> None:
    listed = list(listed_municipalities().values())
    assert len(listed) == len({place.code for place in listed}) == len({place.name for place in listed}) == 290
    names = [place.short for place in listed]
    assert names[0] == "Ale"
    assert names[-1] == "Övertorneå"
    assert names.index("Ystad") < names.index("Åmål") < names.index("Älmhult") < names.index("Örebro")


@pytest.mark.parametrize("typed", ["Åmål", "åmål", "AMAL", "Åmåls kommun", "1492", " Åmål "])
def test_a_municipality_is_found_however_it_is_written(typed: str) -> None:
    found = find_listed(typed)
    assert found is not None
    assert (found.code, found.short, found.domain) == ("1492", "Åmål", "amal.se")


def test_a_misspelt_municipality_is_met_with_the_nearest() -> None:
    assert nearest_listed("Strömstaad") == "Strömstad"
    with pytest.raises(ConfigurationError, match="okänd kommun 'Strömstaad', menade du 'strömstad'"):
        find_municipality("Strömstaad")


def test_every_municipality_starts_with_an_organisation_that_answers_for_every_area() -> None:
    keys = set()
    for listed in listed_municipalities().values():
        place = find_municipality(listed.short)
        keys.add(place.key)
        assert (place.name, place.code) == (listed.name, listed.code)
        assert not any(warning.startswith("Ingen svarar") for warning in check_municipality(place))
        assert all(contact.email.endswith("@example.org") for contact in contacts_of(place))
    assert len(keys) == 290


def test_an_installation_starts_from_a_name_alone_and_says_what_lacks_a_contact(tmp_path: Path) -> None:
    create_installation(tmp_path / "home", "Åmål")
    text = (tmp_path / "home" / "municipality.toml").read_text(encoding="utf-8")
    assert 'name = "Åmåls kommun"' in text
    assert "KONTROLLERA" in text
    with open_installation(tmp_path / "home") as installation:
        assert installation.municipality.key == "åmål"
        warnings = check_municipality(installation.municipality)
    assert "Socialförvaltningen saknar kontaktperson: det som rör den går till samordnaren." in warnings
