"""A working minute on Health: from the bands to an account, another score tried and saved, a workbook of one's own."""

import csv
import io
import os
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served, assert_nothing_stands_in_the_way

CHARTS = ("health-donut", "health-scores", "health-history", "health-component", "health-engagement", "health-pair",
          "health-correlations")  # fmt: skip


def opened(page: Page, served: Served, search: str = "") -> Page:
    page.goto(f"{served.address}health{search}")
    expect(page.locator("#health-accounts-title")).to_be_visible()
    for chart in CHARTS:
        expect(page.locator(f"#{chart} .main-svg").first).to_be_attached()
    expect(page.locator(".what-if-form .sum")).to_have_text(["Sum 100, taken as 100 %"])
    return page


def rows_of(page: Page, head: str) -> list[dict[str, str]]:
    menu = page.locator(f"{head} .more")
    menu.locator("summary").click()
    with page.expect_download() as started:
        menu.get_by_text("Download CSV").click()
    menu.locator("summary").click()
    return list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))


def test_a_band_filters_the_list_and_is_taken_away_by_its_chip(page: Page, served: Served):
    opened(page, served)
    counts = {row["Band"]: int(row["Accounts"]) for row in rows_of(page, "#health-bands")}
    shown = page.locator(".band-counts tbody tr").all_inner_texts()
    assert [int(re.findall(r"\d+", row)[0]) for row in shown] == [*counts.values(), sum(counts.values())]
    page.locator(".band-counts .of-band", has_text="At-Risk").click()
    expect(page.locator(".chosen-bands .chip")).to_have_text(["Health: At-Risk ✕"])
    expect(page.locator("#health-accounts-title")).to_have_text(
        re.compile(rf"^{counts['At-Risk']} accounts? (is|are) at-risk")
    )
    rows = rows_of(page, ".scores > header")
    assert len(rows) == counts["At-Risk"]
    for row in rows:
        points = [float(value or 0) for name, value in row.items() if name.endswith(", points")]
        assert sum(points) == pytest.approx(float(row["Score"]))
    page.locator(".chosen-bands .chip").click()
    expect(page.locator(".chosen-bands")).to_have_count(0)


def test_a_count_of_moves_lists_its_accounts_and_one_leads_to_its_page(page: Page, served: Served):
    opened(page, served)
    count = page.locator(".moves .to-list").first
    number = int(count.inner_text())
    count.click()
    expect(page.locator(".chosen-bands .chip")).to_have_count(2)
    expect(page.locator(".scores tbody tr")).to_have_count(min(number, 20))
    account = page.locator(".scores tbody a").first
    name = account.inner_text()
    account.click()
    expect(page.locator("h1")).to_have_text([name])
    expect(page.locator("#account-health-title")).to_contain_text("How healthy is it?")
    expect(page.locator(".page-account .heading .band")).to_be_visible()


def test_a_mark_leads_where_it_says(page: Page, served: Served):
    opened(page, served)
    page.locator("#health-correlations").scroll_into_view_if_needed()
    cells = page.locator("#health-correlations .heatmaplayer").bounding_box()
    assert cells
    page.mouse.click(cells["x"] + cells["width"] * 0.25, cells["y"] + cells["height"] * 0.75)
    expect(page.locator("#health-pair-title")).to_have_text(["CSM engagement against logins"])
    page.locator("#health-engagement .points path").first.click(force=True)
    expect(page.locator("#account-health-title")).to_be_visible()


def test_a_workbook_is_scored_on_the_spot_and_its_columns_corrected(page: Page, served: Served, tmp_path: Path):
    book = openpyxl.Workbook()
    for row in (("Client", "Usage", "Logins", "Tickets", "Adoption", "Touches", "Other"), ("Ash", 1, 10, 0, 20, 2, 9),
                ("Birch", 2, 20, 2, 40, 4, 5), ("Cedar", 3, 30, 4, 60, 6, 1)):  # fmt: skip
        book.worksheets[0].append(row)
    book.save(tmp_path / "own.xlsx")
    opened(page, served).locator("#health-workbook").set_input_files(tmp_path / "own.xlsx")
    totals = page.locator(".own-file .totals dd")
    expect(page.locator("#match-customer")).to_have_value("Client")
    expect(page.locator("#match-csm_engagement")).to_have_value("")
    expect(totals).to_have_text(["1", "1", "1", "0", "50.0000", "0.0000", "100.0000"])
    page.locator("#match-csm_engagement").select_option("Other")
    expect(totals).to_have_text(["1", "1", "1", "0", "50.0000", "15.0000", "85.0000"])
    page.locator("#match-logins").select_option("Client")
    expect(page.locator(".own-file .scored [role=alert]")).to_contain_text("'Client' is chosen twice")
    page.locator("#match-logins").select_option("Logins")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download CSV").click()
    assert started.value.suggested_filename == "own-scored.csv"
    assert "own.xlsx" not in {path.name for path in served.data.rglob("*")}


@pytest.mark.real_data
def test_the_example_workbook_has_its_known_result(page: Page, served: Served):
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    workbook = Path(os.environ["REAL_DATA_DIR"]) / "customer-health" / "Customer_Health_Score.xlsx"
    opened(page, served).locator("#health-workbook").set_input_files(workbook)
    totals = page.locator(".own-file .totals dd")
    expect(totals).to_have_text(["1", "22", "27", "0", "47.3669", "15.0012", "78.1843"])
    expect(page.locator(".own-file .scored tbody tr", has_text="CUST027")).to_contain_text("◆ Critical")


def test_axe_finds_nothing(looked_at: Page, served: Served):
    opened(looked_at, served, "?band=critical&band=at-risk&scaling=min-max&component=csm_engagement")
    looked_at.locator("form.what-if-form [name=logins]").fill("60")
    expect(looked_at.locator("#health-preview .sentence, #health-preview .finding").first).to_be_visible()
    assert_nothing_stands_in_the_way(looked_at)


def test_another_score_is_tried_then_saved_and_marked(page: Page, served: Served):
    opened(page, served)
    form = page.locator("form.what-if-form")
    form.locator("[name=healthy]").fill("40")
    expect(page.locator("#health-preview")).to_have_text(
        ["The limits lie between 0 and 100, that of Healthy above that of At-Risk."]
    )
    form.locator("[name=at_risk]").fill("20")
    expect(page.locator("#health-preview .sentence")).to_contain_text("would change band")
    form.locator("[name=note]").fill("Fewer calls")
    form.get_by_role("button", name="Save as new version").click()
    expect(page.locator(".toast")).to_contain_text("Kept")
    expect(page.locator(".heading .finding").first).to_contain_text("under version 1 of the score")
    expect(page.locator(".versions tbody tr").first).to_contain_text("Fewer calls")
    expect(page.locator("form.what-if-form [name=healthy]")).to_have_value("40")
    expect(page.locator("#health-history-title + .finding")).to_contain_text("a dotted line marks a new version")
