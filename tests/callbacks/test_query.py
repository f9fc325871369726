"""The address is read once, and nothing in it is believed."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask, g
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from callbacks.query import filters
from callbacks.request import Refused
from data_access.accounts import total
from data_access.engine import Store
from data_access.filters import Filters, Measure, Period
from data_access.scope import Role, Scope
from tests.given import LEADER, Given


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """From Monday 6 January 2025 to Wednesday 14 January 2026."""
    given = Given(tmp_path_factory.mktemp("query"))
    given.row("accounts", account="a", name="Ash", region="West", manager_email="kim@example.org")
    given.row("accounts", account="b", name="Birch", region="East", manager_email="lee@example.org")
    for account in ("a", "b"):
        given.use(account, "permit", "2025-01-06 09:00").use(account, "fleet", "2026-01-14 09:00")
    return Store(given.loaded().store)


def asked(store: Store, search: str, scope: Scope = LEADER) -> Filters:
    with Flask("test").app_context(), store.pin() as generation:
        g.scope, g.generation = scope, generation
        return filters(search)


def test_the_last_weeks_are_complete_ones(store: Store):
    assert asked(store, "?period=4w").period == Period(date(2025, 12, 15), date(2026, 1, 12))


def test_the_period_before_is_as_long_and_ends_where_the_period_begins(store: Store):
    assert asked(store, "?period=4w").comparison == Period(date(2025, 11, 17), date(2025, 12, 15))


def test_last_year_is_52_weeks_ago_for_whole_weeks_and_the_same_dates_otherwise(store: Store):
    assert asked(store, "?period=4w&vs=year").comparison is None  # begins before the log does
    assert asked(store, "?period=ytd&vs=year").comparison is None
    assert asked(store, "?period=2026-01-06..2026-01-12&vs=year").comparison == Period(
        date(2025, 1, 6), date(2025, 1, 13)
    )


def test_a_custom_period_includes_its_last_day(store: Store):
    assert asked(store, "?period=2026-01-02..2026-01-02").period == Period(date(2026, 1, 2), date(2026, 1, 3))


def test_applications_and_segments_are_taken_as_a_set(store: Store):
    wanted = asked(store, "?app=permit&region=West&app=fleet&region=East&app=permit")
    assert wanted.applications == ("fleet", "permit")
    assert wanted.segments == (("region", ("East", "West")),)


def test_what_the_log_records_is_measured_first(store: Store):
    assert asked(store, "").measure is Measure.RECORDS


@pytest.mark.parametrize(
    "search",
    [
        "?app=nothing", "?period=5w", "?period=2026-02-30..2026-03-01", "?period=2026-03-01..2026-02-01", "?vs=never",
        "?region=Nowhere", "?metric=money", "?view=sideways", "?n=1000000", "?app=%00", "?" + "a" * 5000,
        "?" + "&".join(f"app={i}" for i in range(100)), "?period=9999-12-31..9999-12-31",
    ],
)  # fmt: skip
def test_what_no_control_offers_is_refused_with_a_remedy(store: Store, search: str):
    with pytest.raises(Refused) as refused:
        asked(store, search)
    assert refused.value.status == 400
    assert refused.value.remedy


def test_several_accounts_are_a_selection_that_no_page_goes_into(store: Store):
    wanted = asked(store, "?account=b&account=a")
    assert (wanted.account, wanted.accounts) == (None, ("a", "b"))
    only = replace(wanted, period=Period(date(2025, 1, 6), date(2026, 1, 15)), accounts=("a",))
    with store.pin():
        assert total(wanted.during(only.period)).value.tolist() == [4]
        assert total(only).value.tolist() == [2]
    with pytest.raises(Refused):
        asked(store, "?account=a&account=b", Scope("kim@example.org", Role.MANAGER, "kim@example.org"))


def test_a_foreign_account_is_refused_as_one_that_does_not_exist(store: Store):
    kim = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")
    assert asked(store, "?account=a", kim).account == "a"
    messages = []
    for account in ("b", "nobody"):
        with pytest.raises(Refused) as refused:
            asked(store, f"?account={account}", kim)
        assert refused.value.status == 403
        messages.append(str(refused.value))
    assert messages[0] == messages[1]


@settings(max_examples=200, deadline=None)
@any_of(st.text(max_size=200) | st.from_regex(r"\?(app|period|vs|metric|account|region|n)=.{0,30}", fullmatch=True))
def test_any_address_is_understood_or_refused(store: Store, search: str):
    try:
        asked(store, search)
    except Refused as refused:
        assert refused.status in (400, 403)
