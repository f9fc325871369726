"""Whom to call first, and what the page says of it."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask, g

from callbacks import inactive
from callbacks.query import filters
from data_access.filters import Filters
from layouts.calls import reason
from tests.given import LEADER, Given
from tests.quiet import quiet_agencies


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return quiet_agencies(Given(tmp_path_factory.mktemp("quiet")))


@pytest.fixture
def asked(agencies: Given) -> Iterator[Filters]:
    """Four weeks up to Sunday 1 February 2026."""
    with Flask("test").app_context(), agencies.opened.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield filters("?period=4w")


def test_whom_to_call_first(asked: Filters):
    """Birch: 6 months × 2,000 ÷ 1,500. Elm: 3 months. Ash: 2 months × 1,000 ÷ 1,500 × (1 + 335 ÷ 365). Fir: low."""
    answer = inactive.work_list(asked)
    assert answer["account"].tolist() == ["Birch", "Elm", "Ash", "Fir"]
    assert answer["score"].tolist() == pytest.approx([8, 3, 4 / 3 * (1 + 335 / 365), 0.5])
    assert answer["days_silent"].tolist() == [180, 90, 60, 12]
    assert "cancelled" not in set(answer["state"])


def test_every_account_has_a_reason_in_words(asked: Filters):
    pairs = inactive.work_list(asked)
    assert [reason(pairs[pairs["account"] == name]) for name in ("Birch", "Elm", "Ash", "Fir")] == [
        "Permit: never used in the 180 days since its start, worth 2,000 a year, renews in 365 days. Priority 8.0",
        "Permit is silent for 90 days. Priority 3.0",
        "Permit is silent for 60 days, worth 1,000 a year, renews in 30 days. Priority 2.6",
        "Permit: used little, last 12 days ago. Priority 0.5",
    ]


def test_those_who_entered_a_state_less_those_who_left_it_are_its_change(asked: Filters):
    counts = inactive.state_counts(asked)
    assert counts.loc[["low", "cancelled", "onboarding"], ["entered", "left"]].values.tolist() == [
        [1, 1],
        [1, 0],
        [2, 0],
    ]
    assert counts["entered"].sum() == counts["left"].sum() == 5


def test_the_states_sum_to_the_pairs(asked: Filters):
    counts = inactive.state_counts(asked)["pairs"]
    assert counts.to_dict() == {
        "active": 1, "low": 1, "onboarding": 2, "inactive": 2, "never activated": 1, "no data": 1, "cancelled": 2,
        "not started": 0,
    }  # fmt: skip


def test_the_months_are_whole_and_those_without_a_cancellation_are_told(asked: Filters):
    months = inactive.by_month(asked)
    assert [day.date() for day in months["month"]][:1] == [date(2025, 3, 1)]
    assert months["pairs"].tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0]


def test_a_reason_that_was_not_given_is_told_as_such(asked: Filters):
    assert inactive.reasons(inactive.gone.cancelled_pairs(asked)).values.tolist() == [["Budget cut", 1, 500]]
