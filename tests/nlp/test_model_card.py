"""The card's figures for pages are those of the card, and of the model that is shipped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nlp.model_card import FIGURES, read_card
from nlp.model_file import FOLDER


def test_every_figure_stands_in_the_card() -> None:
    card, text = read_card(), (FOLDER / "CARD.md").read_text(encoding="utf-8")
    assert card is not None
    assert f"{card.items:,}" in text
    assert f"{card.cases:,}" in text
    for one in card.measured:
        for figure in (one.model, one.low, one.high, one.knowledge):
            assert figure is None or f"{figure:.2f}" in text, one


def test_figures_of_another_model_are_not_told(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "model")
    told = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
    (folder / FIGURES).write_text(json.dumps({**told, "of_model": "0000000000"}), encoding="utf-8")
    card = read_card(folder)
    assert card is not None
    assert (card.measured, card.items) == ((), 0)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"sha256": 1}'])
def test_record_that_cannot_be_read_is_no_card(tmp_path: Path, content: str) -> None:
    (tmp_path / "record.json").write_text(content, encoding="utf-8")
    assert read_card(tmp_path) is None
    assert read_card(tmp_path / "finns-inte") is None
