"""Windows of people, the steps of a funnel, and triangles of cohorts, by hand."""

import math
from datetime import date

import pandas as pd
import pytest

from analytics.active_people import stickiness, sweep, within_log
from analytics.funnel import funnel
from analytics.retention import triangle


def test_the_funnel_of_the_example():
    steps = funnel(("invited", "activated", "transacted"), (210, 105, 34))
    assert [step.of_before for step in steps[1:]] == pytest.approx([0.5, 34 / 105])
    assert [step.of_first for step in steps] == pytest.approx([1, 0.5, 34 / 210])
    assert [round(100 * share, 2) for share in (steps[1].of_first, steps[2].of_before, steps[2].of_first)] == [
        50, 32.38, 16.19,
    ]  # fmt: skip
    assert [step.lost for step in steps] == [0, 105, 71]


def test_nobody_invited_has_no_rates():
    assert all(math.isnan(step.of_first) for step in funnel(("invited", "activated"), (0, 0)))


def test_who_comes_again_is_counted_on_until_so_many_days_after_the_last_time():
    """One person on the 1st and 4th, another on the 2nd only."""
    gaps = pd.DataFrame(
        {"day": pd.to_datetime(["2026-01-01", "2026-01-04", "2026-01-02"]), "gap": [3, 31, 31], "people": 1}
    )
    days = sweep(gaps, date(2026, 1, 1), date(2026, 1, 12))
    assert days["daily"].tolist() == [1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert days["weekly"].tolist() == [1, 2, 2, 2, 2, 2, 2, 2, 1, 1, 0, 0]
    assert days["monthly"].tolist() == [1] + [2] * 11
    later = sweep(gaps, date(2026, 1, 30), date(2026, 2, 3))
    assert later["monthly"].tolist() == [1, 1, 0, 0, 0]
    assert later["monthly_30"].tolist() == [2, 2, 1, 1, 0]


def test_stickiness_is_the_mean_day_of_the_window_by_its_people():
    days = pd.DataFrame({"daily": [2.0] * 27 + [4.0], "monthly": [10.0] * 28})
    assert stickiness(days, "monthly").iloc[-1] == pytest.approx((27 * 2 + 4) / 28 / 10)
    assert stickiness(days, "monthly").iloc[:-1].isna().all()


def test_a_window_that_begins_before_the_log_is_unknown():
    days = sweep(
        pd.DataFrame({"day": pd.to_datetime([]), "gap": [], "people": []}), date(2026, 1, 1), date(2026, 1, 30)
    )
    known = within_log(days, date(2026, 1, 1)).notna().sum()
    assert known.tolist() == [30, 30, 24, 3, 1]  # day, daily, weekly, monthly, monthly_30


def test_a_triangle_keeps_who_left_and_is_blank_where_a_month_is_not_over():
    active = pd.DataFrame(
        [["2025-10-01", "2025-10-01", 4], ["2025-10-01", "2025-12-01", 1], ["2025-12-01", "2025-12-01", 2]],
        columns=["cohort", "month", "active"],
    ).astype({"cohort": "datetime64[s]", "month": "datetime64[s]"})
    table = triangle(active, date(2025, 10, 1), date(2026, 1, 1))
    assert table.fillna(-1).to_numpy().tolist() == [[4, 0, 1], [-1, -1, -1], [2, -1, -1]]
    assert [f"{month:%Y-%m}" for month in table.index] == ["2025-10", "2025-11", "2025-12"]
    assert triangle(active.head(0), date(2026, 1, 1), date(2026, 1, 1)).empty
