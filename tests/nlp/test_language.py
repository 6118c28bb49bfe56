"""Which language an item is in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from nlp.language import detect, detect_all
from nlp.weigher import Weigher
from store.types import Item, Kind

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


HEADS = [
    "Kommunerna får mer pengar till laddstolpar",
    "NYA REGLER OM AVLOPP",
    "New rules on urban waste water treatment",
    "",
    "12–13",
    "Kunnat saavat lisää rahaa \ud800",
    "A\u030angstro\u0308m",
]


def test_many_at_once_are_weighed_as_the_library_weighs_each() -> None:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["sv", "en", "fi"])
    for head, scores in zip(HEADS, Weigher(identifier).scores(HEADS), strict=True):
        assert scores == pytest.approx(dict(identifier.rank(head)), abs=0.01)


def test_many_at_once_are_told_as_each_alone() -> None:
    items = [
        Item(source="s", key=str(number), kind=Kind.NEWS, title=head, url="u", language=declared)
        for number, (head, declared) in enumerate((head, declared) for head in HEADS for declared in ("", "sv", "en"))
    ]
    assert detect_all(items) == [detect(item.title, "", item.language) for item in items]
    assert detect_all([]) == []


def test_agrees_with_the_pool_in_199_of_200() -> None:
    if not POOL.exists():
        pytest.skip("the item pool beside the project is not there")
    items = [json.loads(line) for line in POOL.read_text(encoding="utf-8").splitlines()]
    right = sum(detect(item["title"], item["text"]) == item["lang"] for item in items)
    assert right / len(items) >= 0.995
