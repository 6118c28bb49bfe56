"""The encoder gives each word its n-grams once, and like texts like vectors."""

from __future__ import annotations

import numpy as np

from nlp.encoder import Encoder, ngrams


def test_ngrams_never_cross_a_word() -> None:
    assert set(ngrams("va")) == {" v", "va", "a ", " va", "va ", " va ", "=va"}


def test_rows_have_length_one() -> None:
    matrix = Encoder().encode(["vatten och avlopp", "skola skola"])
    assert np.allclose(matrix.multiply(matrix).sum(axis=1), 1.0)


def test_empty_text_is_an_empty_row() -> None:
    assert Encoder().encode(["", "ord"]).getnnz(axis=1).tolist()[0] == 0


def test_compound_is_more_like_its_part_than_another_word_is() -> None:
    rows = Encoder().encode(["avloppsvatten", "avlopp", "bibliotek"])
    likeness = (rows @ rows.T).toarray()
    assert likeness[0, 1] > 3 * likeness[0, 2]


def test_remembered_words_change_nothing() -> None:
    encoder = Encoder()
    first = encoder.encode(["skolan bygger om"]).toarray()
    assert np.array_equal(encoder.encode(["skolan bygger om"]).toarray(), first)
