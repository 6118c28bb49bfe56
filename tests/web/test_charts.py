"""Pictures tell what they show in words, start at zero, and never carry a text as markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from web.charts import Bar, Line, lines, lying_bars, spark, standing_bars


def read(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - our own picture


def numbers(picture: str, name: str) -> list[float]:
    return [float(found) for found in re.findall(rf'<rect [^>]*{name}="([^"]+)"', picture)]


def test_every_picture_is_an_image_with_a_sentence_and_no_taller_than_three_hundred() -> None:
    for picture in (
        standing_bars([Bar("v. 47", 3)], says="Tre poster"),
        lying_bars([Bar("Vatten", 3)], says="Tre poster"),
        spark([1, 2], says="Tre poster"),
        lines([Line("med", [0.5, 0.7])], ["0", "25"], says="Tre poster"),
    ):
        drawn = read(picture)
        assert drawn.attrib["role"] == "img"
        assert drawn.attrib["aria-label"] == "Tre poster"
        assert int(drawn.attrib["height"]) <= 300


def test_bars_stand_on_zero_and_twice_the_number_is_twice_as_tall() -> None:
    picture = standing_bars([Bar("a", 10), Bar("b", 20), Bar("c", 0)], says="x")
    low, high, none = numbers(picture, "height")
    assert high == 2 * low
    assert none == 0


def test_lying_bar_of_twice_the_number_is_twice_as_long() -> None:
    low, high = numbers(lying_bars([Bar("a", 4), Bar("b", 8)], says="x"), "width")
    assert high == 2 * low


def test_all_zero_and_nothing_at_all_are_drawn_too() -> None:
    assert numbers(standing_bars([Bar("a", 0)], says="x"), "height") == [0]
    assert read(lying_bars([], says="inga poster")).attrib["aria-label"] == "inga poster"
    assert read(spark([], says="inga poster")).attrib["role"] == "img"


def test_F72_text_in_a_picture_is_text() -> None:
    hostile = '"><script>alert(1)</script>'
    for picture in (
        standing_bars([Bar(hostile[:4], 1, shown=hostile)], says=hostile),
        lying_bars([Bar(hostile, 1)], says=hostile),
        lines([Line(hostile, [1.0])], [hostile], says=hostile),
    ):
        assert "<script" not in picture
        assert read(picture).attrib["aria-label"] == hostile


def test_names_at_the_ends_of_lines_do_not_touch() -> None:
    picture = lines([Line("utan", [0.7, 0.71], is_less=True), Line("med", [0.7, 0.72])], ["0", "25"], says="x")
    levels = [
        float(y) for y, text in re.findall(r'y="([^"]+)"[^>]*>([^<]+)<', picture) if "tan" in text or "med" in text
    ]
    assert abs(levels[0] - levels[1]) >= 15
