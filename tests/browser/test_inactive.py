"""A working minute on Inactive & low: from the states to a call, and what is done about it."""

import csv
import io
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served, assert_nothing_stands_in_the_way
from tests.browser.test_accounts import ENTITLED

CHURN = """
    select count(*) filter (cancelled_on < '2026-11-23'), count(*)
    from read_parquet('{folder}/demo/subscriptions.parquet')
    where started_on < '2026-08-24' and (cancelled_on is null or cancelled_on >= '2026-08-24')
"""
CANCELLED = """
    select count(*) from read_parquet('{folder}/demo/subscriptions.parquet')
    where cancelled_on between '2026-08-24' and '2026-11-22'
"""
EVER_CANCELLED = """
    select name, application_id from read_parquet('{folder}/demo/subscriptions.parquet')
    join read_parquet('{folder}/demo/accounts.parquet') using (account_id) where cancelled_on <= '2026-11-22'
"""


def sql(served: Served, question: str) -> list[tuple[object, ...]]:
    return duckdb.execute(question.format(folder=served.data)).fetchall()


def opened(page: Page, served: Served, search: str = "") -> Page:
    page.goto(f"{served.address}inactive{search}")
    expect(page.locator(".states tbody tr").first).to_be_visible()
    expect(page.locator("#inactive-calls-title")).to_be_visible()
    expect(page.locator("#inactive-cohorts-title")).to_be_visible()
    return page


def number(cell: Locator) -> int:
    return int(cell.inner_text().replace(",", ""))


def test_the_states_sum_to_the_entitled_pairs_of_the_tables(page: Page, served: Served):
    rows = opened(page, served).locator(".states tbody").first.locator("tr").all()
    *states, entitled = [number(row.locator("td.number").first) for row in rows]
    assert sum(states) == entitled == sum(sql(served, ENTITLED)[0])  # type: ignore[arg-type]


def test_a_click_on_a_state_filters_and_is_carried_to_the_next_tab(page: Page, served: Served):
    opened(page, served)
    inactive = page.locator(".states tr", has_text="Inactive")
    pairs = number(inactive.locator("td.number").first)
    inactive.locator(".of-state").click()
    expect(page.locator(".chip")).to_have_text(["State: inactive ✕"])
    expect(page.locator(".states tr.chosen")).to_contain_text("Inactive")
    expect(page.locator(".calls .state.low")).to_have_count(0)
    assert set(page.locator(".calls .state").all_inner_texts()) == {"○ Inactive"}
    assert len(rows_of(page, ".calls")) == pairs
    page.locator("[data-tab='/']").click()
    expect(page.locator(".chip")).to_have_text(["State: inactive ✕"])
    page.go_back()
    expect(page.locator(".states tr.chosen")).to_contain_text("Inactive")
    page.go_back()
    expect(page.locator(".states tr.chosen")).to_have_count(0)


def test_who_cancelled_is_never_among_those_to_call(page: Page, served: Served):
    opened(page, served)
    rows = rows_of(page, ".calls")
    assert rows
    called = {(row["Account"], row["Application id"]) for row in rows}
    assert called.isdisjoint(sql(served, EVER_CANCELLED))
    assert {row["State"] for row in rows} <= {"never activated", "inactive", "low"}
    totals = {row["Account"]: 0.0 for row in rows}
    for row in rows:
        totals[row["Account"]] += float(row["Score"])
    assert list(totals.values()) == sorted(totals.values(), reverse=True)
    assert page.locator(".calls .account").all_inner_texts() == list(totals)[:20]


def test_churn_is_that_of_the_table_of_subscriptions(page: Page, served: Served):
    opened(page, served)
    [(lost, at_start)] = sql(served, CHURN)
    expect(page.locator(".rates div", has_text="Churn of pairs")).to_contain_text(f"{lost} of {at_start:,}")
    [(cancelled,)] = sql(served, CANCELLED)
    assert len(rows_of(page, ".gone")) == cancelled


def test_a_month_of_cancellations_becomes_the_period(page: Page, served: Served):
    opened(page, served)
    months = page.locator("section[aria-labelledby=inactive-when-title] .column")
    expect(months.locator(".mark:not(.faded)")).to_have_count(4)
    months.locator("a").last.click()
    expect(months.locator(".mark:not(.faded)")).to_have_count(1)
    assert "period=2026-11-01..2026-11-30" in page.url


def test_a_call_is_assigned_followed_up_and_put_aside(page: Page, served: Served):
    opened(page, served)
    account = page.locator(".calls tbody").nth(1)
    name = account.locator(".account").inner_text()
    listed = page.locator("#inactive-calls-title").inner_text()

    form(account, "assign").locator("select").select_option(index=1)
    sent(account, "assign")
    expect(account.locator(".cared")).to_contain_text("Assigned to")

    form(account, "follow-up").locator("textarea").fill("Ask for the new clerk")
    form(account, "follow-up").locator("[type=date]").fill("2099-01-05")
    sent(account, "follow-up")
    expect(account.locator(".cared").last).to_have_text("1 follow-up, due 5 Jan 2099")

    form(account, "note").locator("textarea").fill("The clerk is new")
    sent(account, "note")
    expect(page.locator(".toast")).to_contain_text(f"Note on {name} kept")

    form(account, "snooze").locator("[type=date]").fill("2099-01-01")
    form(account, "snooze").locator("[name=reason]").fill("On leave")
    sent(account, "snooze")
    expect(page.locator(".calls > header")).to_contain_text("1 put aside")
    assert name not in page.locator(".calls .account").all_inner_texts()

    page.get_by_role("link", name="Put aside", exact=True).click()
    expect(page.locator("#inactive-calls-title")).to_have_text("1 account put aside")
    expect(page.locator(".calls tbody .cared").last).to_have_text("Put aside until 1 Jan 2099: On leave")
    form(page.locator(".calls tbody").first, "unsnooze")
    sent(page.locator(".calls tbody").first, "unsnooze")
    expect(page.locator("#inactive-calls-title")).to_have_text("No account is put aside")
    page.get_by_role("group", name="Whose accounts").get_by_role("link", name="All").click()
    expect(page.locator("#inactive-calls-title")).to_have_text(listed)


def form(account: Locator, action: str) -> Locator:
    if account.locator("details.care[open]").count() == 0:
        account.locator("details.care summary").click()
    return account.locator(f"form[data-action={action}]")


def sent(account: Locator, action: str) -> None:
    form(account, action).locator("[type=submit]").click()
    expect(account.page.locator(".toast")).to_be_visible()
    expect(account.page.locator("details.care[open]")).to_have_count(0)


def test_a_longer_list_is_one_click_away_and_the_contact_is_reached_by_mail_and_phone(page: Page, served: Served):
    opened(page, served)
    expect(page.locator(".calls tbody")).to_have_count(20)
    page.locator(".calls").get_by_role("link", name="Show 50").click()
    expect(page.locator(".calls tbody").nth(20)).to_be_visible()
    addresses = [link.get_attribute("href") or "" for link in page.locator(".calls .reach").all()]
    assert {address.split(":")[0] for address in addresses} == {"mailto", "tel"}


def rows_of(page: Page, card: str) -> list[dict[str, str]]:
    menu = page.locator(f"{card} > header .more")
    menu.locator("summary").click()
    with page.expect_download() as started:
        menu.get_by_text("Download CSV").click()
    menu.locator("summary").click()
    return list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))


@pytest.mark.parametrize("search", ["", "?state=cancelled&care=snoozed&period=4w"])
def test_axe_finds_nothing(looked_at: Page, served: Served, search: str):
    opened(looked_at, served, search)
    if not search:
        form(looked_at.locator(".calls tbody").first, "assign")
    assert_nothing_stands_in_the_way(looked_at)
