"""The rows behind a number add up to it, whatever is asked for."""

from itertools import product

import pytest

from data_access import row_kinds, rows
from data_access.filters import Filters
from data_access.rows import Kind
from data_access.scope import Role, Scope
from tests.given import Given

MANAGER = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")
BEFORE = ("2025-12-08", "2026-01-05")


@pytest.fixture(scope="module")
def agencies(shared: Given) -> Given:
    """Ash uses Permit and Fleet, Birch Permit; ann works for both, bob for Ash. Cedar cancelled."""
    for key, name, manager in (("a", "Ash", "kim"), ("b", "Birch", "lee"), ("c", "Cedar", "lee")):
        shared.row("accounts", account=key, name=name, region="West", manager=manager.title(),
                  manager_email=f"{manager}@example.org", seats=10)  # fmt: skip
    shared.row("applications", application="permit", name="Permit")
    shared.row("applications", application="fleet", name="Fleet")
    for key, app, cancelled in (("a", "permit", None), ("a", "fleet", None), ("c", "permit", "2026-01-10")):
        shared.row(
            "subscriptions", account=key, application=app, started_on="2024-01-01", cancelled_on=cancelled, seats=5
        )
    shared.use("c", "permit", "2025-12-17 09:00", user="cy", times=5)
    shared.use("a", "permit", "2026-01-06 09:00", times=6).use("a", "fleet", "2026-01-07 09:00", times=2, user="bob")
    shared.use("a", "fleet", "2026-01-09 09:00", user="bob", event="LOGIN")
    shared.use("a", "permit", "2026-01-30 09:00", user="bob", event="CLICK")
    return shared.use("b", "permit", "2026-01-30 09:00").loaded()


def test_use_is_one_row_per_pair_with_any_of_the_measure(agencies: Given):
    answer = agencies.ask(rows.rows, Kind.USE)
    assert answer[["account", "application", "value"]].values.tolist() == [
        ["Ash", "Permit", 6], ["Ash", "Fleet", 2], ["Birch", "Permit", 1],
    ]  # fmt: skip
    clicks = agencies.ask(rows.rows, Kind.USE, measure="clicks")
    assert clicks[["account", "application", "value"]].values.tolist() == [["Ash", "Permit", 1]]


def test_before_is_the_same_in_the_comparison_and_nothing_without_one(agencies: Given):
    answer = agencies.ask(rows.rows, Kind.BEFORE, before=BEFORE)
    assert answer[["account", "application", "value"]].values.tolist() == [["Cedar", "Permit", 5]]
    assert agencies.ask(rows.rows, Kind.BEFORE).empty
    assert agencies.ask(rows.number, Kind.BEFORE) == 0


def test_people_are_one_row_each_with_what_they_did(agencies: Given):
    answer = agencies.ask(rows.rows, Kind.USERS)
    assert answer[["person", "account", "applications", "days_active", "logins"]].values.tolist() == [
        ["bob", "Ash", 2, 3, 1], ["ann", "Ash", 1, 2, 0],
    ]  # fmt: skip
    assert answer["other_accounts"].fillna(0).tolist() == [0, 1]
    assert answer["last_day"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-30", "2026-01-30"]
    assert agencies.ask(rows.rows, Kind.USERS_BEFORE, before=BEFORE)["person"].tolist() == ["cy"]


def test_pairs_are_those_in_the_states_asked_for(agencies: Given):
    cancelled = agencies.ask(rows.rows, Kind.PAIRS, states=("cancelled",))
    assert cancelled["since"].tolist() == cancelled["cancelled_on"].tolist()
    assert cancelled[["account", "application", "state", "seats"]].values.tolist() == [
        ["Cedar", "Permit", "cancelled", 5]
    ]
    assert cancelled["cancelled_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-10"]
    assert agencies.ask(rows.rows, Kind.PAIRS)["account"].tolist() == ["Ash", "Ash", "Birch", "Cedar"]
    assert agencies.ask(rows.rows, Kind.ACCOUNTS, applications=("permit",))["account"].tolist() == [
        "Ash",
        "Birch",
        "Cedar",
    ]


def test_a_number_of_people_is_told_by_the_people(agencies: Given):
    def told(filters: Filters) -> list[Kind]:
        return [row_kinds.told_by(kind, filters) for kind in (Kind.USE, Kind.BEFORE, Kind.USED)]

    assert agencies.ask(told, measure="users") == [Kind.USERS, Kind.USERS_BEFORE, Kind.USED]
    assert agencies.ask(told, measure="hours") == [Kind.USE, Kind.BEFORE, Kind.USED]


ASKED = (
    {}, {"applications": ("permit",)}, {"states": ("active", "low")}, {"account": "a"}, {"scope": MANAGER},
    {"segments": (("manager", ("Lee",)),)}, {"start": "2026-01-07"},
)  # fmt: skip


OF_A_MEASURE = (Kind.USE, Kind.BEFORE, Kind.USED, Kind.USERS, Kind.USERS_BEFORE)


def test_the_rows_add_up_to_the_number_whatever_is_asked_for(agencies: Given):
    of_measures = product(("records", "clicks", "logins", "hours", "users"), ASKED, OF_A_MEASURE)
    others = product(("records",), ASKED, [kind for kind in Kind if kind not in OF_A_MEASURE])
    for measure, asked, kind in (*of_measures, *others):
        question = {"measure": measure, "before": BEFORE, **asked}
        found, number, known = agencies.ask(
            lambda filters, kind: (rows.rows(filters, kind), rows.number(filters, kind), rows.known(filters, kind)),
            kind, **question,
        )  # fmt: skip
        if kind not in row_kinds.ADDED_UP:
            assert len(found) == number == known["account_id"] == agencies.ask(rows.row_count, kind, **question)
        elif measure != "users":
            assert found["value"].sum() == pytest.approx(number) == pytest.approx(known["total"])


def test_a_manager_with_a_portfolio_sees_the_rows_of_it_alone(agencies: Given):
    for kind in Kind:
        assert set(agencies.ask(rows.rows, kind, scope=MANAGER, before=BEFORE)["account"]) <= {"Ash"}
    people = agencies.ask(rows.rows, Kind.USERS, scope=MANAGER)
    assert people["other_accounts"].isna().all()


def test_rows_come_in_any_order_by_the_page_and_by_part_of_a_name(agencies: Given):
    by_application = agencies.ask(rows.rows, Kind.USE, "application", False)
    assert by_application["application"].tolist() == ["Fleet", "Permit", "Permit"]
    assert agencies.ask(rows.rows, Kind.USE, "value", False, 1, 1)["value"].tolist() == [2]
    assert agencies.ask(rows.rows, Kind.USE, None, True, 0, None, "IRC")["account"].tolist() == ["Birch"]
    assert agencies.ask(rows.rows, Kind.USE, None, True, 0, None, "%").empty
    assert agencies.ask(rows.rows, Kind.USERS, None, True, 0, None, "BO")["person"].tolist() == ["bob"]


def test_people_come_by_their_days_and_by_their_last_day(agencies: Given):
    by_days = agencies.ask(rows.rows, Kind.USERS, "days_active", False)
    assert by_days[["person", "days_active"]].values.tolist() == [["ann", 2], ["bob", 3]]
    assert agencies.ask(rows.rows, Kind.USERS, "days_active", True, 0, 1)["person"].tolist() == ["bob"]
    by_last_day = agencies.ask(rows.rows, Kind.USERS, "last_day", True)
    assert by_last_day["person"].tolist() == ["ann", "bob"]  # on the same day, so by the name of their account
    assert agencies.ask(rows.rows, Kind.USERS, "last_day", True, 0, None, "bo")["person"].tolist() == ["bob"]


def test_the_rows_of_churn_are_those_entitled_at_the_start_and_those_lost(agencies: Given):
    """Cedar's Permit, cancelled on 10 January; whichever states are chosen."""
    columns = ["account", "application"]
    for states in ((), ("active",)):
        held = agencies.ask(rows.rows, Kind.HELD, states=states)
        assert held[columns].values.tolist() == [["Ash", "Fleet"], ["Ash", "Permit"], ["Cedar", "Permit"]]
        for kind in (Kind.LOST, Kind.ENDED):
            assert agencies.ask(rows.rows, kind, states=states)[columns].values.tolist() == [["Cedar", "Permit"]]
        assert agencies.ask(rows.rows, Kind.HELD_ACCOUNTS, states=states)["account"].tolist() == ["Ash", "Cedar"]
        assert agencies.ask(rows.rows, Kind.LOST_ACCOUNTS, states=states)["account"].tolist() == ["Cedar"]


def test_the_accounts_left_out_come_with_the_reason(agencies: Given):
    for kind in (Kind.LEFT_OUT, Kind.LEFT_OUT_CANCELLED):
        assert agencies.ask(rows.rows, kind)[["account", "state"]].values.tolist() == [["Cedar", "cancelled"]]
    assert agencies.ask(rows.rows, Kind.LEFT_OUT_ONBOARDING).empty


def test_an_order_of_other_rows_is_the_order_of_these(agencies: Given):
    """The grid may still be sorted by what it showed before."""
    assert agencies.ask(rows.rows, Kind.USERS, "value", False)["person"].tolist() == ["bob", "ann"]
