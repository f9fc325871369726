"""Scaling, weighing and banding, by hand; and that the parts are the whole whatever the numbers are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from analytics.health import BANDS, COMPONENTS, INSUFFICIENT, Recipe, min_max, percentile, scaled_by, scores

NONE = float("nan")
PERCENT = st.one_of(st.just(NONE), st.floats(0, 100))


def rows(*values):
    return pd.DataFrame(values, columns=list(COMPONENTS), dtype="float64")


def same(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


# Scaling


def test_min_max_spans_from_the_least_to_the_most():
    same(min_max([2, 4, 3, 10]), [0, 25, 12.5, 100])


def test_min_max_leaves_out_what_is_unknown():
    same(min_max([2, NONE, 6]), [0, NONE, 100])


def test_min_max_of_equal_values_is_the_middle():
    same(min_max([7, 7, NONE]), [50, 50, NONE])
    same(min_max([NONE, NONE]), [NONE, NONE])


def test_a_percentile_counts_those_below_and_half_of_the_equals():
    same(percentile([1, 2, 2, 4]), [12.5, 50, 50, 87.5])


def test_a_percentile_within_a_segment_is_shrunk_to_that_among_all():
    # Within a: 25 and 75, within b: 25 and 75; among all: 12.5, 37.5, 62.5, 87.5. n = 2, so weights 2 and 20.
    found = percentile([1, 2, 3, 4], ["a", "a", "b", "b"])
    same(found, [(2 * 25 + 20 * 12.5) / 22, (2 * 75 + 20 * 37.5) / 22, (2 * 25 + 20 * 62.5) / 22,
                 (2 * 75 + 20 * 87.5) / 22])  # fmt: skip


def test_without_a_segment_an_account_is_compared_with_all():
    found = percentile([1, 2, 3, 4], ["a", None, "a", None])
    same(found[[1, 3]], [37.5, 87.5])


def test_what_is_unknown_has_no_percentile_and_counts_in_none():
    same(percentile([NONE, 1, 3], ["a", "a", "a"]), [NONE, 25, 75])
    same(percentile([NONE]), [NONE])
    same(percentile([]), [])


def test_one_extreme_account_moves_no_other():
    usual, extreme = percentile([1, 2, 3, 4]), percentile([1, 2, 3, 4_000_000])
    same(usual, extreme)
    assert min_max([1, 2, 3, 4_000_000])[2] < 0.01


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, 2.5, 7.0, NONE]), st.sampled_from(["a", "b", None])), max_size=40))
def test_percentiles_are_those_of_scipy(cells):
    values, segment = [value for value, _ in cells], [label for _, label in cells]
    found = percentile(values, segment)
    known = [place for place, value in enumerate(values) if value == value]
    overall = dict(
        zip(known, (rankdata([values[place] for place in known]) - 0.5) / max(len(known), 1) * 100, strict=True)
    )
    for place in range(len(values)):
        if place not in known:
            assert np.isnan(found[place])
            continue
        own = [other for other in known if segment[other] == segment[place]] if segment[place] else []
        within = 0.0
        if own:
            ranks = (rankdata([values[other] for other in own]) - 0.5) / len(own) * 100
            within = ranks[own.index(place)]
        assert found[place] == pytest.approx((len(own) * within + 20 * overall[place]) / (len(own) + 20))


# The score


def test_the_score_is_the_weighted_mean_and_its_points_are_the_parts():
    found = scores(rows([100, 50, 0, 80, 20], [50] * 5, [75] * 5, [0] * 5), Recipe())
    same(found[list(COMPONENTS)].iloc[0], [25, 10, 0, 20, 3])
    same(found["score"], [58, 50, 75, 0])
    assert found["band"].tolist() == ["At-Risk", "At-Risk", "Healthy", "Critical"]
    assert found["known"].tolist() == [1, 1, 1, 1]


def test_what_is_unknown_is_no_zero_and_the_other_weights_count_more():
    found = scores(rows([60, 60, NONE, 60, NONE]), Recipe()).iloc[0]
    same(found[list(COMPONENTS)].astype(float), [60 * 25 / 70, 60 * 20 / 70, NONE, 60 * 25 / 70, NONE])
    assert (found["score"], found["band"], found["known"]) == (pytest.approx(60), "At-Risk", pytest.approx(0.7))


def test_sixty_per_cent_of_the_weight_is_enough_and_less_is_not():
    found = scores(rows([90, 90, 90, NONE, NONE], [90, NONE, NONE, 90, NONE], [NONE] * 5), Recipe())
    assert found["band"].tolist() == ["Healthy", INSUFFICIENT, INSUFFICIENT]
    assert found["known"].tolist() == [0.6, 0.5, 0]
    assert found[[*COMPONENTS, "score"]].iloc[1:].isna().all(axis=None)


def test_weights_may_have_any_sum():
    half = Recipe(weights=(0.25, 0.2, 0.15, 0.25, 0.15))
    cases = rows([100, 50, 0, 80, 20], [1, 2, 3, 4, 5])
    pd.testing.assert_frame_equal(
        scores(cases, half)[["score", "band"]], scores(cases, Recipe())[["score", "band"]], rtol=1e-12
    )


def test_bands_are_of_the_score_as_it_is_and_not_of_what_is_shown():
    found = scores(rows([49.996] * 5, [50] * 5, [74.996] * 5, [75] * 5), Recipe())
    assert found["band"].tolist() == ["Critical", "At-Risk", "At-Risk", "Healthy"]


def test_limits_can_be_set():
    found = scores(rows([39] * 5, [40] * 5, [60] * 5), Recipe(healthy=60, at_risk=40))
    assert found["band"].tolist() == ["Critical", "At-Risk", "Healthy"]


@given(st.lists(st.tuples(*[PERCENT] * 5), min_size=1, max_size=20), st.tuples(*[st.floats(0.1, 100)] * 5))
def test_points_sum_to_the_score(cells, weights):
    found = scores(rows(*cells), Recipe(weights=weights))
    is_known = found["score"].notna()
    same(found.loc[is_known, list(COMPONENTS)].sum(axis=1), found.loc[is_known, "score"])
    assert found.loc[is_known, "score"].between(-1e-9, 100 + 1e-9).all()
    assert set(found["band"]) <= {*BANDS, INSUFFICIENT}


@given(st.lists(st.tuples(*[PERCENT] * 5), min_size=2, max_size=20), st.randoms(use_true_random=False),
       st.sampled_from(["percentile", "min-max"]))  # fmt: skip
def test_the_order_of_the_rows_does_not_matter(cells, random, scaling):
    recipe, raw = Recipe(scaling), rows(*cells)
    order = list(raw.index)
    random.shuffle(order)
    there = scores(scaled_by(recipe, raw), recipe)
    again = scores(scaled_by(recipe, raw.loc[order]), recipe).loc[raw.index]
    pd.testing.assert_frame_equal(there, again, rtol=0, atol=1e-9)


# What a recipe may be


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"scaling": "z-score"}, "The scaling is one of percentile, min-max."),
        ({"weights": (1, 2, 3)}, "There are 5 weights, one for each component."),
        ({"weights": (1, 1, 1, 1, -1)}, "A weight is a number, and not below 0."),
        ({"weights": (1, 1, 1, 1, NONE)}, "A weight is a number, and not below 0."),
        ({"weights": (0, 0, 0, 0, 0)}, "At least one weight is above 0."),
        ({"healthy": 50}, "The limits lie between 0 and 100, that of Healthy above that of At-Risk."),
        ({"healthy": 101}, "The limits lie between 0 and 100, that of Healthy above that of At-Risk."),
        ({"at_risk": -1}, "The limits lie between 0 and 100, that of Healthy above that of At-Risk."),
        ({"at_risk": NONE}, "The limits lie between 0 and 100, that of Healthy above that of At-Risk."),
    ],
)
def test_a_recipe_that_makes_no_score_is_refused_in_plain_words(parts, words):
    with pytest.raises(ValueError) as refusal:
        Recipe(**parts)
    assert str(refusal.value) == words
