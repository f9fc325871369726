"""From a number to its rows and back; from a few letters to an account; from a click to a filter on every tab."""

import csv
import io
import re
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served, assert_nothing_stands_in_the_way

RECORDS = """
    select count(distinct event_id) from read_parquet('{folder}/demo/usage/**/*.parquet')
    where event = 'RECORD_CREATED' and channel <> 'api' and account_id is not null and application_id = '{application}'
      and occurred_at >= timestamptz '2026-08-24 06:00:00+00' and occurred_at < timestamptz '2026-11-23 07:00:00+00'
"""


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def cell(page: Page, application: str, place: int) -> str:
    row = page.locator(".ranking table.plain tbody tr", has=page.get_by_role("link", name=application, exact=True))
    link = row.locator("td").nth(place).locator("a.to-rows")
    text = link.inner_text()
    link.click()
    expect(page.locator("#rows-grid .ag-row").first).to_be_visible()
    return text


def downloaded(page: Page) -> list[dict[str, str]]:
    page.locator("#rows-grid-actions .more summary").click()
    with page.expect_download() as started:
        page.locator("#rows-grid-actions").get_by_text("Download CSV").click()
    return list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"), newline="")))


def test_a_number_opens_its_rows_and_they_add_up_to_it_and_to_the_raw_log(page: Page, served: Served):
    page.goto(f"{served.address}?view=summary")
    shown = number(cell(page, "Permit Management", 8))
    raw = duckdb.execute(RECORDS.format(folder=served.data, application="permit-management")).fetchall()[0][0]
    expect(page.locator("h1")).to_have_text(f"{raw:,} records created")
    expect(page.locator("#rows-grid-head h2")).to_contain_text(f"{raw:,} records created in all")
    assert shown == raw == sum(int(row["Records created"]) for row in downloaded(page))
    page.go_back()
    expect(page.locator(".ranking h2")).to_be_visible()


def test_the_rows_sort_filter_and_lead_to_the_account(page: Page, served: Served):
    page.goto(f"{served.address}rows?rows=users&app=permit-management")
    first = page.locator("#rows-grid .ag-pinned-left-cols-container .ag-row[row-index='0']")
    expect(first).to_be_visible()
    page.locator("#rows-grid .ag-header-cell[col-id='person'] .ag-header-cell-label").click()
    rows = downloaded(page)
    assert number(page.locator("h1").inner_text()) == len(rows)
    people = [row["Person"] for row in rows]
    assert people == sorted(people, key=str.lower)
    expect(first).to_have_text(people[0])
    account = page.locator("#rows-grid .ag-row[row-index='0'] [col-id='account'] a")
    expect(account).to_have_text(rows[0]["Account"])
    account.click()
    expect(page).to_have_url(re.compile(r"/account/[^?]+\?"))


def test_other_rows_of_the_same_filters_are_one_click_away(page: Page, served: Served):
    page.goto(f"{served.address}rows?rows=use&app=permit-management")
    expect(page.locator("#rows-grid .ag-row").first).to_be_visible()
    page.locator("#rows-grid-actions").get_by_role("link", name="Pairs").click()
    expect(page.locator("h1")).to_contain_text("pairs of account and application")
    expect(page.locator("#rows-grid .ag-header-cell[col-id='started_on']")).to_be_visible()
    assert number(page.locator("h1").inner_text()) == len(downloaded(page))
    expect(page.locator(".chip")).to_have_text(["Permit Management ✕"])


def test_a_cell_of_the_grid_filters_and_the_filter_goes_along_to_every_tab(page: Page, served: Served):
    page.goto(served.address)
    state = page.locator("#accounts-grid .ag-row[row-index='0'] [col-id='state'] a")
    words = state.inner_text().split(" ", 1)[1].lower()
    state.click()
    expect(page.locator(".chip")).to_have_text([f"State: {words} ✕"])
    page.get_by_role("link", name="As of").click()
    expect(page.locator("h1")).to_contain_text("How fresh")
    page.locator(".page-tab").first.click()
    expect(page.locator(".chip")).to_have_text([f"State: {words} ✕"])
    page.locator(".chip").click()
    expect(page.locator(".chip")).to_have_count(0)


def test_a_state_is_chosen_in_the_bar_and_a_week_is_a_chip_that_can_be_removed(page: Page, served: Served):
    page.goto(f"{served.address}?period=2026-11-09..2026-11-15")
    expect(page.locator(".chip")).to_have_text(["Week of 9 Nov 2026 ✕"])
    page.locator(".bar summary", has_text="State").click()
    page.locator(".menu[open] a", has_text="Inactive").click()
    expect(page.locator(".chip")).to_have_text(["Week of 9 Nov 2026 ✕", "State: inactive ✕"])
    page.locator(".chip").first.click()
    expect(page.locator(".chip")).to_have_text(["State: inactive ✕"])
    expect(page.locator(".bar summary").first).to_have_text("Period Last 13 weeks")


def test_many_filters_stay_in_one_row_and_a_period_of_ones_own_says_its_days(page: Page, served: Served):
    states = "&".join(f"state={state}" for state in ("active", "low", "inactive", "onboarding", "cancelled"))
    page.goto(f"{served.address}?period=2026-08-03..2026-11-03&app=permit-management&app=code-enforcement&{states}")
    expect(page.locator(".chip")).to_have_count(8)
    assert len(set(page.locator(".chip").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)"))) == 1
    expect(page.locator(".bar summary").first).to_have_text("Period 3 Aug 2026 to 3 Nov 2026")


def test_people_sort_by_their_days(page: Page, served: Served):
    page.goto(f"{served.address}rows?rows=users&app=permit-management")
    expect(page.locator("#rows-grid .ag-row").first).to_be_visible()
    page.locator("#rows-grid .ag-header-cell[col-id='days_active'] .ag-header-cell-label").click()
    first = page.locator("#rows-grid .ag-center-cols-container .ag-row[row-index='0'] [col-id='days_active']")
    days = [int(row["Days active"]) for row in downloaded(page)]
    assert days == sorted(days, reverse=True)
    expect(first).to_have_text(str(days[0]))


def test_a_few_letters_find_accounts_and_people_by_keyboard_alone(page: Page, served: Served):
    account, name = duckdb.execute(
        f"select account_id, name from read_parquet('{served.data}/demo/accounts.parquet') order by name limit 1"
    ).fetchall()[0]
    page.goto(served.address)
    expect(page.locator(".bars tbody tr").first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(name.upper())
    expect(page.get_by_role("group", name="Accounts").locator("a").first).to_contain_text(name)
    page.keyboard.press("Escape")
    expect(page.locator("#search-results a")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type(name.upper())
    expect(page.get_by_role("group", name="Accounts").locator("a").first).to_contain_text(name)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search-results a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/account/{account}\?"))


def test_a_search_that_finds_nothing_says_so_as_it_was_written(page: Page, served: Served):
    page.goto(served.address)
    page.locator("#search").fill("<b>%_'--")
    expect(page.locator("#search-results")).to_have_text("No account, person or contact is called “<b>%_'--”.")


@pytest.mark.parametrize("search", ["?rows=use&metric=hours", "?rows=users", "?rows=pairs&state=cancelled"])
def test_axe_finds_nothing(looked_at: Page, served: Served, search: str):
    looked_at.goto(f"{served.address}rows{search}")
    expect(looked_at.locator("#rows-grid .ag-row").first).to_be_visible()
    looked_at.keyboard.press("/")
    looked_at.keyboard.type("ci")
    expect(looked_at.locator("#search-results a").first).to_be_visible()
    assert_nothing_stands_in_the_way(looked_at)
