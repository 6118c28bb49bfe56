"""A text's sums are those of its own words, whatever it is read with."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.encoder import SIZE
from nlp.word_sums import SUBLINEAR, Table, WordSums

TEXTS = [("Skolan bygger om", "skolan i byn"), ("", ""), ("Vatten", "vatten vatten 2026"), ("", "1 2 3")]


@pytest.fixture
def sums() -> WordSums:
    chance = np.random.default_rng(1)
    return WordSums([Table(chance.random(SIZE, dtype=np.float32), chance.random((SIZE, 3), dtype=np.float32))])


def test_sums_are_the_same_bit_by_bit_alone_and_in_company(sums: WordSums) -> None:
    counted = sums.count(TEXTS)
    together = sums.sums(counted, sums.scales(counted))[0]
    for number, text in enumerate(TEXTS):
        counted = sums.count([text])
        assert np.array_equal(sums.sums(counted, sums.scales(counted))[0][0], together[number])


def test_shares_of_the_words_make_up_the_sums(sums: WordSums) -> None:
    counted = sums.count(TEXTS)
    scales = sums.scales(counted)
    shares = sums.shares(counted, scales, 0).of_all()
    assert np.allclose(shares[:4].sum(axis=0), sums.sums(counted, scales)[0][0])
    assert counted.words == ["skolan", "bygger", "om", "byn", "vatten"]


def test_words_of_a_title_count_twice(sums: WordSums) -> None:
    counted = sums.count(TEXTS)
    assert counted.times.tolist() == SUBLINEAR[[3, 2, 2, 1, 4]].tolist()


def test_heavy_words_are_told_of_the_column_that_is_asked_of_each_text(sums: WordSums) -> None:
    counted = sums.count(TEXTS)
    shares = sums.shares(counted, sums.scales(counted), 0)
    column = shares.of_all()[:, 2].tolist()
    heavy = shares.heavy({0: 2, 2: 1}, 0.0, 2)
    assert heavy[0] == sorted(zip(column[:4], ["skolan", "bygger", "om", "byn"], strict=True), reverse=True)
    assert [word for _, word in heavy[2]] == ["vatten"]
    assert 1 not in heavy
    assert shares.heavy({0: 2}, 1e9, 2) == {}
    assert shares.heavy({0: 2}, 0.0, 1)[0] == [heavy[0][0], heavy[0][-1]]
