"""Which language an item is in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.language import detect

POOL = Path(__file__).resolve().parents[3] / "shared" / "data" / "pool.jsonl"


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Kommunerna får mer pengar till laddstolpar", "sv"),
        ("Nya regler om avlopp från enskilda hus", "sv"),
        ("New rules on urban waste water treatment", "en"),
        ("Call for proposals: town twinning and networks of towns", "en"),
        ("Regjeringen vil ha flere barn inn i svømmehallen", "nb"),
        ("Kommunerne skal betale mere for at hente affald hos borgerne", "da"),
        ("Kunnat saavat lisää rahaa koulujen korjaamiseen", "fi"),
        ("Die Gemeinden erhalten mehr Geld für ihre Schulen", "de"),
        ("Les communes reçoivent plus de moyens pour les écoles", "fr"),
    ],
)
def test_language_is_told_from_the_title(title: str, language: str) -> None:
    assert detect(title) == language


def test_text_helps_a_short_title() -> None:
    assert detect("Water", "Kommunen ska anlägga en ny vattentäkt vid sjön och skydda den mot föroreningar.") == "sv"


@pytest.mark.parametrize(
    ("declared", "language"), [("", ""), ("sv", "sv"), ("en-GB", "en"), ("swe", "sv"), ("no", "nb")]
)
def test_nothing_to_read_leaves_what_the_source_declared(declared: str, language: str) -> None:
    assert detect("", "", declared) == language
    assert detect("12–13", "", declared) == language


def test_declared_language_stands_for_a_headline_that_could_be_either() -> None:
    assert detect("Digital Europe: Open Call", "", "sv") == "sv"


def test_declared_language_gives_way_to_a_clear_contradiction() -> None:
    text = "Kommunen bygger nya förskolor och skolor eftersom antalet barn växer snabbt."
    assert detect("Fler platser i förskolan när kommunen växer", text, "en") == "sv"


def test_language_not_weighed_here_is_left_to_the_source() -> None:
    assert detect("Las comunas reciben fondos", "", "es") == "es"


def test_agrees_with_the_pool_in_199_of_200() -> None:
    if not POOL.exists():
        pytest.skip("the item pool beside the project is not there")
    items = [json.loads(line) for line in POOL.read_text(encoding="utf-8").splitlines()]
    right = sum(detect(item["title"], item["text"]) == item["lang"] for item in items)
    assert right / len(items) >= 0.995
