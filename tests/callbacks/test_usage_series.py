"""What is drawn, what is complete, and with what it is compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask, g

from callbacks import usage_exports
from callbacks.query import filters, query
from callbacks.usage_series import TOTAL, Series, in_focus, last_year, series, without_data, year_to_focus
from callbacks.usage_span import Span, by_of, span
from data_access.buckets import By
from data_access.engine import Store
from data_access.filters import Filters, Period
from layouts.links import Query
from tests.given import LEADER, Given
from tests.quiet import quiet_agencies


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Permit from Tuesday 7 January 2025 to Wednesday 14 January 2026: a few records, and five in the last two weeks.

    Machines keep both feeds alive.
    """
    given = Given(tmp_path_factory.mktemp("usage"))
    for week in range(54):
        day = date(2025, 1, 7) + timedelta(weeks=week)
        given.use("a", "permit", f"{day} 10:00", channel="api").use("b", "fleet", f"{day} 10:00", channel="api")
    given.use("a", "permit", "2025-01-07 09:00").use("a", "permit", "2025-01-14 09:00", times=2)
    given.use("a", "permit", "2025-12-30 09:00", times=3).use("b", "fleet", "2025-12-31 09:00", user="bob", times=4)
    given.use("a", "permit", "2026-01-06 09:00", times=5).use("a", "permit", "2026-01-14 09:00", times=5)
    return Store(given.loaded().store)


@contextmanager
def asked(store: Store, search: str) -> Iterator[tuple[Filters, Query]]:
    with Flask("test").app_context(), store.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield filters(search), query(search)


def spanned(store: Store, search: str) -> Span:
    with asked(store, search) as question:
        return span(*question)


def answered(store: Store, search: str) -> Series:
    with asked(store, search) as question:
        return series(*question)


def complete(drawn: Span) -> list[bool]:
    return [drawn.is_complete(bucket) for bucket in drawn.shown]


def test_the_running_week_is_incomplete_and_the_first_of_the_log_is_not(store: Store):
    drawn = spanned(store, "?period=all")
    assert len(drawn.shown) == 54
    assert complete(drawn) == [True] * 53 + [False]
    assert drawn.focus.whole == Period(date(2026, 1, 5), date(2026, 1, 12))


def test_months_that_the_period_or_the_log_cuts_are_incomplete(store: Store):
    drawn = spanned(store, "?period=2025-10-15..2026-01-14&by=month")
    assert complete(drawn) == [False, True, True, False]
    assert answered(store, "?period=2025-10-15..2026-01-14&by=month").values[TOTAL].tolist() == [0, 0, 7, 10]


def test_a_week_is_compared_with_the_one_before_or_a_year_before(store: Store):
    before = answered(store, "?period=2025-12-15..2026-01-14").before[TOTAL]
    assert before.tolist()[:4] == [0, 0, 0, 7]
    assert before.isna().tolist() == [False, False, False, False, True]  # the running week carries no percentage
    year = last_year(answered(store, "?period=2025-12-15..2026-01-14&vs=year"))[TOTAL]
    assert year.isna().tolist() == [True, True, True, False, True]
    assert year.tolist()[3] == 1  # the week of 5 January 2026 has that of 6 January 2025


def test_nothing_is_compared_where_that_was_asked_for(store: Store):
    assert answered(store, "?vs=none").before.isna().all(axis=None)


def test_a_cut_week_holds_the_days_asked_for(store: Store):
    cut = answered(store, "?period=2025-01-08..2025-02-02")
    assert cut.values[TOTAL].tolist() == [0, 2, 0, 0]
    assert complete(cut.span) == [False, True, True, True]


def test_a_period_of_one_week_is_drawn_with_those_around_it(store: Store):
    drawn = spanned(store, "?period=2025-12-29..2026-01-04")
    assert len(drawn.shown) == 52
    assert drawn.surrounded == (49, 49)
    assert drawn.chosen is not None
    assert drawn.chosen.days == drawn.focus.days == Period(date(2025, 12, 29), date(2026, 1, 5))
    assert spanned(store, "").chosen is None


def test_a_log_without_a_complete_week_is_drawn_as_far_as_it_goes(tmp_path: Path):
    store = Store(Given(tmp_path).use("a", "permit", "2026-01-06 09:00", times=3).loaded().store)
    found = answered(store, "")
    assert complete(found.span) == [False]
    assert found.values[TOTAL].tolist() == [3]


def test_behind_a_week_the_week_before_is_compared(store: Store):
    with asked(store, "?period=2026-01-05..2026-01-11") as question:
        narrow = in_focus(*question)
    assert narrow.comparison == Period(date(2025, 12, 29), date(2026, 1, 5))
    with asked(store, "?period=2026-01-12..2026-01-14") as question:
        assert in_focus(*question).comparison is None


def test_days_are_drawn_unless_they_are_too_many(store: Store):
    with asked(store, "?period=all&by=day") as (wanted, search):
        assert by_of(wanted, search) is By.DAY
        assert by_of(wanted.during(Period(date(2024, 1, 1), date(2026, 1, 1))), search) is By.WEEK


def test_a_day_is_compared_with_the_same_day_of_the_week_before(store: Store):
    assert answered(store, "?period=2026-01-01..2026-01-06&by=day").before[TOTAL].tolist() == [0, 0, 0, 0, 0, 3]


def test_the_year_up_to_the_week_in_focus_has_52_complete_ones(store: Store):
    year = year_to_focus(answered(store, "?period=all"))
    assert len(year) == 52
    assert (year[TOTAL].max(), year[TOTAL].idxmax().date()) == (7, date(2025, 12, 29))


def test_people_are_counted_in_the_total_not_added_up(store: Store):
    found = answered(store, "?metric=users&by=month&period=all").values
    assert found.loc["2025-12-01"].to_dict() == {"fleet": 1, "permit": 1, TOTAL: 2}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Tax came on Monday 1 December 2025 and never again; Fleet was away from March 2025 to February 2026."""
    return Store(quiet_agencies(Given(tmp_path_factory.mktemp("quiet"))).store)


def test_while_a_feed_is_away_nothing_is_known(quiet: Store):
    found = answered(quiet, "?period=2025-11-24..2025-12-21")
    assert found.values["tax"].tolist()[1] == 1
    assert found.values["tax"].isna().tolist() == [True, False, True, True]
    assert found.before["tax"].isna().all()
    assert found.values["permit"].tolist()[1:] == [1, 1, 5]
    assert found.values[TOTAL].tolist()[1:] == [2, 1, 5]
    alone = answered(quiet, "?period=2025-11-24..2025-12-21&app=tax").values
    assert alone[TOTAL].isna().tolist() == [True, False, True, True]


def test_a_feed_that_came_back_leaves_a_gap(quiet: Store):
    months = answered(quiet, "?period=all&by=month&app=fleet").values["fleet"]
    assert months["2025-03"].tolist() == [1]
    assert months["2025-04":"2025-12"].isna().all()
    assert months["2026-02":].tolist() == [1]


def test_a_total_without_an_application_is_compared_without_it(quiet: Store):
    """In the week of 1 December Tax and Permit had a record each, a week later Permit had one."""
    found = answered(quiet, "?period=2025-12-01..2025-12-28")
    assert found.values[TOTAL].tolist()[:2] == [2, 1]
    assert found.before[TOTAL].tolist()[1] == 1
    with asked(quiet, "?period=2025-12-08..2025-12-14") as question:
        narrow, lacking = in_focus(*question), without_data(*question)
    assert (narrow.applications, lacking) == (("permit",), ("fleet", "tax"))
    with asked(quiet, "?period=2025-12-08..2025-12-14&app=tax") as question:
        assert in_focus(*question).comparison is None


def test_the_download_has_a_row_per_bucket_and_line(store: Store):
    with asked(store, "?period=2025-12-22..2026-01-14&app=permit") as question:
        table = usage_exports.EXPORTS["series"](*question)
    assert table["Records created"].tolist() == [0, 3, 5, 5]
    assert table["Complete"].tolist() == ["yes", "yes", "yes", "no"]
    assert table["Last day"].tolist()[-1] == date(2026, 1, 14)
    assert set(table["Application"]) == {"permit"}


def test_the_download_says_where_there_is_no_data(quiet: Store):
    with asked(quiet, "?period=2025-11-24..2025-12-21&app=tax") as question:
        table = usage_exports.EXPORTS["series"](*question)
    assert table["Complete"].tolist() == ["no data", "yes", "no data", "no data"]
