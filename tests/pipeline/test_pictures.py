"""Pictures say what they show, and can show what is odd."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from pipeline.pictures import Caption, Picture, _wrapped, bars, intervals, lines, points, steps

CAPTION = Caption("Poster per område", "antal", "Utkik, poster")


def size(picture: Picture) -> tuple[int, int]:
    assert picture.png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture.png[16:24])
    return width, height


@pytest.mark.parametrize("missing", [("", "antal", "Utkik"), ("Poster", "", "Utkik"), ("Poster", "antal", "")])
def test_picture_without_title_unit_or_source_is_refused(missing: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="title, a unit and a source"):
        Caption(*missing)


def test_picture_tells_its_numbers_to_who_cannot_see_it() -> None:
    picture = bars(["Vatten", "Skola"], [1200, 0.25], CAPTION)
    assert picture.says == "Poster per område (antal). Vatten: 1\N{NARROW NO-BREAK SPACE}200; Skola: 0,25"
    data, told = picture._repr_mimebundle_()
    assert data["text/plain"] == told["image/png"]["alt"] == picture.says


def test_more_bars_make_a_higher_picture_of_the_same_width() -> None:
    few, many = (size(bars(range(number), np.ones(number), CAPTION)) for number in (3, 20))
    assert few[0] == many[0] == 880
    assert many[1] > few[1] + 400


def test_odd_values_are_drawn_without_a_warning() -> None:
    size(bars([], [], CAPTION))
    size(bars(["$x$ mycket långt namn som inte får plats i marginalen"], [0], CAPTION, low=[0], high=[0]))
    size(intervals(["a", "b"], [np.inf, 1], [3, 0.0], [np.inf, np.inf], CAPTION, strong=[True, False]))
    days = np.array(["2026-08-17"], dtype="datetime64[s]")
    size(lines(days, {"a": [0.0]}, CAPTION))
    size(points([0.5], [0.5], [0.1], [0.9], CAPTION, axis="relevans"))
    size(steps(days, ["förslag"], CAPTION, today=np.datetime64("2026-08-20")))


def test_long_labels_take_two_lines_and_keep_their_short_name() -> None:
    assert _wrapped("Programme for the Environment and Climate Action (LIFE)").endswith("Climate Action (LIFE)")
    cut = _wrapped("Ett mycket långt namn på ett program som ingen någonsin hinner läsa färdigt i en marginal (EMLN)")
    assert len(cut.split("\n")) == 2
    assert cut.endswith("… (EMLN)")
    assert max(map(len, cut.split("\n"))) <= 36
    low = size(bars(["kort"] * 4, [1, 2, 3, 4], CAPTION))[1]
    assert size(bars([cut] * 4, [1, 2, 3, 4], CAPTION))[1] > low
