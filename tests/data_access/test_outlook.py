"""Who is asked about, in which order, and what the person who asks may see of it."""

from datetime import date, timedelta

import pytest

from data_access import outlook
from data_access.scope import Role, Scope
from tests.given import Given

FIRST = date(2026, 1, 5)
MIA = Scope("mia@example.org", Role.MANAGER, "mia@example.org")


@pytest.fixture(scope="module")
def agencies(shared: Given) -> Given:
    """Ten weeks, of which Ash skipped the last, Birch none, Cedar the last three in Fleet; Dogwood cancelled."""
    used = {("a", "permit"): 9, ("b", "permit"): 10, ("b", "fleet"): 7, ("c", "fleet"): 7, ("d", "permit"): 5}
    for (account, application), weeks in used.items():
        for week in range(weeks):
            shared.use(account, application, f"{FIRST + timedelta(weeks=week)} 09:00")
    shared.use("b", "permit", "2026-03-15 09:00").use("x", "fleet", "2026-03-14 09:00")
    for key, name, mail in (
        ("a", "Ash", MIA.user),
        ("b", "Birch", None),
        ("c", "Cedar", MIA.user),
        ("d", "Dogwood", None),
    ):
        shared.row("accounts", account=key, name=name, manager_email=mail)
    for account, application in used:
        shared.row("subscriptions", account=account, application=application, started_on="2025-01-01",
                  cancelled_on="2026-02-10" if account == "d" else None, annual_value=100, renews_on="2026-12-01")  # fmt: skip
    return shared.loaded()


def order(given: Given, level: str, **asked):
    rows = given.ask(outlook.likeliest, level, 8, **asked)
    return rows[["account", "application", "rank", "reason_1"]].fillna("").values.tolist()


def test_of_pairs_the_longest_unused_comes_first_while_there_is_too_little_to_learn_from(agencies: Given):
    assert order(agencies, "pair") == [
        ["Birch", "fleet", 1, "not used for 3 weeks, on average every week, longest gap 1 week"],
        ["Cedar", "fleet", 1, "not used for 3 weeks, on average every week, longest gap 1 week"],
        ["Ash", "permit", 3, "not used for 1 week, on average every week, longest gap 1 week"],
        ["Birch", "permit", 4, "used last week, on average every week, longest gap 1 week"],
    ]


def test_an_account_as_a_whole_is_quiet_only_where_all_of_it_is(agencies: Given):
    assert [row[:3] for row in order(agencies, "account")] == [["Cedar", "", 1], ["Ash", "", 2], ["Birch", "", 3]]


def test_filters_and_scope_leave_out_what_they_do_elsewhere(agencies: Given):
    assert [row[0] for row in order(agencies, "pair", applications=("fleet",))] == ["Birch", "Cedar"]
    assert [row[0] for row in order(agencies, "pair", account="b")] == ["Birch", "Birch"]
    assert [row[0] for row in order(agencies, "account", scope=MIA)] == ["Cedar", "Ash"]


def test_worth_is_that_of_the_pair_and_for_an_account_of_all_its_pairs(agencies: Given):
    assert agencies.ask(outlook.likeliest, "pair", 8, account="b")["annual_value"].tolist() == [100, 100]
    assert agencies.ask(outlook.likeliest, "account", 8, account="b")["annual_value"].tolist() == [200]


def test_how_many_are_asked_about_and_that_it_is_not_known_how_many_go(agencies: Given):
    [row] = agencies.ask(outlook.expected_quiet, "pair", 8).itertuples(index=False)
    assert row.asked == 4
    assert row.quiet != row.quiet
    assert agencies.ask(outlook.expected_quiet, "pair", 8, account="nobody")["asked"].tolist() == [0]


def test_the_rule_that_stands_in_says_why(agencies: Given):
    def method(filters):
        return outlook.outlook_method(filters.scope, "pair", 8)

    [row] = agencies.ask(method).itertuples(index=False)
    assert (row.method, row.stands_in_because, row.asked) == ("recency rule", "no history", 4)
    assert row.asked_on.date() == date(2026, 3, 16)


def test_what_stands_beside_a_pair_is_its_own(agencies: Given):
    rows = agencies.ask(outlook.outlook_of_pairs, ("a", "b"))
    assert rows[["account_id", "application_id"]].values.tolist() == [["a", "permit"], ["b", "fleet"], ["b", "permit"]]
