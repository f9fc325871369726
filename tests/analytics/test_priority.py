"""Silent for long, worth much, due for renewal soon: each counts, and what is unknown does not."""

from datetime import date

import pandas as pd
import pytest

from analytics.priority import priorities

TODAY = date(2026, 2, 1)


def priority_of(
    silent_since: str | None, annual_value: float | None, renews_on: str | None, probability: float | None = None
) -> float:
    """Where a pair is worth 1,000 as a rule."""
    pairs = pd.DataFrame(
        [(silent_since, annual_value, renews_on, probability)],
        columns=["silent_since", "annual_value", "renews_on", "probability"],
    )
    pairs = pairs.astype(
        {"silent_since": "datetime64[s]", "annual_value": float, "renews_on": "datetime64[s]", "probability": float}
    )
    return priorities(pairs, TODAY, 1000).tolist()[0]


@pytest.mark.parametrize(
    ("silent_since", "annual_value", "renews_on", "expected"),
    [
        ("2026-01-02", 1000, "2027-02-01", 1),  # a month, the usual value, a year ahead
        ("2025-12-03", 1000, "2027-02-01", 2),  # two months
        ("2026-01-31", 1000, "2027-02-01", 0.5),  # a day: low use counts like half a month
        ("2020-01-01", 1000, "2027-02-01", 6),  # beyond half a year nothing is added
        ("2026-01-02", 3000, "2027-02-01", 3),
        ("2026-01-02", 1000, "2026-02-01", 2),  # renews today
        ("2026-01-02", 1000, "2025-12-01", 2),  # should have renewed
        ("2026-01-02", 1000, "2026-04-15", 1.8),  # renews in 73 days, a fifth of a year
        (None, 1000, "2027-02-01", 1),
        ("2026-01-02", None, None, 1),
    ],
)
def test_a_priority_is_months_times_value_times_nearness(silent_since, annual_value, renews_on, expected):
    assert priority_of(silent_since, annual_value, renews_on) == pytest.approx(expected)


def test_where_no_value_is_known_silence_and_renewal_decide():
    pairs = pd.DataFrame({
        "silent_since": pd.to_datetime(["2025-12-03", "2026-01-02"]),
        "annual_value": [float("nan")] * 2,
        "renews_on": pd.to_datetime([None, "2026-02-01"]),
        "probability": [float("nan")] * 2,
    })  # fmt: skip
    assert priorities(pairs, TODAY, float("nan")).tolist() == [2, 2]


@pytest.mark.parametrize(
    ("silent_since", "probability", "expected"),
    [("2026-01-31", 0.5, 3), ("2026-01-31", 0.01, 0.5), ("2025-12-03", 0.1, 2), ("2025-12-03", 0.9, 5.4)],
)
def test_silence_to_come_counts_where_it_is_more_than_what_was(silent_since, probability, expected):
    assert priority_of(silent_since, 1000, "2027-02-01", probability) == pytest.approx(expected)
