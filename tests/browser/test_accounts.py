"""A working minute on Accounts by app; every number met equals SQL on the raw log."""

import csv
import io
import re
from pathlib import Path

import duckdb
import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Faults, Served, assert_nothing_stands_in_the_way

RAW = """
    select account_id, count(distinct event_id) filter (event = 'RECORD_CREATED') as records
    from read_parquet('{folder}/demo/usage/**/*.parquet')
    where channel <> 'api' and account_id is not null and application_id = '{application}'
      and occurred_at >= timestamptz '2026-08-24 06:00:00+00' and occurred_at < timestamptz '2026-11-23 07:00:00+00'
    group by account_id having records > 0
"""

# A pair that only the log knows has no dates, and counts as one that goes on.
ENTITLED = """
    with subscribed as (select * from read_parquet('{folder}/demo/subscriptions.parquet'))
    select
        (select count(*) from subscribed where cancelled_on is null or cancelled_on > '2026-11-22'),
        (select count(distinct (account_id, application_id)) from read_parquet('{folder}/demo/usage/**/*.parquet')
            where occurred_at is not null and account_id is not null and application_id is not null
                and (account_id, application_id) not in (select (account_id, application_id) from subscribed))
"""


def raw_records(served: Served, application: str) -> list[tuple[str, int]]:
    """Records by account name, counted in the raw log: 13 weeks of Denver days, most first."""
    return duckdb.execute(f"""
        select name, records from ({RAW.format(folder=served.data, application=application)})
        join read_parquet('{served.data}/demo/accounts.parquet') using (account_id) order by records desc, name
    """).fetchall()


def ranking(page: Page) -> list[tuple[str, int]]:
    rows = page.locator(".ranking .bars tbody tr")
    expect(rows.first).to_be_visible()
    return [
        (row.locator(".name").inner_text(), int(row.locator("td.number").first.inner_text().replace(",", "")))
        for row in rows.all()
    ]


def open_permits(page: Page, served: Served) -> None:
    page.goto(served.address)
    page.locator(".rail-row", has_text="Permit Management").click()
    expect(page.locator("h1")).to_have_text("Who uses Permit Management most, and least?")
    expect(page.locator(".ranking h2")).to_have_text("Permit Management")


def test_a_click_on_an_application_type_drills_the_whole_tab_into_it(page: Page, served: Served):
    open_permits(page, served)
    expected = raw_records(served, "permit-management")
    assert ranking(page) == expected[:10]
    expect(page.locator(".chip")).to_have_text(["Permit Management ✕"])
    expect(page.locator("#accounts-grid .ag-center-cols-container .ag-row").first).to_contain_text(
        f"{expected[0][1]:,}"
    )
    page.locator(".rail-row", has_text="Permit Management").click()
    expect(page.locator("h1")).to_have_text("Who uses each application most, and least?")


def test_the_bottom_begins_with_least_and_says_who_is_left_out(page: Page, served: Served):
    open_permits(page, served)
    page.get_by_role("link", name="Bottom 10").click()
    expect(page.locator(".ranking .finding").first).to_contain_text("Leaves out")
    values = [value for _, value in ranking(page)]
    assert values == sorted(values)


def test_a_shared_link_shows_a_colleague_the_same(page: Page, browser: Browser, served: Served, faults: Faults):
    open_permits(page, served)
    page.get_by_role("link", name="Bottom 10").click()
    expect(page.locator(".ranking .finding").first).to_contain_text("Leaves out")
    colleague = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    faults.watch(colleague, served.address)
    colleague.goto(page.url)
    expect(colleague.locator(".ranking .finding").first).to_contain_text("Leaves out")
    assert ranking(colleague) == ranking(page)
    colleague.context.close()


def test_back_returns_to_the_view_before(page: Page, served: Served):
    open_permits(page, served)
    page.go_back()
    expect(page.locator("h1")).to_have_text("Who uses each application most, and least?")
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Who uses Permit Management most, and least?")


def grid_view(page: Page) -> tuple[str | None, int, str]:
    """How people are ordered, how far down the grid stands in pixels, and whom it shows there."""
    header = page.locator("#accounts-grid .ag-header-cell[col-id='users']")
    top = page.locator("#accounts-grid .ag-body-viewport").evaluate("box => Math.round(box.scrollTop)")
    row = page.locator(f"#accounts-grid .ag-pinned-left-cols-container .ag-row[row-index='{top // 31 + 2}']")
    return header.get_attribute("aria-sort"), top, row.inner_text()


def test_back_returns_to_the_order_and_the_place_of_the_grid(page: Page, served: Served):
    page.goto(served.address)
    grid = page.locator("#accounts-grid")
    expect(grid.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    header = grid.locator(".ag-header-cell[col-id='users']")
    header.locator(".ag-header-cell-label").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(grid.locator(".ag-row[row-index='20'] a").first).to_be_attached()
    grid.locator(".ag-body-viewport").evaluate("box => { box.scrollTop = 620; }")
    expect(grid.locator(".ag-body-viewport")).to_have_js_property("scrollTop", 620)
    left = grid_view(page)
    assert left[:2] == ("descending", 620)
    grid.get_by_role("link", name=left[2], exact=True).click()
    expect(page.locator("h1")).to_have_text(left[2])
    page.go_back()
    expect(grid.get_by_role("link", name=left[2], exact=True)).to_be_in_viewport()
    assert grid_view(page) == left
    page.reload()
    expect(grid.get_by_role("link", name=left[2], exact=True)).to_be_in_viewport()
    assert grid_view(page) == left


@pytest.mark.parametrize("search", ["", "?view=bottom&app=permit-management"])
def test_a_bar_is_as_long_as_its_number_is_large(page: Page, served: Served, search: str):
    page.goto(served.address + search)
    values = [value for _, value in ranking(page)]
    boxes = [mark.bounding_box() for mark in page.locator(".ranking .bars .mark").all()]
    longest = max(box["width"] for box in boxes if box)
    assert longest > 100
    expected = [max(1, longest * value / max(values)) for value in values]
    assert [box and box["width"] for box in boxes] == pytest.approx(expected, abs=1)


def test_the_grid_sorts_and_its_export_is_what_it_shows(page: Page, served: Served):
    open_permits(page, served)
    first = page.locator("#accounts-grid .ag-pinned-left-cols-container .ag-row[row-index='0']")
    expect(first).to_be_visible()
    page.locator("#accounts-grid .ag-header-cell[col-id='account'] .ag-header-cell-label").click()
    rows = csv_of(page, "#accounts-grid-exports")
    assert [row["Account"] for row in rows] == sorted((row["Account"] for row in rows), key=str.lower)
    expect(first).to_have_text(rows[0]["Account"])
    raw = dict(raw_records(served, "permit-management"))
    assert {row["Account"]: int(row["Records created"]) for row in rows if row["Records created"] != "0"} == raw


def csv_of(page: Page, menu: str) -> list[dict[str, str]]:
    text = download(page, menu, "CSV").read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def download(page: Page, menu: str, kind: str) -> Path:
    page.locator(f"{menu} summary").click()
    with page.expect_download() as started:
        page.locator(menu).get_by_text(f"Download {kind}").click()
    target = Path(started.value.path()).with_suffix(f".{kind.lower()}")
    started.value.save_as(target)
    return target


def test_the_ranking_exports_the_same_numbers_as_xlsx(page: Page, served: Served):
    open_permits(page, served)
    shown = ranking(page)
    book = openpyxl.load_workbook(download(page, ".ranking .more", "XLSX"))
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    account, value = header.index("Account"), header.index("Records created")
    assert [(row[account], row[value]) for row in rows] == shown
    about = dict(row[:2] for row in book["About"].iter_rows(values_only=True))
    assert about["Applications"] == "Permit Management"
    assert about["As of"] == "22 Nov 2026"


def test_the_summary_counts_every_pair_in_one_state(page: Page, served: Served):
    page.goto(f"{served.address}?view=summary")
    rows = page.locator(".ranking table.plain tbody tr")
    expect(rows.first).to_be_visible()
    [pairs] = duckdb.execute(ENTITLED.format(folder=served.data)).fetchall()
    entitled = [int(row.locator("td").first.inner_text().replace(",", "")) for row in rows.all()]
    states = [
        sum(int(cell.inner_text().replace(",", "")) for cell in row.locator("td").all()[1:7]) for row in rows.all()
    ]
    assert entitled == states
    assert sum(entitled) == sum(pairs)


def test_a_day_that_does_not_exist_is_explained_and_nothing_is_lost(browser: Browser, served: Served):
    page = browser.new_context().new_page()
    page.goto(f"{served.address}?period=2026-02-30..2026-03-01")
    expect(page.locator(".refusal")).to_contain_text("a day that does not exist")
    expect(page.locator(".skeleton:visible")).to_have_count(0)
    page.context.close()


def test_no_chart_offers_to_upload_its_data(page: Page, served: Served):
    page.goto(served.address)
    expect(page.locator("#accounts-map .heatmaplayer image").first).to_be_attached()
    assert page.locator(".modebar-btn").count() == 0
    config = page.evaluate("document.querySelector('#accounts-map .js-plotly-plot')._context")
    assert (config["showSendToCloud"], config["plotlyServerURL"], config["displaylogo"]) == (False, "", False)


def test_the_policy_forbids_what_is_not_ours(page: Page, served: Served):
    answer = page.goto(served.address)
    assert answer
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts
    assert "unsafe" not in scripts[1]
    ranking(page)


@pytest.mark.parametrize("search", ["", "?view=summary&app=permit-management", "?view=bottom&n=50"])
def test_axe_finds_nothing(looked_at: Page, served: Served, search: str):
    looked_at.goto(served.address + search)
    expect(looked_at.locator(".ranking table").first).to_be_visible()
    expect(looked_at.locator("#accounts-grid .ag-row").first).to_be_visible()
    expect(looked_at.locator("#accounts-map .heatmaplayer image").first).to_be_attached()
    assert_nothing_stands_in_the_way(looked_at)


def test_the_theme_is_switched_and_kept(page: Page, served: Served):
    page.goto(served.address)
    ranking(page)
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_keyboard_stays_where_it_was_and_an_open_menu_open(page: Page, served: Served):
    page.goto(served.address)
    row = page.locator(".rail-row", has_text="Code Enforcement")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Who uses Code Enforcement most, and least?")
    expect(row).to_be_focused()
    page.locator("summary", has_text="Application").click()
    for name in ("Fleet Management", "Work Management"):
        page.locator(".menu-items a.check", has_text=name).click()
        expect(page.locator(".chip", has_text=name)).to_be_visible()
    expect(page.locator(".menu[open] summary")).to_contain_text("Application")
    page.keyboard.press("Escape")
    expect(page.locator(".menu[open]")).to_have_count(0)


def test_an_address_that_cannot_be_offers_a_way_back(browser: Browser, served: Served):
    page = browser.new_context().new_page()
    page.goto(f"{served.address}?app=nothing")
    page.get_by_role("link", name="Reset the filters").click()
    assert ranking(page)
    expect(page.locator(".refusal")).to_be_empty()
    page.context.close()


def test_the_data_page_counts_every_row_that_was_left_out(page: Page, served: Served):
    page.goto(served.address)
    page.get_by_role("link", name="As of").click()
    expect(page.locator("h1")).to_have_text("How fresh, complete and clean is all this?")
    usage = page.locator("[aria-labelledby=data-sources-title] tbody tr", has_text="Usage")
    cells = [int(cell.inner_text().replace(",", "")) for cell in usage.locator("td").all()]
    raw = duckdb.execute(f"select count(*) from read_parquet('{served.data}/demo/usage/**/*.parquet')").fetchall()[0][0]
    _, read, kept, duplicate, rejected = cells
    assert read == raw == kept + duplicate + rejected
    page.locator("[aria-labelledby=data-rejections-title] .more summary").click()
    with page.expect_download() as started:
        page.locator("[aria-labelledby=data-rejections-title]").get_by_text("Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"), newline="")))
    assert len([row for row in rows if row["dataset"] == "usage"]) == rejected
