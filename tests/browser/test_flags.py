"""From what stands out to what is said of it: by hand and by keyboard, on the page of changes and of an account."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Faults, Served, assert_nothing_stands_in_the_way

YEAR = "?period=52w"


def opened(page: Page, served: Served, search: str = YEAR) -> Locator:
    page.goto(f"{served.address}changes{search}")
    rows = page.locator("#changes-flags .episode")
    expect(rows.first).to_be_visible()
    return rows


def to_look_at(page: Page) -> int:
    words = page.locator("#changes-flags .finding").first.inner_text().split(" in the period, ")[1]
    return int(words.split(" of them")[0].replace(",", ""))


def sentence(row: Locator) -> str:
    return row.locator(".sentence").inner_text()


def test_what_is_acknowledged_leaves_the_list_and_stays_among_all(page: Page, served: Served):
    rows = opened(page, served)
    before, first = to_look_at(page), sentence(rows.first)
    rows.first.get_by_role("button", name="Acknowledge").press("Enter")
    expect(page.locator("#toast")).to_have_text("Acknowledged.")
    expect(page.locator("#changes-flags .episode", has_text=first)).to_have_count(0)
    assert to_look_at(page) == before - 1
    page.get_by_role("link", name="All", exact=True).last.click()
    expect(page).to_have_url(f"{served.address}changes?flags=all&period=52w")
    kept = page.locator("#changes-flags .episode", has_text=first)
    expect(kept).to_contain_text("✓ Acknowledged by you@localhost")
    expect(kept.get_by_role("button", name="Acknowledge")).to_have_count(0)


def test_a_reason_is_typed_without_a_mouse_and_stands_beside_the_change(page: Page, served: Served):
    first = opened(page, served, f"{YEAR}&flags=all").first
    told = sentence(first)
    first.locator("summary", has_text="Explain").press("Enter")
    reason = first.get_by_label("Reason, remembered for next year")
    reason.fill("summer <closing>")
    reason.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Reason kept.")
    explained = page.locator("#changes-flags .episode", has_text=told)
    expect(explained).to_contain_text("✎ Explained by you@localhost: summer <closing>")
    with page.expect_download() as started:
        page.locator("#changes-flags .more summary").click()
        page.locator("#changes-flags").get_by_text("Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    assert [row["Reason"] for row in rows if row["Status"] == "explained"] == ["summer <closing>"]


def test_ones_own_vote_is_lit_and_can_be_changed(page: Page, served: Served):
    row = opened(page, served, f"{YEAR}&flags=all").last
    for words in ("Useful", "Not useful"):
        row.get_by_role("button", name=words, exact=True).click()
        expect(row.locator(".own")).to_contain_text(words)
    page.reload()
    expect(row.locator(".own")).to_contain_text("Not useful")
    expect(page.locator("#changes-flags .finding").first).to_contain_text("0 of 1 voted on so far were judged useful")


def test_the_page_of_an_account_lists_its_own_and_leads_to_the_rows(page: Page, served: Served):
    rows = opened(page, served, f"{YEAR}&flags=all")
    account = rows.locator(".account").first
    name = account.inner_text()
    told = [sentence(row) for row in rows.all() if name in row.inner_text()]
    account.click()
    expect(page.locator("h1")).to_have_text(name)
    own = page.locator("#account-flags .episode")
    expect(own.first).to_be_visible()
    assert {sentence(row) for row in own.all()} >= set(told)
    expect(page.locator("#account-timeline")).to_contain_text("that nobody expected")
    saw = sentence(own.first).split("saw ")[1].split(":")[0]
    own.first.get_by_role("link", name="Rows").click()
    expect(page.locator("h1")).to_contain_text(f"{saw} logins")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(browser: Browser, served: Served, faults: Faults, scheme: str, width: int):
    view = {"width": width, "height": 900}
    context = browser.new_context(viewport=view, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    faults.watch(page, served.address)
    rows = opened(page, served, f"{YEAR}&flags=all")
    rows.first.locator("summary", has_text="Explain").click()
    expect(rows.first.get_by_label("Reason, remembered for next year")).to_be_in_viewport(ratio=1)
    assert_nothing_stands_in_the_way(page, "#changes-flags")
    rows.locator(".account").first.click()
    expect(page.locator("#account-flags .episode").first).to_be_visible()
    assert_nothing_stands_in_the_way(page, "#account-flags")
    context.close()
