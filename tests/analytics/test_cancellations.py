"""Use before a cancellation is told by the week, counted back from the week in which it took effect."""

from datetime import date

import pandas as pd

from analytics.cancellations import use_before

CANCELLED = pd.DataFrame({
    "account_id": ["a", "b"],
    "application_id": ["permit", "permit"],
    "cancelled_on": pd.to_datetime(["2026-01-14", "2026-01-19"]),  # a Wednesday, a Monday
})  # fmt: skip


def weekly(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["account_id", "week", "value"])
    return frame.assign(application_id="permit", week=pd.to_datetime(frame["week"]), value=frame["value"].astype(float))


def test_the_week_of_the_cancellation_is_left_out_and_the_one_before_is_minus_one():
    use = weekly(("a", "2026-01-12", 9), ("a", "2026-01-05", 4), ("b", "2026-01-12", 7), ("a", "2025-07-14", 2))
    answer = use_before(CANCELLED, use, date(2025, 1, 6))
    assert answer[-1].tolist() == [4, 7]
    assert answer[-26].tolist() == [2, 0]
    assert answer.loc[("a", "permit")].sum() == 6


def test_weeks_before_the_data_begin_are_unknown_not_without_use():
    answer = use_before(CANCELLED, weekly(("a", "2026-01-05", 4)), date(2026, 1, 5))
    assert answer.notna().sum(axis=1).tolist() == [1, 2]


def test_nobody_cancelled():
    answer = use_before(CANCELLED.head(0), weekly(), date(2026, 1, 5))
    assert answer.shape == (0, 26)
