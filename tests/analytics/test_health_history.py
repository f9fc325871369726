"""Smoothing and bands over time, by hand; and what the bands were worth."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from analytics.health import LABELS, Recipe, band_numbers
from analytics.health_history import auc, flips, history, outcomes

NONE = float("nan")


def steps(*scores_by_step):
    """Every component alike, so that it is the raw score too: steps × accounts × components."""
    return np.repeat(np.array(scores_by_step, dtype=float)[:, :, None], 5, axis=2)


def of_one(*raw, recipe=Recipe()):
    found = history(steps(*([value] for value in raw)), recipe)
    return found.score[:, 0].tolist(), LABELS[found.band[:, 0]].tolist()


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_half_of_the_score_is_that_of_four_weeks_before():
    score, _ = of_one(80, 40, 40, 100)
    assert score == [80, 60, 50, 75]


def test_without_data_there_is_no_score_and_it_begins_anew():
    score, bands = of_one(80, NONE, 40)
    same(score, [80, NONE, 40])
    assert bands == ["Healthy", "Insufficient data", "Critical"]


def test_a_band_changes_where_its_limit_is_crossed_by_five_points():
    score, bands = of_one(76, 68, 70, 68, 78, 84, 90)
    assert score == [76, 72, 71, 69.5, 73.75, 78.875, 84.4375]
    assert bands == ["Healthy", "Healthy", "Healthy", "At-Risk", "At-Risk", "At-Risk", "Healthy"]


def test_from_healthy_to_critical_the_lower_limit_is_crossed_by_five_points_too():
    assert of_one(80, 14)[1] == ["Healthy", "At-Risk"]  # 47
    assert of_one(80, 9)[1] == ["Healthy", "Critical"]  # 44.5
    assert of_one(20, 88)[1] == ["Critical", "Critical"]  # 54
    assert of_one(20, 100)[1] == ["Critical", "At-Risk"]  # 60


def test_near_the_end_of_the_scale_the_margin_is_less_so_that_everybody_can_cross():
    # 96 ± 2 and 4 ± 2
    recipe = Recipe(healthy=96, at_risk=4)
    assert of_one(90, 100, 100, 100, recipe=recipe)[1] == ["At-Risk", "At-Risk", "At-Risk", "Healthy"]  # 98.75
    assert of_one(10, 0, 0, 0, recipe=recipe)[1] == ["At-Risk", "At-Risk", "At-Risk", "Critical"]  # 1.25


def test_points_are_smoothed_alike_and_sum_to_the_smoothed_score():
    then, now = [100, 50, 0, 80, 20], [20, 50, NONE, 0, 60]
    found = history(np.array([[then], [now]], dtype=float), Recipe())
    # Now without tickets: 85 of the weight is known. Half of what tickets added before is still there.
    parts = [20 * 25 / 85, 50 * 20 / 85, 0, 0, 60 * 15 / 85]
    same(found.points[0], [(25 + parts[0]) / 2, (10 + parts[1]) / 2, 0, (20 + parts[3]) / 2, (3 + parts[4]) / 2])
    same(found.score[:, 0], [58, (58 + sum(parts)) / 2])
    same(found.points[0].sum(), found.score[1, 0])


def test_points_are_missing_only_where_they_never_were_known():
    found = history(np.array([[[50, 50, NONE, 50, NONE]], [[50, 50, NONE, 50, 50]]], dtype=float), Recipe())
    assert np.isnan(found.points[0]).tolist() == [False, False, True, False, False]


def test_points_sum_to_the_score_through_any_history():
    random = np.random.default_rng(3)
    scaled = random.uniform(0, 100, (12, 300, 5))
    scaled[random.random(scaled.shape) < 0.25] = NONE
    for until in (1, 2, 7, 12):
        found = history(scaled[:until], Recipe(weights=(3, 1, 4, 1, 5)))
        is_known = ~np.isnan(found.score[-1])
        same(np.nansum(found.points[is_known], axis=1), found.score[-1][is_known])
        assert np.isnan(found.points[~is_known]).all()


def test_accounts_do_not_touch_each_other():
    scaled = np.random.default_rng(4).uniform(0, 100, (8, 20, 5))
    together = history(scaled, Recipe())
    for account in (0, 7, 19):
        alone = history(scaled[:, [account]], Recipe())
        same(alone.score[:, 0], together.score[:, account])
        assert alone.band[:, 0].tolist() == together.band[:, account].tolist()


def test_smoothing_and_margins_leave_half_of_the_flips_or_fewer():
    random = np.random.default_rng(5)
    level = random.uniform(20, 90, 2_000)
    scaled = steps(*np.clip(level + random.normal(0, 8, (26, 2_000)), 0, 100))
    found = history(scaled, Recipe())
    assert flips(found.band) < 0.5 * flips(band_numbers(found.raw, 75, 50))


def test_flips_are_counted_between_bands_alone():
    band = np.array([[0, 1, 3], [0, 2, 2], [1, 2, 2]], dtype=np.int8)
    assert flips(band) == pytest.approx(2 / 5)
    assert np.isnan(flips(band[:1]))


# What became of them


def test_each_band_is_told_with_what_became_of_it():
    band = np.array([[0, 0, 1, 2], [0, 1, 2, 3]], dtype=np.int8)
    quiet = np.array([[0, 0, 1, 1], [0, NONE, 0, 1]])
    found = outcomes(band, quiet)
    assert found["band"].tolist() == ["Healthy", "At-Risk", "Critical"]
    assert found[["accounts", "went_quiet"]].to_numpy().tolist() == [[3, 0], [1, 1], [2, 1]]
    assert found["share"].tolist() == [0, 1, 0.5]
    # Wilson's interval of 0 of 3, by its textbook formula: z²/(n + z²).
    assert found["low"][0] == 0
    assert found["high"][0] == pytest.approx(3.841459 / (3 + 3.841459), abs=1e-6)


def test_a_band_that_nobody_was_in_has_no_share():
    found = outcomes(np.array([[2]], dtype=np.int8), np.array([[1.0]]))
    assert found["accounts"].tolist() == [0, 0, 1]
    assert found["share"].isna().tolist() == [True, True, False]


def test_auc_counts_the_pairs_in_which_the_lower_score_went_quiet():
    # Quiet 10 and 30; not 20, 30, 40: of six pairs 10 is lower in three, 30 in one and equal in one.
    score, quiet = np.array([10, 30, 20, 30, 40, 99.0]), np.array([1, 1, 0, 0, 0, NONE])
    assert auc(score, quiet) == pytest.approx((3 + 1 + 0.5) / 6)


def test_auc_is_that_of_scikit_learn():
    random = np.random.default_rng(6)
    score, quiet = random.integers(0, 30, 500).astype(float), (random.random(500) < 0.2).astype(float)
    assert auc(score, quiet) == pytest.approx(roc_auc_score(quiet, -score))


def test_auc_is_unknown_where_all_or_none_went_quiet():
    assert np.isnan(auc(np.array([1.0, 2.0]), np.array([0.0, 0.0])))
    assert np.isnan(auc(np.array([NONE]), np.array([1.0])))


def test_a_history_of_nobody_is_empty():
    found = history(np.zeros((3, 0, 5)), Recipe())
    assert found.score.shape == (3, 0)
    assert history(np.zeros((0, 4, 5)), Recipe()).points.shape == (4, 5)
    pd.testing.assert_series_equal(outcomes(found.band, found.score)["accounts"], pd.Series([0, 0, 0], name="accounts"))
