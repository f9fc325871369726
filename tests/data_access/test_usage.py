"""Weeks, months and days are cut in the reporting time zone, and people in each are counted."""

import pandas as pd
import pytest

from data_access import usage
from data_access.buckets import By
from data_access.scope import Role, Scope
from tests.given import Given

MANAGER = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")


@pytest.fixture(scope="module")
def new_year(shared: Given) -> Given:
    """Permit in the last week of 2020, its 53rd, Fleet in the first of 2021; Ann works for both accounts."""
    shared.zone = "America/Denver"
    for key, name, manager in (("a", "Ash", "kim"), ("b", "Birch", "lee")):
        shared.row("accounts", account=key, name=name, manager_email=f"{manager}@example.org")
    shared.use("a", "permit", "2020-12-28 18:00", times=2)
    shared.use("a", "permit", "2021-01-03 18:00", user="bob")
    shared.use("a", "permit", "2021-01-04 05:00")  # ten in the evening of the third, in Denver
    return shared.use("b", "fleet", "2021-01-04 18:00", times=3).loaded()


def rows(frame: pd.DataFrame) -> list[list[object]]:
    return [[str(value)[:10] if name == "bucket" else value for name, value in row.items()]
            for row in frame.to_dict("records")]  # fmt: skip


def test_the_53rd_week_goes_on_into_the_new_year(new_year: Given):
    answer = new_year.ask(usage.use_by_application, By.WEEK, start="2020-12-28", end="2021-01-11")
    assert rows(answer) == [["fleet", "2021-01-04", 3], ["permit", "2020-12-28", 4]]


def test_months_end_with_the_year(new_year: Given):
    answer = new_year.ask(usage.use_by_application, By.MONTH, start="2020-12-01", end="2021-02-01")
    assert rows(answer) == [["fleet", "2021-01-01", 3], ["permit", "2020-12-01", 2], ["permit", "2021-01-01", 2]]


def test_a_day_ends_at_midnight_where_the_reports_are_read(new_year: Given):
    answer = new_year.ask(usage.total_use, By.DAY, start="2021-01-03", end="2021-01-05")
    assert rows(answer) == [["2021-01-03", 2], ["2021-01-04", 3]]


def test_a_week_that_the_period_cuts_holds_the_rest_of_it(new_year: Given):
    answer = new_year.ask(usage.total_use, By.WEEK, start="2021-01-01", end="2021-01-11")
    assert rows(answer) == [["2020-12-28", 2], ["2021-01-04", 3]]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.MONTH, [["2020-12-01", 1], ["2021-01-01", 2]]),
        (By.WEEK, [["2020-12-28", 2], ["2021-01-04", 1]]),
    ],
)
def test_a_person_in_two_applications_is_one_in_the_total(new_year: Given, by: By, expected: list[list[object]]):
    answer = new_year.ask(usage.total_use, by, measure="users", start="2020-12-01", end="2021-02-01")
    assert rows(answer) == expected


def test_the_total_is_of_the_applications_chosen_and_the_rest_stands_beside_it(new_year: Given):
    span = {"start": "2020-12-28", "end": "2021-01-11", "applications": ("permit",)}
    assert rows(new_year.ask(usage.total_use, By.WEEK, **span)) == [["2020-12-28", 4]]
    assert new_year.ask(usage.use_by_application, By.WEEK, **span)["application_id"].tolist() == ["fleet", "permit"]


def test_behind_a_week_stand_those_who_used_it_and_those_who_did_before(new_year: Given):
    week = {"start": "2021-01-04", "end": "2021-01-11", "before": ("2020-12-28", "2021-01-04")}
    answer = new_year.ask(usage.accounts_behind, **week)
    assert answer[["account", "value", "before"]].values.tolist() == [["Birch", 3, 0], ["Ash", 0, 4]]
    moved = new_year.ask(usage.accounts_behind, 1, True, **week)
    assert moved["account"].tolist() == ["Ash"]
    assert new_year.ask(usage.count_accounts_behind, **week) == 2


def test_without_a_comparison_nobody_was_there_before(new_year: Given):
    answer = new_year.ask(usage.accounts_behind, start="2021-01-04", end="2021-01-11")
    assert answer["account"].tolist() == ["Birch"]
    assert answer["before"].isna().all()


def test_a_manager_with_a_portfolio_sees_the_use_of_it_alone(new_year: Given):
    span = {"start": "2020-12-28", "end": "2021-01-11", "scope": MANAGER}
    assert rows(new_year.ask(usage.total_use, By.WEEK, **span)) == [["2020-12-28", 4]]
    assert rows(new_year.ask(usage.use_by_application, By.WEEK, **span)) == [["permit", "2020-12-28", 4]]
    assert new_year.ask(usage.accounts_behind, **span)["account"].tolist() == ["Ash"]
