"""A municipality's file is read whole, and what is wrong in it is said with line and advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.municipality import (
    COORDINATOR,
    bundled_municipalities,
    check_municipality,
    find_municipality,
    load_municipality,
)
from pipeline.readers import contacts_of
from store.errors import ConfigurationError

AREAS = {"school": "Förskola och skola", "water": "Vatten och avlopp", "international": "Internationellt samarbete"}

GOOD = """\
name = "Provköpings kommun"
short = "Provköping"
code = "0001"
population = 12000
domain = "provkoping.example.org"
first = ["children_youth"]

[coordinator]
role = "samordnaren"
email = "Samordnare@example.org"

[thresholds]
relevance = 0.5

[units.skola]
name = "Skolförvaltningen"
kind = "administration"
committee = "Skolnämnden"
areas = ["school"]
contact = { role = "kontaktperson", email = "skola@example.org" }

[units.vatten]
name = "Vattenbolaget AB"
kind = "company"
areas = ["water"]

[units.vatten.contact]
role = "kontaktperson"
email = "vatten@example.org"
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "provköping.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(folder: Path, text: str | bytes) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load_municipality(write(folder, text), AREAS)
    return caught.value


def test_good_file_is_read(tmp_path: Path) -> None:
    municipality = load_municipality(write(tmp_path, GOOD), AREAS)
    assert municipality.key == "provköping"
    assert municipality.coordinator.email == "samordnare@example.org"
    assert municipality.thresholds.per_digest == 25
    assert municipality.units_for("water") == ("vatten",)


def test_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert load_municipality(write(tmp_path, raw), AREAS).short == "Provköping"


def test_F63_swedish_word_with_a_typo_is_met_with_the_right_key(tmp_path: Path) -> None:
    error = refusal(tmp_path, GOOD.replace("contact = {", "kontatkperson = {"))
    assert error.line == 20
    assert "okänt fält 'kontatkperson' i units.skola, menade du 'contact'?" in str(error)


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("population", "populaton", 4),
        ("domain", "domian", 5),
        ("first", "frist", 6),
        ("relevance", "relevence", 13),
        ("committee", "comittee", 18),
        ('areas = ["school"]', 'aeras = ["school"]', 19),
        ("[units.vatten.contact]", "[units.vatten.contct]", 27),
    ],
)
def test_F63_misspelled_key_is_met_with_line_and_the_right_one(
    tmp_path: Path, right: str, wrong: str, line: int
) -> None:
    error = refusal(tmp_path, GOOD.replace(right, wrong, 1))
    name = right.split(" ")[0].strip("[]").split(".")[-1]
    assert f"menade du '{name}'?" in str(error)
    assert f"rad {line}" in str(error)


def test_F64_unknown_area_is_refused_with_the_nearest_known(tmp_path: Path) -> None:
    error = refusal(tmp_path, GOOD.replace('["water"]', '["watter"]'))
    assert error.line == 25
    assert "okänt verksamhetsområde 'watter', menade du 'water'?" in str(error)


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (('"vatten@example.org"', '"vatten(at)example.org"'), 29, "är ingen giltig e-postadress"),
        (('"vatten@example.org"', '""'), 29, "är ingen giltig e-postadress"),
        (('role = "samordnaren"\n', ""), 8, "fältet 'role' saknas i coordinator"),
        (('kind = "company"', 'kind = "bolag"'), 24, "'administration', 'company' eller 'joint_body'"),
        (('code = "0001"', "code = 1"), 3, "ska vara text inom citattecken"),
        (('code = "0001"', 'code = "1"'), 3, "fyra siffror"),
        (("relevance = 0.5", "relevance = 5"), 13, "ska vara högst 1"),
        (("population = 12000", 'population = "tolv"'), 4, "ska vara ett heltal"),
        (('areas = ["school"]', 'areas = "school"'), 19, "ska vara en lista inom hakparenteser"),
        (("[units.vatten]", "[units.skola]"), 22, "står två gånger"),
        (('short = "Provköping"', 'short = "Provköping'), 2, "inte giltig TOML"),
        (("[units.skola]", "[units.Skola]"), 15, "ska bestå av små bokstäver"),
    ],
)
def test_F65_bad_value_is_refused_with_its_line(
    tmp_path: Path, change: tuple[str, str], line: int, message: str
) -> None:
    error = refusal(tmp_path, GOOD.replace(*change))
    assert message in str(error)
    assert error.line == line


def test_F65_wrong_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    error = refusal(tmp_path, GOOD.encode("latin-1"))
    assert error.line == 1
    assert "UTF-8" in str(error)


def test_F65_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="går inte att läsa"):
        load_municipality(tmp_path / "saknas.toml", AREAS)


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    error = refusal(tmp_path, GOOD.replace("population", "populaton").replace("committee", "comittee"))
    assert "populaton" in str(error)
    assert "rad 18: okänt fält 'comittee'" in str(error)


def test_area_without_unit_is_said_to_go_to_the_coordinator(tmp_path: Path) -> None:
    municipality = load_municipality(write(tmp_path, GOOD), AREAS)
    assert check_municipality(municipality, AREAS) == [
        "Ingen svarar för internationellt samarbete (international): det går till samordnaren."
    ]


def test_F51_unit_without_contact_is_the_coordinators(tmp_path: Path) -> None:
    municipality = load_municipality(write(tmp_path, GOOD.split("[units.vatten.contact]")[0]), AREAS)
    assert [(c.email, c.units) for c in contacts_of(municipality)] == [
        ("skola@example.org", ("skola",)),
        ("samordnare@example.org", ("vatten", COORDINATOR)),
    ]
    assert "Vattenbolaget AB saknar kontaktperson" in check_municipality(municipality, AREAS)[1]


def test_F52_one_address_for_two_units_is_one_reader(tmp_path: Path) -> None:
    municipality = load_municipality(write(tmp_path, GOOD.replace("vatten@example.org", "SKOLA@example.org")), AREAS)
    assert [(c.email, c.units) for c in contacts_of(municipality)] == [
        ("skola@example.org", ("skola", "vatten")),
        ("samordnare@example.org", (COORDINATOR,)),
    ]


@pytest.mark.parametrize("name", ["mellerud", "varberg"])
def test_bundled_municipality_answers_for_every_area(name: str) -> None:
    municipality = find_municipality(name)
    assert name in bundled_municipalities()
    assert municipality.key == name
    assert check_municipality(municipality) == []
    assert all(contact.email.endswith("@example.org") for contact in contacts_of(municipality))


def test_unknown_municipality_is_met_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="okänd kommun 'melerud', menade du 'mellerud'"):
        find_municipality("melerud")
