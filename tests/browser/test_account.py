"""A working minute on the page of one account; every number met equals SQL on the raw log."""

import csv
from pathlib import Path

import duckdb
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served, assert_nothing_stands_in_the_way

# The 13 weeks of Denver days up to 22 November 2026, of people.
EVENTS = """
    select account_id, application_id, user_id, event_id, event from read_parquet('{folder}/demo/usage/**/*.parquet')
    where channel <> 'api' and occurred_at >= timestamptz '2026-08-24 06:00:00+00'
        and occurred_at < timestamptz '2026-11-23 07:00:00+00'
"""
RECORDS = """
    select name, count(distinct event_id) filter (event = 'RECORD_CREATED'), count(distinct user_id)
    from ({events}) join read_parquet('{folder}/demo/applications.parquet') using (application_id)
    where account_id = '{account}' group by name having count(distinct user_id) > 0 order by 2 desc, 1
"""
PEOPLE = "select count(distinct user_id) from ({events}) where account_id = '{account}'"


def raw(served: Served, question: str, account: str) -> list[tuple]:
    events = EVENTS.format(folder=served.data)
    return duckdb.execute(question.format(folder=served.data, events=events, account=account)).fetchall()


def written(text: str) -> int:
    return int(text.split(" of ")[0].replace(",", ""))


def open_first(page: Page, served: Served) -> tuple[str, str]:
    """From the ranking to the account with most use: its id and name."""
    page.goto(served.address)
    first = page.locator(".ranking .bars .account").first
    name, href = first.inner_text(), first.get_attribute("href")
    first.click()
    expect(page.locator("h1")).to_have_text(name)
    assert href
    return href.split("/account/")[1].split("?")[0], name


def applications(page: Page) -> list[tuple[str, int, int]]:
    rows = page.locator("#account-applications tbody tr")
    expect(rows.first).to_be_visible()
    found = [(row.locator("th").inner_text(), *map(written, row.locator("td.number").all_inner_texts()[0:3:2]))
             for row in rows.all()]  # fmt: skip
    return [row for row in found if row[2]]


def test_from_the_ranking_to_an_account_whose_numbers_are_those_of_the_log(page: Page, served: Served):
    account, name = open_first(page, served)
    assert applications(page) == raw(served, RECORDS, account)
    [(active,)] = raw(served, PEOPLE, account)
    expect(page.locator("#account-people .switch")).to_contain_text(f"Active {active:,}")
    page.get_by_role("link", name="Filter all tabs to this account").click()
    expect(page.locator("h1")).to_have_text("Who uses each application most, and least?")
    expect(page.locator(".chip")).to_have_text([f"Account: {name} ✕"])


def test_an_application_narrows_the_page_and_is_still_chosen_on_the_next(page: Page, served: Served):
    open_first(page, served)
    application, value, users = applications(page)[0]
    page.locator("#account-applications tbody th a").first.click()
    expect(page.locator(".chip")).to_have_text([f"{application} ✕"])
    expect(page.locator("#account-applications tbody tr")).to_have_count(1)
    assert applications(page) == [(application, value, users)]
    expect(page.locator("#account-people .switch")).to_contain_text(f"Active {users:,}")
    page.locator("#account-people .switch").get_by_text("Stopped").click()
    expect(page.locator("#account-people .switch .chosen")).to_contain_text("Stopped")
    page.locator(".page-tab").first.click()
    expect(page.locator("h1")).to_have_text(f"Who uses {application} most, and least?")


def test_back_finds_the_page_as_it_was_left_and_where_it_stood(page: Page, served: Served):
    page.goto(f"{served.address}?n=50&period=4w")
    link = page.locator(".ranking .bars .account").nth(35)
    link.scroll_into_view_if_needed()
    page.wait_for_function("scrollY > 200")
    left, name = page.evaluate("scrollY"), link.inner_text()
    link.click()
    expect(page.locator("h1")).to_have_text(name)
    page.wait_for_function("scrollY === 0")
    page.go_back()
    expect(page.locator(".ranking .bars tbody tr")).to_have_count(50)
    expect(page.locator(".ranking .sizes .chosen")).to_have_text("50")
    page.wait_for_function(f"Math.abs(scrollY - {left}) < 2")
    page.go_forward()
    expect(page.locator("h1")).to_have_text(name)


def test_one_account_after_another_shows_the_other(page: Page, served: Served):
    page.goto(served.address)
    other = page.locator(".ranking .bars .account").nth(1)
    name, account = other.inner_text(), (other.get_attribute("href") or "").split("/account/")[1].split("?")[0]
    open_first(page, served)
    applications(page)
    page.evaluate("account => dash_clientside.shell.go(`/account/${account}${location.search}`)", account)
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator(f"#account-forms input[value='{account}']").first).to_be_attached()
    assert applications(page) == raw(served, RECORDS, account)


def test_a_follow_up_is_kept_said_and_done(page: Page, served: Served):
    open_first(page, served)
    page.get_by_text("Add a follow-up").click()
    page.get_by_role("textbox", name="What is to be done").fill("Ask <b>why</b>")
    page.get_by_label("Due").fill("2090-01-05")
    page.get_by_role("button", name="Keep follow-up").click()
    expect(page.locator("#account-kept .written")).to_have_text("Ask <b>why</b>")
    expect(page.locator("#account-words")).to_contain_text("1 follow-up is open, due 5 Jan 2090.")
    page.get_by_role("button", name="Done: Ask <b>why</b>").click()
    expect(page.locator("#account-kept summary")).to_have_text("Done: 1 follow-up")
    expect(page.locator("#account-words")).not_to_contain_text("follow-up")


def test_the_download_of_people_holds_all_of_them(page: Page, served: Served):
    account, _ = open_first(page, served)
    page.locator("#account-people .switch").get_by_text("Active").click()
    expect(page.locator("#account-people .switch .chosen")).to_contain_text("Active")
    page.locator("#account-people .more summary").click()
    with page.expect_download() as started:
        page.locator("#account-people").get_by_text("Download CSV").click()
    rows = list(csv.DictReader(Path(started.value.path()).read_text("utf-8-sig").splitlines()))
    assert len(rows) == raw(served, PEOPLE, account)[0][0]


def test_an_account_that_is_not_there_is_said_to_be_so(browser: Browser, served: Served):
    page = browser.new_context().new_page()
    page.goto(f"{served.address}account/nobody")
    expect(page.locator(".refusal")).to_contain_text("There is no such account among those you may see.")
    expect(page.locator(".skeleton:visible")).to_have_count(0)
    page.get_by_role("link", name="Go to the start page").click()
    expect(page.locator(".ranking .bars .account").first).to_be_visible()
    expect(page.locator(".refusal")).to_be_empty()
    page.context.close()


def test_axe_finds_nothing(looked_at: Page, served: Served):
    open_first(looked_at, served)
    for slot in ("words", "applications", "people", "contacts", "tickets", "timeline"):
        expect(looked_at.locator(f"#account-{slot} h2")).to_be_visible()
    expect(looked_at.locator("#account-forms summary").first).to_be_visible()
    expect(looked_at.locator("#account-chart .scatterlayer .trace").first).to_be_attached()
    assert_nothing_stands_in_the_way(looked_at)
