"""The evaluation measures what it says: thresholds, injections, truth."""

import numpy as np
import pandas as pd
import pytest

from analytics.change_backtest import (
    false_discoveries,
    lasting_drop_recall,
    one_week_recall,
    percentage_scores,
    rolling_z_scores,
    simulation,
)

GROUPS = np.arange(60) % 3


@pytest.fixture(scope="module")
def history() -> np.ndarray:
    """60 series that rise and fall together."""
    random = np.random.default_rng(5)
    season = np.exp(random.normal(0, 0.3, (3, 60)))[GROUPS]
    return random.poisson(30 * season).astype(float)


def test_the_simple_rules_look_at_the_eight_weeks_before():
    counts = np.array([[8, 12, 8, 12, 8, 12, 8, 12, 30.0]])
    assert percentage_scores(counts, np.zeros(1, dtype=np.int64))(counts)[0, 8] == 2
    assert rolling_z_scores(counts, np.zeros(1, dtype=np.int64))(counts)[0, 8] == pytest.approx(20 / np.sqrt(32 / 7))


def test_every_method_raises_as_many_alarms_and_what_moves_together_is_known_to_the_peers(history: np.ndarray):
    found = one_week_recall(history, GROUPS)
    assert found.columns.tolist() == ["× 3", "× 5", "to 0", "to 30 %", "mean", "alarms per 1,000", "n"]
    assert found["n"].nunique() == 1
    assert found["alarms per 1,000"].between(4, 5).all()
    assert found["mean"].to_dict() == pytest.approx({"surprise": 1, "rolling z": 0.4, "± %": 0.4}, abs=0.1)


def test_a_drop_that_lasts(history: np.ndarray):
    found = lasting_drop_recall(history, GROUPS, seed=3)
    assert found["recall"]["surprise or shift"] >= 0.95
    assert found["recall"]["rolling z"] <= 0.6
    pd.testing.assert_frame_equal(found, lasting_drop_recall(history, GROUPS, seed=3))


def test_weeks_of_too_few_events_are_not_eligible(history: np.ndarray):
    quiet = np.vstack([history, np.ones((5, 60))])
    groups = np.append(GROUPS, [3] * 5)
    assert one_week_recall(quiet, groups)["n"].tolist() == one_week_recall(history, GROUPS)["n"].tolist()


@pytest.mark.parametrize("seed", [0, 1])
def test_where_the_truth_is_known_few_flags_are_wrong(seed: int):
    found = false_discoveries(*simulation(seed=seed))
    assert found["false discovery rate"]["q = 0.05"] <= 0.10
    assert found["false discovery rate"]["p < 0.01"] >= 0.5
    assert found["recall"]["q = 0.05"] >= 0.35


def test_a_simulation_is_what_it_says():
    counts, groups, truth = simulation(pairs=1000, length=60)
    assert (counts.shape, groups.max(), truth[:, :12].any()) == ((1000, 60), 19, False)
    assert truth[:, 12:].mean() == pytest.approx(0.01, abs=0.001)
    holidays = np.isin(np.arange(60) % 52, [25, 26, 50, 51])
    assert counts[:, holidays].mean() / counts[:, ~holidays].mean() == pytest.approx(0.4, abs=0.03)
