"""Activity of three public data sets: every number equals what plain DuckDB or pandas counts in the raw files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from flask import Flask, g

from callbacks.activity_blocks import columns, peak_block
from callbacks.activity_series import Months, Years, activity
from callbacks.activity_span import asked
from callbacks.activity_words import lacking
from data_access.engine import Store
from ingestion.load import load
from tests.given import LEADER

pytestmark = pytest.mark.real_data
EXAMPLES = Path(__file__).parents[2] / "examples"
OULAD = """
    create table clicks as
    select distinct id_student::bigint as student, activity_type as application,
        case code_presentation when '2013B' then date '2013-02-01' else date '2013-10-01' end + date::integer as day
    from read_parquet('{raw}/studentVle_ds/*/*/*.parquet', hive_partitioning = true)
    join '{raw}/vle.parquet' using (id_site, code_module, code_presentation)
    join '{raw}/studentInfo.parquet' using (id_student, code_module, code_presentation)
"""


@pytest.fixture(scope="module")
def raw() -> str:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    return os.environ["REAL_DATA_DIR"]


@pytest.fixture(scope="module")
def loaded(raw: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One load of each source, whatever is asked of it."""
    folder = tmp_path_factory.mktemp(request.param)
    load(EXAMPLES / f"{request.param}.toml", folder, processes=2)
    return Store(folder)


@pytest.fixture(scope="module")
def clicks(raw: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Who clicked on which kind of page on which day."""
    with duckdb.connect() as connection:
        connection.execute(OULAD.format(raw=f"{raw}/oulad-2013"))
        yield connection


@contextmanager
def opened(store: Store) -> Iterator[None]:
    with Flask("test").app_context(), store.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield


def told(store: Store, search: str = "") -> tuple[Months, Years]:
    with opened(store):
        return activity(asked(search))


def by_month(months: Months, measure: str) -> dict[date, float]:
    return {month.date(): value for month, value in months.values[measure].dropna().items() if value}


def blocks(store: Store) -> tuple[list[str], int]:
    """What is told, and how many blocks say what they need."""
    with opened(store):
        return [column.title for column in columns().values()], len(lacking(columns()))


@pytest.mark.parametrize("loaded", ["ravenstack"], indirect=True)
def test_ravenstack_tells_hours(loaded: Store, raw: str):
    rows = pd.read_csv(f"{raw}/ravenstack/ravenstack_feature_usage.csv", parse_dates=["usage_date"])
    rows = rows.drop_duplicates("usage_id")
    seconds = rows.groupby(rows["usage_date"].dt.to_period("M").dt.start_time)["usage_duration_secs"].sum()
    months, years = told(loaded)
    assert blocks(loaded) == (["Hours"], 3)
    assert by_month(months, "hours") == pytest.approx({month.date(): n / 3600 for month, n in seconds.items()})
    per_year = rows.groupby(rows["usage_date"].dt.year)["usage_duration_secs"].sum() / 3600
    assert years.values.loc["hours"].tolist() == pytest.approx([per_year[2023], per_year[2024]])
    assert months.on_year.now["hours"].count() == 12


@pytest.mark.parametrize("loaded", ["ravenstack"], indirect=True)
def test_a_ravenstack_account_has_nothing_where_it_neither_subscribed_nor_used(loaded: Store, raw: str):
    subscriptions = pd.read_csv(f"{raw}/ravenstack/ravenstack_subscriptions.csv")
    rows = pd.read_csv(f"{raw}/ravenstack/ravenstack_feature_usage.csv", parse_dates=["usage_date"])
    used = rows.drop_duplicates("usage_id").merge(subscriptions[["subscription_id", "account_id"]])
    # Of each pair the latest subscription counts: the account begins with the first of these.
    latest = subscriptions.groupby(["account_id", "plan_tier"])["start_date"].max().groupby("account_id").min()
    account = latest.idxmax()
    own = used[used["account_id"] == account]
    seconds = own.groupby(own["usage_date"].dt.to_period("M").dt.start_time)["usage_duration_secs"].sum()
    months, _ = told(loaded, f"?account={account}")
    expected = {month.date(): n / 3600 for month, n in seconds.items() if n}
    assert by_month(months, "hours") == pytest.approx(expected)
    start = pd.Timestamp(latest[account]).to_period("M").start_time
    before = months.values["hours"][lambda values: values.index < start]
    assert before.notna().sum() == sum(month < start.date() for month in expected) < len(before)


@pytest.mark.parametrize("loaded", ["oulad"], indirect=True)
@pytest.mark.parametrize("search, where", [("", "true"), ("?app=quiz", "application = 'quiz'")])
def test_oulad_tells_active_users(loaded: Store, clicks: duckdb.DuckDBPyConnection, search: str, where: str):
    months, years = told(loaded, search)
    last = years.whole[0].start
    assert blocks(loaded) == (["Active users"], 3)
    of_month = f"""
        select date_trunc('month', day)::date, count(distinct student) from clicks
        where {where} and day >= date '{last}' group by 1
    """
    shown = {month: value for month, value in by_month(months, "people").items() if month >= last}
    assert shown == dict(clicks.execute(of_month).fetchall())
    for side, days in zip(("last", "this"), years.whole, strict=True):
        of_year = (
            f"select count(distinct student) from clicks where {where} and day >= '{days.start}' and day < '{days.end}'"
        )
        assert clicks.execute(of_year).fetchall() == [(years.values.at["people", side],)]
    assert years.values.loc["people"].sum() < sum(shown.values())


@pytest.mark.parametrize("loaded", ["helpdesk"], indirect=True)
def test_helpdesk_tells_people_hours_and_how_many_at_once(loaded: Store, raw: str):
    rows = pd.read_csv(f"{raw}/helpdesk/tickets.csv.gz")
    rows["at"] = pd.to_datetime(rows["Complete Timestamp"], format="%Y/%m/%d %H:%M:%S.%f")
    rows = rows.sort_values(["customer", "product", "Resource", "at"]).reset_index(drop=True)
    months, years = told(loaded)
    last = years.whole[0].start
    assert blocks(loaded) == (["Active users", "Hours", "People at once"], 1)

    shown = rows[rows["at"] >= pd.Timestamp(last)]
    people = shown.groupby(shown["at"].dt.to_period("M").dt.start_time)["Resource"].nunique()
    assert {k: v for k, v in by_month(months, "people").items() if k >= last} == {
        month.date(): n for month, n in people.items()
    }
    assert years.values.loc["people"].tolist() == shown.groupby(shown["at"].dt.year)["Resource"].nunique().tolist()

    gap = rows.groupby(["customer", "product", "Resource"])["at"].diff()
    rows["session"] = (gap.isna() | (gap > pd.Timedelta(minutes=30))).cumsum()
    sessions = rows.groupby(["session", "Resource"])["at"].agg(["min", "max"]).reset_index()
    starts = sessions["min"].dt.to_period("M").dt.start_time
    hours = ((sessions["max"] - sessions["min"]).dt.total_seconds() / 3600).groupby(starts).sum()
    counts = starts.value_counts()
    for month, value in months.values["hours"].dropna().iloc[1:].items():
        assert value == pytest.approx(hours[month], abs=counts[month] / 3600)

    with opened(loaded):
        peaks = peak_block(asked(""), months.calendar)["value"].dropna()
    spans = sessions.assign(min=sessions["min"].dt.floor("s"), max=sessions["max"].dt.floor("s"))
    for month, users in peaks.items():
        own = spans[(spans["max"] >= month) & (spans["min"] < month + pd.DateOffset(months=1))]
        at_once = [
            own.loc[(own["min"] <= at) & (own["max"] >= at), "Resource"].nunique() for at in own["min"].clip(month)
        ]
        assert users == max(at_once)
