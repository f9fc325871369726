"""Every pair is in one state; who needs a call is told in full, and who cancelled apart."""

from datetime import date

import pandas as pd
import pytest

from data_access import cancellations, inactive, rows
from data_access.row_kinds import Kind
from data_access.scope import Role, Scope
from tests.given import Given
from tests.quiet import quiet_agencies

MANAGER = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")
BEFORE = ("2025-12-08", "2026-01-05")


@pytest.fixture(scope="module")
def agencies(shared: Given) -> Given:
    return quiet_agencies(shared)


def test_the_states_sum_to_the_pairs(agencies: Given):
    moves = agencies.ask(inactive.state_moves, inactive.four_weeks_before(date(2026, 2, 1)))
    counts = moves.groupby("state")["pairs"].sum().to_dict()
    assert counts == {
        "active": 1,
        "low": 1,
        "onboarding": 2,
        "inactive": 2,
        "never activated": 1,
        "no data": 1,
        "cancelled": 2,
    }
    assert sum(counts.values()) == 10
    chosen = agencies.ask(inactive.state_moves, date(2025, 12, 29), states=("inactive",))
    assert chosen.equals(moves)


def test_pairs_to_call_are_those_without_or_with_little_use_and_never_a_cancelled_one(agencies: Given):
    columns = ["account", "application", "state", "silent_since", "annual_value", "renews_on"]
    answer = agencies.ask(inactive.pairs_to_call)[columns]
    assert answer.astype(object).where(answer.notna(), None).values.tolist() == [
        ["Ash", "Permit", "inactive", pd.Timestamp("2025-12-03"), 1000, pd.Timestamp("2026-03-03")],
        ["Birch", "Permit", "never activated", pd.Timestamp("2025-08-05"), 2000, pd.Timestamp("2027-02-01")],
        ["Elm", "Permit", "inactive", pd.Timestamp("2025-11-03"), None, None],
        ["Fir", "Permit", "low", pd.Timestamp("2026-01-20"), None, None],
    ]
    assert agencies.ask(inactive.pairs_to_call, states=("cancelled",)).empty
    assert agencies.ask(inactive.pairs_to_call, scope=MANAGER)["account"].tolist() == ["Ash"]
    assert agencies.ask(inactive.pairs_to_call, applications=("tax",)).empty


def test_where_a_pair_was_four_weeks_ago_is_told_beside_where_it_is(agencies: Given):
    """On 4 January Ash, Elm and Fir had been silent for a month, Cedar used Permit less than Dogwood."""
    moves = agencies.ask(inactive.state_moves, inactive.four_weeks_before(date(2026, 2, 1)))
    assert moves.values.tolist() == [
        ["active", "low", 1],
        ["cancelled", "active", 1],
        ["cancelled", "cancelled", 1],
        ["inactive", "inactive", 2],
        ["low", "inactive", 1],
        ["never activated", "never activated", 1],
        ["no data", "no data", 1],
        ["onboarding", "not started", 2],
    ]


def test_the_rows_of_those_that_moved_say_from_where(agencies: Given):
    columns = ["account", "application", "state_before", "state"]
    came_low = agencies.ask(rows.rows, Kind.ENTERED, states=("low",))
    assert came_low[columns].values.tolist() == [["Fir", "Permit", "inactive", "low"]]
    no_longer_low = agencies.ask(rows.rows, Kind.LEFT, states=("low",))
    assert no_longer_low[columns].values.tolist() == [["Cedar", "Permit", "low", "active"]]
    assert len(agencies.ask(rows.rows, Kind.ENTERED)) == agencies.ask(rows.number, Kind.ENTERED) == 5


def test_the_rows_of_the_work_list_are_those_of_its_accounts(agencies: Given):
    called = agencies.ask(rows.rows, Kind.CALLS, None, False, 0, None, "", ("a", "f", "z"))
    assert called[["account", "state"]].values.tolist() == [["Ash", "inactive"], ["Fir", "low"]]
    assert agencies.ask(rows.number, Kind.CALLS, ("a", "f", "z")) == 2


def test_a_pair_is_silent_since_its_last_use_or_start_and_low_since_a_monday(agencies: Given):
    """On 11 January nobody had used Permit for longer than ever: that week without data starts no clock anew."""
    quiet = agencies.ask(inactive.pairs_to_call)
    assert dict(zip(quiet["account"], quiet["since"], strict=True)) == {
        "Ash": pd.Timestamp("2025-12-03"),
        "Birch": pd.Timestamp("2025-08-05"),
        "Elm": pd.Timestamp("2025-11-03"),
        "Fir": pd.Timestamp("2026-01-19"),
    }
    assert dict(zip(quiet["account"], quiet["is_week"], strict=True)) == {
        "Ash": False, "Birch": False, "Elm": False, "Fir": True,
    }  # fmt: skip


def test_a_late_feed_is_told_with_its_last_event(agencies: Given):
    answer = agencies.ask(inactive.late_feeds)
    assert answer.values.tolist() == [["tax", "Tax", pd.Timestamp("2025-12-01"), 1]]
    assert agencies.ask(inactive.late_feeds, applications=("permit",)).empty


def test_a_usual_value_is_of_the_entitled_pairs_in_sight_whatever_is_chosen(agencies: Given):
    assert agencies.ask(inactive.usual_value) == 1500
    assert agencies.ask(inactive.usual_value, applications=("tax",), states=("cancelled",)) == 1500
    assert agencies.ask(inactive.usual_value, scope=MANAGER) == 1000


def test_the_last_person_and_the_one_to_call_are_known(agencies: Given):
    everyone = ("a", "b", "e")
    last = agencies.ask(inactive.last_users, everyone).values.tolist()
    assert last == [["a", "permit", "Bob Stone"], ["e", "permit", "ann"]]
    people = agencies.ask(inactive.contacts_of, everyone).values.tolist()
    assert people == [["b", "Una", "Clerk", "una@b.example", "555-1"]]
    assert agencies.ask(inactive.contacts_of, everyone, scope=MANAGER).empty
    assert agencies.ask(inactive.last_users, everyone, scope=MANAGER)["account_id"].tolist() == ["a"]


def test_reactivated_is_used_now_not_in_the_comparison_and_once_before(agencies: Given):
    with agencies.opened.pin():
        comparison = agencies.ask(lambda filters: filters.comparison, before=BEFORE)
    answer = agencies.ask(inactive.reactivated, comparison, before=BEFORE)
    assert answer.drop(columns=["account_id", "application_id"]).values.tolist() == [
        ["Fir", "Permit", pd.Timestamp("2025-11-10"), pd.Timestamp("2026-01-20"), 1, "Lee"]
    ]


def test_started_again_is_a_start_long_after_the_first_use(agencies: Given):
    answer = agencies.ask(inactive.started_again)
    assert answer[["account", "application", "started_on"]].values.tolist() == [
        ["Gum", "Fleet", pd.Timestamp("2026-01-12")]
    ]


def test_churn_is_what_was_lost_of_what_was_there_at_the_start(agencies: Given):
    """Six accounts with seven pairs worth 3,500: Dogwood's last pair, worth 500, is lost."""
    assert agencies.ask(cancellations.churn).values.tolist() == [[6, 1, 7, 1, 3500, 500]]
    by_application = agencies.ask(cancellations.churn_by_application).drop(columns="application_id")
    assert by_application[["application", "pairs", "pairs_lost"]].values.tolist() == [["Permit", 6, 1], ["Tax", 1, 0]]
    assert agencies.ask(cancellations.churn, start="2026-01-10").values.tolist() == [[6, 1, 7, 1, 3500, 500]]
    assert agencies.ask(cancellations.churn, start="2026-01-11").values.tolist() == [[5, 0, 6, 0, 3000, 0]]
    nothing = agencies.ask(cancellations.churn, segments=(("manager", ("Nobody",)),))
    assert nothing.fillna(-1).values.tolist() == [[0, 0, 0, 0, -1, -1]]


def test_an_account_with_another_pair_is_not_lost(agencies: Given):
    early = agencies.ask(cancellations.churn, start="2025-05-05", end="2025-06-30")
    assert early[["accounts", "accounts_lost", "pairs", "pairs_lost"]].values.tolist() == [[5, 0, 7, 1]]


def test_cancellations_have_a_day_a_reason_and_a_cohort(agencies: Given):
    answer = agencies.ask(cancellations.cancelled_pairs, states=("low",))
    assert answer[["account", "application", "reason", "annual_value"]].values.tolist() == [
        ["Dogwood", "Permit", "Budget cut", 500]
    ]
    of_2024 = agencies.ask(cancellations.cohorts).values.tolist()[:2]
    assert of_2024 == [[pd.Timestamp("2024-01-01"), 5, 0], [pd.Timestamp("2024-02-01"), 2, 2]]
    assert agencies.ask(cancellations.ending_later, date(2026, 2, 1)) == 0
    assert agencies.ask(cancellations.ending_later, date(2026, 1, 9)) == 1


def test_cancellations_are_counted_by_month(agencies: Given):
    span = agencies.ask(lambda filters: filters.period, start="2025-01-01")
    answer = agencies.ask(cancellations.cancellations_by_month, span)
    assert answer[["month", "pairs"]].values.tolist() == [
        [pd.Timestamp("2025-06-01"), 1], [pd.Timestamp("2026-01-01"), 1],
    ]  # fmt: skip


def test_use_before_and_after_the_cancellation_is_told(agencies: Given):
    span = agencies.ask(lambda filters: filters.period, start="2025-07-07")
    weekly = agencies.ask(cancellations.weekly_use_of_cancelled, span)
    assert weekly[["week", "value"]].values.tolist() == [
        [pd.Timestamp("2025-12-15"), 5], [pd.Timestamp("2026-01-12"), 2],
    ]  # fmt: skip
    after = agencies.ask(cancellations.use_after_cancellation)
    assert after[["account", "application", "last_day", "events"]].values.tolist() == [
        ["Dogwood", "Permit", pd.Timestamp("2026-01-15"), 2]
    ]
