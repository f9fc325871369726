"""Monday: what fell, because of whom, who stopped, whom to call, and a follow-up for Thursday."""

import duckdb
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_changes import EVENTS, amount, open_changes, steps, whom

PERMIT = "permit-management"
TOTALS = """
    select count(*) filter (not is_now), count(*) filter (is_now) from ({events})
    where application_id = 'permit-management' and event = 'RECORD_CREATED'
"""
OF_ACCOUNT = """
    select count(*) filter (event = 'RECORD_CREATED' and not is_now),
        count(*) filter (event = 'RECORD_CREATED' and is_now),
        count(distinct nullif(user_id, '')) filter (not is_now), count(distinct nullif(user_id, '')) filter (is_now)
    from ({events}) join read_parquet('{folder}/demo/accounts.parquet') using (account_id)
    where application_id = 'permit-management' and name = '{name}'
"""
CONTACT = """
    select contacts.name, email from read_parquet('{folder}/demo/contacts.parquet') contacts
    join read_parquet('{folder}/demo/accounts.parquet') accounts using (account_id)
    where accounts.name = '{name}' order by is_main desc, contacts.name limit 1
"""


def raw(served: Served, question: str, name: str = "") -> tuple[object, ...]:
    events = EVENTS.format(folder=served.data)
    [row] = duckdb.execute(question.format(events=events, folder=served.data, name=name.replace("'", "''"))).fetchall()
    return row


def test_a_working_day(page: Page, served: Served):
    # Why did Permit change?
    open_changes(page, served)
    page.locator(".bar .menu", has_text="Application").locator("summary").click()
    page.locator(".bar .menu-items a", has_text="Permit Management").click()
    expect(page.locator(".chip", has_text="Permit Management")).to_be_visible()
    before, now = raw(served, TOTALS)
    expect(page.locator(".heading .finding")).to_contain_text(f"from {before:,} to {now:,}")
    shown = steps(page)
    assert (shown["Before"], shown["Now: the sum"]) == (before, now)

    # Which account, and which of its people?
    name = whom(page).first.locator("th").inner_text()
    account_before, account_now, people_before, people_now = raw(served, OF_ACCOUNT, name)
    assert amount(whom(page).first.locator("td").nth(2).inner_text()) == account_now - account_before
    whom(page).first.locator(".alone").click()
    expect(page.locator(".whom h2")).to_have_text(f"Because of whom at {name} in Permit Management?")
    kinds = page.locator(".whom tbody tr td:last-child").all_inner_texts()
    assert kinds.count("Lost") + kinds.count("Retained") == people_before
    assert kinds.count("New") + kinds.count("Retained") == people_now

    # Its page, its contact, and a follow-up for Thursday.
    page.locator(".chip", has_text="Account").click()
    expect(page.locator(".whom h2")).to_have_text("Because of whom?")
    whom(page).first.locator("th a").click()
    expect(page.locator("h1")).to_have_text(name)
    contact, email = raw(served, CONTACT, name)
    expect(page.locator("#account-contacts tbody tr").first).to_contain_text(str(contact))
    expect(page.locator(f"#account-contacts a[href='mailto:{email}']")).to_be_visible()
    page.get_by_text("Add a follow-up").click()
    page.get_by_role("textbox", name="What is to be done").fill("Ask why the permit desk went quiet")
    page.get_by_label("Due").fill("2026-11-26")
    page.get_by_role("button", name="Keep follow-up").click()
    expect(page.locator("#toast")).to_contain_text("Thursday, 26 November")
    expect(page.locator("#account-kept")).to_contain_text("Ask why the permit desk went quiet")

    # The next tab is still filtered.
    page.locator(".page-tab", has_text="Usage over time").click()
    expect(page.locator(".chip", has_text="Permit Management")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_have_text(name)
    page.go_back()
    expect(page.locator(".whom h2")).to_have_text("Because of whom?")
