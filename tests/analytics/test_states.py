"""Each pair is in one state, the first that matches."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.states import State, account_states, pair_states

TODAY = date(2026, 6, 30)


def pair(**changes: object) -> dict[str, object]:
    usual = {
        "started_on": "2024-01-01", "cancelled_on": None, "fed_until": TODAY, "last_use_on": "2026-06-29",
        "volume": 100.0, "usual_volume": 100.0, "heads": 10, "application_key": 1, "size_band": 1,
    }  # fmt: skip
    return usual | changes


def state_of(**changes: object) -> str:
    # Enough peers of middling use that the pair is not low merely for being alone.
    peers = [pair(volume=v) for v in (60.0, 80.0, 100.0, 120.0)]
    return pair_states(pd.DataFrame([pair(**changes), *peers]), TODAY)[0]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "active"),
        ({"started_on": "2026-07-01"}, "not started"),
        ({"cancelled_on": "2026-06-30"}, "cancelled"),
        ({"cancelled_on": "2026-07-01"}, "active"),
        ({"fed_until": "2026-06-20", "last_use_on": "2026-05-01"}, "no data"),
        ({"fed_until": None, "last_use_on": None}, "no data"),
        ({"started_on": "2026-06-10", "last_use_on": None}, "onboarding"),
        ({"last_use_on": None, "volume": 0.0}, "never activated"),
        ({"last_use_on": "2023-12-01", "volume": 0.0}, "never activated"),
        ({"last_use_on": "2026-05-31", "volume": 0.0}, "inactive"),
        ({"last_use_on": "2026-06-01"}, "active"),
        ({"last_use_on": "2026-06-01", "volume": 0.0, "usual_volume": None}, "low"),
        ({"volume": 49.0, "usual_volume": 100.0, "heads": 1}, "low"),
        ({"volume": 100.0, "heads": 100}, "low"),
    ],
)
def test_the_first_rule_that_matches_decides(changes: dict[str, object], state: str):
    assert state_of(**changes) == state


@pytest.mark.parametrize(("monday", "state"), [("2026-06-01", "inactive"), ("2026-06-08", "active")])
def test_where_the_source_has_weeks_four_without_use_are_silence(monday: str, state: str):
    """The week of June 29 is the last; that of June 1 is the last before four."""
    frame = pd.DataFrame([pair(last_use_on=monday, fed_until=date(2026, 6, 29))])
    assert pair_states(frame, date(2026, 6, 29), is_weekly=True).tolist() == [state]


days = st.none() | st.integers(-800, 100).map(lambda n: TODAY + timedelta(days=n))
pairs = st.fixed_dictionaries({
    "started_on": days, "cancelled_on": days, "fed_until": days, "last_use_on": days,
    "volume": st.floats(0, 1e6), "usual_volume": st.none() | st.floats(0, 1e6), "heads": st.integers(1, 500),
    "application_key": st.integers(1, 3), "size_band": st.integers(0, 3),
})  # fmt: skip


@given(st.lists(pairs, min_size=1, max_size=30))
def test_states_are_exclusive_and_sum_to_the_pairs(rows: list[dict[str, object]]):
    frame = pd.DataFrame(rows).astype({"usual_volume": "float64"})
    states = pair_states(frame, TODAY)
    assert states.isin(list(State)).all()
    assert states.value_counts().sum() == len(rows)


def test_an_account_is_in_the_best_state_of_its_pairs():
    frame = pd.DataFrame({"account_key": [1, 1, 2, 2], "state": ["inactive", "low", "cancelled", "never activated"]})
    assert account_states(frame).to_dict() == {1: "low", 2: "never activated"}
