"""Where the band and the marks of Usage over time are drawn, and in which words."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, g

from callbacks import usage_exports
from callbacks.query import filters, query
from callbacks.usage_flags import bands, flagged, hint
from callbacks.usage_span import span
from data_access.engine import Store
from data_access.filters import Filters
from layouts.links import Query
from tests.flagged import flagged_agencies
from tests.given import LEADER, Given

BOTH = ["fleet", "permit"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(flagged_agencies(Given(tmp_path_factory.mktemp("flags"))).store)


@contextmanager
def asked(store: Store, search: str) -> Iterator[tuple[Filters, Query]]:
    with Flask("test").app_context(), store.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield filters(search), query(search)


@pytest.mark.parametrize(
    ("search", "has_band"),
    [
        ("?period=all&metric=logins&app=fleet&app=permit", True),
        ("?period=all&metric=logins", False),
        ("?period=all&metric=logins&app=fleet&by=day", False),
        ("?period=all&metric=logins&app=fleet&by=month", False),
        ("?period=all&metric=logins&app=fleet&account=a", False),
        ("?period=all&metric=logins&app=fleet&state=active", False),
    ],
)
def test_weeks_of_few_whole_applications_have_a_band(store: Store, search: str, has_band: bool):
    with asked(store, search) as question:
        assert list(bands(question[0], span(*question))) == (BOTH if has_band else [])


def test_a_band_has_a_row_per_week_drawn_and_none_of_the_running_one(store: Store):
    with asked(store, "?period=all&metric=logins&app=fleet") as question:
        drawn = span(*question)
        known = bands(question[0], drawn)["fleet"]["low"].notna().tolist()
    assert known == [False] * 4 + [True] * 9 + [False]


def test_a_mark_is_at_its_week_and_says_what_is_counted(store: Store):
    with asked(store, "?period=all&metric=clicks&app=permit") as question:
        rows = flagged(question[0], span(*question), ["permit"])
    assert rows[["place", "application", "direction"]].values.tolist() == [
        [7, "Permit", 1], [10, "Permit", 1], [12, "Permit", -1],
    ]  # fmt: skip
    assert rows["sentence"].iloc[2].startswith("Logins: expected ")
    assert ", saw 40: " in rows["sentence"].iloc[2]


def test_of_an_account_as_a_whole_a_mark_is_of_no_application(store: Store):
    with asked(store, "?period=all&account=b") as question:
        rows = flagged(question[0], span(*question), BOTH)
    assert rows[["place", "application_id", "application"]].values.tolist() == [
        [10, "permit", "Permit"], [10, "", "All applications"],
    ]  # fmt: skip
    assert "(others on Permit are " in rows["sentence"].iloc[0]


def test_lines_that_are_not_drawn_and_days_and_months_have_no_marks(store: Store):
    for search, keys in (("?period=all", [""]), ("?period=all&by=month", BOTH), ("?period=all&by=day", BOTH)):
        with asked(store, search) as question:
            assert flagged(question[0], span(*question), keys).empty


def test_the_card_says_how_to_see_a_band(store: Store):
    for search, is_drawn, words in (
        ("", False, "Choose an application to see what was expected of it."),
        ("?app=permit", True, "Shaded: between what 19 of 20 weeks should lie, by what was known before each."),
        ("?account=a", False, ""),
        ("?by=month", False, ""),
    ):
        with asked(store, search) as question:
            assert hint(question[0], span(*question), is_drawn) == words


def test_the_download_has_what_was_expected_and_why_weeks_are_marked(store: Store):
    with asked(store, "?period=2026-03-23..2026-04-05&metric=logins&app=permit") as question:
        table = usage_exports.EXPORTS["series"](*question)
    last = table[table["Complete"] == "yes"].iloc[-1]
    assert last["Low"] < last["Expected"] < last["High"]
    assert last["Logins"] == 40
    assert last["Flagged"].startswith("Logins: expected ")
    with asked(store, "?metric=logins") as question:
        assert "Expected" not in usage_exports.EXPORTS["series"](*question)
