"""The outlook is judged by what was known, against the rule, and gains nothing from cancellations."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.outlook import Method, StandIn, cases, labelled
from analytics.outlook_backtest import BackTest, backtest, calibration_error, closed, is_better, lift, reliability
from analytics.outlook_features import History

MONDAY = date(2023, 1, 2)


def history(volume: np.ndarray, end_week: object = np.nan) -> History:
    """`volume`: series × weeks."""
    series, week = np.nonzero(volume)
    use = pd.DataFrame({"series": series, "week": week, "volume": volume[series, week]})
    bounds = pd.DataFrame({"group": "Permit", "first_week": np.nan, "end_week": end_week}, index=range(len(volume)))
    return History(use, bounds, volume.shape[1], MONDAY)


def by_method(found: BackTest) -> pd.DataFrame:
    return found.figures.set_index("method")


# Figures


def test_lift_is_the_share_of_the_top_tenth_against_the_base_rate():
    quiet, order = np.zeros(20), np.arange(20)
    quiet[[19, 18, 3, 2]] = 1
    assert lift(quiet, order) == pytest.approx(1 / 0.2)


def test_of_equals_the_lift_takes_as_many_as_on_average():
    quiet = np.array([1.0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    assert lift(quiet, np.array([5, 5, 5, 5, 1, 1, 1, 1, 1, 1])) == pytest.approx(0.5 / 0.2)


def test_reliability_by_tenths_and_the_calibration_error():
    probability = np.repeat([0.1, 0.3, 0.6], [10, 6, 4])
    quiet = np.concatenate([np.zeros(10), [1, 1, 1, 0, 0, 0], np.ones(4)])
    curve = reliability(quiet, probability)
    assert curve["predicted"].tolist() == pytest.approx([0.1, 0.3, 0.6])
    assert curve[["observed", "cases"]].to_numpy().tolist() == [[0, 10], [0.5, 6], [1, 4]]
    assert calibration_error(curve) == pytest.approx((10 * 0.1 + 6 * 0.2 + 4 * 0.4) / 20)


@pytest.mark.parametrize(
    ("model", "rule", "expected"),
    [((0.80, 0.40), (0.70, 0.30), True), ((0.80, 0.30), (0.70, 0.30), False), ((0.705, 0.40), (0.70, 0.30), False)],
)
def test_better_is_a_hundredth_of_roc_auc_and_any_pr_auc(model, rule, expected):
    columns = ["method", "roc_auc", "pr_auc"]
    assert is_better(pd.DataFrame([("model", *model), ("recency rule", *rule)], columns=columns)) == expected
    assert not is_better(pd.DataFrame(columns=columns))


# Rolling origins


@pytest.fixture(scope="module")
def fading() -> History:
    """Used nine weeks of ten, until in one week of sixty use falls to one of four, and ends ten weeks later."""
    rng = np.random.default_rng(1)
    fades, week = rng.geometric(1 / 60, (600, 1)) + 12, np.arange(104)
    chance = np.where(week < fades, 0.9, np.where(week < fades + 10, 0.25, 0))
    return history((rng.random((600, 104)) < chance) * 3)


def test_a_backtest_judges_four_methods_and_is_repeatable(fading: History):
    found = backtest(fading)
    assert found.figures["method"].tolist() == [str(method) for method in Method]
    assert (found.is_better, found.stand_in) == (True, None)
    assert found.figures[["cases", "base_rate", "origins"]].nunique().tolist() == [1, 1, 1]
    assert found.figures["origins"][0] == len(range(31, 97, 4))  # at 27, fewer than 20 had gone quiet
    assert by_method(found).loc["model", "roc_auc"] > 0.9
    assert found.reliability.groupby("method")["cases"].sum().eq(found.figures["cases"][0]).all()
    again = backtest(fading)
    for one, other in ((found.figures, again.figures), (found.track_record, again.track_record)):
        pd.testing.assert_frame_equal(one, other)


def test_the_track_record_counts_those_flagged_a_quarter_ago_who_went_quiet(fading: History):
    found = backtest(fading).track_record
    asked = labelled(cases(fading, [104 - 13]), 8)
    assert found[["method", "origin"]].to_numpy().tolist() == [["model", 91], ["recency rule", 91]]
    assert found["flagged"].tolist() == [len(asked) // 10] * 2
    longest_unused = asked.sort_values("recency", ascending=False, kind="stable").head(len(asked) // 10)
    assert found["went_quiet"][1] == longest_unused["quiet"].sum()


def test_a_model_learns_from_windows_closed_by_the_origin_and_not_older_than_five_years():
    found = pd.DataFrame({"quiet": False}, index=pd.MultiIndex.from_product([[11, 12, 267, 268, 272, 276], [0]]))
    found.index.names = ["origin", "series"]
    assert closed(found, 276, 8).index.tolist() == [(267, 0), (268, 0)]
    assert closed(found, 272, 4).index.tolist() == [(12, 0), (267, 0), (268, 0)]


def test_too_little_history_gives_empty_tables_and_says_why():
    for weeks, reason in ((10, StandIn.NO_HISTORY), (25, StandIn.SHORT_HISTORY)):
        found = backtest(history(np.ones((50, weeks), int)))
        assert found.stand_in == reason
        assert (len(found.figures), len(found.reliability), len(found.track_record)) == (0, 0, 0)
        assert not found.is_better


def test_where_nobody_went_quiet_there_is_nothing_to_judge():
    assert backtest(history(np.ones((300, 104), int))).stand_in == StandIn.ONE_CLASS


# Cancellations


def cancelling() -> tuple[np.ndarray, np.ndarray]:
    """Weekly volumes, and the week of cancellation (missing: none).

    One of ninety a week is cancelled: a quarter of its use in the eight weeks before, silent afterwards. One of sixty
    a week pauses for eight weeks, without a sign before.
    """
    rng = np.random.default_rng(4)
    series, weeks, week = 800, 104, np.arange(104)
    starts = rng.random((series, weeks)) < 1 / 60
    pauses = np.array([starts[:, max(w - 7, 0) : w + 1].any(axis=1) for w in week]).T
    end = rng.geometric(1 / 90, (series, 1)) + 20
    volume = np.where(week >= end - 8, 3, rng.integers(9, 16, (series, weeks)))
    volume = np.where(pauses | (week >= end), 0, volume)
    return volume, np.where(end < weeks, end, np.nan)[:, 0]


def test_cancelled_series_left_in_look_foreseen_and_leaving_them_out_removes_the_false_gain():
    volume, end_week = cancelling()
    left_in, apart = (by_method(backtest(history(volume, end))).loc["model"] for end in (np.nan, end_week))
    assert (left_in["base_rate"] > 0.08, apart["base_rate"] < 0.03) == (True, True)
    assert (left_in["roc_auc"] > 0.8, apart["roc_auc"] < 0.7) == (True, True)
    assert (left_in["pr_auc"] > 0.5, apart["pr_auc"] < 0.1) == (True, True)
