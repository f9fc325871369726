from datetime import date, datetime

import pytest

from data_access.audit import AUDIT, audit_log
from data_access.care import CARE, assign, assignees, care_of, snooze, unsnooze
from data_access.follow_ups import add_follow_up, complete_follow_up
from data_access.scope import Role, Scope
from tests.data_access.conftest import ADA, ANN


def care(workspace, *accounts):
    rows = care_of(workspace, ANN, accounts).astype(object)
    return rows.where(rows.notna(), None).to_dict("split")["data"]


def test_an_account_is_assigned_to_one_person_the_last_one(workspace, clicks):
    assign(workspace, clicks.by(ANN), "aurora", "bob@example.org")
    assign(workspace, clicks.by(ANN), "aurora", "cem@example.org")
    assert care(workspace, "aurora") == [["aurora", "cem@example.org", None, None, 0, None]]
    assign(workspace, clicks.by(ANN), "aurora", None)
    assert care(workspace, "aurora") == [["aurora", None, None, None, 0, None]]


def test_an_account_is_put_aside_until_a_day_and_taken_back(workspace, clicks):
    snooze(workspace, clicks.by(ANN), "aurora", date(2026, 12, 1), "budget talks")
    snooze(workspace, clicks.by(ANN), "aurora", date(2027, 1, 11), "new council")
    assert care(workspace, "aurora") == [["aurora", None, datetime(2027, 1, 11), "new council", 0, None]]
    for _ in range(2):
        unsnooze(workspace, clicks.by(ANN), "aurora")
        assert care(workspace, "aurora") == [["aurora", None, None, None, 0, None]]


def test_open_follow_ups_are_counted_and_the_next_is_told(workspace, clicks):
    for day in (26, 25, 27):
        add_follow_up(workspace, clicks.by(ANN), "aurora", "call", date(2026, 11, day), "bob@example.org")
    complete_follow_up(workspace, clicks.by(ANN), "aurora", 2)
    assert care(workspace, "aurora") == [["aurora", None, None, None, 2, datetime(2026, 11, 26)]]


def test_every_account_asked_for_has_a_row_in_the_order_given(workspace, clicks):
    assign(workspace, clicks.by(ANN), "boulder", "bob@example.org")
    assign(workspace, clicks.by(ANN), "of others", "bob@example.org")
    many = [str(number) for number in range(70_000)]
    for accounts in (["denver", "boulder", "aurora"], [*many, "boulder"]):
        found = care_of(workspace, ANN, accounts)
        assert found["account_id"].tolist() == accounts
        assert found.set_index("account_id")["assigned_to"].dropna().to_dict() == {"boulder": "bob@example.org"}


def test_without_accounts_the_columns_are_the_same(workspace):
    assert care_of(workspace, ANN, []).dtypes.astype(str).to_dict() == CARE


def test_administrators_see_who_wrote_what_the_last_first(workspace, clicks):
    assign(workspace, clicks.by(ANN), "aurora", "bob@example.org")
    snooze(workspace, clicks.by(ANN), "aurora", date(2026, 12, 1), "budget talks")
    unsnooze(workspace, clicks.by(ADA), "aurora")
    log = audit_log(workspace, ADA, limit=2, offset=1)
    assert log.drop(columns="at").to_dict("split")["data"] == [
        ["ann@example.org", "snooze", "aurora", "until 2026-12-01: budget talks"],
        ["ann@example.org", "assign", "aurora", "to bob@example.org"],
    ]
    assert log.dtypes.astype(str).to_dict() == AUDIT


@pytest.mark.parametrize("role", [Role.MANAGER, Role.LEADER])
def test_others_see_nothing_of_the_audit_log(workspace, clicks, role):
    assign(workspace, clicks.by(ANN), "aurora", "bob@example.org")
    assert audit_log(workspace, Scope("ann@example.org", role), 10).empty


def test_whom_one_may_ask_are_the_managers_in_sight_and_oneself(given):
    given.use("a", "permit", "2026-01-05 09:00")
    given.row("accounts", account="a", name="Aurora", manager="Mia Long", manager_email="mia@example.org")
    given.row("accounts", account="b", name="Boulder", manager="Cem Abel", manager_email="cem@example.org")
    given.row("accounts", account="c", name="Como").load()
    with given.opened.pin():
        assert list(assignees(ANN).items()) == [
            ("cem@example.org", "Cem Abel"), ("mia@example.org", "Mia Long"), ("ann@example.org", "ann@example.org"),
        ]  # fmt: skip
        assert assignees(Scope("mia@example.org", Role.MANAGER, "mia@example.org")) == {"mia@example.org": "Mia Long"}
