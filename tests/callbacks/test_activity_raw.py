"""What Activity tells of invented customers is what plain DuckDB counts in their raw files."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from flask import Flask, g

from callbacks.activity_blocks import peak_block
from callbacks.activity_series import Months, Years, activity
from callbacks.activity_span import asked
from data_access.engine import Store
from ingestion.demo import generate
from ingestion.load import load
from tests.given import LEADER

# Events of people, each once, by the clock of Denver.
EVENTS = """
    select distinct on (event_id) event_id, account_id, application_id, nullif(user_id, '') as user_id, event,
        timezone('America/Denver', occurred_at) as moment, year, week
    from read_parquet('{folder}/demo/usage/**/*.parquet', hive_partitioning = true)
    where channel <> 'api' and occurred_at is not null and account_id is not null and application_id is not null
"""
# Sessions: at most half an hour between two events of a person in one account and application.
SESSIONS = """
    create table sessions as
    with gaps as (
        select *, moment - lag(moment) over (partition by account_id, application_id, user_id, year, week order by moment) as gap
        from events where user_id is not null
    ), numbered as (
        select *, count(*) filter (gap is null or gap > interval 30 minute) over (
            partition by account_id, application_id, user_id, year, week order by moment, event_id
        ) as number from gaps
    )
    select account_id, user_id, date_trunc('second', min(moment)) as began, date_trunc('second', max(moment)) as ended
    from numbered group by account_id, application_id, user_id, year, week, number
"""
AT_ONCE = """
    with instants as (
        select distinct began as moment from sessions where {where}
        union select distinct date_trunc('month', began) from sessions
    )
    select date_trunc('month', moment)::date as month, max(users) as users
    from (
        select moment, count(distinct user_id) filter (began <= moment and ended >= moment and {where}) as users
        from instants cross join sessions group by moment
    ) group by 1 order by 1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("raw")
    load(generate(folder / "demo", accounts=8, seed=7, until=date(2026, 11, 22), weeks=60), folder / "store")
    return folder


@pytest.fixture(scope="module")
def raw(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"create table events as {EVENTS.format(folder=folder)}")
        connection.execute(SESSIONS)
        yield connection


@pytest.fixture
def store(folder: Path) -> Iterator[None]:
    with Flask("test").app_context(), Store(folder / "store").pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield


def told(account: str | None = None) -> tuple[Months, Years]:
    return activity(asked(f"?account={account}" if account else ""))


def _of(account: str | None) -> str:
    return "true" if account is None else f"account_id = '{account}'"


@pytest.mark.parametrize("account", [None, "A00003"])
def test_logins_and_who_logged_in_are_those_of_the_raw_log(store: None, raw: duckdb.DuckDBPyConnection, account):
    months, years = told(account)
    own = f"event = 'LOGIN' and {_of(account)}"
    of_month = f"""
        select date_trunc('month', moment)::date, count(*), count(distinct user_id) from events where {own}
        group by 1 order by 1
    """
    found = months.values[["logins", "people"]][lambda rows: rows["logins"] > 0]
    assert [(month.date(), *row) for month, row in zip(found.index, found.values.tolist(), strict=True)] == raw.execute(
        of_month
    ).fetchall()
    of_year = f"select year(moment), count(*), count(distinct user_id) from events where {own} group by 1 order by 1"
    assert [
        (year, *years.values.loc[["logins", "people"], side]) for year, side in ((2025, "last"), (2026, "this"))
    ] == (raw.execute(of_year).fetchall())


def test_the_same_days_of_both_years_are_those_of_the_raw_log(store: None, raw: duckdb.DuckDBPyConnection):
    _, years = told()
    rest = "(" + ", ".join(f"'{key}'" for key in (*years.without, "")) + ")"
    for side, days in zip(("last", "this"), years.alike, strict=True):
        question = f"""
            select count(*), count(distinct user_id) from events
            where event = 'LOGIN' and moment >= '{days.start}' and moment < '{days.end}' and application_id not in {rest}
        """
        assert tuple(years.compared.loc[["logins", "people"], side]) == raw.execute(question).fetchone()
    assert years.alike[0].start == date(2025, 9, 29)


def test_hours_are_those_of_the_sessions_of_the_raw_log(store: None, raw: duckdb.DuckDBPyConnection):
    """To the second of each of the sessions."""
    months, _ = told()
    question = """
        select date_trunc('month', began)::date as month, sum(epoch(ended) - epoch(began)) / 3600 as hours, count(*) as n
        from sessions group by 1 order by 1
    """
    expected = raw.execute(question).df().set_index("month")
    found = months.values["hours"].reindex(pd.DatetimeIndex(expected.index))
    assert (found - expected["hours"]).abs().le(expected["n"] / 3600).all()
    assert found.sum() > 100


@pytest.mark.parametrize("account", [None, "A00003"])
def test_most_people_at_once_is_what_the_raw_log_holds(store: None, raw: duckdb.DuckDBPyConnection, account):
    months = peak_block(asked(f"?account={account}" if account else ""), told(account)[0].calendar)
    expected = dict(raw.execute(AT_ONCE.format(where=_of(account))).fetchall())
    found = months["value"].dropna()
    assert {month.date(): users for month, users in found.items()} == expected
    assert max(expected.values()) > 1
