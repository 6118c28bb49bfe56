"""What a municipality teaches: small, exact, and the same whatever order it is taught in."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from nlp.correction_file import from_bytes, to_bytes
from nlp.encoder import SIZE
from nlp.labels import By, hash_of
from nlp.learning import MOST, RELEVANCE, Corrected, Correction, correct, fit
from nlp.learning_explanation import Explainer
from nlp.learning_rows import Reader
from nlp.logistic import log_odds
from store.errors import ModelError, ModelMismatch
from tests.nlp.teaching import CULTURE, ENERGY, culture_lover, label, pair

UNLIKE = "Remiss om dricksvatten och avloppsrening i tätorter"


def corrected(correction: Correction, *pairs: tuple) -> list[Corrected]:  # type: ignore[type-arg]
    return correct(pairs, correction, Reader())


def test_one_verdict_moves_what_is_like_it_and_hardly_anything_else() -> None:
    correction = fit([label(pair("e0", ENERGY[0], area="energy_climate"), False)], "shared 1")
    like, unlike = corrected(
        correction,
        pair("e5", ENERGY[5], area="energy_climate"),
        (replace(pair("v", UNLIKE)[0], source="remisser"), replace(pair("v", UNLIKE)[1], source="remisser")),
    )
    assert like.relevance < 0.4
    assert 0.48 < unlike.relevance <= 0.5


def test_labels_without_a_word_on_an_item_leave_it_as_it_was() -> None:
    correction = fit([label(pair("e0", ENERGY[0]), None, units={"skola": False})], "shared 1")
    told = pair("c0", CULTURE[0], relevance=0.6123, area="culture")
    assert corrected(correction, told)[0].relevance == 0.6123
    assert corrected(correction, told)[0].areas is told[1].areas


def test_same_labels_in_any_order_give_the_same_bits() -> None:
    labels = culture_lover(8)
    shuffled = list(labels)
    random.Random(7).shuffle(shuffled)  # noqa: S311 - any order will do
    assert shuffled != labels
    assert to_bytes(fit(shuffled, "shared 1")) == to_bytes(fit(labels, "shared 1"))
    assert hash_of(shuffled) == hash_of(labels)


def test_another_ruling_is_another_hash() -> None:
    labels = culture_lover(2)
    assert hash_of([replace(labels[0], wanted=False), *labels[1:]]) != hash_of(labels)


def test_taste_is_learnt_and_reaches_titles_never_seen() -> None:
    correction = fit(culture_lover(6), "shared 1")
    for title in CULTURE[6:]:
        assert corrected(correction, pair("new", title, area="culture"))[0].relevance > 0.6
    for title in ENERGY[6:]:
        assert corrected(correction, pair("new", title, area="energy_climate"))[0].relevance < 0.4


def test_contact_persons_answer_and_second_reader_count_for_less() -> None:
    told = pair("c0", CULTURE[0], area="culture")
    shifts = [corrected(fit([label(told, True, by=by)], "shared 1"), told)[0].shift for by in By]
    assert shifts[0] > shifts[1] > shifts[2] > 0.0


def test_explored_item_counts_for_those_that_were_not_shown_but_within_a_limit() -> None:
    told = pair("c0", CULTURE[0])
    usual, seldom, hardly = (
        corrected(fit([label(told, True, propensity=chance)], "shared 1"), told)[0].shift
        for chance in (1.0, 0.4, 0.001)
    )
    assert usual < seldom < hardly
    limit = fit([label(told, True, propensity=0.25)], "shared 1")
    assert hardly == corrected(limit, told)[0].shift


def test_nothing_is_moved_further_than_the_limit() -> None:
    told = pair("e0", ENERGY[0], relevance=0.99, area="energy_climate")
    labels = [label(pair(f"e{n}", ENERGY[0], relevance=0.99, area="energy_climate"), False) for n in range(15)]
    found = corrected(fit(labels, "shared 1"), told)[0]
    assert found.shift == -MOST
    assert found.relevance == pytest.approx(1 / (1 + np.exp(MOST - log_odds(0.99))), abs=1e-4)


def test_words_and_names_sum_to_the_shift_exactly() -> None:
    correction = fit(culture_lover(6), "shared 1")
    for told in (
        pair("n1", CULTURE[6], area="culture"),
        pair("n2", ENERGY[7], area="energy_climate"),
        pair("n3", UNLIKE),
    ):
        cause = Explainer(correction, Reader(), {}).explain(*told)
        assert sum(cause.words.values()) + sum(cause.names.values()) == pytest.approx(cause.shift, abs=1e-9)
        assert cause.shift == pytest.approx(corrected(correction, told)[0].shift, abs=1e-9)
        assert all(" " not in word for word in cause.words)


def test_shift_that_was_cut_is_shared_out_whole() -> None:
    told = pair("e0", ENERGY[0], relevance=0.99, area="energy_climate")
    labels = [label(pair(f"e{n}", ENERGY[0], relevance=0.99, area="energy_climate"), False) for n in range(15)]
    cause = Explainer(fit(labels, "shared 1"), Reader(), {}).explain(*told)
    assert sum(cause.words.values()) + sum(cause.names.values()) == pytest.approx(-MOST)


def test_decisions_pulls_make_up_the_weights() -> None:
    labels = culture_lover(4)
    correction = fit(labels, "shared 1")
    reader = Reader()
    pulls = {(one.source, one.key): one.pull for one in correction.decisions}
    rows = reader.rows([(one.item, one.assessment) for one in labels], correction.columns)
    made = rows.T @ np.array([pulls[one.item.source, one.item.key] for one in labels])
    assert np.abs(made - correction.weights[RELEVANCE]).max() < 1e-4


def test_nearest_earlier_decision_is_named_when_it_carries_the_shift() -> None:
    labels = culture_lover(4)
    correction = fit(labels, "shared 1")
    decided = {(one.item.source, one.item.key): (one.item, one.assessment) for one in labels}
    cause = Explainer(correction, Reader(), decided).explain(*pair("new", "Bibliotek får nytt stöd för läsning"))
    assert cause.nearest is not None
    assert (cause.nearest.key, cause.nearest.wanted, cause.nearest.at) == ("c0", True, labels[0].at)
    far = Explainer(correction, Reader(), decided).explain(*pair("far", UNLIKE))
    assert far.nearest is None


def test_changed_areas_teach_areas() -> None:
    told = [pair(f"c{n}", title, area="tourism") for n, title in enumerate(CULTURE[:6])]
    correction = fit([label(one, True, areas=("culture",)) for one in told], "shared 1")
    found = corrected(correction, pair("new", CULTURE[6], area="tourism"))[0]
    assert next(iter(found.areas)) == "culture"
    assert found.areas["tourism"] < 0.5


def test_not_for_us_lowers_the_way_to_that_unit_alone() -> None:
    told = pair("c0", CULTURE[0], area="culture")
    labels = [label(told, None, by=By.ANSWER, units={"skola": False})]
    found = corrected(fit(labels, "shared 1"), pair("c4", CULTURE[4], area="culture"), told)
    assert found[0].units["skola"] < -0.4
    assert found[1].units["skola"] < found[0].units["skola"]
    assert found[0].shift == 0.0


@pytest.mark.parametrize("wanted", [True, False])
def test_many_verdicts_that_all_say_the_same_are_refused_with_words(wanted: bool) -> None:
    labels = [label(pair(f"c{n}", f"{CULTURE[n % 8]} {n}"), wanted) for n in range(20)]
    with pytest.raises(ModelError, match="alla 20 bedömningar"):
        fit(labels, "shared 1")
    fit(labels[:19], "shared 1")


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ModelError, match="inga bedömningar"):
        fit([], "shared 1")
    with pytest.raises(ModelError, match="inga bedömningar"):
        fit(culture_lover(2), "another assessor")


def test_relevance_that_is_no_number_is_refused() -> None:
    told = pair("c0", CULTURE[0])
    with pytest.raises(ModelError, match="tal"):
        fit([label((told[0], replace(told[1], relevance=float("nan"))), True)], "shared 1")


def test_correction_comes_back_from_its_bytes_as_it_was() -> None:
    correction = fit(culture_lover(3), "shared 1")
    back = from_bytes(to_bytes(correction))
    assert (back.assessor, back.names, back.decisions) == (correction.assessor, correction.names, correction.decisions)
    assert all((back.weights[head] == weights).all() for head, weights in correction.weights.items())
    assert back.weights[RELEVANCE].shape == (SIZE + len(correction.names),)


@pytest.mark.parametrize("damage", [b"", b"no archive", to_bytes(fit(culture_lover(2), "shared 1"))[:-40]])
def test_F67_bytes_that_are_no_correction_are_refused_with_words(damage: bytes) -> None:
    with pytest.raises(ModelMismatch, match="går inte att läsa"):
        from_bytes(damage)


def test_correction_of_another_assessor_is_not_used() -> None:
    correction = fit(culture_lover(2), "shared 1")
    told = pair("c0", CULTURE[0])
    with pytest.raises(ModelError, match="annan bedömare"):
        corrected(correction, (told[0], replace(told[1], assessor="shared 2")))


def test_text_that_has_been_read_before_gives_the_same_row() -> None:
    pairs = [pair("c0", CULTURE[0]), pair("e0", ENERGY[0]), pair("none", ""), pair("c0", CULTURE[0])]
    correction = fit(culture_lover(4), "shared 1")
    reader = Reader()
    reader.rows(pairs[1:2], correction.columns)
    again, fresh = reader.rows(pairs, correction.columns), Reader().rows(pairs, correction.columns)
    assert np.array_equal(again.toarray(), fresh.toarray())
    assert again[:, :SIZE].getnnz(axis=1).tolist()[2] == 0


def test_many_threads_may_share_what_has_been_read() -> None:
    correction = fit(culture_lover(4), "shared 1")
    pairs = [pair(f"p{n}", f"{CULTURE[n % 8]} {ENERGY[n // 8 % 8]} nummer{n}") for n in range(64)]
    alone = Reader().rows(pairs, correction.columns).toarray()
    reader = Reader()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: reader.rows(pairs, correction.columns).toarray(), range(8)))
    assert all(np.array_equal(rows, alone) for rows in found)


def test_item_without_words_is_explained_by_its_names_alone() -> None:
    correction = fit(culture_lover(4), "shared 1")
    cause = Explainer(correction, Reader(), {}).explain(*pair("none", "", area="culture"))
    assert cause.words == {}
    assert sum(cause.names.values()) == pytest.approx(cause.shift)
