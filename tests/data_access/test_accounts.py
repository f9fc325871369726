"""Four rows in, the whole answer out."""

import pytest

from data_access import accounts, choices
from data_access.engine import read
from data_access.scope import Role, Scope
from tests.given import LEADER, Given

MANAGER = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")


@pytest.fixture(scope="module")
def agencies(shared: Given) -> Given:
    """Ash uses Permit much and Fleet a little, Birch Permit little, Cedar nothing; Dogwood cancelled."""
    for key, name, manager in (
        ("a", "Ash", "kim"),
        ("b", "Birch", "lee"),
        ("c", "Cedar", "kim"),
        ("d", "Dogwood", "lee"),
    ):
        shared.row("accounts", account=key, name=name, region="West" if key < "c" else "East", manager=manager.title(),
                  manager_email=f"{manager}@example.org", seats=10)  # fmt: skip
    for key, app, cancelled in (
        ("a", "permit", None), ("a", "fleet", None), ("b", "permit", None), ("c", "permit", None),
        ("d", "permit", "2026-01-10"),
    ):  # fmt: skip
        shared.row(
            "subscriptions", account=key, application=app, started_on="2024-01-01", cancelled_on=cancelled, seats=5
        )
    shared.row("applications", application="permit", name="Permit").row(
        "applications", application="fleet", name="Fleet"
    )
    shared.use("a", "permit", "2025-12-15 09:00", times=4).use("a", "permit", "2026-01-06 09:00", times=6)
    shared.use("a", "fleet", "2026-01-07 09:00", times=2, user="ann").use("a", "permit", "2026-01-07 10:00", user="bob")
    shared.use("b", "permit", "2025-12-16 09:00", times=3).use("b", "permit", "2026-01-08 09:00", user="cy")
    shared.use("d", "permit", "2025-12-17 09:00", times=5)
    return shared.use("b", "permit", "2026-02-01 09:00", user="cy").loaded()


BEFORE = ("2025-12-08", "2026-01-05")


def test_top_accounts_come_with_most_use_first(agencies: Given):
    answer = agencies.ask(accounts.top_accounts, 10, before=BEFORE)
    assert answer[["account", "value", "before"]].values.tolist() == [["Ash", 9, 4], ["Birch", 2, 3]]


def test_nothing_before_is_zero_and_without_a_comparison_it_is_missing(agencies: Given):
    assert agencies.ask(accounts.total, before=("2025-01-06", "2025-02-03")).values.tolist() == [[11, 0]]
    assert agencies.ask(accounts.total)["before"].isna().tolist() == [True]


def test_within_one_application_only_its_use_counts(agencies: Given):
    answer = agencies.ask(accounts.top_accounts, 10, applications=("fleet",))
    assert answer[["account", "value"]].values.tolist() == [["Ash", 2]]


def test_the_bottom_leaves_out_who_cancelled_and_says_so(agencies: Given):
    bottom = agencies.ask(accounts.bottom_accounts, 10)
    assert bottom[["account", "value"]].values.tolist() == [["Cedar", 0], ["Birch", 2], ["Ash", 9]]
    assert agencies.ask(accounts.left_out_of_bottom).values.tolist() == [["cancelled", 1]]


def test_application_totals_tell_volume_entitled_and_in_use(agencies: Given):
    answer = agencies.ask(accounts.application_totals, before=BEFORE)
    assert answer.drop(columns="application_id").values.tolist() == [["Permit", 9, 12, 3, 2], ["Fleet", 2, 0, 1, 1]]


def test_one_person_in_two_applications_is_one_person(agencies: Given):
    assert agencies.ask(accounts.total, measure="users")["value"].tolist() == [3]
    per_application = agencies.ask(accounts.application_totals, measure="users")
    assert per_application[["application", "value"]].values.tolist() == [["Permit", 3], ["Fleet", 1]]


def test_one_person_on_two_days_is_one_person(agencies: Given):
    assert agencies.ask(accounts.total, measure="users", start="2026-01-06", end="2026-02-02")["value"].tolist() == [3]


def test_days_and_weeks_give_the_same_totals(agencies: Given):
    whole_weeks = agencies.ask(accounts.total)["value"].tolist()
    assert whole_weeks == agencies.ask(accounts.total, start="2026-01-06")["value"].tolist() == [11]


def test_a_manager_with_a_portfolio_sees_nothing_else(agencies: Given):
    assert agencies.ask(accounts.top_accounts, 10, scope=MANAGER)["account"].tolist() == ["Ash"]
    assert agencies.ask(accounts.total, scope=MANAGER)["value"].tolist() == [9]
    assert agencies.ask(accounts.account_rows, scope=MANAGER)["account"].tolist() == ["Ash", "Cedar"]
    assert agencies.ask(accounts.application_totals, scope=MANAGER)["value"].tolist() == [7, 2]
    assert set(agencies.ask(accounts.account_application_matrix, 10, scope=MANAGER)["account"]) == {"Ash"}
    with agencies.opened.pin():
        assert choices.account_name(MANAGER, "b") is None
        assert choices.segment_values(MANAGER)["manager"] == ["Kim"]


def test_a_query_without_a_scope_is_an_error(agencies: Given):
    with agencies.opened.pin(), pytest.raises(TypeError, match="scope"):
        read(None, None, {})  # type: ignore[arg-type]


def test_the_grid_sorts_pages_and_filters(agencies: Given):
    by_name = agencies.ask(accounts.account_rows, "account", True, 0, 2)
    assert by_name["account"].tolist() == ["Dogwood", "Cedar"]
    assert agencies.ask(accounts.account_rows, "account", False, 2, 2)["account"].tolist() == ["Cedar", "Dogwood"]
    assert agencies.ask(accounts.account_rows, "value", True, 0, None, "IR")["account"].tolist() == ["Birch"]
    assert agencies.ask(accounts.account_count, "IR") == 1


def test_a_state_shows_the_accounts_with_such_a_pair_in_that_state(agencies: Given):
    cancelled = agencies.ask(accounts.account_rows, states=("cancelled",))
    assert cancelled[["account", "state"]].values.tolist() == [["Dogwood", "cancelled"]]
    with agencies.opened.pin():
        assert set(choices.pair_states(LEADER)) > {"cancelled"}
        assert "cancelled" not in choices.pair_states(MANAGER)


def test_breadth_counts_applications_in_use_of_those_entitled(agencies: Given):
    answer = agencies.ask(accounts.broadest_accounts, 10)
    assert answer[["account", "used", "entitled"]].values.tolist() == [["Ash", 2, 2], ["Birch", 1, 1]]
    missing = agencies.ask(accounts.applications_not_owned, ("a", "b"))
    assert missing.values.tolist() == [["b", "Fleet"]]


def test_an_account_that_is_entitled_to_nothing_any_more_is_not_among_the_broadest(given: Given):
    for key, cancelled in (("a", "2026-01-20"), ("b", None)):
        given.row("accounts", account=key, name=key)
        given.row("subscriptions", account=key, application="permit", started_on="2024-01-01", cancelled_on=cancelled)
        given.use(key, "permit", "2026-01-06 09:00")
    answer = given.use("b", "permit", "2026-02-01 09:00").loaded().ask(accounts.broadest_accounts, 10)
    assert answer[["account", "used", "entitled"]].values.tolist() == [["b", 1, 1]]


def test_rises_and_falls_of_accounts_are_summed_apart(agencies: Given):
    """Ash rose from 4 to 9; Birch fell from 3 to 2, Dogwood from 5 to nothing."""
    assert agencies.ask(accounts.account_movement, before=BEFORE).values.tolist() == [[5, -6]]
    assert agencies.ask(accounts.account_movement, before=BEFORE, applications=("fleet",)).values.tolist() == [[2, 0]]


def test_the_largest_mover_is_the_one_that_fell_most(agencies: Given):
    answer = agencies.ask(accounts.largest_mover, True, before=BEFORE)
    assert answer[["account", "value", "before"]].values.tolist() == [["Dogwood", 0, 5]]


def test_a_segment_narrows_every_answer(agencies: Given):
    east = (("region", ("East",)),)
    assert agencies.ask(accounts.account_rows, segments=east)["account"].tolist() == ["Cedar", "Dogwood"]
    assert agencies.ask(accounts.top_accounts, 10, segments=east).empty
