from datetime import UTC, date, datetime

import pytest

from data_access.follow_ups import (
    FOLLOW_UPS,
    add_follow_up,
    complete_follow_up,
    follow_ups_of,
    open_follow_ups,
    reopen_follow_up,
)
from tests.data_access.conftest import ANN, BOB

THURSDAY, FRIDAY = date(2026, 11, 26), date(2026, 11, 27)


@pytest.fixture
def add(workspace, clicks):
    def one(text, due_on=THURSDAY, account="aurora", assigned_to="bob@example.org"):
        add_follow_up(workspace, clicks.by(ANN), account, text, due_on, assigned_to)

    return one


def texts(frame):
    return frame["text"].tolist()


def test_a_follow_up_is_kept_with_what_belongs_to_it(workspace, clicks):
    add_follow_up(workspace, clicks.by(ANN), "aurora", "Call the clerk.", THURSDAY, "bob@example.org", "permit")
    found = follow_ups_of(workspace, BOB, "aurora")
    assert [{key: value for key, value in row.items() if value == value} for row in found.to_dict("records")] == [
        {
            "id": 1, "account_id": "aurora", "application_id": "permit", "text": "Call the clerk.",
            "due_on": datetime(2026, 11, 26), "assigned_to": "bob@example.org", "created_by": "ann@example.org",
            "created_at": datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
        }
    ]  # fmt: skip
    assert found.dtypes.astype(str).to_dict() == FOLLOW_UPS


def test_who_did_it_first_has_done_it(workspace, clicks, add):
    add("call")
    assert complete_follow_up(workspace, clicks.by(BOB), "aurora", 1)
    assert complete_follow_up(workspace, clicks.by(ANN), "aurora", 1)
    done = follow_ups_of(workspace, ANN, "aurora").iloc[0]
    assert (done["done_by"], done["done_at"]) == ("bob@example.org", datetime(2026, 11, 2, 9, 1, tzinfo=UTC))


def test_what_was_done_can_be_opened_again(workspace, clicks, add):
    add("call")
    complete_follow_up(workspace, clicks.by(BOB), "aurora", 1)
    assert reopen_follow_up(workspace, clicks.by(BOB), "aurora", 1)
    assert follow_ups_of(workspace, ANN, "aurora")[["done_at", "done_by"]].isna().all(axis=None)


@pytest.mark.parametrize("change", [complete_follow_up, reopen_follow_up])
def test_a_follow_up_is_changed_as_one_of_its_own_account_only(workspace, clicks, add, change):
    add("call")
    assert not change(workspace, clicks.by(ANN), "boulder", 1)
    assert not change(workspace, clicks.by(ANN), "aurora", 2)


def test_an_account_has_open_follow_ups_first_by_the_day_they_are_due(workspace, clicks, add):
    for text, due_on in (("done", THURSDAY), ("later", FRIDAY), ("sooner", THURSDAY)):
        add(text, due_on)
    add("of another", account="boulder")
    complete_follow_up(workspace, clicks.by(ANN), "aurora", 1)
    assert texts(follow_ups_of(workspace, ANN, "aurora")) == ["sooner", "later", "done"]


def test_open_follow_ups_are_one_persons_or_all_and_of_the_accounts_given(workspace, clicks, add):
    add("Bob's", FRIDAY)
    add("Ann's", THURSDAY, assigned_to="ann@example.org")
    add("of Boulder", THURSDAY, account="boulder")
    add("done")
    complete_follow_up(workspace, clicks.by(ANN), "aurora", 4)
    assert texts(open_follow_ups(workspace, ANN, ["aurora"])) == ["Ann's", "Bob's"]
    assert texts(open_follow_ups(workspace, ANN, ["boulder", "aurora"], "bob@example.org")) == ["of Boulder", "Bob's"]
    assert texts(open_follow_ups(workspace, ANN, [])) == []


def test_there_may_be_more_accounts_than_a_statement_holds(workspace, add):
    add("call")
    add("of Boulder", account="boulder")
    many = ["aurora", *map(str, range(70_000))]
    assert texts(open_follow_ups(workspace, ANN, many)) == ["call"]
