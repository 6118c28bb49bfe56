"""What a recording has and a live answer lacks is named, field by field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawlers.compare import compare
from crawlers.shape import shape_of, told_differences

JSON = b'{"results": [{"metadata": {"title": ["A"], "status": ["open"]}}], "total": 1}'
XML = b"<rss><channel><item><title>A</title><pubDate>Thu</pubDate></item></channel></rss>"
FIELD, NOW = "fältet results[].metadata", "kanske heter det nu"
HTML = b"<html><body><ul class='list decoration'><li id='first'>A</li></ul></body></html>"


@pytest.mark.parametrize(
    ("kind", "recorded", "live", "told"),
    [
        ("json", JSON, JSON, []),
        ("json", JSON, JSON.replace(b'"title"', b'"titles"'), [f"{FIELD}.title saknas; {NOW} titles"]),
        ("json", JSON, JSON.replace(b'"status": ["open"]', b'"x": 1'), [f"{FIELD}.status saknas; {NOW} x"]),
        ("json", JSON, b'{"results": [], "total": 1}', [f"{FIELD} saknas"]),
        ("json", JSON, b"not json", ["svaret går inte att läsa som i inspelningen"]),
        ("xml", XML, XML.replace(b"pubDate", b"date"), [f"elementet rss/channel/item/pubDate saknas; {NOW} date"]),
        ("html", HTML, HTML.replace(b"list ", b"results "), [f"klassen .list saknas; {NOW} results"]),
        ("html", HTML, HTML.replace(b" decoration", b""), []),
    ],
)
def test_F22_the_missing_field_is_named(kind: str, recorded: bytes, live: bytes, told: list[str]) -> None:
    assert told_differences(shape_of(recorded, kind), shape_of(live, kind), kind, used={"list"}) == told


def recorded(folder: Path, name: str, body: bytes, url: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(body)
    request = {"method": "GET", "url": url}
    (folder / f"{name[:2]}.request.json").write_text(json.dumps(request), encoding="utf-8")


def test_answers_are_compared_by_their_question_whatever_its_days_and_pages(tmp_path: Path) -> None:
    recorded(tmp_path / "then", "01.json", JSON, "https://a.example/search?page=1&day=2026-01-01")
    recorded(tmp_path / "now", "01.json", b'{"other": 1}', "https://a.example/facets")
    recorded(tmp_path / "now", "02.json", JSON, "https://a.example/search?page=9")
    assert compare("cellar", tmp_path / "then", tmp_path / "now") == []


def test_a_web_page_in_place_of_data_is_told(tmp_path: Path) -> None:
    recorded(tmp_path / "then", "01.json", JSON, "https://a.example/search")
    recorded(tmp_path / "now", "01.html", HTML, "https://a.example/search")
    assert compare("cellar", tmp_path / "then", tmp_path / "now") == [
        "GET a.example/search: svaret är html i stället för json."
    ]


def test_an_answer_that_never_came_is_told(tmp_path: Path) -> None:
    recorded(tmp_path / "then", "01.xml", XML, "https://a.example/rss")
    (tmp_path / "now").mkdir()
    assert compare("cellar", tmp_path / "then", tmp_path / "now") == [
        "01.xml: inget av svaren liknar inspelningen (GET a.example/rss)."
    ]
