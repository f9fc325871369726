"""Engagement as somebody sees it: from a funnel to those who dropped out, and from a channel to its messages."""

import csv
import io
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served, assert_nothing_stands_in_the_way

INVITED = """
    select count(*), count(*) filter (activated_on >= invited_on)
    from read_parquet('{folder}/demo/users.parquet') where invited_on between '2026-08-24' and '2026-11-22'
"""
DENVER = "sent_at >= timestamptz '2026-08-24 06:00:00+00' and sent_at < timestamptz '2026-11-23 07:00:00+00'"
SENT = f"""
    select count(*) from read_parquet('{{folder}}/demo/messages.parquet') where channel = 'SMS' and {DENVER}
"""


def sql(served: Served, question: str) -> tuple[int, ...]:
    [row] = duckdb.execute(question.format(folder=served.data)).fetchall()
    return row


def opened(page: Page, served: Served, search: str = "") -> Page:
    page.goto(f"{served.address}engagement{search}")
    for identity in ("channels", "funnel", "cohorts", "priorities"):
        expect(page.locator(f"#engagement-{identity}-title")).to_be_visible()
    expect(page.locator("#engagement-people .bartext, #engagement-people .lines path").first).to_be_attached()
    return page


def test_the_funnel_is_that_of_the_table_of_users_and_leads_to_who_dropped_out(page: Page, served: Served):
    invited, activated = sql(served, INVITED)
    opened(page, served)
    steps = page.locator(".funnel tbody tr")
    expect(steps.nth(0).locator("td.number").first).to_have_text(f"{invited:,}")
    expect(steps.nth(1).locator("td.number").first).to_have_text(f"{activated:,}")
    steps.nth(1).locator("td.number a").last.click()
    expect(page.locator("#rows-heading h1")).to_have_text(f"{invited - activated:,} people not activated")


def test_a_channel_narrows_messages_and_its_chip_takes_it_away(page: Page, served: Served):
    [sent] = sql(served, SENT)
    opened(page, served)
    page.locator(".narrowed .menu").first.locator("summary").click()
    page.locator(".narrowed .menu").first.get_by_role("link", name="SMS").click()
    expect(page.locator(".narrowed .chip")).to_have_text(["Channel: SMS ✕"])
    expect(page.locator(".channel-table .group td.number:nth-child(2)")).to_have_text([f"{sent:,}"] * 2)
    page.locator(".narrowed .chip").click()
    expect(page.locator(".channel-table .group")).to_have_count(5)


def test_a_cell_of_a_cohort_leads_to_its_people(page: Page, served: Served):
    opened(page, served)
    cell = page.locator(".triangle .cell a").nth(1)
    count = int(cell.get_attribute("data-value").split(".")[0])
    cell.click()
    expect(page.locator("#rows-heading h1")).to_contain_text(f"{count} ")
    expect(page.locator("#rows-heading")).to_contain_text("First active in")


def test_what_a_card_shows_can_be_taken_along(page: Page, served: Served):
    opened(page, served)
    menu = page.locator(".dropped > header .more")
    menu.locator("summary").click()
    with page.expect_download() as started:
        menu.get_by_text("Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    invited, activated = sql(served, INVITED)
    assert len(rows) == invited - activated
    assert {row["Activated on"] for row in rows} == {""}


def test_channels_and_cohorts_are_whole_on_paper(page: Page, served: Served):
    opened(page, served)
    page.set_viewport_size({"width": 718, "height": 1100})  # a page of A4 between its margins
    page.emulate_media(media="print")
    for card in ("channels", "cohorts"):
        shown = page.locator(f"[aria-labelledby=engagement-{card}-title] .scroll")
        cut = shown.evaluate("it => [it.scrollWidth - it.clientWidth, it.scrollHeight - it.clientHeight]")
        assert max(cut) <= 1  # pixels are rounded


@pytest.mark.parametrize("search", ["", "?by=month&app=permit-management&channel=SMS&mau=30&step=transacted"])
def test_axe_finds_nothing(looked_at: Page, served: Served, search: str):
    opened(looked_at, served, search)
    assert_nothing_stands_in_the_way(looked_at)
