"""A few rows in, the whole answer out."""

import pytest

from data_access import changes
from data_access.scope import Role, Scope
from tests.given import Given

BEFORE = ("2025-12-08", "2026-01-05")
MANAGER = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")


@pytest.fixture(scope="module")
def agencies(shared: Given) -> Given:
    """Ash uses Permit with fewer people, and Fleet; Birch begins; ann works for both. Ash's Fleet is subscribed late."""
    for key, name, manager in (("a", "Ash", "kim"), ("b", "Birch", "lee")):
        shared.row("accounts", account=key, name=name, manager_email=f"{manager}@example.org")
    for key, app, started in (
        ("a", "permit", "2024-01-01"),
        ("b", "permit", "2024-01-01"),
        ("a", "fleet", "2026-01-05"),
    ):
        shared.row("subscriptions", account=key, application=app, started_on=started)
    shared.use("a", "permit", "2025-06-02 09:00", user="cy")
    shared.use("a", "permit", "2025-12-09 09:00", times=3).use("a", "permit", "2025-12-10 09:00", user="bob", times=2)
    shared.use("a", "permit", "2025-12-10 09:00", event="LOGIN").use("a", "permit", "2026-01-06 09:00", times=4)
    shared.use("a", "permit", "2026-01-06 10:00", event="LOGIN").use(
        "a", "fleet", "2026-01-07 09:00", user="cy", times=5
    )
    shared.use("a", "permit", "2026-01-08 09:00", user="cy").use("b", "permit", "2026-01-08 09:00", user="di")
    return shared.use("b", "permit", "2026-02-01 09:00", times=6).loaded()


def test_a_pair_comes_with_volume_and_people_of_both_periods(agencies: Given):
    answer = agencies.ask(changes.pair_changes, "all", before=BEFORE)
    numbers = ["account", "application_id", "before", "now", "users_before", "users_now"]
    assert answer[numbers].values.tolist() == [
        ["Ash", "fleet", 0, 5, 0, 1],
        ["Ash", "permit", 5, 5, 2, 2],
        ["Birch", "permit", 0, 7, 0, 2],
    ]
    assert answer["first_use_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-07", "2025-06-02", "2026-01-08"]


def test_days_and_weeks_tell_the_same(agencies: Given):
    by_day = {"start": "2026-01-06", "end": "2026-02-02", "before": ("2025-12-09", "2026-01-05")}
    for question in (changes.total_change, changes.account_changes, changes.pair_changes, changes.moved_people):
        for measure in ("records", "users", "logins"):
            by_weeks = agencies.ask(question, "all", before=BEFORE, measure=measure)
            assert agencies.ask(question, "all", measure=measure, **by_day).values.tolist() == by_weeks.values.tolist()


def test_people_are_counted_once_over_all_pairs(agencies: Given):
    assert agencies.ask(changes.total_change, "all", before=BEFORE, measure="users").values.tolist() == [[3, 2]]
    by_account = agencies.ask(changes.account_changes, "all", before=BEFORE, measure="users")
    assert by_account.drop(columns="account_id").values.tolist() == [["Ash", 2, 2], ["Birch", 2, 0]]


def test_who_came_and_who_went_is_told_for_each_pair(agencies: Given):
    answer = agencies.ask(changes.moved_people, "all", before=BEFORE)
    moved = answer.drop(columns=["user_key", "account_id", "application"]).values.tolist()
    assert sorted(moved) == [
        ["Ash", "fleet", False, True, True, False, True],
        ["Ash", "permit", False, True, True, False, False],
        ["Ash", "permit", True, False, False, False, False],
        ["Birch", "permit", False, True, False, False, False],
    ]
    assert answer["user_key"].nunique() == 3


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        ("records", [[3, 4], [2, 0], [0, 1]]),
        ("logins", [[1, 1], [0, 0], [0, 0]]),
        ("users", [[1, 1], [1, 0], [0, 1]]),
        ("hours", [[2 / 60, 3 / 60], [1 / 60, 0], [0, 0]]),
    ],
)
def test_inside_a_pair_people_come_with_what_each_did(agencies: Given, measure: str, values: list[list[float]]):
    answer = agencies.ask(changes.person_changes, "all", before=BEFORE, measure=measure, account="a",
                          applications=("permit",))  # fmt: skip
    assert answer[["person", "days_before", "days_now"]].values.tolist() == [["ann", 2, 1], ["bob", 1, 0], ["cy", 0, 1]]
    assert answer[["before", "now"]].values.tolist() == [pytest.approx(pair) for pair in values]


def test_a_session_over_the_beginning_of_a_period_counts_with_its_part(given: Given):
    given.use("a", "permit", "2026-01-13 23:50", times=21).use("a", "permit", "2026-01-20 09:00").loaded()
    midweek = {"start": "2026-01-14", "end": "2026-01-17", "before": ("2026-01-11", "2026-01-14"), "measure": "hours"}
    people = given.ask(changes.person_changes, "all", **midweek)
    pairs = given.ask(changes.pair_changes, "all", **midweek)
    assert people[["before", "now"]].values.tolist() == [[10 / 60, 10 / 60]] == pairs[["before", "now"]].values.tolist()


@pytest.mark.parametrize(
    ("kept", "pairs"),
    [("entitled", [["Ash", "permit"], ["Birch", "permit"]]), ("used", [["Ash", "permit"]])],
)
def test_same_pairs_are_those_that_could_be_or_were_used_throughout(agencies: Given, kept: str, pairs: list[list[str]]):
    answer = agencies.ask(changes.pair_changes, kept, before=BEFORE)
    assert answer[["account", "application_id"]].values.tolist() == pairs
    total = agencies.ask(changes.total_change, kept, before=BEFORE)
    assert total["now"].tolist() == [answer["now"].sum()]


def test_records_by_month_tell_of_every_application(agencies: Given):
    answer = agencies.ask(changes.monthly_records, start="2025-12-01", end="2026-03-01", applications=("fleet",))
    months = answer.assign(month=answer["month"].dt.strftime("%Y-%m")).drop(columns="application").values.tolist()
    assert months == [
        ["fleet", "2026-01", 5],
        ["permit", "2025-12", 5],
        ["permit", "2026-01", 6],
        ["permit", "2026-02", 6],
    ]


def test_a_manager_with_a_portfolio_sees_nothing_else(agencies: Given):
    for question in (changes.account_changes, changes.pair_changes, changes.moved_people):
        assert set(agencies.ask(question, "all", before=BEFORE, scope=MANAGER)["account"]) == {"Ash"}
    assert agencies.ask(changes.total_change, "all", before=BEFORE, scope=MANAGER).values.tolist() == [[10, 5]]
    assert len(agencies.ask(changes.person_changes, "all", before=BEFORE, scope=MANAGER)) == 3
    assert agencies.ask(changes.monthly_records, start="2026-01-12", end="2026-03-01", scope=MANAGER).empty
