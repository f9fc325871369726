"""From a change to the accounts behind it, and to their people; every number met equals SQL on the raw log."""

import csv
import io
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served, assert_nothing_stands_in_the_way

# What people did in the last 13 weeks and in the 13 before, each event once, on its day in Denver.
EVENTS = """
    select *, day >= date '2026-08-24' as is_now
    from (
        select distinct on (event_id) *, cast(timezone('America/Denver', occurred_at) as date) as day
        from read_parquet('{folder}/demo/usage/**/*.parquet')
        where channel <> 'api' and account_id is not null and application_id is not null and occurred_at is not null
    )
    where day >= date '2026-05-25' and day < date '2026-11-23'
"""
BY_ACCOUNT = """
    select coalesce(name, account_id), count(*) filter (not is_now), count(*) filter (is_now)
    from ({events}) left join read_parquet('{folder}/demo/accounts.parquet') using (account_id)
    where event = 'RECORD_CREATED' group by all
"""
PEOPLE = """
    select count(distinct user_id) filter (not is_now), count(distinct user_id) filter (is_now)
    from ({events}) where user_id <> ''
"""
MONTHS = """
    select strftime(day, '%b %Y'), count(*)
    from (
        select distinct on (event_id) cast(timezone('America/Denver', occurred_at) as date) as day
        from read_parquet('{folder}/demo/usage/**/*.parquet')
        where channel <> 'api' and account_id is not null and occurred_at is not null
            and application_id = 'permit-management' and event = 'RECORD_CREATED'
    )
    group by all order by min(day)
"""


def raw(served: Served, question: str) -> list[tuple[object, ...]]:
    folder = str(served.data)
    return duckdb.execute(question.format(events=EVENTS.format(folder=folder), folder=folder)).fetchall()


def open_changes(page: Page, served: Served, search: str = "") -> None:
    page.goto(f"{served.address}changes{search}")
    expect(page.locator(".whom h2")).to_contain_text("Because of")
    expect(page.locator("#changes-steps .barlayer .point").first).to_be_attached()


def amount(written: str) -> float:
    return float(written.replace(",", "").replace("−", "-").replace("+", ""))


def steps(page: Page) -> dict[str, float]:
    twin = page.locator("#changes-steps-table")
    if not twin.locator("details[open]").count():
        twin.locator("summary").click()
    rows = twin.locator("tbody tr, tfoot tr").all()
    return {row.locator("th").inner_text(): amount(row.locator("td").last.inner_text()) for row in rows}


def click_bar(page: Page, place: int) -> None:
    """With a mouse, as a person has: the chart looks under it."""
    box = page.locator("#changes-steps .barlayer .point path").nth(place).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)


def whom(page: Page) -> Locator:
    return page.locator(".whom tbody tr:has(.alone)")


def test_from_a_step_to_its_accounts_their_applications_and_their_people(page: Page, served: Served):
    before, now = (sum(row[place] for row in raw(served, BY_ACCOUNT)) for place in (1, 2))  # type: ignore[misc]
    open_changes(page, served)
    shown = steps(page)
    assert (shown["Before"], shown["Now: the sum"]) == (before, now)
    assert sum(shown.values()) - now == pytest.approx(now, abs=0.5)
    assert f"from {before:,} to {now:,}" in page.locator(".heading .finding").inner_text()

    click_bar(page, list(shown).index("Lapsed"))
    expect(page).to_have_url(f"{served.address}changes?part=lapsed")
    expect(page.locator(".whom .menu summary").first).to_have_text("Part Lapsed")
    total = page.locator(".whom tfoot td").nth(2)
    assert amount(total.inner_text()) == shown["Lapsed"]

    name = whom(page).first.locator("th").inner_text()
    whom(page).first.locator(".alone").click()
    expect(page.locator(".whom h2")).to_have_text(f"Because of what at {name}?")
    application = whom(page).first.locator("th").inner_text()
    whom(page).first.locator(".alone").click()
    expect(page.locator(".whom h2")).to_have_text(f"Because of whom at {name} in {application}?")
    expect(page.locator(".whom tbody tr").first).to_contain_text("Lost")

    page.go_back()
    expect(page.locator(".whom h2")).to_have_text(f"Because of what at {name}?")
    page.go_back()
    page.go_back()
    expect(page).to_have_url(f"{served.address}changes")
    expect(page.locator(".whom h2")).to_have_text("Because of whom?")


def test_a_step_is_chosen_without_a_mouse_and_beside_its_bar(page: Page, served: Served):
    open_changes(page, served)
    twin = page.locator("#changes-steps-table")
    twin.locator("summary").press("Enter")
    twin.get_by_role("link", name="Lapsed").press("Enter")
    expect(page).to_have_url(f"{served.address}changes?part=lapsed")
    expect(page.locator(".whom .menu summary").first).to_have_text("Part Lapsed")
    bar = page.locator("#changes-steps .barlayer .point path").nth(1).bounding_box()
    plot = page.locator("#changes-steps .nsewdrag").first.bounding_box()
    assert bar and plot
    x, y = bar["x"] + bar["width"] / 2, plot["y"] + plot["height"] - 20
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    expect(page).to_have_url(f"{served.address}changes?part=new")


def test_the_accounts_are_those_of_the_raw_log_and_their_rows_add_up(page: Page, served: Served):
    open_changes(page, served)
    expected = sorted(raw(served, BY_ACCOUNT), key=lambda row: -abs(row[2] - row[1]))  # type: ignore[operator]
    first = whom(page).first.locator("td").nth(2).inner_text()
    assert abs(amount(first)) == abs(expected[0][2] - expected[0][1])  # type: ignore[operator]
    rows = csv_of(page, ".whom .more")
    by_account: dict[str, float] = {}
    for row in rows:
        by_account[row["Account"]] = by_account.get(row["Account"], 0) + float(row["Contribution"])
    changed = {name: now - before for name, before, now in expected if now != before}  # type: ignore[operator]
    assert {name: round(value, 6) for name, value in by_account.items() if round(value, 6)} == changed


def test_people_are_counted_once_in_every_step(page: Page, served: Served):
    open_changes(page, served, "?metric=users")
    [(before, now)] = raw(served, PEOPLE)
    shown = steps(page)
    assert (shown["Before"], shown["Now: the sum"]) == (before, now)
    assert sum(shown.values()) == 2 * now  # type: ignore[operator]


def test_the_filters_are_kept_on_the_next_tab_and_the_numbers_lead_to_their_rows(page: Page, served: Served):
    open_changes(page, served, "?app=permit-management&pairs=same")
    page.get_by_role("link", name="All", exact=True).first.click()
    expect(page).to_have_url(f"{served.address}changes?app=permit-management")
    page.locator(".heading .to-rows").first.click()
    expect(page).to_have_url(f"{served.address}rows?app=permit-management&rows=before")
    page.go_back()
    page.locator("[data-tab]", has_text="Accounts by app").click()
    expect(page.locator(".chip")).to_have_text(["Permit Management ✕"])


def test_without_an_earlier_period_others_are_offered(page: Page, served: Served):
    page.goto(f"{served.address}changes?period=all")
    expect(page.locator(".offers").first).to_be_visible()
    assert page.locator(".offers").first.locator("a").all_inner_texts() == ["Last 4 weeks", "Last 13 weeks"]
    page.locator(".offers a", has_text="Last 4 weeks").first.click()
    expect(page.locator(".heading .finding")).to_contain_text("Records created")


def test_movers_have_a_least_volume_and_an_order(page: Page, served: Served):
    open_changes(page, served)
    page.get_by_role("link", name="By percent").click()
    expect(page.locator(".movers .finding").first).to_contain_text("the larger half; new ones have no percentage")
    changes = [text for text in page.locator(".movers .change:not(.alone .change)").all_inner_texts() if "%" in text]
    shares = [float(text.strip("▲▼ %").replace(",", "")) for text in changes]
    falls = sum(text.startswith("▼") for text in changes)
    assert shares == [*sorted(shares[:falls], reverse=True), *sorted(shares[falls:], reverse=True)]


def test_the_months_are_those_of_the_raw_log(page: Page, served: Served):
    open_changes(page, served, "?app=permit-management")
    [row] = [row for row in csv_of(page, "#changes-months-actions") if row["Application"] == "Permit Management"]
    expected = dict(raw(served, MONTHS))
    shown = [int(value) for key, value in row.items() if key[:2] == "20"]
    assert shown == list(expected.values())[-len(shown) :]
    assert list(row)[-1] == "2026-11 so far"


def csv_of(page: Page, menu: str) -> list[dict[str, str]]:
    page.locator(f"{menu} summary").first.click()
    with page.expect_download() as started:
        page.locator(menu).get_by_text("Download CSV").click()
    text = Path(started.value.path()).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("search", ["?part=intensity", "?period=all"])
def test_axe_finds_nothing(looked_at: Page, served: Served, search: str):
    looked_at.goto(f"{served.address}changes{search}")
    expect(looked_at.locator(".movers h2")).to_be_visible()
    expect(looked_at.locator(".whom h2")).to_be_visible()
    expect(looked_at.locator("#changes-months .scatterlayer .trace").first).to_be_attached()
    assert_nothing_stands_in_the_way(looked_at)
