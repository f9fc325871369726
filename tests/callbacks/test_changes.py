"""The parts of a change add up to it, whatever is asked; and each level adds up to the one above."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from flask import Flask, g

from callbacks import changes_exports, changes_words
from callbacks.changes_parts import (
    account_rows,
    application_rows,
    difference,
    months,
    movers,
    parts_of,
    person_rows,
)
from callbacks.query import filters, query
from data_access.engine import Store
from data_access.filters import Filters
from layouts.links import Query
from tests.given import LEADER, Given

WEEKS = "period=2026-01-05..2026-02-01"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """December against January: Ash goes on, in Permit with fewer people; Birch begins, Cedar stops, Dogwood cancels."""
    given = Given(tmp_path_factory.mktemp("changes"))
    for key, name in (("a", "Ash"), ("b", "Birch"), ("c", "Cedar"), ("d", "Dogwood"), ("e", "Elm")):
        given.row("accounts", account=key, name=name)
        given.row("subscriptions", account=key, application="permit", started_on="2024-01-01",
                  cancelled_on="2026-01-12" if key == "d" else None)  # fmt: skip
    given.row("subscriptions", account="a", application="fleet", started_on="2024-01-01")
    given.use("e", "permit", "2025-03-03 09:00", user="eve").use("e", "permit", "2026-01-07 09:00", user="eve", times=3)
    given.use("a", "permit", "2025-12-09 09:00", times=6).use("a", "permit", "2025-12-10 09:00", user="bob", times=2)
    given.use("a", "permit", "2026-01-06 09:00", times=4).use("a", "permit", "2026-02-01 09:00")
    given.use("a", "fleet", "2025-12-10 09:00", times=4)
    given.use("a", "fleet", "2026-01-06 09:00", times=9).use("b", "permit", "2026-01-08 09:00", user="cy", times=7)
    given.use("c", "permit", "2025-12-11 09:00", user="di", times=10).use("d", "permit", "2025-12-12 09:00", user="ed")
    return Store(given.use("d", "permit", "2025-12-15 09:00", user="ed", times=4).loaded().store)


@contextmanager
def asked(store: Store, search: str) -> Iterator[tuple[Filters, Query]]:
    with Flask("test").app_context(), store.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield filters(search), query(search)


def test_the_change_in_parts(store: Store):
    with asked(store, WEEKS) as question:
        found = difference(*question)
        assert (found.before, found.now) == (27, 24)
        assert parts_of(found.contributed).to_numpy().tolist() == [
            ["new", 1, 7],
            ["reactivated", 1, 3],
            ["users", 1, -4.5],  # two people at four records each, then one at five
            ["intensity", 2, 6.5],
            ["lapsed", 1, -10],
            ["cancelled", 1, -5],
        ]


def test_people_are_counted_once_and_placed_where_they_were(store: Store):
    with asked(store, f"{WEEKS}&metric=users") as question:
        found = difference(*question)
        assert (found.before, found.now) == (4, 3)
        assert parts_of(found.contributed).to_numpy().tolist() == [
            ["new", 1, 1],
            ["reactivated", 1, 1],
            ["lapsed", 2, -2],
            ["cancelled", 1, -1],
        ]


def test_accounts_come_with_the_largest_contribution_first(store: Store):
    with asked(store, WEEKS) as question:
        rows = account_rows(*question, difference(*question))
        assert rows[["account", "before", "now", "amount"]].to_numpy().tolist() == [
            ["Cedar", 10, 0, -10],
            ["Birch", 0, 7, 7],
            ["Dogwood", 5, 0, -5],
            ["Elm", 0, 3, 3],
            ["Ash", 12, 14, 2],
        ]
        assert rows["applications"].iloc[-1] == {"fleet": "fleet", "permit": "permit"}
        assert rows["parts"].iloc[-1] == {"users": -4.5, "intensity": 6.5}


def test_of_one_part_only_its_pairs_count(store: Store):
    with asked(store, f"{WEEKS}&part=users") as question:
        rows = account_rows(*question, difference(*question).within("users"))
        assert rows[["account", "before", "now", "amount"]].to_numpy().tolist() == [["Ash", 8, 5, -4.5]]


def test_an_account_leads_to_its_applications_and_they_to_their_people(store: Store):
    with asked(store, f"{WEEKS}&account=a") as question:
        rows = application_rows(difference(*question))
        assert rows[["application", "users_before", "users_now", "amount"]].to_numpy().tolist() == [
            ["fleet", 1, 1, 5],
            ["permit", 2, 1, -3],
        ]
    with asked(store, f"{WEEKS}&account=a&app=permit") as question:
        people = person_rows(*question)
        assert people[["person", "part", "days_before", "days_now", "amount"]].to_numpy().tolist() == [
            ["bob", "lost", 1, 0, -2],
            ["ann", "retained", 1, 2, -1],
        ]


def test_the_same_pairs_are_those_subscribed_throughout(store: Store):
    with asked(store, f"{WEEKS}&pairs=same") as question:
        found = difference(*question)
        assert (found.before, found.now) == (22, 24)
        assert "cancelled" not in set(found.contributed["part"])


def test_movers_leave_out_the_smaller_half(store: Store):
    with asked(store, WEEKS) as question:
        fell, rose, least = movers(*question, difference(*question))
        assert least == 7
        assert fell[["account", "because"]].to_numpy().tolist() == [["Cedar", "lapsed"]]
        assert rose[["account", "because"]].to_numpy().tolist() == [["Birch", "new"], ["Ash", "more per person"]]
    with asked(store, f"{WEEKS}&movers=percent") as question:
        assert movers(*question, difference(*question))[1]["account"].tolist() == ["Ash"]


def test_only_the_month_that_is_not_over_is_partial(store: Store):
    with asked(store, WEEKS) as question:
        rows, is_partial = months(question[0])
        assert is_partial
        assert [f"{month:%Y-%m}" for month in rows.columns[2:]] == [
            f"{year}-{month:02d}" for year, month in [*product([2025], range(4, 13)), (2026, 1), (2026, 2)]
        ]
        assert rows.iloc[0, [0, -2, -1]].tolist() == ["permit", 14, 1]
        assert changes_words.months(question[0], rows, is_partial) == "23 in January 2026; dashed: not over yet"


@pytest.mark.parametrize(
    ("search", "cause"),
    [
        ("", "Rises of 16.5 (most: new) and falls of 19.5 (most: lapsed) offset each other."),
        ("&app=fleet", "Most of it: more per person (+5). 100% of it is one account: Ash."),
        ("&app=fleet&account=a", "Most of it: more per person (+5)."),
    ],
)
def test_shares_are_named_only_where_parts_do_not_offset_each_other(store: Store, search: str, cause: str):
    with asked(store, WEEKS + search) as question:
        assert changes_words.cause(question[0], difference(*question)) == cause


@pytest.mark.parametrize("metric", ["records", "users", "hours"])
@pytest.mark.parametrize("pairs", ["", "&pairs=same"])
def test_every_export_adds_up(store: Store, metric: str, pairs: str):
    with asked(store, f"{WEEKS}&metric={metric}{pairs}") as question:
        amounts = changes_exports.EXPORTS["steps"](*question)["Amount"].tolist()
        assert math.fsum(amounts[:-1]) == pytest.approx(amounts[-1], abs=1e-9)
        whom = changes_exports.EXPORTS["whom"](*question)
        assert math.fsum(whom["Contribution"]) == pytest.approx(amounts[-1] - amounts[0], abs=1e-9)


def test_an_account_is_named_beside_the_part_only_where_it_carries_a_fifth(tmp_path):
    """Ten agencies, each from ten records to five; the first of the second store from twenty to nothing but one."""
    causes = []
    for folder, first in ((tmp_path / "alike", 10), (tmp_path / "one", 20)):
        given = Given(folder)
        for place in range(10):
            given.use(f"a{place}", "permit", "2025-12-10 09:00", times=10 if place else first)
            given.use(f"a{place}", "permit", "2026-01-07 09:00", times=5)
        with asked(Store(given.use("a0", "permit", "2026-02-01 09:00").loaded().store), WEEKS) as question:
            causes.append(changes_words.cause(question[0], difference(*question)))
    assert causes == [
        "Most of it: less per person (−49).",
        "Most of it: less per person (−59). 24% of it is one account: a0.",
    ]


def test_an_account_a_row_is_downloaded_as_it_is_shown(store: Store):
    with asked(store, f"{WEEKS}&app=permit&app=fleet") as question:
        ash = changes_exports.EXPORTS["whom"](*question).set_index("Account").loc["Ash"]
    assert ash.to_dict() == {
        "Account id": "a", "Applications": "permit, fleet", "Before": 12, "Now": 14, "Contribution": 2, "New": 0,
        "Reactivated": 0, "More people or fewer people": -4.5, "More per person or less per person": 6.5, "Lapsed": 0,
        "Cancelled": 0,
    }  # fmt: skip


def test_an_application_whose_feed_is_late_has_no_data_instead_of_a_fall(tmp_path):
    given = Given(tmp_path).use("b", "fleet", "2026-02-01 09:00")
    for week in range(4):
        given.use("a", "permit", f"2025-12-{8 + 7 * week:02} 09:00", times=5)
    with asked(Store(given.loaded().store), WEEKS) as question:
        assert parts_of(difference(*question).contributed).to_numpy().tolist() == [["new", 1, 1], ["missing", 1, -20]]
