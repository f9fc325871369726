"""From a spike to the people behind it; every number met equals SQL on the raw log."""

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served, assert_nothing_stands_in_the_way

# Events of people, each once, on its day in Denver.
EVENTS = """
    select distinct on (event_id) *, cast(timezone('America/Denver', occurred_at) as date) as day
    from read_parquet('{folder}/demo/usage/**/*.parquet')
    where channel <> 'api' and account_id is not null and application_id is not null and occurred_at is not null
"""
BY_BUCKET = """
    select cast(date_trunc('{unit}', day) as varchar), count(*) filter (event = 'RECORD_CREATED'),
        count(distinct user_id)
    from ({events}) where application_id = '{application}' and day between '{first}' and '{last}'
    group by all order by 1
"""
BEHIND = """
    select name, count(*) as records from ({events}) join read_parquet('{folder}/demo/accounts.parquet')
        using (account_id)
    where application_id = 'permit-management' and event = 'RECORD_CREATED' and day between '{first}' and '{last}'
    group by all order by records desc, name
"""


def raw(served: Served, question: str, **values: str) -> list[tuple[Any, ...]]:
    folder = str(served.data)
    return duckdb.execute(question.format(events=EVENTS.format(folder=folder), folder=folder, **values)).fetchall()


def open_usage(page: Page, served: Served, search: str = "") -> None:
    page.goto(f"{served.address}usage{search}")
    expect(page.locator("#usage-chart .scatterlayer .trace").first).to_be_attached()


def twin(page: Page) -> list[tuple[str, int]]:
    """The chart as a table, oldest first."""
    page.get_by_text("Show as a table").click()
    rows = [
        (row.locator("th").inner_text(), int(row.locator("td").first.inner_text().replace(",", "")))
        for row in page.locator("#usage-chart-table table").last.locator("tbody tr").all()
    ]
    return rows[::-1]


POINT = """([trace, place]) => {
    const chart = document.querySelector('#usage-chart .js-plotly-plot');
    const {xaxis, yaxis, margin} = {...chart._fullLayout, margin: chart._fullLayout._size};
    const box = chart.getBoundingClientRect();
    const line = chart.data.filter((one) => one.mode.includes("markers"))[trace];
    return [box.left + margin.l + xaxis.d2p(line.x[place]), box.top + margin.t + yaxis.d2p(line.y[place])];
}"""


def click_point(page: Page, trace: int, place: int) -> None:
    """Where the chart has drawn that point, of the lines with points; a mouse, as a person has."""
    x, y = page.evaluate(POINT, [trace, place])
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)


def test_a_click_on_a_point_leads_to_the_accounts_and_people_behind_it(page: Page, served: Served):
    open_usage(page, served, "?app=permit-management")
    weeks = twin(page)
    expected = raw(
        served, BY_BUCKET, unit="week", application="permit-management", first="2026-08-24", last="2026-11-22"
    )
    assert [value for _, value in weeks] == [records for _, records, _ in expected]
    click_point(page, 0, 8)
    expect(page.locator(".chip").first).to_have_text("Week of 19 Oct 2026 ✕")
    expect(page.locator("#usage-behind h2").first).to_have_text("Accounts behind the week of 19 Oct 2026")
    rows = page.locator("[aria-labelledby=usage-behind-title] tbody tr").all()
    shown = [(row.locator("th").inner_text(), int(row.locator("td").first.inner_text().replace(",", "")))
             for row in rows]  # fmt: skip
    week = {"first": "2026-10-19", "last": "2026-10-25"}
    behind = raw(served, BEHIND, **week)
    assert sorted(shown[:12], key=lambda row: (-row[1], row[0]))[:5] == behind[:5]
    assert sum(value for _, value in shown) == dict(weeks)["19 Oct 2026"] == sum(records for _, records in behind)
    [(_, _, people)] = raw(served, BY_BUCKET, unit="week", application="permit-management", **week)
    expect(page.locator("[aria-labelledby=usage-people-title] .finding")).to_contain_text(
        f"{people} people were active"
    )
    page.go_back()
    expect(page.locator("#usage-behind .card")).to_have_count(0)
    expect(page.locator("#usage-chart-head h2")).to_have_text("Records created by week")


def test_nothing_is_said_of_a_point_after_the_click_until_the_pointer_moves(page: Page, served: Served):
    open_usage(page, served, "?app=permit-management")
    hover = page.locator("#usage-chart .hoverlayer")
    click_point(page, 0, 8)
    expect(page.locator("#usage-behind h2").first).to_have_text("Accounts behind the week of 19 Oct 2026")
    expect(hover).to_be_hidden()
    point = page.evaluate(POINT, [0, 40])
    page.mouse.move(point[0] - 2, point[1])
    page.mouse.move(*point)
    expect(hover.locator(".hovertext")).to_be_visible()


FLAGGED = """
    select application_id, cast(flags.week as varchar) as monday, direction from flags
    join episodes using (episode) join applications using (application_key)
    where level = 'application' group by all order by monday desc limit 1
"""


def test_a_week_that_nobody_expected_is_marked_said_and_leads_to_its_accounts(page: Page, served: Served):
    store = str((served.data / "store" / "current").resolve())
    with duckdb.connect(store, read_only=True) as opened:
        [(application, week, direction)] = opened.execute(FLAGGED).fetchall()
    open_usage(page, served, f"?app={application}&period=all")
    page.locator(".flagged summary").click()
    row = page.locator(".flagged tbody tr").first
    expect(row).to_contain_text("▲ Logins: expected" if direction > 0 else "▼ Logins: expected")
    assert f"period={week}.." in (row.get_by_role("link").get_attribute("href") or "")
    marks = page.evaluate("""() => {
        const drawn = document.querySelector("#usage-chart .js-plotly-plot").data;
        const lines = drawn.filter((one) => one.mode.includes("markers"));
        return [lines.length - 1, lines.at(-1).x];
    }""")
    click_point(page, marks[0], marks[1].index(week))
    expect(page.locator("#usage-behind h2").first).to_contain_text("Accounts behind the week of")
    assert f"period={week}.." in page.url


def test_what_is_expected_of_an_application_is_drawn_and_written(page: Page, served: Served):
    open_usage(page, served)
    expect(page.locator(".under-chart")).to_have_text("Choose an application to see what was expected of it.")
    page.locator(".page-usage .rail-row", has_text="Permit Management").click()
    expect(page.locator(".under-chart")).to_contain_text("Shaded: between what 19 of 20 weeks should lie")
    expect(page.locator("#usage-chart .fills path, #usage-chart path.js-fill").first).to_be_attached()
    page.locator("#usage-chart-table details").last.locator("summary").click()
    expect(page.locator("#usage-chart-table table").last.locator("thead")).to_contain_text(
        "Expected of Permit Management"
    )


def test_on_a_phone_the_whole_chart_is_seen(page: Page, served: Served):
    page.set_viewport_size({"width": 390, "height": 844})
    open_usage(page, served, "?app=permit-management")
    ticks = page.locator("#usage-chart .xtick text")
    expect(ticks.last).to_contain_text("16 Nov")
    frame = page.locator("#usage-chart").bounding_box()
    for mark in (ticks.last, page.locator("#usage-chart .annotation-text").first):
        box = mark.bounding_box()
        assert frame and box and frame["x"] <= box["x"] and box["x"] + box["width"] <= 378
        assert box["width"] > box["height"]  # the words lie


@pytest.mark.parametrize("width", [1440, 1280])
def test_no_column_behind_a_week_is_cut_off(page: Page, served: Served, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    open_usage(page, served, "?app=permit-management&period=2026-10-19..2026-10-25")
    expect(page.locator("#usage-behind table").first).to_be_visible()
    assert page.evaluate(
        """() => [...document.querySelectorAll("#usage-behind .scroll")].map((one) => one.scrollWidth - one.clientWidth)"""
    ) == [0, 0]


def test_months_are_those_of_the_calendar_and_the_running_one_is_marked(page: Page, served: Served):
    open_usage(page, served, "?app=permit-management&period=all")
    page.get_by_role("link", name="Month", exact=True).click()
    expect(page.locator("#usage-chart-head h2")).to_have_text("Records created by month")
    months = twin(page)
    expected = raw(
        served, BY_BUCKET, unit="month", application="permit-management", first="2025-01-01", last="2026-11-22"
    )
    assert [value for _, value in months] == [records for _, records, _ in expected]
    assert [name for name, _ in months if "incomplete" in name] == ["Sep 2025 (incomplete)", "Nov 2026 (incomplete)"]


def test_people_are_counted_once_in_each_bucket(page: Page, served: Served):
    open_usage(page, served, "?app=permit-management&metric=users&by=day&period=2026-11-01..2026-11-22")
    expected = raw(
        served, BY_BUCKET, unit="day", application="permit-management", first="2026-11-01", last="2026-11-22"
    )
    shown = [value for _, value in twin(page) if value]
    assert shown == [people for _, _, people in expected]


def test_last_year_stands_behind_this_year_and_the_change_is_said(page: Page, served: Served):
    open_usage(page, served, "?app=permit-management&vs=year&period=4w")
    [now, before] = [
        sum(records for _, records, _ in raw(served, BY_BUCKET, unit="week", application="permit-management", **span))
        for span in (
            {"first": "2026-10-26", "last": "2026-11-22"}, {"first": "2025-10-27", "last": "2025-11-23"},
        )
    ]  # fmt: skip
    expect(page.locator("#usage-chart-head .finding")).to_contain_text(
        f"Records created over 4 complete weeks: {now:,}, "
    )
    expect(page.locator("#usage-chart-head .finding")).to_contain_text(f"on the {before:,} of a year before")
    expect(page.locator("#usage-chart .scatterlayer .trace")).to_have_count(3)  # with the band


def test_the_download_is_what_is_drawn(page: Page, served: Served):
    open_usage(page, served, "?app=permit-management")
    weeks = twin(page)
    page.locator("#usage-chart-actions .more summary").click()
    with page.expect_download() as started:
        page.locator("#usage-chart-actions").get_by_text("Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    assert [float(row["Records created"]) for row in rows] == [value for _, value in weeks]


def test_the_application_chosen_stays_on_the_next_tab(page: Page, served: Served):
    open_usage(page, served)
    page.locator(".page-usage .rail-row", has_text="Permit Management").click()
    expect(page.locator("h1")).to_have_text("How does use of Permit Management move, and where are spikes?")
    page.get_by_role("link", name="Accounts by app").click()
    expect(page.locator("h1")).to_have_text("Who uses Permit Management most, and least?")


def test_a_note_stands_on_the_axis_and_in_the_list_until_it_is_deleted(page: Page, served: Served):
    open_usage(page, served)
    page.get_by_text("Add a note").click()
    form = page.locator("#usage-note-form form")
    form.locator("[name=kind]").select_option("outage")
    form.locator("[name=day]").fill("2026-10-14")
    form.locator("[name=text]").fill("Sign-in failed <b>all</b> morning")
    form.get_by_role("button", name="Keep note").click()
    item = page.locator("#usage-notes .kept")
    expect(item).to_contain_text("Sign-in failed <b>all</b> morning")
    expect(item).to_contain_text("Outage · 14 Oct 2026")
    expect(page.locator("#usage-chart .annotation-text", has_text="Outage")).to_be_visible()
    item.get_by_role("button", name="Delete").click()
    expect(item).to_have_count(0)
    expect(page.locator("#usage-chart .annotation-text", has_text="Outage")).to_have_count(0)


@pytest.mark.parametrize("search", ["", "?app=permit-management&period=2026-10-19..2026-10-25"])
def test_axe_finds_nothing(looked_at: Page, served: Served, search: str):
    open_usage(looked_at, served, search)
    expect(looked_at.locator("[aria-labelledby=usage-applications-title] table")).to_be_visible()
    assert_nothing_stands_in_the_way(looked_at)
