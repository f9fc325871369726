"""Who is asked about, what counts as quiet, what stands in, and what is said about it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.outlook import (
    SENTENCES,
    Family,
    Method,
    Model,
    Outlook,
    RecencyRule,
    StandIn,
    cases,
    labelled,
    outlook,
    shortcoming,
)
from analytics.outlook_features import History, snapshots

MONDAY = date(2024, 1, 1)


def history(used: np.ndarray, end_week: object = np.nan, **amounts: np.ndarray) -> History:
    """`used`, and other amounts: series × weeks. One event in a week with use."""
    series, week = np.nonzero(used)
    others = {name: values[series, week] for name, values in amounts.items()}
    use = pd.DataFrame({"series": series, "week": week, "volume": 1} | others)
    bounds = pd.DataFrame({"group": "Permit", "first_week": np.nan, "end_week": end_week}, index=range(len(used)))
    return History(use, bounds, used.shape[1], MONDAY)


def fading(series: int = 400, weeks: int = 80, seed: int = 0) -> np.ndarray:
    """Used in nine of ten weeks, until in one week of sixty use falls to one of four, and ends ten weeks later."""
    rng = np.random.default_rng(seed)
    fades = rng.geometric(1 / 60, (series, 1)) + 12
    week = np.arange(weeks)
    chance = np.where(week < fades, 0.9, np.where(week < fades + 10, 0.25, 0))
    return rng.random((series, weeks)) < chance


# Label


def test_quiet_is_no_use_in_the_closed_window():
    used = np.zeros((4, 30), bool)
    used[:, 17:20] = True  # the origin is 20
    used[1, 27] = used[2, 28] = True
    found = labelled(cases(history(used, end_week=[np.nan, np.nan, np.nan, 27]), [20]), 8)
    assert found["quiet"].to_dict() == {(20, 0): True, (20, 1): False, (20, 2): True}


def test_a_window_that_is_not_closed_has_no_label():
    used = np.ones((1, 30), bool)
    assert labelled(cases(history(used), [18, 22, 23]), 8).index.tolist() == [(18, 0), (22, 0)]


def test_a_window_cut_by_the_cancellation_has_no_label_and_the_cancelled_are_not_asked_about():
    known = history(np.ones((3, 30), bool), end_week=[np.nan, 30, 25])
    assert labelled(cases(known, [16, 20]), 8).index.tolist() == [(16, 0), (16, 1), (16, 2), (20, 0), (20, 1)]
    assert outlook(known).series.index.tolist() == [0]


def test_of_many_series_some_are_drawn_the_same_for_a_seed():
    known = history(np.ones((50, 20), bool))
    drawn = cases(known, [12, 16], per_origin=10, seed=3)
    assert drawn.groupby(level="origin").size().tolist() == [10, 10]
    assert drawn.index.equals(cases(known, [12, 16], per_origin=10, seed=3).index)
    assert not drawn.index.equals(cases(known, [12, 16], per_origin=10, seed=4).index)


# Stand-ins


def known_cases(quiet: int, active: int) -> pd.DataFrame:
    return pd.DataFrame({"recency": 0.0, "quiet": [True] * quiet + [False] * active})


@pytest.mark.parametrize(
    ("known", "weeks", "reason"),
    [
        (known_cases(0, 0), 11, StandIn.NO_HISTORY),
        (known_cases(100, 100), 25, StandIn.SHORT_HISTORY),
        (known_cases(0, 300), 26, StandIn.ONE_CLASS),
        (known_cases(300, 0), 26, StandIn.ONE_CLASS),
        (known_cases(0, 0), 26, StandIn.FEW_CASES),
        (known_cases(19, 300), 26, StandIn.FEW_CASES),
        (known_cases(99, 100), 26, StandIn.FEW_CASES),
        (known_cases(20, 180), 26, None),
    ],
)
def test_what_a_model_lacks(known: pd.DataFrame, weeks: int, reason: StandIn | None):
    assert shortcoming(known, weeks) == reason


def said(found: Outlook) -> tuple[Method, StandIn | None]:
    return found.method, found.stands_in_because


def test_without_history_nobody_is_asked_about():
    found = outlook(history(np.zeros((2, 0), bool)))
    assert said(found) == (Method.RECENCY, StandIn.NO_HISTORY)
    assert (len(found.series), np.isnan(found.base_rate)) == (0, True)
    assert found.series.columns.tolist() == ["probability", "rank", "reason_1", "reason_2", "reason_3"]


def test_a_short_history_is_ranked_by_recency_alone():
    used = np.ones((4, 16), bool)
    used[1, 14:] = used[2, 10:] = used[3, 14:] = False
    found = outlook(history(used))
    assert said(found) == (Method.RECENCY, StandIn.SHORT_HISTORY)
    assert found.series["rank"].to_dict() == {2: 1, 1: 2, 3: 2, 0: 4}
    assert found.series["probability"].isna().all()
    assert found.series["reason_1"].tolist()[0] == "not used for 6 weeks, on average every week, longest gap 1 week"
    assert found.series[["reason_2", "reason_3"]].isna().all(axis=None)


def test_a_short_history_gives_a_probability_where_past_recency_can_be_counted():
    used = np.ones((100, 22), bool)
    used[:50, 10:] = False  # at the origins 14 and below, unused for longer: quiet
    found = RecencyRule.fit(labelled(cases(history(used), [12]), 8))
    assert found.probabilities(pd.DataFrame({"recency": [0.0, 2.0, 9.0]})).tolist() == [0, 1, 1]
    assert said(outlook(history(used))) == (Method.RECENCY, StandIn.SHORT_HISTORY)


def test_where_nobody_ever_went_quiet_there_is_no_probability():
    found = outlook(history(np.ones((300, 60), bool)))
    assert said(found) == (Method.RECENCY, StandIn.ONE_CLASS)
    assert (found.base_rate, found.series["probability"].isna().all()) == (0, True)


def test_where_the_model_is_no_better_the_rule_is_shown_with_its_probability():
    found = outlook(history(fading()), is_better=False)
    assert said(found) == (Method.RECENCY, StandIn.RECENCY_AS_GOOD)
    assert found.series["probability"].is_monotonic_decreasing
    assert found.series["probability"].between(0, 1).all()


# Model


def test_who_fades_is_likelier_to_go_quiet():
    used = fading()
    used[0] = np.arange(80) % 4 < 1  # every fourth week, as ever
    used[0, 60:] = False
    used[0, [69, 73, 77]] = True
    used[1] = True
    found = outlook(history(used))
    assert said(found) == (Method.MODEL, None)
    assert (found.origin, found.horizon) == (80, 8)
    assert found.series["rank"].is_monotonic_increasing
    assert found.series["probability"].is_monotonic_decreasing
    probability = found.series["probability"]
    assert probability[1] < found.base_rate < probability.iloc[0]


def test_the_same_seed_gives_the_same_outlook():
    first, second = (outlook(history(fading()), 4, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(first.series, second.series)


def test_contributions_sum_to_the_log_odds_of_the_logistic_part_against_its_mean_case():
    known = labelled(cases(history(fading()), range(24, 72, 4)), 8)
    model = Model.fit(known)
    features = known.drop(columns="quiet").iloc[:50]
    probability = model.probabilities(features)[Method.LOGISTIC]
    base = model.logistic[1].intercept_ + model.centre @ model.logistic[1].coef_[0]
    log_odds = np.log(probability / (1 - probability)) - base
    assert model.contributions(features).sum(axis=1).to_numpy() == pytest.approx(log_odds.to_numpy())
    assert set(model.contributions(features)) == set(Family) - {Family.APPLICATIONS}


def test_the_model_is_the_mean_of_its_two_parts():
    known = labelled(cases(history(fading()), range(24, 72, 4)), 8)
    found = Model.fit(known).probabilities(known.drop(columns="quiet"))
    assert found[Method.MODEL].tolist() == ((found[Method.LOGISTIC] + found[Method.BOOSTING]) / 2).tolist()


# Reasons


def test_each_family_is_told_in_one_sentence():
    used = np.zeros((2, 40), bool)
    used[0, [*range(20), 26, 30, 34]] = used[1, 20:37] = True
    amounts = {"users": np.full((2, 40), 2), "applications": np.full((2, 40), 3)}
    known = history(used, **amounts)
    features = dict(snapshots(known, [38]))[38].assign(group=known.series["group"])
    told = {family: sentence(features)[0] for family, sentence in SENTENCES.items()}
    assert told == {
        Family.GAPS: "not used for 3 weeks, on average every 1.5 weeks, longest gap 7 weeks",
        Family.REGULARITY: "active in 2 of the last 8 weeks, 11 of the last 26",
        Family.VOLUME: "0.2 events a week in the last 12 weeks, by 2 users in a week with use",
        Family.TREND: "0.2 events a week in the last 4 weeks, 0.4 in the last 26",
        Family.APPLICATIONS: "3 applications in a week with use",
        Family.AGE: "in use for 38 weeks",
        Family.PEERS: "others on Permit: 6 % more active than in half a year",
        Family.SEASON: "the time of year (week 39)",
    }


def test_the_reasons_are_the_strongest_that_speak_for_the_side_of_the_series():
    used = fading()
    used[0], used[1] = True, True
    used[1, 66:] = False
    used[1, [68, 71, 73]] = True
    found = outlook(history(used)).series
    reasons = ["reason_1", "reason_2", "reason_3"]
    assert "active in 8 of the last 8 weeks, 26 of the last 26" in found.loc[0, reasons].tolist()
    assert "active in 1 of the last 8 weeks, 15 of the last 26" in found.loc[1, reasons].tolist()
    assert found.loc[1, reasons].nunique() == 3
