"""How sure a change or a share is, against figures worked out elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.estimates import calibration, day_of, learning_curve, order, rate_change, share


def test_ratio_of_two_counts_has_its_exact_interval() -> None:
    change = rate_change([10], [20], 100, 100)
    assert change.ratio == pytest.approx(2.0)
    # Clopper-Pearson for 20 of 30: 0.4719 to 0.8271, as odds.
    assert (change.low, change.high) == (pytest.approx(0.8935, abs=0.001), pytest.approx(4.785, abs=0.01))
    assert not change.is_clear


def test_twice_as_many_among_twice_as_much_is_no_change() -> None:
    assert rate_change([50], [100], 1_000, 2_000).ratio == pytest.approx(1.0)


def test_counts_in_clusters_are_less_sure_than_even_ones() -> None:
    even = rate_change([5, 5, 5, 5], [12, 12, 12, 12], 100, 100)
    clustered = rate_change([0, 0, 0, 20], [0, 48, 0, 0], 100, 100)
    assert even.ratio == clustered.ratio
    assert even.is_clear
    assert not clustered.is_clear


def test_nothing_before_is_an_endless_rise_with_a_bound_below() -> None:
    change = rate_change([0, 0], [9, 9], 100, 100)
    assert math.isinf(change.ratio)
    assert math.isinf(change.high)
    assert change.low > 3


def test_nothing_at_all_says_nothing() -> None:
    change = rate_change([0], [0], 100, 100)
    assert math.isnan(change.ratio)
    assert not change.is_clear


def test_interval_covers_no_change_about_as_often_as_it_promises() -> None:
    random = np.random.default_rng(1)
    held = [not rate_change(random.poisson(4, 26), random.poisson(4, 8), 26, 8).is_clear for _ in range(400)]
    assert 0.94 <= np.mean(held) <= 1.0


def test_share_is_wilsons_and_nobody_asked_is_anything() -> None:
    low, high = share(np.array([8, 0]), np.array([10, 0]))
    assert low.tolist() == [pytest.approx(0.4902, abs=0.0005), 0.0]
    assert high.tolist() == [pytest.approx(0.9433, abs=0.0005), 1.0]


def test_order_counts_pairs_and_equal_scores_half() -> None:
    assert order([0.9, 0.8, 0.3, 0.1], [True, False, True, False]).ratio == pytest.approx(0.75)
    assert order([0.5, 0.5], [True, False]).ratio == pytest.approx(0.5)
    assert math.isnan(order([0.5], [True]).ratio)


def test_calibration_sets_promise_against_outcome() -> None:
    held = calibration([0.1, 0.1, 0.9, 0.9, 1.0], [False, False, True, True, True], bins=2)
    assert held["asked"].tolist() == [2, 3]
    assert held["came"].tolist() == [0.0, 1.0]
    assert held["promised"].tolist() == [pytest.approx(0.1), pytest.approx(0.9333, abs=0.001)]


def test_curve_rises_when_a_source_is_always_sent_and_another_never() -> None:
    sources = ["ja", "nej"] * 100
    verdicts = pd.DataFrame({"relevance": 0.5, "sent": [source == "ja" for source in sources], "source": sources})
    curve = learning_curve(verdicts, ["source"], steps=[0, 50])
    assert curve["relevance_alone"].tolist() == [0.5, 0.5]
    assert curve["with_learnt"].tolist() == [0.5, 1.0]
    assert learning_curve(verdicts.head(6), ["source"], steps=[0]).empty


def test_day_is_the_swedish_one_and_before_everything_in_an_empty_store() -> None:
    assert day_of(pd.Timestamp("2026-08-20T22:30:00Z")) == pd.Timestamp("2026-08-21")
    assert day_of(pd.NaT) == pd.Timestamp("1970-01-01")
