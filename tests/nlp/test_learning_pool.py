"""A pool gives the same rows and the same relevance as reading each item anew, to the bit."""

from __future__ import annotations

import numpy as np

from nlp.learning import Correction, correct, fit
from nlp.learning_explanation import Explainer
from nlp.learning_pool import BLOCK, Pool
from nlp.learning_rows import Reader
from tests.nlp.teaching import CULTURE, ENERGY, culture_lover, label, pair


def taught() -> Correction:
    """A correction that knows names which no item of a pool has, and lacks some which they have."""
    odd = label(pair("odd", CULTURE[1], area="water"), True)
    return fit([*culture_lover(8), odd], "shared 1")


def items(count: int = 40) -> list:  # type: ignore[type-arg]
    return [
        pair(f"p{n}", f"{CULTURE[n % 8]} {ENERGY[n // 8 % 8]} nummer{n}", relevance=n % 10 / 10, area=area)
        for n, area in zip(range(count), ["culture", "energy_climate", "schools"] * count, strict=False)
    ]


def test_rows_of_a_pool_are_those_of_a_reader() -> None:
    known, other = items(), pair("other", UNREAD)
    pool, names = Pool(known, Reader()), taught().columns
    asked = [known[7], other, known[0], known[7], known[39]]
    ours, fresh = pool.rows(asked, names), Reader().rows(asked, names)
    assert ours.dtype == fresh.dtype
    assert np.array_equal(ours.indptr, fresh.indptr)
    assert np.array_equal(ours.indices, fresh.indices)
    assert np.array_equal(ours.data, fresh.data)
    assert pool.rows([], names).shape == (0, ours.shape[1])
    assert Pool([], Reader()).rows([other], names).shape == (1, ours.shape[1])


UNREAD = "Remiss om dricksvatten och avloppsrening i tätorter"


def test_relevances_of_a_pool_are_exactly_those_of_correct() -> None:
    known, correction = items(BLOCK + 30), taught()
    pool = Pool(known, Reader())
    exact = [one.relevance for one in correct(known, correction, Reader())]
    assert pool.relevances(known, correction) == exact
    assert len(set(exact)) > 50


def test_nothing_that_reaches_is_left_out_and_little_else_comes_along() -> None:
    known, correction = items(), taught()
    exact = [one.relevance for one in correct(known, correction, Reader())]
    for least in (0.0, 0.2, sorted(exact)[20], 0.9):
        reached = Pool(known, Reader()).reached(correction, least)
        assert {number for number, relevance in enumerate(exact) if relevance >= least} <= set(reached)
        assert all(exact[number] >= least - 0.002 for number in reached)


def test_item_of_another_assessor_keeps_its_relevance() -> None:
    (item, assessment), correction = pair("c0", CULTURE[0], relevance=0.3, area="culture"), taught()
    other = [(item, type(assessment)(**{**_fields(assessment), "assessor": "shared 2"}))]
    pool = Pool(other, Reader())
    assert pool.relevances(other, correction) == [0.3]
    assert pool.reached(correction, 0.3) == [0]
    assert pool.reached(correction, 0.31) == []


def _fields(assessment: object) -> dict:  # type: ignore[type-arg]
    return {name: getattr(assessment, name) for name in assessment.__slots__}  # type: ignore[attr-defined]


def test_words_are_left_out_only_beside_an_earlier_decision() -> None:
    labels = culture_lover(8)
    correction = fit(labels, "shared 1")
    decided = {(one.item.source, one.item.key): (one.item, one.assessment) for one in labels}
    explainer = Explainer(correction, Reader(), decided)
    asked = [pair("new", CULTURE[0], area="culture"), pair("far", UNREAD)]
    near, far = explainer.explain_all(asked, whole=False)
    whole_near, whole_far = explainer.explain_all(asked)
    assert (near.nearest, near.shift) == (whole_near.nearest, whole_near.shift)
    assert near.nearest is not None
    assert near.words == {}
    assert whole_near.words
    assert far == whole_far
    assert far.words
