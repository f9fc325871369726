"""Which flagged changes are listed, in which order, and for whom."""

from datetime import date

import pandas as pd
import pytest

from data_access.account_events import history
from data_access.flags import BEGUN, EPISODES, begun, flagged
from data_access.scope import Role, Scope
from tests.flagged import flagged_agencies
from tests.given import Given

MIA = Scope("mia@example.org", Role.MANAGER, "mia@example.org")
ALL_WEEKS = {"start": "2026-01-05", "end": "2026-04-06"}


@pytest.fixture(scope="module")
def agencies(shared: Given) -> Given:
    return flagged_agencies(shared)


def listed(agencies: Given, **asked) -> list[tuple[str, str, str, int]]:
    """Account, application, the Monday of the start, direction."""
    rows = agencies.ask(flagged, **(ALL_WEEKS | asked)).fillna({"account": "all", "application": "all"})
    return [
        (row.account, row.application, f"{row.started_on:%d %b}", row.direction) for row in rows.itertuples(index=False)
    ]


STOPPED = [("Aurora", "all", "30 Mar", -1), ("Aurora", "Permit", "30 Mar", -1)]
BOULDER = [("Boulder", "Permit", "16 Mar", 1), ("Boulder", "all", "16 Mar", 1)]
ROSE = [("Aurora", "Permit", "23 Feb", 1), ("Aurora", "all", "23 Feb", 1)]
OF_PERMIT = [("all", "Permit", "30 Mar", -1), ("all", "Permit", "16 Mar", 1), ("all", "Permit", "23 Feb", 1)]
PAIRS = [STOPPED[1], BOULDER[0], ROSE[0]]


def test_what_goes_on_comes_first_then_the_newest_then_the_largest(agencies: Given):
    """Of the last week permits lost 30 logins, Aurora 23 in all and 21 of its permits."""
    assert listed(agencies) == [
        OF_PERMIT[0], *STOPPED, *BOULDER, OF_PERMIT[1], ROSE[0], OF_PERMIT[2], ROSE[1],
    ]  # fmt: skip


def test_an_episode_tells_what_was_expected_and_seen(agencies: Given):
    [row] = agencies.ask(flagged, account="a", applications=("permit",), start="2026-03-30", end="2026-04-06").to_dict(
        "records"
    )
    numbers = {name: round(row.pop(name), 1) for name in ("expected", "week_expected", "peers")}
    assert numbers == {"expected": 20.8, "week_expected": 20.8, "peers": 1.0}
    assert row.pop("p") < 1e-6
    assert row.pop("ended_on") is pd.NaT
    monday = pd.Timestamp("2026-03-30")
    assert row == {
        "level": "pair", "account_id": "a", "account": "Aurora", "application_id": "permit", "application": "Permit",
        "direction": -1, "started_on": monday, "saw": 0, "flags": 1, "week": monday, "kind": "one week", "week_saw": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "those"),
    [
        ("2026-03-02", "2026-03-16", []),
        ("2026-02-23", "2026-03-02", [ROSE[0], OF_PERMIT[2], ROSE[1]]),
        ("2026-03-22", "2026-03-23", [*BOULDER, OF_PERMIT[1]]),  # the Sunday of that week
        ("2026-03-31", "2026-04-06", [OF_PERMIT[0], *STOPPED]),
    ],
)
def test_an_episode_is_listed_where_one_of_its_weeks_touches_the_period(agencies: Given, start, end, those):
    assert listed(agencies, start=start, end=end) == those


@pytest.mark.parametrize(
    ("filters", "those"),
    [
        ({"account": "a"}, [*STOPPED, *ROSE]),
        ({"segments": (("manager", ("cem",)),)}, BOULDER),
        ({"applications": ("permit",)}, [OF_PERMIT[0], PAIRS[0], PAIRS[1], OF_PERMIT[1], PAIRS[2], OF_PERMIT[2]]),
        ({"applications": ("fleet",)}, []),
        ({"states": ("active", "low", "inactive")}, PAIRS),
        ({"states": ("cancelled",)}, []),
    ],
    ids=str,
)
def test_a_sum_is_told_only_where_all_that_it_adds_up_is_asked_for(agencies: Given, filters, those):
    assert listed(agencies, **filters) == those


def test_a_manager_of_some_sees_neither_the_accounts_of_others_nor_what_all_accounts_did(agencies: Given):
    assert listed(agencies, scope=MIA) == [*STOPPED, *ROSE]
    assert listed(agencies, scope=MIA, applications=("permit",)) == [STOPPED[1], ROSE[0]]
    weeks = [date(2026, 3, 30), date(2026, 3, 16)]
    assert set(agencies.ask(begun, weeks, scope=MIA)["account_id"]) == {"a"}


def test_what_began_in_some_weeks_is_found_whatever_the_period(agencies: Given):
    rows = agencies.ask(begun, [date(2026, 3, 16)], start="2026-01-05", end="2026-01-12")
    assert rows.astype(object).where(rows.notna(), None).values.tolist() == [
        ["b", None, 1, pd.Timestamp("2026-03-16")],
        [None, "permit", 1, pd.Timestamp("2026-03-16")],
        ["b", "permit", 1, pd.Timestamp("2026-03-16")],
    ]
    assert agencies.ask(begun, []).dtypes.astype(str).to_dict() == BEGUN


def test_without_flags_the_columns_are_the_same(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").load()
    assert given.ask(flagged).dtypes.astype(str).to_dict() == EPISODES


def test_the_history_of_an_account_tells_its_flags(agencies: Given):
    rows = agencies.ask(history, date(2026, 4, 6), account="a")
    told = rows.loc[rows["kind"] == "flag", ["day", "application", "words", "detail", "count"]]
    assert told.astype(object).where(told.notna(), None).values.tolist() == [
        [pd.Timestamp("2026-03-30"), "Permit", "one week", "less", 1],
        [pd.Timestamp("2026-03-30"), None, "one week", "less", 1],
        [pd.Timestamp("2026-02-23"), "Permit", "one week", "more", 1],
        [pd.Timestamp("2026-02-23"), None, "one week", "more", 1],
    ]
