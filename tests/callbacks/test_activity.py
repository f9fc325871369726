"""Months and years of customers that can be counted by hand, and what is said of them."""

from collections.abc import Callable, Iterator
from datetime import date

import pandas as pd
import pytest
from dash import Dash
from flask import Flask, g

from callbacks import activity as page
from callbacks.activity_blocks import block, columns, peak_block
from callbacks.activity_exports import EXPORTS
from callbacks.activity_series import Months, Years, activity
from callbacks.activity_span import asked
from callbacks.activity_words import block_finding, lacking, sentence, subject
from callbacks.activity_years import stretches, total_rows
from callbacks.query import filters, query
from data_access.filters import Period
from tests.activity import customers, late_feeds
from tests.given import LEADER, Given

Answered = Callable[[str], tuple[Months, Years]]
NOTHING = float("nan")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return customers(Given(tmp_path_factory.mktemp("customers")))


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return late_feeds(Given(tmp_path_factory.mktemp("late")))


def opened(given: Given) -> Iterator[None]:
    Dash(__name__)  # addresses are relative to one
    with Flask("test").app_context(), given.opened.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield


@pytest.fixture
def store(given: Given) -> Iterator[None]:
    yield from opened(given)


@pytest.fixture
def late_store(late: Given) -> Iterator[None]:
    yield from opened(late)


def answered(search: str = "") -> tuple[Months, Years]:
    return activity(asked(search))


def column(search: str, measure: str) -> dict[str, float]:
    """The months that are known."""
    months = answered(search)[0].values[measure].dropna()
    return {f"{month:%Y-%m}": value for month, value in months.items()}


def test_logins_and_people_by_month_are_counted_whoever_and_wherever(store: None):
    months = [f"2025-{month:02}" for month in range(1, 13)] + ["2026-01", "2026-02", "2026-03"]
    assert column("", "logins") == dict(zip(months, [1, 2, 2, 0, 0, 0, 1, 0, 0, 1, 0, 1, 3, 0, 1], strict=True))
    assert column("", "people") == dict(zip(months, [1, 2, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 2, 0, 1], strict=True))


def test_people_of_a_year_are_counted_over_it_and_hours_are_not_rounded(store: None):
    """Ann, Bob, Bea and Cal; Ann and Bea. Three minutes are 0.05 hours, which three rounded months would lose."""
    _, years = answered()
    assert years.values.loc[["logins", "people"]].values.tolist() == [[8, 4], [4, 2]]
    assert years.values.at["hours", "last"] == pytest.approx(180 / 3600)
    hours, days = total_rows(years)[2:]
    assert (hours.column.title, days.column.title) == ("Hours", "Days (24 hours)")
    assert days.values[0] == pytest.approx(180 / 86_400)


def test_the_running_year_is_compared_with_the_same_days(store: None):
    _, years = answered()
    assert years.alike == (Period(date(2025, 1, 1), date(2025, 3, 11)), Period(date(2026, 1, 1), date(2026, 3, 11)))
    assert years.compared.loc[["logins", "people"]].values.tolist() == [[4, 4], [2, 2]]
    assert [days.head for days in stretches(years, ("permit",))] == ["2025", "2026 to 10 Mar", "1 Jan–10 Mar 2025"]


def test_a_customer_who_started_in_july_has_nothing_before_it_and_zeros_after_it(store: None):
    assert column("?account=b", "logins") == {
        "2025-07": 1, "2025-08": 0, "2025-09": 0, "2025-10": 0, "2025-11": 0, "2025-12": 0, "2026-01": 2,
        "2026-02": 0, "2026-03": 0,
    }  # fmt: skip
    found, years = answered("?account=b")
    assert years.alike is None
    assert sentence(found, years) == (
        "2026, up to 10 Mar: 2 logins, 2 unique logins, 0 hours. The first start was on 1 Jul 2025: "
        "nothing is known of the same days of the year before. "
        "Whole calendar years."
    )


def test_after_all_was_cancelled_there_is_nothing_but_use_that_there_was(store: None):
    cedar = column("?account=c", "logins")
    assert (cedar["2025-10"], cedar["2025-12"]) == (1, 1)
    assert {"2025-11", "2026-01", "2026-02", "2026-03"}.isdisjoint(cedar)
    assert sentence(*answered("?account=c")).startswith("Cancelled on 1 Nov 2025.")


def test_several_customers_are_counted_as_one(store: None):
    _, years = answered("?account=a&account=b")
    assert years.values.loc["people"].tolist() == [3, 2]
    assert years.values.loc["logins"].tolist() == [6, 4]
    assert subject(asked("?account=a&account=b")) == "2 customers"
    assert subject(asked("?account=b")) == "Birch"
    assert (subject(asked("")), subject(asked("?region=West"))) == ("all customers", "the customers chosen")


def test_only_complete_months_compare_and_none_before_is_new(store: None):
    found, _ = answered()
    months = block(found, "logins")
    told = months[["now_year", "before_year", "now_month", "before_month"]]
    assert told.loc["2026-01-01"].tolist() == [3, 1, 3, 1]
    assert told.loc["2025-07-01"].tolist()[2:] == [1, 0]
    assert told.loc["2026-03-01"].isna().all()
    assert months.at[pd.Timestamp("2026-03-01"), "note"] == "up to 10 Mar 2026"
    assert months["is_complete"].sum() == 14
    assert block_finding("logins", months) == (
        "February 2026: 0 logins, ▼ 100.0% on February 2025, ▼ 100.0% on the month before"
    )


def test_period_and_measure_make_no_other_question(store: None):
    assert asked("?period=4w&metric=clicks&vs=year") == asked("")
    assert asked("?account=a") != asked("")


def test_most_people_at_once_is_told_with_its_instant(store: None):
    """On 10 February 2025 Ann and Bob at 9:00 sharp."""
    filters = asked("")
    months = peak_block(filters, answered()[0].calendar)
    assert months.at[pd.Timestamp("2025-02-01"), "value"] == 2
    assert months.at[pd.Timestamp("2025-02-01"), "reached_at"] == pd.Timestamp("2025-02-10 09:00")
    assert months.at[pd.Timestamp("2025-04-01"), "value"] == 0
    assert (
        block_finding("peaks", months)
        == "Most: 2 people on 21 Jan 2026, 09:00; the year before 2 people on 10 Feb 2025, 09:00"
    )
    of_birch = peak_block(asked("?account=b"), answered("?account=b")[0].calendar)
    assert of_birch["value"].isna().sum() == 6 + 9


def test_the_month_in_which_the_log_begins_is_marked_and_does_not_compare(late_store: None):
    found, years = answered()
    months = block(found, "logins")
    september = months.loc["2025-09-01"]
    assert (september["value"], september["is_complete"], september["note"]) == (
        2,
        False,
        "the log begins on 15 Sep 2025",
    )
    assert months["value"].iloc[:8].isna().all()
    assert pd.isna(months.at[pd.Timestamp("2025-10-01"), "before_month"])
    assert years.alike is None


def test_a_month_compares_without_the_application_whose_data_are_missing_in_one_of_the_two(late_store: None):
    """In December Ann logged in to Permit and to Fleet, in November to Permit alone: Fleet was silent."""
    months = block(answered()[0], "logins")
    december = months.loc["2025-12-01"]
    assert december[["value", "now_month", "before_month", "without_month"]].tolist() == [2, 1, 1, "fleet"]
    assert months.at[pd.Timestamp("2025-11-01"), "note"] == "data missing of fleet"
    fleet = block(answered("?app=fleet")[0], "logins")["value"].dropna()
    assert {f"{month:%Y-%m}": value for month, value in fleet.items()} == {
        "2025-09": 1,
        "2025-12": 1,
        "2026-01": 0,
    }


def test_an_application_compares_whatever_is_missing_of_another(late_store: None):
    december = block(answered("?app=permit")[0], "logins").loc["2025-12-01"]
    assert december[["value", "now_month", "before_month", "without_month", "note"]].tolist() == [1, 1, 1, "", ""]


def test_a_file_holds_what_is_not_rounded_on_the_page(store: None):
    of = lambda card, search="": EXPORTS[card](filters(search), query(search))  # noqa: E731
    years = of("years").set_index("Measure")
    assert years.loc["Days (24 hours)", "2025"] == pytest.approx(180 / 86_400)
    assert years.loc["Unique logins"].tolist() == [4, 2, 2, 0.0]
    months = of("months")
    assert list(months)[:6] == [
        "First day",
        "Last day",
        "Complete",
        "Logins",
        "Logins: on the month before",
        "Logins: on the year before",
    ]
    assert months.iloc[12][["First day", "Last day", "Complete", "Logins", "Logins: on the year before"]].tolist() == [
        date(2026, 1, 1), date(2026, 1, 31), "yes", 3, 2.0,
    ]  # fmt: skip
    assert of("peaks").iloc[1][["People at once", "First reached"]].tolist() == [2, "2025-02-10 09:00:00"]
    assert of("logins", "?account=b")["Complete"].iloc[0] == "nothing known"
    assert months.iloc[23][["First day", "Last day", "Complete"]].tolist() == [date(2026, 12, 1), None, "nothing known"]


def test_every_block_is_told_and_nothing_is_lacking_where_the_log_has_all(store: None):
    assert [told.title for told in columns().values()] == ["Logins", "Unique logins", "Hours", "People at once"]
    assert lacking(columns()) == []
    drawn = page.update_months(asked(""), query(""), "light")
    assert "How does activity of all customers compare" in drawn[0]
    assert [len(trace["y"]) for trace in drawn[6]["data"]] == [12, 12]


def test_a_question_of_nobody_is_answered_with_nothing(late_store: None):
    search = "?state=low"
    found, years = answered(search)
    assert sentence(found, years) == "No customer is asked for. Take away a filter above."
    assert found.values.isna().all(axis=None)
    assert years.values.isna().all(axis=None)
    logins = page.update_months(asked(search), query(search), "dark")[6]
    peaks = page.update_peaks(asked(search), query(search), "dark")[2]
    assert [trace["y"] for figure in (logins, peaks) for trace in figure["data"]] == [[None] * 12] * 4
