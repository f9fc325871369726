"""Since when is a pair in its state? From raw rows to the tables of the store."""

from datetime import date, timedelta
from typing import Any

from tests.given import Given

SPANS = """
    select account_id, application_id, state_spans.state, since, until from state_spans
    join accounts using (account_key) join applications using (application_key)
    order by account_id, application_id, since
"""
ACCOUNT_SPANS = """
    select account_id, account_spans.state, since, until from account_spans join accounts using (account_key)
    order by account_id, since
"""


def daily(given: Given, account: str, app: str, first: str, days: int, user: str = "ann") -> Given:
    for number in range(days):
        at = date.fromisoformat(first) + timedelta(days=number)
        given.use(account, app, f"{at}T09:00", times=3, user=user)
    return given


def spans(given: Given, account: str, app: str) -> list[tuple[Any, ...]]:
    rows = [row[2:] for row in given.rows(SPANS) if row[:2] == (account, app)]
    return [(state, f"{since}", until and f"{until}") for state, since, until in rows]


def test_a_subscription_begins_is_used_falls_silent_and_ends(given):
    given.row("subscriptions", account="oak", application="permit", started_on="2026-01-14",
              cancelled_on="2026-06-03", seats=1)  # fmt: skip
    given.row("accounts", account="elm", name="Elm", seats=100)  # large, so no peer of oak's
    daily(given, "oak", "permit", "2026-01-20", days=50)  # up to March 10
    daily(given, "elm", "permit", "2026-01-05", days=150).loaded()  # up to June 3
    assert spans(given, "oak", "permit") == [
        ("not started", "2026-01-05", "2026-01-12"),
        ("onboarding", "2026-01-12", "2026-02-09"),
        ("active", "2026-02-09", "2026-04-06"),
        ("inactive", "2026-04-06", "2026-06-01"),
        ("cancelled", "2026-06-01", None),  # seen on a Wednesday, two days into its week
    ]
    assert spans(given, "elm", "permit") == [("active", "2026-01-05", None)]


def test_a_late_feed_is_no_data_and_then_all_is_as_before(given):
    daily(given, "oak", "permit", "2026-01-05", days=21)
    daily(given, "oak", "permit", "2026-02-16", days=21)
    daily(given, "oak", "fire", "2026-01-05", days=63)
    daily(given, "elm", "fire", "2026-02-09", days=28).loaded()
    assert spans(given, "oak", "permit") == [
        ("active", "2026-01-05", "2026-02-02"),
        ("no data", "2026-02-02", "2026-02-16"),
        ("active", "2026-02-16", None),
    ]
    assert given.rows(ACCOUNT_SPANS) == [
        ("elm", "low", date(2026, 2, 9), date(2026, 3, 2)),
        ("elm", "active", date(2026, 3, 2), None),
        ("oak", "active", date(2026, 1, 5), None),
    ]


def test_where_seats_are_unknown_people_of_four_weeks_are_the_heads(given):
    daily(given, "oak", "permit", "2026-01-05", days=63)
    daily(given, "oak", "permit", "2026-02-02", days=1, user="bob")
    daily(given, "elm", "permit", "2026-01-05", days=63).loaded()
    assert spans(given, "oak", "permit") == [
        ("active", "2026-01-05", "2026-02-02"),
        ("low", "2026-02-02", "2026-03-02"),
        ("active", "2026-03-02", None),
    ]


def test_a_history_is_no_longer_than_ten_years_whatever_a_clock_says(given):
    given.use("oak", "permit", "1970-01-01T09:00")
    daily(given, "oak", "permit", "2026-01-05", days=21).loaded()
    assert spans(given, "oak", "permit")[0][1] == "2016-02-01"


def test_the_last_state_of_every_pair_and_account_is_that_of_today(given):
    given.row("subscriptions", account="ash", application="permit", started_on="2026-03-01")
    given.row("subscriptions", account="oak", application="fire", started_on="2025-03-01")
    daily(given, "oak", "permit", "2026-01-05", days=24)
    daily(given, "elm", "fire", "2026-01-05", days=2).loaded()
    for spans_table, table, key in (("state_spans", "pairs", "account_key, application_key"),
                                    ("account_spans", "accounts", "account_key")):  # fmt: skip
        last = given.rows(f"select {key}, state from {spans_table} where until is null order by 1, 2")
        assert last == given.rows(f"select {key}, state from {table} order by 1, 2")
