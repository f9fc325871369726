"""A county with three applications and five people in, everything about it out."""

from datetime import date, timedelta

import pandas as pd
import pytest

from data_access import account, account_events, account_people
from data_access.account_people import Mark
from data_access.scope import Role, Scope
from tests.given import Given

ASH = "a/ü 1"
BEFORE = ("2025-12-08", "2026-01-05")
AS_OF = date(2026, 2, 1)
LEE = Scope("lee@example.org", Role.MANAGER, portfolio="lee@example.org")


@pytest.fixture(scope="module")
def county(shared: Given) -> Given:
    return with_use(shared).loaded()


@pytest.fixture
def supported(given: Given) -> Given:
    return with_support(with_use(given)).loaded()


def with_use(given: Given) -> Given:
    """Ash uses Permit and, until it cancelled, Fleet; Works it has never used. Ann also works for Birch."""
    given.row("accounts", account=ASH, name="Ash", plan="Gold", industry="County", region="West", manager="Kim",
              manager_email="kim@example.org", seats=10)  # fmt: skip
    given.row("accounts", account="b", name="Birch", manager="Lee", manager_email="lee@example.org")
    for app in ("permit", "fleet", "works"):
        given.row("applications", application=app, name=app.title())
    given.row("subscriptions", account=ASH, application="permit", started_on="2024-01-01", renews_on="2026-06-01",
              seats=5, annual_value=700)  # fmt: skip
    given.row("subscriptions", account=ASH, application="works", started_on="2025-01-01", renews_on="2026-03-01",
              annual_value=500)  # fmt: skip
    given.row("subscriptions", account=ASH, application="fleet", started_on="2025-03-01", cancelled_on="2026-01-20",
              cancel_reason="Budget", renews_on="2026-02-10", annual_value=900)  # fmt: skip
    given.use(ASH, "permit", "2025-12-15 09:00", times=4).use(ASH, "permit", "2025-12-16 09:00", user="bob")
    given.use(ASH, "permit", "2026-01-06 09:00", times=2).use(ASH, "fleet", "2026-01-06 11:00")
    given.use(ASH, "permit", "2026-01-14 09:00").use(ASH, "permit", "2026-01-08 09:00", user="cy", event="LOGIN")
    given.use("b", "permit", "2026-01-09 09:00", times=50).use("b", "permit", "2026-02-01 09:00", user="zoe")
    given.use("b", "works", "2026-02-01 10:00", user="zoe")
    given.row("users", user="ann", account=ASH, name="Ann Lee", email="ann@ash.example")
    given.row("users", user="dee", account=ASH, name="Dee").row("users", user="zoe", account="b", name="Zoe")
    return given


def with_support(given: Given) -> Given:
    given.row("contacts", account=ASH, name="Abe", role="Clerk").row(
        "contacts", account=ASH, name="Zed", email="zed@ash.example", phone="+1 (406) 555", is_main="yes"
    )
    given.row("contacts", account="b", name="Bea")
    for ticket, app, opened, answered, resolved, priority, satisfaction in (
        ("t1", "permit", "2025-12-02 09:00", "2025-12-02 10:00", "2025-12-05 09:00", "Low", 4),
        ("t2", "permit", "2026-01-03 09:00", "2026-01-03 11:00", None, "High", None),
        ("t3", None, "2026-01-30 09:00", None, "2026-01-31 09:00", None, 5),
    ):
        given.row("tickets", ticket=ticket, account=ASH, application=app, opened_at=opened,
                  first_response_at=answered, resolved_at=resolved, priority=priority,
                  satisfaction=satisfaction)  # fmt: skip
    given.row("tickets", ticket="t9", account="b", opened_at="2026-01-03 09:00")
    given.row("touchpoints", account=ASH, occurred_at="2026-01-15 10:00", kind="Call", person="Kim", attended="no")
    given.row("touchpoints", account=ASH, occurred_at="2025-12-15 10:00", kind="Visit", person="Kim")
    return given.row("touchpoints", account="b", occurred_at="2026-01-31 10:00", kind="Mail")


def test_the_profile_tells_the_next_renewal_and_what_its_applications_are_worth(county: Given):
    row = county.ask(account.profile, AS_OF, account=ASH).iloc[0]
    assert row.drop("since").to_dict() == {
        "account_id": ASH, "account": "Ash", "state": "active", "is_week": True, "renews_on": pd.Timestamp("2026-03-01"),
        "annual_value": 1200, "seats": 10, "plan": "Gold", "industry": "County", "region": "West", "manager": "Kim",
        "manager_email": "kim@example.org",
    }  # fmt: skip


def test_a_scope_without_the_account_is_told_nothing(supported: Given):
    for question in (
        account.applications_of, account.weekly_use, account.weekly_total, account.contacts_of, account_people.people,
        account_people.people_counts, account_events.tickets_of, account_events.touchpoints_of,
    ):  # fmt: skip
        assert supported.ask(question, account=ASH, scope=LEE, before=BEFORE).empty
    assert supported.ask(account.profile, AS_OF, account=ASH, scope=LEE).empty
    assert supported.ask(account_events.history, AS_OF, account=ASH, scope=LEE).empty
    assert supported.ask(account_people.applications_used, ("cy",), account=ASH, scope=LEE).empty
    assert supported.ask(account_events.ticket_months, AS_OF, account=ASH, scope=LEE).empty
    assert supported.ask(account_events.ticket_totals, account=ASH, scope=LEE)["tickets"].tolist() == [0]


def test_each_application_comes_with_its_use_people_and_dates_those_that_left_last(county: Given):
    answer = county.ask(account.applications_of, account=ASH, before=BEFORE)
    told = ["application", "state", "value", "before", "users", "cancel_reason"]
    assert answer[told].fillna("").values.tolist() == [
        ["Permit", "active", 3, 5, 2, ""],
        ["Works", "never activated", 0, 0, 0, ""],
        ["Fleet", "cancelled", 1, 0, 1, "Budget"],
    ]
    assert answer["last_use_on"].dt.strftime("%d.%m.").fillna("").tolist() == ["14.01.", "", "06.01."]
    assert county.ask(account.applications_of, account=ASH, applications=("fleet",))["value"].tolist() == [1]


def test_a_state_is_dated_by_the_pair_itself_where_its_dates_tell(county: Given):
    """Permit is active since a week; Works was never used since its start, and Fleet was cancelled on a Tuesday."""
    standing = county.ask(account.standing_of, account=ASH).astype({"since": "str"})
    assert standing[["application", "state", "since", "is_week"]].values.tolist() == [
        ["Fleet", "cancelled", "2026-01-20", False],
        ["Permit", "active", "2026-01-05", True],
        ["Works", "never activated", "2025-01-01", False],
    ]
    rows = county.ask(account.applications_of, account=ASH).set_index("application").loc[["Fleet", "Permit", "Works"]]
    assert rows["since"].dt.strftime("%Y-%m-%d").tolist() == standing["since"].tolist()


def test_an_account_is_cancelled_since_its_last_cancellation_which_the_history_tells_once(given: Given):
    for app, day in (("permit", "2025-12-30"), ("fleet", "2026-01-20")):
        given.row("subscriptions", account="a", application=app, started_on="2024-01-01", cancelled_on=day)
    given.use("a", "permit", "2025-12-29 09:00").use("a", "fleet", "2026-01-19 09:00")
    given.use("b", "permit", "2026-02-01 09:00").use("b", "fleet", "2026-02-01 09:00").loaded()
    profile = given.ask(account.profile, AS_OF, account="a").iloc[0]
    assert (profile["state"], str(profile["since"].date()), profile["is_week"]) == ("cancelled", "2026-01-20", False)
    history = given.ask(account_events.history, AS_OF, account="a")
    assert "cancelled" not in set(history["words"])
    assert history.loc[history["kind"] == "cancelled", "application"].tolist() == ["fleet", "permit"]


def test_use_by_week_names_the_leading_application_first(county: Given):
    weekly = county.ask(account.weekly_use, account=ASH)
    assert weekly.astype({"week": "str"}).values.tolist() == [
        ["permit", "2026-01-05", 2],
        ["permit", "2026-01-12", 1],
        ["fleet", "2026-01-05", 1],
    ]


def test_a_week_counts_a_person_of_two_applications_once(county: Given):
    total = county.ask(account.weekly_total, account=ASH, measure="users")
    assert total.astype({"week": "str"}).values.tolist() == [["2026-01-05", 2], ["2026-01-12", 1]]


def test_two_applications_on_one_day_are_one_day_of_a_person(county: Given):
    people = county.ask(account_people.people, account=ASH, before=BEFORE)
    people["last_day"] = people["last_day"].dt.strftime("%Y-%m-%d")
    assert people.fillna("").values.tolist() == [
        ["ann", "Ann Lee", "ann@ash.example", "active", "2026-01-14", 2, 1, 0, 2],
        ["cy", "cy", "", "new", "2026-01-08", 1, 0, 1, 1],
        ["bob", "bob", "", "stopped", "2025-12-16", 0, 1, 0, 0],
        ["dee", "Dee", "", "silent", "", 0, 0, 0, 0],
    ]


def test_nobody_is_new_or_stopped_where_nothing_comes_before(county: Given):
    counts = county.ask(account_people.people_counts, account=ASH)
    assert counts.values.tolist() == [["active", 2], ["silent", 2]]


def test_within_one_application_only_its_people_count(county: Given):
    people = county.ask(account_people.people, account=ASH, before=BEFORE, applications=("fleet",))
    assert people[["person", "mark", "days_active"]].values.tolist() == [["Ann Lee", "new", 1]]


def test_the_applications_that_somebody_used_in_the_period(county: Given):
    used = county.ask(account_people.applications_used, ("ann", "bob", "zoe"), account=ASH)
    assert used.values.tolist() == [["ann", "Fleet"], ["ann", "Permit"]]


def test_a_thousand_people_in_three_applications_are_a_thousand_people(given: Given):
    for app in ("permit", "fleet", "works"):
        for number in range(1000):
            given.use("a", app, "2026-01-06 09:00", user=f"u{number}")
    given.use("a", "permit", "2025-12-09 09:00", user="u1").use("a", "permit", "2026-02-01 09:00", user="late").loaded()
    counts = given.ask(account_people.people_counts, account="a", before=BEFORE, end="2026-02-01")
    assert counts.values.tolist() == [["active", 1], ["new", 999], ["silent", 1]]
    [first] = given.ask(account_people.people, (Mark.NEW,), 1, account="a", before=BEFORE).to_dict("records")
    assert (first["person"], first["days_active"], first["applications"]) == ("late", 1, 1)
    assert given.ask(account.applications_of, account="a")["users"].tolist() == [1001, 1000, 1000]


def test_the_main_contact_comes_first(supported: Given):
    contacts = supported.ask(account.contacts_of, account=ASH)
    assert contacts.fillna("").values.tolist() == [
        ["Zed", "", "zed@ash.example", "+1 (406) 555", True],
        ["Abe", "Clerk", "", "", False],
    ]


def test_open_tickets_come_first_then_the_newest(supported: Given):
    tickets = supported.ask(account_events.tickets_of, account=ASH)
    assert tickets[["ticket_id", "application", "priority"]].fillna("").values.tolist() == [
        ["t2", "Permit", "High"],
        ["t3", "", ""],
        ["t1", "Permit", "Low"],
    ]


def test_tickets_are_counted_in_all_and_by_month(supported: Given):
    totals = supported.ask(account_events.ticket_totals, account=ASH)
    assert totals.values.tolist() == [[3, 1, pd.Timestamp("2026-01-03 09:00"), 4.5]]
    months = supported.ask(account_events.ticket_months, date(2025, 12, 1), account=ASH)
    assert months.astype({"month": "str"}).values.tolist() == [["2025-12-01", 1, 1], ["2026-01-01", 2, 1]]


def test_the_history_holds_every_event_the_last_first(supported: Given):
    answer = supported.ask(account_events.history, AS_OF, account=ASH)
    told = answer[~answer["kind"].isin(["state", "account state"])].astype({"day": "str"}).fillna("")
    assert told.values.tolist() == [
        ["2026-01-31", "tickets resolved", "", "", "", 1],
        ["2026-01-30", "tickets opened", "", "", "", 2],
        ["2026-01-20", "cancelled", "Fleet", "Budget", "", 1],
        ["2026-01-15", "touchpoint", "", "Call", "Kim", 0],
        ["2025-12-15", "touchpoint", "", "Visit", "Kim", 1],
        ["2025-12-05", "tickets resolved", "", "", "", 1],
        ["2025-12-02", "tickets opened", "", "", "", 1],
        ["2025-03-01", "started", "Fleet", "", "", 1],
        ["2025-01-01", "started", "Works", "", "", 1],
        ["2024-01-01", "started", "Permit", "", "", 1],
    ]


def test_the_source_says_which_tables_it_has(county: Given):
    with county.opened.pin():
        assert account.datasets(LEE) == {"usage", "accounts", "applications", "subscriptions", "users"}


def test_the_history_tells_changes_of_state_but_no_first_one(given: Given):
    """Used for two weeks from 5 January, then silent: 30 days later, and so in the week of 16 February."""
    given.row("subscriptions", account="a", application="permit", started_on="2024-01-01", seats=1)
    given.row("subscriptions", account="b", application="permit", started_on="2024-01-01", seats=1)
    given.row("accounts", account="b", name="Large", seats=1000)  # no peer of a's
    for number in range(70):
        day = (date(2026, 1, 5) + timedelta(days=number)).isoformat()
        given.use("b", "permit", f"{day} 09:00", user="zoe")
        if number < 14:
            given.use("a", "permit", f"{day} 09:00", user="eve")
    history = given.loaded().ask(account_events.history, date(2026, 3, 15), account="a")
    assert history[["day", "kind", "words", "detail"]].astype({"day": "str"}).fillna("").values.tolist() == [
        ["2026-02-16", "account state", "inactive", "active"],
        ["2026-02-16", "state", "inactive", "active"],
        ["2024-01-01", "started", "", ""],
    ]
