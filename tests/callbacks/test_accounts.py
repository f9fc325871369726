"""What the page says of whom, where there is much, little and nothing to say."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, g

from callbacks import accounts
from callbacks.query import filters, query
from data_access.filters import Filters
from layouts import accounts as view
from layouts.links import Query
from layouts.markup import text
from tests.given import LEADER, Given

WEEKS = "?period=2026-01-05..2026-02-01"


@contextmanager
def asked(given: Given, search: str = WEEKS) -> Iterator[tuple[Filters, Query]]:
    with Flask("test").app_context(), given.opened.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield filters(search), query(search)


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """December against January: Ash rose from 5 to 15, Birch fell from 20 to 4, Cedar cancelled with 2 of 5."""
    given = Given(tmp_path_factory.mktemp("accounts"))
    for key, name, december, january in (("a", "Ash", 5, 14), ("b", "Birch", 20, 4), ("c", "Cedar", 5, 2)):
        given.row("accounts", account=key, name=name)
        given.row("subscriptions", account=key, application="permit", started_on="2024-01-01",
                  cancelled_on="2026-01-12" if key == "c" else None)  # fmt: skip
        given.use(key, "permit", "2025-12-10 09:00", times=december)
        given.use(key, "permit", "2026-01-06 09:00", times=january)
    return given.use("a", "permit", "2026-02-01 09:00").loaded()


def test_where_rises_and_falls_offset_each_other_amounts_are_named_not_shares(agencies: Given):
    with asked(agencies) as question:
        assert accounts._sentence(*question) == (
            "2 of 2 entitled accounts created records from 5 Jan 2026 to 1 Feb 2026. Records created fell 30.0%: "
            "rises of 10 and falls of 19 offset each other; Birch fell most, by 16."
        )


def test_where_nobody_is_entitled_nobody_is_counted(agencies: Given):
    with asked(agencies, f"{WEEKS}&state=cancelled") as question:
        assert accounts._sentence(*question) == (
            "No entitled account here; 2 records created from 5 Jan 2026 to 1 Feb 2026. Records created fell 60.0%; "
            "100% of that is Cedar."
        )
        assert accounts._ranking_finding(question[0]) == "Accounts by records created"
    with asked(agencies) as question:
        assert accounts._ranking_finding(question[0]) == "Accounts by records created; every one has some"


def test_a_trend_holds_whole_weeks_only(tmp_path):
    """A log from Wednesday 7 to Thursday 29 January: two weeks of it are whole."""
    given = Given(tmp_path)
    for day in ("2026-01-07", "2026-01-12", "2026-01-20", "2026-01-29"):
        given.use("a", "permit", f"{day} 09:00")
    with asked(given.loaded(), "?period=all") as (wanted, _):
        trend = accounts.data.application_trend(accounts._trend(wanted))
        assert accounts.weekly_values(trend, wanted) == {"permit": [1, 1]}


def test_what_an_account_does_not_own_is_counted_before_it_is_cut():
    assert text(view._could_buy(["Fleet", "Permit", "Water"])) == (
        '<span class="finding" title="Fleet, Permit, Water">3: Fleet, Permit, Water</span>'
    )
