"""A change is flagged where it is one, and the others, the season and the noise are not."""

import numpy as np
import pandas as pd
import pytest

from analytics import changes
from analytics.changes import State, Week, advance, benjamini_hochberg, discoveries, start, surprise

QUIET, ONE = np.nan, np.zeros(1, dtype=np.int64)


def judged(counts: np.ndarray, groups: np.ndarray) -> list[Week]:
    return [week for _, week in changes.weeks(counts, groups)]


def noise(series: int, weeks: int, mean: float = 40, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (series, weeks)).astype(float)


def test_a_week_like_all_before_is_no_surprise():
    last = judged(np.full((1, 20), 40.0), ONE)[-1]
    assert (last.expected[0], last.saw[0], last.peers[0]) == (pytest.approx(40, abs=0.1), 40, 1)
    assert last.p1[0] > 0.9
    assert discoveries(last).empty


def test_a_drop_of_one_series_is_found_and_says_what_was_expected():
    counts = noise(30, 30, seed=1)
    counts[7, 29] = 9
    found = discoveries(judged(counts, np.zeros(30, dtype=np.int64))[-1])
    assert found[["series", "kind", "direction", "saw"]].values.tolist() == [[7, "one week", -1, 9]]
    assert found["expected"][0] == pytest.approx(40, abs=6)
    assert found["p"][0] < 1e-4


def test_a_holiday_of_all_is_nobodys_drop_and_the_peers_are_half_of_usual():
    counts = noise(60, 30)
    counts[:, 29] = np.rint(counts[:, 29] / 2)
    last = judged(counts, np.zeros(60, dtype=np.int64))[-1]
    assert last.peers == pytest.approx(np.full(60, 0.5), abs=0.05)
    assert discoveries(last).empty


def test_an_outage_of_one_application_raises_one_flag_of_the_application_and_none_of_its_pairs():
    counts, groups = noise(400, 30), np.repeat(np.arange(4), 100)
    counts[groups == 2, 29] = 0
    assert discoveries(judged(counts, groups)[-1]).empty
    applications = np.stack([counts[groups == one].sum(axis=0) for one in range(4)])
    found = discoveries(judged(applications, np.arange(4))[-1])
    assert found[["series", "kind", "direction"]].values.tolist() == [[2, "one week", -1]]


def test_after_an_outage_the_next_usual_week_is_no_spike():
    counts, groups = noise(400, 31), np.repeat(np.arange(4), 100)
    counts[groups == 2, 29] = 0
    assert discoveries(judged(counts, groups)[-1]).empty


def test_a_lasting_change_too_small_for_one_week_is_a_shift_of_level():
    counts = noise(300, 34)
    counts[5, 30:] = 22
    found = discoveries(judged(counts, np.zeros(300, dtype=np.int64))[-1])
    assert found[["series", "kind", "direction", "saw4"]].values.tolist() == [[5, "level shift", -1, 88]]


def test_one_wild_week_is_not_taken_for_a_shift_of_level_in_the_weeks_after():
    counts = noise(30, 33)
    counts[5, 30] = 400
    kinds = [discoveries(week)["kind"].tolist() for week in judged(counts, np.zeros(30, dtype=np.int64))[30:]]
    assert kinds == [["one week"], [], []]


def test_what_has_lasted_becomes_usual():
    counts = noise(30, 45)
    counts[5, 30:] *= 3
    last = judged(counts, np.zeros(30, dtype=np.int64))[-1]
    assert last.expected[5] == pytest.approx(120, rel=0.15)
    assert discoveries(last).empty


def test_below_two_events_a_week_there_is_not_enough_activity_to_judge():
    counts = np.tile([1.0, 2.0], (1, 15))
    counts[0, -1] = 30
    last = judged(counts, ONE)[-1]
    assert not last.is_judged[0]
    assert discoveries(last).empty


def test_a_significant_change_of_less_than_a_quarter_is_not_worth_a_flag():
    counts = np.full((1, 60), 10_000.0) + np.tile([-50.0, 50.0], 30)
    counts[0, -1] = 8_000
    last = judged(counts, ONE)[-1]
    assert last.p1[0] < 1e-6
    assert "one week" not in discoveries(last)["kind"].tolist()


def test_weeks_without_data_change_nothing_and_are_not_judged():
    counts = noise(2, 12)
    gone = counts.copy()
    state = start(2)
    for saw in gone.T:
        state, _ = advance(state, saw, np.zeros(2, dtype=np.int64))
    after, week = advance(state, np.array([QUIET, QUIET]), np.zeros(2, dtype=np.int64))
    pd.testing.assert_frame_equal(after.to_frame(), state.to_frame())
    assert week.is_judged.tolist() == [False, False]


def test_a_cancelled_pair_is_missing_among_its_peers_and_not_zero_there():
    counts = noise(10, 30)
    counts[:9, 20:] = np.nan
    assert judged(counts, np.zeros(10, dtype=np.int64))[-1].peers[9] == 1


def test_a_weekly_step_from_a_stored_state_equals_a_full_recomputation():
    counts, groups = noise(50, 40, 6), np.arange(50) % 5
    counts[::7, 20:] = np.nan
    whole = list(changes.weeks(counts, groups))
    state = start(50)
    for saw, (known, week) in zip(counts.T, whole, strict=True):
        state, now = advance(State.from_frame(state.to_frame()), saw, groups)
        pd.testing.assert_frame_equal(state.to_frame(), known.to_frame(), check_exact=True)
        np.testing.assert_array_equal(now.p1, week.p1)


def test_new_series_may_come_in_anywhere():
    counts, groups = noise(40, 30, 6), np.arange(40) % 3
    counts[[0, 13, 39], :15] = np.nan
    *_, (expected, _) = changes.weeks(counts, groups)
    old = np.setdiff1d(np.arange(40), [0, 13, 39])
    *_, (early, _) = changes.weeks(counts[old, :15], groups[old])
    stored = early.to_frame().set_axis(old).reindex(range(40))
    *_, (state, _) = changes.weeks(counts[:, 15:], groups, State.from_frame(stored))
    pd.testing.assert_frame_equal(state.to_frame(), expected.to_frame(), check_exact=True)


def test_p_is_the_exact_tail_of_a_negative_binomial():
    # Variance 10 + 0.1·10²: P(0) = 2⁻¹⁰; a Poisson of mean 10 gives e⁻¹⁰.
    _, p = surprise(np.array([0.0, 0.0]), np.array([10.0, 10.0]), np.array([20.0, 10.0]))
    assert p[0] == pytest.approx(2 * 2**-10)
    assert p[1] == pytest.approx(2 * np.exp(-10), rel=0.06)  # φ is 0.001 at least


def test_benjamini_hochberg_passes_all_up_to_the_last_under_its_line():
    p = np.array([0.03, 0.001, np.nan, 0.2, 0.029])  # lines: 0.0125, 0.025, 0.0375, 0.05
    assert benjamini_hochberg(p, 0.05).tolist() == [True, True, False, False, True]
