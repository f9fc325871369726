"""People are counted once in every month and year, time is summed to the second, and a customer begins with a start."""

from datetime import date

import pandas as pd
import pytest

from data_access import activity
from data_access.activity_people import people
from data_access.filters import Period
from data_access.scope import Role, Scope
from tests.given import Given

MANAGER = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")
DECEMBER, JANUARY, FEBRUARY = (
    Period(date(2025, 12, 1), date(2026, 1, 1)),
    Period(date(2026, 1, 1), date(2026, 2, 1)),
    Period(date(2026, 2, 1), date(2026, 2, 3)),
)
YEAR, BOTH = Period(date(2026, 1, 1), date(2026, 2, 3)), Period(date(2025, 12, 1), date(2026, 2, 3))


@pytest.fixture
def log(given: Given) -> Given:
    """Ann logs in in December and January, and in January at two accounts; Bob in January; Cy never, but clicks."""
    given.row("accounts", account="a", name="Ash", manager_email="kim@example.org")
    given.row("accounts", account="b", name="Birch", manager_email="lee@example.org")
    given.row("subscriptions", account="a", application="permit", started_on="2025-07-10", cancelled_on="2026-01-20")
    given.row("subscriptions", account="b", application="fleet", started_on="2026-01-05")
    given.use("a", "permit", "2025-12-10 09:00", event="LOGIN")
    given.use("a", "permit", "2026-01-07 09:00", event="LOGIN").use("b", "fleet", "2026-01-08 09:00", event="LOGIN")
    given.use("b", "fleet", "2026-01-31 09:00", user="bob", event="LOGIN", times=3)
    given.use("b", "fleet", "2026-01-12 09:00", user="cy", event="CLICK", times=11)
    given.use("a", "permit", "2026-01-12 09:00", user="cy", event="LOGIN", channel="api")
    return given.use("b", "fleet", "2026-02-02 09:00", user="bob", event="LOGIN").loaded()


def test_a_person_of_two_months_and_two_accounts_is_counted_once_in_each_stretch(log: Given):
    asked = [DECEMBER, JANUARY, FEBRUARY, YEAR, BOTH]
    assert log.ask(people, asked, True) == [1, 2, 1, 2, 2]
    assert log.ask(people, asked, False) == [1, 3, 1, 3, 3]


def test_a_stretch_that_cuts_months_is_counted_by_days(log: Given):
    cut = [
        Period(date(2026, 1, 8), date(2026, 1, 31)),
        Period(date(2025, 12, 11), date(2026, 2, 1)),
        Period(date(2026, 1, 8), date(2026, 2, 1)),
        Period(date(2026, 1, 1), date(2026, 1, 1)),
    ]
    assert log.ask(people, cut, True) == [1, 2, 2, 0]


def test_people_are_those_of_the_accounts_and_applications_that_are_asked_for_and_allowed(log: Given):
    assert log.ask(people, [JANUARY, YEAR], True, account="a") == [1, 1]
    assert log.ask(people, [JANUARY, YEAR], True, accounts=("a", "b")) == [2, 2]
    assert log.ask(people, [JANUARY, YEAR], False, applications=("permit",)) == [1, 1]
    assert log.ask(people, [JANUARY, YEAR], False, states=("cancelled",)) == [1, 1]
    assert log.ask(people, [JANUARY, YEAR], True, scope=MANAGER) == [1, 1]


def test_logins_and_seconds_add_up_by_day_and_those_of_machines_do_not_count(log: Given):
    found = log.ask(activity.daily_sums, start="2026-01-01", end="2026-02-03").sort_values("day")
    assert found.values.tolist() == [
        ["permit", pd.Timestamp("2026-01-07"), 1, 0],
        ["fleet", pd.Timestamp("2026-01-08"), 1, 0],
        *found[found["day"] == "2026-01-12"].values.tolist(),
        ["fleet", pd.Timestamp("2026-01-31"), 3, 120],
        ["fleet", pd.Timestamp("2026-02-02"), 1, 0],
    ]
    of_the_12th = found[found["day"] == "2026-01-12"].set_index("application_id")[["logins", "seconds"]]
    assert of_the_12th.loc["fleet"].tolist() == [0, 600]
    assert of_the_12th.loc["permit"].tolist() == [0, 0]


def test_a_customer_goes_from_the_first_start_to_the_last_cancellation(log: Given):
    assert log.ask(activity.entitled) == (2, date(2025, 7, 10), None, date(2025, 12, 10), date(2026, 2, 2))
    assert log.ask(activity.entitled, account="a") == (
        1, date(2025, 7, 10), date(2026, 1, 20), date(2025, 12, 10), date(2026, 1, 7),
    )  # fmt: skip
    assert log.ask(activity.entitled, account="a", applications=("fleet",)) == (0, None, None, None, None)


def test_without_a_subscription_a_customer_begins_with_the_first_use(given: Given):
    given.use("a", "permit", "2025-12-10 09:00").use("a", "fleet", "2026-01-10 09:00")
    found = given.loaded().ask(activity.entitled)
    assert found == (2, date(2025, 12, 10), None, date(2025, 12, 10), date(2026, 1, 10))
