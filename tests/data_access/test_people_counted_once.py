"""One person in three applications and two months is one person, whatever is asked."""

import pytest

from data_access import account_people, accounts, changes, rows, usage
from data_access.buckets import By
from tests.given import Given

APPLICATIONS = ("fees", "fleet", "permit")
TWO_MONTHS = {"start": "2026-01-05", "end": "2026-03-02", "measure": "users"}
# The same in days that are no whole weeks, so that no aggregate of weeks answers.
IN_DAYS = TWO_MONTHS | {"start": "2026-01-06", "end": "2026-03-01"}
BEFORE = ("2025-11-10", "2026-01-05")


@pytest.fixture(scope="module")
def ann(shared: Given) -> Given:
    for application in APPLICATIONS:
        for day in ("2026-01-07", "2026-01-14", "2026-02-04"):
            shared.use("a", application, f"{day} 09:00", user="ann")
    return shared.loaded()


@pytest.mark.parametrize("asked", [TWO_MONTHS, IN_DAYS])
def test_accounts_by_app_counts_her_once(ann: Given, asked: dict[str, str]):
    assert ann.ask(accounts.total, **asked)["value"].tolist() == [1]
    assert ann.ask(accounts.application_totals, **asked)["value"].tolist() == [1, 1, 1]
    assert ann.ask(accounts.top_accounts, 10, **asked)["value"].tolist() == [1]
    assert ann.ask(accounts.account_rows, **asked)[["value", "users"]].values.tolist() == [[1, 1]]
    assert ann.ask(accounts.broadest_accounts, 10, **asked)[["used", "value"]].values.tolist() == [[3, 1]]


@pytest.mark.parametrize("asked", [TWO_MONTHS, IN_DAYS])
def test_usage_over_time_counts_her_once_in_each_bucket(ann: Given, asked: dict[str, str]):
    assert ann.ask(usage.total_use, By.WEEK, **asked)["value"].tolist() == [1, 1, 1]
    assert ann.ask(usage.total_use, By.MONTH, **asked)["value"].tolist() == [1, 1]
    assert ann.ask(usage.use_by_application, By.MONTH, **asked)["value"].tolist() == [1] * 6
    assert ann.ask(usage.accounts_behind, **asked)["value"].tolist() == [1]


def test_changes_counts_her_once(ann: Given):
    assert ann.ask(changes.total_change, "all", before=BEFORE, **TWO_MONTHS).values.tolist() == [[1, 0]]
    assert ann.ask(changes.account_changes, "all", before=BEFORE, **TWO_MONTHS)["now"].tolist() == [1]
    assert ann.ask(changes.moved_people, "all", before=BEFORE, **TWO_MONTHS)["user_key"].nunique() == 1
    assert ann.ask(changes.person_changes, "all", before=BEFORE, **TWO_MONTHS)["now"].tolist() == [1]


@pytest.mark.parametrize("asked", [TWO_MONTHS, IN_DAYS])
def test_the_account_and_the_rows_show_her_once(ann: Given, asked: dict[str, str]):
    assert ann.ask(account_people.people, before=BEFORE, account="a", **asked)["user_id"].tolist() == ["ann"]
    assert ann.ask(account_people.people_counts, before=BEFORE, account="a", **asked)["people"].sum() == 1
    assert ann.ask(rows.rows, "users", **asked)["user_id"].tolist() == ["ann"]
    assert ann.ask(rows.number, "users", **asked) == 1
