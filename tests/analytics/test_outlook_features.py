"""What is known of a series at an origin, and that nothing later reaches it."""

from collections.abc import Iterable
from datetime import date
from math import log

import numpy as np
import pandas as pd
import pytest

from analytics.outlook_features import History, snapshots

MONDAY = date(2024, 1, 1)


def history(rows: Iterable[tuple[int, int, int]], weeks: int, **bounds: dict[int, int]) -> History:
    """Rows: series, week, volume. Bounds: first_week, end_week by series. All of one application."""
    use = pd.DataFrame(rows, columns=["series", "week", "volume"]).assign(users=1)
    series = pd.DataFrame({"group": "Permit"}, index=range(int(use["series"].max()) + 1 if len(use) else 0))
    for name in ("first_week", "end_week"):
        series[name] = pd.Series(bounds.get(name, {}), dtype="float64").reindex(series.index)
    return History(use, series, weeks, MONDAY)


def used(series: int, weeks: Iterable[int], volume: int = 1) -> list[tuple[int, int, int]]:
    return [(series, week, volume) for week in weeks]


def at(known: History, origin: int) -> pd.DataFrame:
    return dict(snapshots(known, [origin]))[origin]


def test_the_features_of_one_series():
    known = history([(0, 0, 3), (0, 1, 3), (0, 4, 3), (0, 9, 12)], weeks=12)
    found = at(known, 12).loc[0]
    assert found[["recency", "mean_gap", "longest_gap", "age"]].tolist() == [2, 3, 5, 12]
    assert found["recency_ratio"] == pytest.approx(2 / 3)
    assert found["share_0.8"] == pytest.approx(0.2 * (0.8**11 + 0.8**10 + 0.8**7 + 0.8**2))
    assert found["share_0.95"] == pytest.approx(0.05 * (0.95**11 + 0.95**10 + 0.95**7 + 0.95**2))
    assert found[["active_4", "active_8", "active_12", "active_26", "active_52"]].tolist() == [1, 2, 4, 4, 4]
    assert found["volume_4"] == pytest.approx(log(1 + 12 / 4))
    assert found["volume_12"] == found["volume_26"] == pytest.approx(log(1 + 21 / 12))
    assert found["volume_per_week"] == pytest.approx(log(1 + 21 / 4))
    assert found["users_per_week"] == pytest.approx(log(2))
    assert found["trend_4_12"] == pytest.approx(log(1 + 3) - log(1 + 21 / 12))
    assert found[["trend_12_26", "peers"]].tolist() == [0, 0]


def test_a_young_series_is_measured_by_the_weeks_since_its_first_use():
    found = at(history(used(0, [27, 28, 29], volume=5), weeks=30), 30).loc[0]
    assert found["age"] == 3
    assert found[["volume_4", "volume_12", "volume_26"]].tolist() == pytest.approx([log(6)] * 3)


def test_peers_are_the_others_of_the_group():
    rows = [*used(0, range(26)), *used(1, range(26)), *used(2, range(13))]
    found = at(history(rows, weeks=26), 26)
    assert found["peers"].tolist() == pytest.approx([log((1 + 1) / (1 + 0.5 + 1)), log((1 + 1) / (1 + 0.5 + 1))])


def test_asked_about_are_series_used_in_three_of_twelve_weeks_and_entitled_at_the_origin():
    rows = [
        *used(0, [18, 19, 20]),
        *used(1, [7, 18, 19]),
        *used(2, [8, 18, 19]),
        *used(3, range(20)),
        *used(4, range(20)),
        *used(5, [18, 19]),
    ]
    known = history(rows, weeks=30, end_week={3: 20, 4: 21})
    assert at(known, 20).index.tolist() == [2, 4]


def test_use_outside_the_entitlement_is_left_out():
    known = history(used(0, range(20)), weeks=18, first_week={0: 5}, end_week={0: 15})
    assert known.use["week"].tolist() == list(range(5, 15))
    assert history(used(0, range(20)), weeks=18).use["week"].tolist() == list(range(18))


@pytest.fixture(scope="module")
def random_rows() -> list[tuple[int, int, int]]:
    rng = np.random.default_rng(7)
    series, week = np.nonzero(rng.random((40, 150)) < rng.random((40, 1)))
    return list(zip(series.tolist(), week.tolist(), rng.integers(1, 9, len(week)).tolist(), strict=True))


def test_nothing_after_the_origin_reaches_its_features(random_rows: list[tuple[int, int, int]]):
    whole = dict(snapshots(history(random_rows, weeks=150), [60, 100, 149]))
    for origin, found in whole.items():
        before = history([row for row in random_rows if row[1] < origin], weeks=origin)
        pd.testing.assert_frame_equal(found, at(before, origin))


def test_the_last_weeks_are_those_counted_directly(random_rows: list[tuple[int, int, int]]):
    volume = np.zeros((40, 150))
    for row in random_rows:
        volume[row[0], row[1]] = row[2]
    found = at(history(random_rows, weeks=150), 131)
    last = volume[found.index, :131]
    for weeks in (4, 8, 12, 26, 52):
        assert found[f"active_{weeks}"].tolist() == (last[:, -weeks:] > 0).sum(axis=1).tolist()
    for weeks in (4, 12, 26):
        assert np.expm1(found[f"volume_{weeks}"]).tolist() == pytest.approx(last[:, -weeks:].mean(axis=1).tolist())


def test_a_history_of_nothing_has_no_features():
    assert len(at(history([], weeks=0), 0)) == 0
    assert len(at(history([], weeks=40), 40)) == 0


def test_use_has_one_row_per_series_and_week():
    with pytest.raises(ValueError, match="More than one row for a series and week"):
        history([(0, 3, 1), (1, 3, 1), (0, 3, 2)], weeks=10)
