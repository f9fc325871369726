"""A working minute on Activity: all customers, one, several, and back."""

import csv
import io
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served, assert_nothing_stands_in_the_way

LOGINS = """
    select count(distinct event_id) from read_parquet('{folder}/demo/usage/**/*.parquet')
    where channel <> 'api' and event = 'LOGIN' and account_id is not null and application_id is not null
        and timezone('America/Denver', occurred_at)::date between '2026-10-01' and '2026-10-31' and {where}
"""


def raw_logins(served: Served, where: str = "true") -> str:
    """In October 2026, as the page writes it."""
    [(count,)] = duckdb.execute(LOGINS.format(folder=served.data, where=where)).fetchall()
    return f"{count:,}"


def opened(page: Page, served: Served, search: str = "") -> Page:
    page.goto(f"{served.address}activity{search}")
    expect(page.locator("#activity-months-title")).to_be_visible()
    expect(page.locator("#activity-logins-chart .bars .point")).not_to_have_count(0)
    expect(page.locator("#activity-peaks-chart .bars .point")).not_to_have_count(0)
    return page


def choose(page: Page, name: str) -> None:
    page.locator("#activity-find").fill(name)
    page.locator(".found a", has_text=name).click()
    expect(page.locator(".chosen-accounts .chip", has_text=name)).to_be_visible()


def october(page: Page) -> str:
    row = page.locator("[aria-labelledby=activity-months-title] tr", has_text="October 2026")
    return row.locator("td.number").first.inner_text()


def customers(served: Served) -> list[tuple[str, str]]:
    """Id and name of two that logged in in October, with names of their own."""
    return duckdb.execute(f"""
        select account_id, name from read_parquet('{served.data}/demo/accounts.parquet')
        where account_id in (
            select account_id from read_parquet('{served.data}/demo/usage/**/*.parquet')
            where event = 'LOGIN' and channel <> 'api' and occurred_at between '2026-10-05' and '2026-10-20'
        ) and account_id not in ('A00001') order by name limit 2
    """).fetchall()


def test_one_customer_then_two_then_all_again(page: Page, served: Served):
    (one, first), (other, second) = customers(served)
    opened(page, served)
    assert october(page) == raw_logins(served)
    choose(page, first)
    expect(page.locator("h1")).to_have_text(f"How does activity of {first} compare, month by month and year by year?")
    assert october(page) == raw_logins(served, f"account_id = '{one}'")
    choose(page, second)
    expect(page.locator("h1")).to_contain_text("of 2 customers")
    assert october(page) == raw_logins(served, f"account_id in ('{one}', '{other}')")
    page.locator(".chosen-accounts .chip", has_text=first).click()
    expect(page.locator("h1")).to_contain_text(second)
    page.get_by_role("link", name="All customers").click()
    expect(page.locator("h1")).to_contain_text("of all customers")
    assert "account=" not in page.url


def test_the_keys_find_and_choose_a_customer(page: Page, served: Served):
    (_, name), _ = customers(served)
    opened(page, served)
    page.locator("#activity-find").press_sequentially(name)
    expect(page.locator(".found a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".chosen-accounts .chip")).to_have_text([f"{name} ✕"])
    expect(page.locator(".found a")).to_have_class(["check chosen"])
    page.keyboard.press("Escape")
    expect(page.locator(".found a")).to_have_count(0)
    expect(page.locator("#activity-find")).to_have_value("")


def test_a_number_opens_its_rows_and_the_way_back_is_the_browsers(page: Page, served: Served):
    opened(page, served)
    row = page.locator("[aria-labelledby=activity-months-title] tr", has_text="October 2026")
    row.locator(".to-rows").first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#page")).to_contain_text(raw_logins(served))
    assert "/rows?" in page.url
    page.go_back()
    expect(page.locator("#activity-months-title")).to_be_visible()


def test_the_file_of_a_chart_is_the_chart(page: Page, served: Served):
    opened(page, served)
    card = page.locator(".card:has(#activity-logins-chart)")
    card.locator(".more summary").click()
    with page.expect_download() as started:
        card.get_by_text("Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    [row] = [row for row in rows if row["First day"] == "2026-10-01"]
    assert f"{float(row['Logins']):,.0f}" == raw_logins(served)
    assert len(rows) == 24


def test_every_month_is_on_paper(page: Page, served: Served):
    opened(page, served)
    page.set_viewport_size({"width": 718, "height": 1100})  # a page of A4 between its margins
    page.emulate_media(media="print")
    months = page.locator("[aria-labelledby=activity-months-title] .scroll")
    cut = months.evaluate("it => [it.scrollWidth - it.clientWidth, it.scrollHeight - it.clientHeight]")
    assert max(cut) <= 1  # pixels are rounded


@pytest.mark.parametrize("search", ["", "?account=A00002&account=A00003"])
def test_axe_finds_nothing(looked_at: Page, served: Served, search: str):
    opened(looked_at, served, search)
    looked_at.locator(".twin summary").first.click()
    assert_nothing_stands_in_the_way(looked_at)
