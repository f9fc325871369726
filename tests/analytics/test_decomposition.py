"""The parts of a change sum to it, and say what they are said to say."""

from datetime import date
from math import fsum

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.decomposition import (
    contributions,
    is_offsetting,
    kinds,
    people,
    people_by_application,
    sums,
    user_contributions,
)

# January compared with December.
PERIODS = (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))


@pytest.mark.parametrize(
    ("before", "now", "dates", "kind"),
    [
        (0, 5, {"first_use_on": "2026-01-10"}, "new"),
        (0, 5, {"first_use_on": "2025-12-10"}, "new"),  # by another measure in the compared period
        (0, 5, {"first_use_on": "2025-03-01", "started_on": "2026-01-01"}, "new"),
        (0, 5, {"first_use_on": "2025-03-01", "started_on": "2025-12-31"}, "reactivated"),
        (0, 5, {"first_use_on": "2025-11-30"}, "reactivated"),
        (5, 0, {}, "lapsed"),
        (5, 0, {"cancelled_on": "2026-02-01"}, "lapsed"),
        (5, 0, {"cancelled_on": "2026-01-31"}, "cancelled"),
        (5, 2, {"cancelled_on": "2026-01-10"}, "cancelled"),
        (0, 2, {"cancelled_on": "2026-01-20", "first_use_on": "2026-01-02"}, "new"),
        (5, 2, {}, None),
        (0, 0, {"cancelled_on": "2025-06-01"}, None),
        (5, 0, {"is_missing": True}, "missing"),
        (5, 2, {"is_missing": True}, "missing"),
    ],
)
def test_what_takes_the_whole_difference_of_a_pair(before, now, dates, kind):
    known = {"started_on": None, "cancelled_on": None, "first_use_on": "2025-03-01", "is_missing": False} | dates
    assert kinds(pd.DataFrame([known | {"before": before, "now": now}]), *PERIODS).tolist() == [kind]


def pair(key: int, application: int, before: float, now: float, users_before: int = 0, users_now: int = 0,
         kind: str | None = None) -> dict[str, object]:  # fmt: skip
    return {"account_key": key, "application_key": application, "before": before, "now": now,
            "users_before": users_before, "users_now": users_now, "kind": kind}  # fmt: skip


PAIRS = pd.DataFrame(
    [
        pair(1, 1, 0, 30, 0, 3, "new"),
        pair(2, 1, 0, 4, 0, 1, "reactivated"),
        pair(3, 1, 12, 0, 2, 0, "lapsed"),
        pair(4, 2, 50, 10, 5, 2, "cancelled"),
        pair(5, 2, 40, 90, 4, 6),  # 10 a head, then 15: two users more at 12.5, five events more of 5 users
        pair(6, 2, 7, 5, 0, 1),  # by nobody in particular, before
        pair(7, 2, 8, 8, 2, 2),
    ]
)


def test_the_change_in_parts_largest_first():
    assert sums(contributions(PAIRS)).to_dict("split")["data"] == [
        ["cancelled", -40.0],
        ["new", 30.0],
        ["intensity", 25.0],
        ["users", 23.0],
        ["lapsed", -12.0],
        ["reactivated", 4.0],
    ]


def test_a_part_is_the_sum_of_its_pairs():
    of_users = contributions(PAIRS).query("part == 'users'")
    assert of_users[["account_key", "amount"]].to_numpy().tolist() == [[5, 25.0], [6, -2.0]]


def test_the_change_by_application_and_part():
    assert sums(contributions(PAIRS), ["application_key"]).to_numpy().tolist() == [[1, 22.0], [2, 8.0]]
    by_both = sums(contributions(PAIRS), ["application_key", "part"])
    assert by_both.query("application_key == 1")[["part", "amount"]].to_numpy().tolist() == [
        ["new", 30.0],
        ["lapsed", -12.0],
        ["reactivated", 4.0],
    ]


def test_inside_a_pair_users_are_lost_new_or_retained():
    users = pd.DataFrame({"user_key": [1, 2, 3, 4], "before": [5, 0, 3, 2], "now": [0, 4, 9, 2]})
    assert user_contributions(users)[["user_key", "part", "amount"]].to_numpy().tolist() == [
        [1, "lost", -5],
        [2, "new", 4],
        [3, "retained", 6],
        [4, "retained", 0],
    ]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [([10.0, -9.0], True), ([10.0, -4.0], True), ([30.0, -10.0], False), ([-5.0, -1.0], False), ([], False)],
)
def test_parts_offset_each_other_where_less_than_half_of_them_remains(amounts, expected):
    assert is_offsetting(amounts) == expected


def use(user: int, application: int, before: bool, now: bool, earlier: bool = False,
        is_cancelled: bool = False, is_missing: bool = False) -> dict[str, object]:  # fmt: skip
    return {"user_key": user, "application_key": application, "before": before, "now": now, "earlier": earlier,
            "is_cancelled": is_cancelled, "is_missing": is_missing}  # fmt: skip


USE = pd.DataFrame(
    [
        use(1, 1, False, True),
        use(2, 1, True, False),
        use(2, 2, False, True),  # moved from one application to the other
        use(3, 1, True, False, is_cancelled=True),
        use(4, 1, True, False, is_cancelled=True),
        use(4, 2, True, False),
        use(5, 2, False, True, earlier=True),
        use(6, 1, False, True),
        use(6, 2, False, True),
        use(7, 2, False, False, earlier=True),
        use(8, 1, True, False, is_missing=True),
        use(8, 2, False, False),
    ]
)


def test_people_are_counted_once_whatever_they_use():
    assert people(USE).to_numpy().tolist() == [
        [1, "new", 1],
        [2, "retained", 0],
        [3, "cancelled", -1],
        [4, "lapsed", -1],
        [5, "reactivated", 1],
        [6, "new", 1],
        [7, "retained", 0],
        [8, "missing", -1],
    ]


def test_people_by_application_need_a_line_for_those_of_several():
    by_application = people_by_application(USE)
    assert by_application["amount"].tolist() == [-2, 2, 0]
    assert by_application["application_key"].tolist()[:2] == [1, 2]
    assert by_application["amount"].sum() == people(USE)["amount"].sum() == 0


# Generated periods


def generated(amounts: st.SearchStrategy[float]) -> st.SearchStrategy[pd.DataFrame]:
    """Pairs of any dates, with their kinds."""
    days = st.none() | st.dates(date(2025, 6, 1), date(2026, 3, 1))
    one = st.fixed_dictionaries({
        "application_key": st.integers(1, 3), "before": st.just(0) | amounts, "now": st.just(0) | amounts,
        "users_before": st.integers(0, 5000), "users_now": st.integers(0, 5000),
        "started_on": days, "cancelled_on": days, "first_use_on": days, "is_missing": st.booleans(),
    })  # fmt: skip
    return st.lists(one, min_size=1, max_size=40).map(pd.DataFrame).map(lambda p: p.assign(kind=kinds(p, *PERIODS)))


@given(generated(st.integers(0, 10**8)))
def test_counts_add_up_exactly_in_every_grouping(pairs: pd.DataFrame):
    change = int(pairs["now"].sum() - pairs["before"].sum())
    contributed = contributions(pairs)
    for keys in (["part"], ["application_key"], ["application_key", "part"]):
        assert sum(sums(contributed, keys)["amount"]) == change
    assert contributed["amount"].sum() == change


@given(generated(st.floats(0, 1e4)))
def test_other_amounts_add_up_to_a_billionth(pairs: pd.DataFrame):
    change = fsum([*pairs["now"], *-pairs["before"]])
    assert fsum(sums(contributions(pairs))["amount"]) == pytest.approx(change, rel=0, abs=1e-9)


@given(generated(st.integers(0, 10**8)))
def test_each_pair_adds_its_own_difference(pairs: pd.DataFrame):
    pairs = pairs.assign(pair=range(len(pairs)))
    added = contributions(pairs).groupby("pair")["amount"].sum().reindex(pairs["pair"], fill_value=0)
    assert added.tolist() == (pairs["now"] - pairs["before"]).tolist()


rows = st.builds(use, st.integers(1, 6), st.integers(1, 3), *[st.booleans()] * 5)


@given(st.lists(rows, min_size=1, max_size=20))
def test_people_sum_to_the_difference_of_distinct_users(listed: list[dict[str, object]]):
    frame = pd.DataFrame(listed)
    change = frame.loc[frame["now"], "user_key"].nunique() - frame.loc[frame["before"], "user_key"].nunique()
    assert people(frame)["amount"].sum() == change
    assert people_by_application(frame)["amount"].sum() == change
