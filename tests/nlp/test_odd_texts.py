"""Texts in other languages, without end, or no texts at all: read as far as they can be, and told when they cannot."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from nlp.assessor import Assessor
from nlp.classification import classify_line
from nlp.readable import is_readable

ENGLISH = "Municipalities may apply for grants to improve the quality of drinking water until 5 May 2026. "
FRENCH = "Les communes peuvent demander une subvention pour améliorer la qualité de l'eau potable de leurs habitants. "
FINNISH = "Kunnat voivat hakea avustusta juomaveden laadun parantamiseen, ja hakuaika päättyy toukokuussa tänä vuonna. "


def pdf_as_text() -> str:
    stream = zlib.compress(ENGLISH.encode() * 40).decode("latin-1")
    return f"%PDF-1.7\n1 0 obj\n<< /Length 300 /Filter /FlateDecode >>\nstream\n{stream}\nendstream\nendobj\n" * 5


def noise() -> str:
    return bytes((number * number * 31 + number // 7) % 256 for number in range(4_000)).decode("latin-1")


@pytest.fixture(scope="module")
def classify() -> Callable[..., dict[str, Any]]:
    """Give what classifies one text within the two seconds an item may take."""
    assessor = Assessor.load()

    def answer(text: str, title: str = "") -> dict[str, Any]:
        begun = time.process_time()
        told = classify_line({"id": "x", "kind": "call", "title": title, "text": text}, assessor)
        assert time.process_time() - begun <= 2.0
        json.dumps(told)
        return told

    for text in (ENGLISH, "Kommuner kan söka senast den 5 maj 2026."):  # loads spaCy, which no item is to answer for
        classify_line({"id": "x", "kind": "call", "title": "", "text": text}, assessor)
    return answer


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (FRENCH, "fr"), (FINNISH, "fi")])
def test_F71_language_is_told(classify: Callable[..., dict[str, Any]], text: str, language: str) -> None:
    told = classify(text * 3)
    assert told["language"] == language
    assert "unreadable" not in told["facts"]


def test_F71_empty_text_is_nothing_to_read(classify: Callable[..., dict[str, Any]]) -> None:
    told = classify("")
    assert (told["areas"], told["deadlines"], told["facts"]) == ({}, [], {})


@pytest.mark.parametrize("text", [ENGLISH * 55_000, "a" * 5_000_000, "1 2 " * 1_250_000, "(" * 5_000_000])
def test_F71_five_megabytes_are_cut(classify: Callable[..., dict[str, Any]], text: str) -> None:
    assert len(text) >= 5_000_000
    assert len(json.dumps(classify(text))) < 20_000


@pytest.mark.parametrize("text", [pdf_as_text(), noise(), "PK\x03\x04" + noise(), "iVBORw0KGgo" * 400])
def test_F71_what_is_no_text_is_told_so_and_the_title_still_read(
    classify: Callable[..., dict[str, Any]], text: str
) -> None:
    told = classify(text, title="Stöd till kommunala skolor, ansök senast den 5 maj 2026")
    assert told["facts"]["unreadable"] is True
    assert told["deadlines"] == ["2026-05-05"]
    assert told["language"] == "sv"


def test_F71_control_characters_in_a_text_do_not_hide_it(classify: Callable[..., dict[str, Any]]) -> None:
    told = classify("\x07" + ENGLISH + "\x00\x1b[0m \ud83d " + ENGLISH)
    assert "unreadable" not in told["facts"]
    assert told["facts"]["applicants"] == ["municipality"]


@pytest.mark.parametrize(
    "text",
    ["", "5", "12,5 13,1 14,0 15,2 " * 40, "Å" * 30, "水の品質を改善するための助成金が利用可能です。" * 5, ENGLISH],
)
def test_tables_and_other_scripts_are_texts(text: str) -> None:
    assert is_readable(text)
