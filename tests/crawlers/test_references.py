"""Formal identifiers, as Swedish texts and ids write them."""

from __future__ import annotations

import pytest

from crawlers.references import find_references, own_designation, own_file_number


@pytest.mark.parametrize(
    ("scheme", "designation", "title", "number"),
    [
        ("fpm", "2025/26:FPM20", "", "2025/26:FPM20"),
        ("fpm", " 2025/26:FPM 20 ", "", "2025/26:FPM20"),
        ("fpm", "2025/26FPM20", "", "2025/26:FPM20"),
        ("fpm", None, "Se 2024/25:FPM1 om bussar, 2025/26:FPM20", "2025/26:FPM20"),
        ("fpm", None, "Utan nummer", ""),
        ("sou", "SOU 2026:9 ", "", "SOU 2026:9"),
        ("sou", "SOU 2017_12", "", "SOU 2017:12"),
        ("sou", "2026:9", "", "SOU 2026:9"),
        ("dir", "Dir 2026:7", "", "Dir. 2026:7"),
        ("dir", "Dir.2026:7", "", "Dir. 2026:7"),
        ("dir", "U2025/02147", "Uppdrag om musik, U2025/02147", ""),
        ("ds", "Ds 2026:15", "", "Ds 2026:15"),
        ("prop", "Prop. 2025/26:120", "", "Prop. 2025/26:120"),
        ("prop", "2025/26:120", "", "Prop. 2025/26:120"),
        ("", "SOU 2026:9", "", ""),
    ],
)
def test_a_document_knows_its_own_number(scheme: str, designation: str | None, title: str, number: str) -> None:
    assert own_designation(scheme, designation, title) == number


MENTIONS = {
    "KOM(2024) 123 och COM (2024)124 final": ["COM(2024) 123", "COM(2024) 124"],
    "COM(2025) 950, 951, 955 och 956.": ["COM(2025) 950", "COM(2025) 951", "COM(2025) 955", "COM(2025) 956"],
    "COM/2022/761 final, JOIN(2025) 846": ["COM(2022) 761", "JOIN(2025) 846"],
    "COM (2021) 035.": ["COM(2021) 35"],
    "COM(2022) 289, 2021/22:FPM110": ["COM(2022) 289", "2021/22:FPM110"],
    "celexnummer 52025PC0802": ["52025PC0802"],
    "se prop. 2024/25:17 och Ds 2026:15": ["Ds 2026:15", "Prop. 2024/25:17"],
    "Diarienummer: Fi2026/01655/S3, KN2026/00741": ["Fi2026/01655", "KN2026/00741"],
    "Ramavtal 2026:3, COM-porten och 12345": [],
}


@pytest.mark.parametrize("text", MENTIONS)
def test_numbers_in_prose_are_mentions(text: str) -> None:
    found = find_references(text)
    assert [reference.value for reference in found] == MENTIONS[text]
    assert {reference.relation for reference in found} <= {"mentions"}


def test_a_registry_number_is_read_without_its_unit() -> None:
    assert own_file_number("Diarienummer: S2018/05551/JÄM") == "S2018/05551"
    assert own_file_number(None) == ""
