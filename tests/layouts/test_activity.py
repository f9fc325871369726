"""Customers to choose, and numbers that lead to their rows."""

import re
from datetime import date
from html import unescape
from typing import Any

import pandas as pd
import pytest
from dash import Dash

from layouts import activity, activity_tables
from layouts.activity_tables import Column, Stretch, Total
from layouts.links import Query
from layouts.markup import text

FOUND = pd.DataFrame({"account_id": ["a", "b"], "name": ["Ash", "Birch"], "state": ["active", "low"], "region": "West"})


@pytest.fixture(autouse=True)
def application() -> Dash:
    """Addresses are relative to one."""
    return Dash(__name__)


def links(tree: Any) -> list[str]:
    return [unescape(found) for found in re.findall('href="([^"]*)"', text(tree))]


def words(tree: Any) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", text(tree))).split())


def test_what_is_found_joins_the_chosen_and_leaves_them_again():
    query = Query.parse("?account=a&app=permit")
    assert links(activity.found(FOUND, query, "a")) == ["?app=permit", "?account=a&account=b&app=permit"]
    assert 'aria-current="true"' in text(activity.found(FOUND, query, "a"))


def test_nobody_found_is_told_and_so_is_an_address_without_room():
    assert words(activity.found(FOUND.head(0), Query(), "zzz")) == "No customer is called “zzz”."
    full = Query(tuple(("account", f"a{number}") for number in range(activity.MOST_CHOSEN)))
    assert words(activity.found(FOUND, full, "a")) == "40 customers are chosen, and no more fit. Take one away first."


def test_each_chosen_customer_is_taken_away_and_all_are_one_click_away():
    query = Query.parse("?account=a&account=b&period=4w")
    assert links(activity.chosen({"a": "Ash", "b": "Birch"}, query)) == [
        "?account=b&period=4w", "?account=a&period=4w", "?period=4w",
    ]  # fmt: skip
    assert words(activity.chosen({}, Query())) == "All customers"


def test_a_number_of_a_month_leads_to_its_rows_where_there_are_any():
    month = Stretch("", date(2026, 2, 1), date(2026, 2, 28))
    logins, people = Column("Logins", "logins", "use"), Column("Unique logins")
    rows = activity_tables.amount(7, logins, month, Query.parse("?account=a&period=4w&vs=year"))
    assert links(rows.content) == ["/rows?account=a&metric=logins&period=2026-02-01..2026-02-28&rows=use&vs=none"]
    assert activity_tables.amount(0, logins, month, Query()).content == "0"
    assert activity_tables.amount(7, people, month, Query()).content == "7"
    assert activity_tables.amount(float("nan"), logins, month, Query()).content == "–"
    rest = Stretch("", date(2026, 2, 1), date(2026, 2, 28), ("fleet", "permit"))
    assert "app=fleet&app=permit" in links(activity_tables.amount(7, logins, rest, Query()).content)[0]


def test_the_years_stand_side_by_side_with_their_change():
    days = [Stretch("2025", date(2025, 1, 1), date(2025, 12, 31)), Stretch("2026", date(2026, 1, 1), date(2026, 3, 10))]
    rows = [Total(Column("Unique logins"), [4, 2], 2, 0), Total(Column("Days (24 hours)"), [0.04, 0.0], 0.03, 0.06)]
    shown = words(activity_tables.years(rows, days, "Compared", "Without Fleet", Query(), None))
    assert shown == (
        "How do the years compare? Compared 2025 2026 Change Unique logins 4 2 new Days (24 hours) 0.0 0 ▼ 50.0% "
        "Without Fleet"
    )


def test_where_nothing_is_told_a_card_takes_no_room():
    assert activity_tables.years([], [], "", "", Query(), None) is None
    assert activity_tables.months({}, "", Query(), None) is None
    assert activity_tables.lacking([]) is None
    assert "data-none" in text(activity.nothing())
