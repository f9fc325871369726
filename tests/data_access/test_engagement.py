"""What Engagement asks of the store, stated by hand for two agencies, in both stores."""

from datetime import date

import pandas as pd
import pytest

from data_access import active_hours, active_people, adoption, cohorts, messages, registrations, rows, session_lengths
from data_access import funnel as steps
from data_access import sources as told
from data_access import ticket_load as tickets
from data_access.buckets import By, buckets
from data_access.filters import Detail, Period
from data_access.row_kinds import OF_ENGAGEMENT, Kind
from data_access.scope import Role, Scope
from tests.engaged import engaged_agencies
from tests.given import LEADER, Given

KIM = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")
JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))


@pytest.fixture(scope="module")
def agencies(shared: Given) -> Given:
    return engaged_agencies(shared)


def test_people_register_by_the_table_of_users_and_transact_by_charged_messages(agencies: Given):
    assert agencies.ask(registrations.registered_before, date(2026, 2, 2)) == 4
    assert agencies.ask(registrations.registered_before, date(2026, 2, 2), scope=KIM) == 2
    assert agencies.ask(registrations.registrations, By.WEEK).values.tolist() == [[pd.Timestamp("2026-01-05"), 2]]
    assert agencies.ask(registrations.transacting) == 1
    assert agencies.ask(registrations.transacting, start="2025-11-03") == 2
    assert agencies.ask(registrations.transacting, detail=Detail(channels=("E-mail",))) == 0
    months = agencies.ask(registrations.transacting_by, By.MONTH, start="2025-11-03")
    assert months.values.tolist() == [[pd.Timestamp("2025-12-01"), 1], [pd.Timestamp("2026-01-01"), 1]]


def test_kept_counts_of_days_weeks_and_months_are_those_of_the_gaps(agencies: Given):
    """Ann on the 5th and 12th, Bob on the 8th, Cy on the 12th and on 1 February, 20 days later."""
    kept = agencies.ask(active_people.kept).set_index("day")
    assert kept.loc["2026-01-05"].tolist() == [1, 1, 1, 1]
    assert kept.loc["2026-01-12"].tolist() == [2, 3, 3, 3]
    assert kept.loc["2026-01-15"].tolist() == [0, 2, 3, 3]
    assert kept.loc["2026-02-01"].tolist() == [1, 1, 3, 3]
    assert len(kept) == 28
    fleet = agencies.ask(active_people.kept, applications=("fleet",)).set_index("day")
    assert fleet.loc["2026-02-01"].tolist() == [0, 0, 1, 1]
    gaps = agencies.ask(active_people.gaps, scope=KIM)
    assert sorted(map(tuple, gaps.values.tolist())) == [
        (pd.Timestamp("2026-01-05"), 7, 1), (pd.Timestamp("2026-01-08"), 31, 1), (pd.Timestamp("2026-01-12"), 31, 1),
    ]  # fmt: skip


def test_only_everybody_in_all_applications_or_one_is_kept(agencies: Given):
    assert agencies.ask(active_people.is_kept)
    assert agencies.ask(active_people.is_kept, applications=("fleet",))
    for narrowed in ({"applications": ("fleet", "permit")}, {"account": "a"}, {"states": ("active",)}, {"scope": KIM}):
        assert not agencies.ask(active_people.is_kept, **narrowed)


def test_a_person_counts_once_in_an_hour_and_once_on_each_day(agencies: Given):
    answer = agencies.ask(active_hours.active_by_hour)
    assert answer.values.tolist() == [[1, 9, 2], [1, 14, 1], [4, 10, 1], [7, 9, 1]]


def test_charged_messages_have_an_hour_too(agencies: Given):
    assert agencies.ask(messages.charged_by_hour).values.tolist() == [[2, 10, 2], [3, 11, 1], [4, 11, 1]]


def test_channels_tell_what_arrived_whatever_the_case_of_a_status(agencies: Given):
    answer = agencies.ask(messages.by_channel)
    assert answer.astype(object).where(answer.notna(), None).values.tolist() == [
        # messages, charged, charges, delivered, pending, failed, unknown
        ["E-mail", None, 3, 1, 0.1, 1, 0, 1, 1],
        ["SMS", "notice", 2, 1, 0.25, 0, 1, 1, 0],
        ["SMS", "receipt", 2, 2, 1.0, 2, 0, 0, 0],
    ]
    receipts = agencies.ask(messages.by_channel, detail=Detail(categories=("receipt",)))
    assert receipts["messages"].tolist() == [2]


def test_failures_have_reasons_and_unknown_statuses_are_named(agencies: Given):
    assert agencies.ask(messages.failure_reasons).values.tolist() == [
        ["E-mail", "No reason given", 1], ["SMS", "Invalid number", 1],
    ]  # fmt: skip
    assert agencies.ask(messages.unjudged).values.tolist() == [["teleported", 1]]


def test_steps_count_in_order(agencies: Given):
    """Eve was activated before she was invited: that was another invitation."""
    assert agencies.ask(steps.steps).values.tolist() == [[4, 2, 1]]
    assert agencies.ask(steps.steps, scope=KIM).values.tolist() == [[1, 1, 1]]
    columns = ["person", "account", "invited_on", "contact"]
    assert agencies.ask(rows.rows, Kind.NOT_ACTIVATED, "invited_on", True)[columns].values.tolist() == [
        ["Eve", "Birch", pd.Timestamp("2026-01-12"), "Birch Desk"],
        ["Dee", "Birch", pd.Timestamp("2026-01-10"), "Birch Desk"],
    ]
    assert agencies.ask(rows.rows, Kind.NOT_TRANSACTED)["person"].tolist() == ["Cy"]


def test_sessions_are_binned_and_single_events_stand_apart(agencies: Given):
    assert agencies.ask(session_lengths.lengths).values.tolist() == [[1, 2], [2, 1]]
    assert agencies.ask(session_lengths.summary).values.tolist() == [[3, 3, 240, pytest.approx(528)]]
    by_application = agencies.ask(session_lengths.by_application).drop(columns="application_id")
    assert by_application.fillna(-1).values.tolist() == [
        ["Permit", 3, 2, 240, pytest.approx(528)], ["Fleet", 0, 1, -1, -1],
    ]  # fmt: skip


def test_features_used_are_counted_over_the_entitled_accounts(agencies: Given):
    answer = agencies.ask(adoption.by_application).drop(columns="application_id")
    # offered, used by anybody, accounts, used added up over them
    assert answer.values.tolist() == [["Fleet", 1, 1, 1, 1], ["Permit", 3, 2, 2, 3]]
    features = agencies.ask(adoption.by_feature, applications=("permit",))
    assert features[["feature", "accounts", "entitled", "events"]].values.tolist() == [
        ["map", 2, 2, 18], ["list", 1, 2, 3], ["print", 0, 2, 0],
    ]  # fmt: skip
    assert agencies.ask(rows.rows, Kind.ADOPTERS, detail=Detail(feature="list"))["account"].tolist() == ["Ash"]


def test_adoption_goes_by_month_and_who_is_entitled_in_it(agencies: Given):
    span = {"start": "2025-11-01", "end": "2026-02-01", "applications": ("permit",)}
    assert agencies.ask(adoption.by_month, **span)[["month", "adopted"]].values.tolist() == [
        [pd.Timestamp("2025-11-01"), 1], [pd.Timestamp("2026-01-01"), 3],
    ]  # fmt: skip
    months = buckets(Period(date(2024, 12, 1), date(2025, 2, 1)), By.MONTH)
    assert agencies.ask(adoption.entitled_in, months, **span).values.tolist() == [["permit", 0, 2]]


def test_who_registered_before_the_log_belongs_to_no_cohort(agencies: Given):
    """Ann did. Eve came in October, Bob and Cy in January, which is over; the accounts are older than the log."""
    assert agencies.ask(cohorts.retention, "people").values.tolist() == [
        [pd.Timestamp("2025-10-01"), pd.Timestamp("2025-10-01"), 1],
        [pd.Timestamp("2025-10-01"), pd.Timestamp("2025-11-01"), 1],
        [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-01"), 2],
    ]
    assert agencies.ask(cohorts.left_out, "people") == 1
    assert agencies.ask(cohorts.left_out, "accounts") == 2
    assert agencies.ask(cohorts.months_shown) == Period(date(2025, 9, 1), date(2026, 2, 1))
    of_october = Detail(cohort=date(2025, 10, 1), later=1)
    assert agencies.ask(rows.rows, Kind.COHORT, detail=of_october)["person"].tolist() == ["Eve"]


def test_tickets_take_their_time(agencies: Given):
    # opened, resolved, median hours to resolve and to the first answer, answers a ticket
    assert agencies.ask(tickets.total).values.tolist() == [[3, 2, 20, 2, 2]]
    assert agencies.ask(tickets.by_month, JANUARY)[["month", "opened"]].values.tolist() == [
        [pd.Timestamp("2026-01-01"), 3]
    ]
    by_priority = agencies.ask(tickets.by_priority).fillna(-1)
    assert by_priority.values.tolist() == [["High", 2, 2, 20, 2, 3], ["Low", 1, 0, -1, -1, 0]]
    assert agencies.ask(tickets.open_at_end) == 2  # t3, and t4 that is resolved after it
    assert agencies.ask(tickets.open_at_end, detail=Detail(priority="Low")) == 1
    assert agencies.ask(rows.rows, Kind.TICKETS, detail=Detail(priority="Low"))["ticket"].tolist() == ["t3"]
    assert agencies.ask(rows.rows, Kind.STILL_OPEN, detail=Detail(priority="Low"))["ticket"].tolist() == ["t3"]


@pytest.mark.parametrize("kind", OF_ENGAGEMENT)
def test_every_number_has_as_many_rows_and_each_names_its_account(agencies: Given, kind: Kind):
    detail = Detail(feature="map", cohort=date(2026, 1, 1))
    listed = agencies.ask(rows.rows, kind, detail=detail)
    number = agencies.ask(rows.number, kind, detail=detail)
    assert number == (pytest.approx(listed["value"].sum()) if kind is Kind.CHARGES else len(listed))
    assert agencies.ask(rows.row_count, kind, detail=detail) == len(listed)
    assert agencies.ask(rows.known, kind, detail=detail)["account_id"] == len(listed)
    name = "person" if "person" in listed else "account"
    assert agencies.ask(rows.row_count, kind, "nobody's", detail=detail) == 0, name


def test_what_was_loaded_is_told(agencies: Given):
    with agencies.opened.pin():
        assert told.told(LEADER) == frozenset(told.Told)
        assert told.message_channels(LEADER) == ("E-mail", "SMS")
        assert told.message_categories(LEADER) == ("notice", "receipt")
        assert told.feature_names(LEADER) == {"list", "map", "print", "route"}


def test_what_was_not_loaded_is_not_told(tmp_path):
    bare = Given(tmp_path).use("a", "permit", "2026-01-05 09:00").loaded()
    with bare.opened.pin():
        assert told.told(LEADER) == {"people", "days", "hours", "sessions"}
