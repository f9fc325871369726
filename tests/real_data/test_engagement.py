"""Engagement of three sources that others wrote: what each tells equals plain SQL or pandas on its raw files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from dash import Dash
from flask import g

from callbacks import engagement
from callbacks import engagement_lists as lists
from callbacks import engagement_people as people
from callbacks import engagement_when as when
from callbacks import engagement_work as work
from data_access import session_lengths, ticket_load
from data_access.engine import Store
from data_access.filters import Filters, Measure, Period
from data_access.sources import Told, told
from ingestion.load import load
from layouts.links import Query
from tests.given import LEADER

pytestmark = pytest.mark.real_data
EXAMPLES = Path(__file__).parents[2] / "examples"


def loaded(source: str, folder: Path) -> Store:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    load(EXAMPLES / f"{source}.toml", folder, processes=2)
    return Store(folder)


def raw(path: str) -> Path:
    return Path(os.environ["REAL_DATA_DIR"]) / path


@contextmanager
def asked(store: Store, start: date, end: date) -> Iterator[Filters]:
    with Dash(__name__).server.app_context(), store.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield Filters(LEADER, generation.number, Period(start, end), None, Measure.USERS)


@pytest.fixture(scope="module")
def ravenstack(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return loaded("ravenstack", tmp_path_factory.mktemp("ravenstack"))


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return loaded("helpdesk", tmp_path_factory.mktemp("helpdesk"))


@pytest.fixture(scope="module")
def oulad(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return loaded("oulad", tmp_path_factory.mktemp("oulad"))


@pytest.fixture(scope="module")
def steps(helpdesk: Store) -> pd.DataFrame:
    """The log of the help desk, in the order of time."""
    log = pd.read_csv(raw("helpdesk/tickets.csv.gz"), dtype=str)
    at = pd.to_datetime(log["Complete Timestamp"], format="%Y/%m/%d %H:%M:%S.%f")
    return log.assign(at=at, day=at.dt.normalize()).sort_values("at")


def test_ravenstack_tells_of_features_cohorts_of_accounts_and_tickets(ravenstack: Store):
    with asked(ravenstack, date(2024, 1, 1), date(2024, 12, 30)) as filters:
        assert told(LEADER) == {Told.FEATURES, Told.FEATURE_USE, Told.TICKETS}
        _, lacking = engagement.update_heading(filters, Query())
    assert "Active people" in lacking
    assert "Features used" not in lacking
    assert "<b>Tickets</b>" not in lacking


def test_ravenstack_features_are_those_of_the_raw_rows(ravenstack: Store):
    plans = pd.read_csv(raw("ravenstack/ravenstack_subscriptions.csv"))
    use = pd.read_csv(raw("ravenstack/ravenstack_feature_usage.csv"), parse_dates=["usage_date"])
    own = use.drop_duplicates("usage_id").merge(plans[["subscription_id", "account_id", "plan_tier"]])
    own = own[own["usage_date"].between("2024-01-01", "2024-12-29") & (own["usage_count"] > 0)]
    latest = plans.sort_values(["start_date", "end_date"], na_position="last")
    latest = latest.drop_duplicates(["account_id", "plan_tier"], keep="last")
    entitled = latest[(latest["start_date"] < "2024-12-30") & ~(latest["end_date"] <= "2024-01-01")]
    used = own.drop_duplicates(["account_id", "plan_tier", "feature_name"]).merge(entitled[["account_id", "plan_tier"]])
    with asked(ravenstack, date(2024, 1, 1), date(2024, 12, 30)) as filters:
        found = work.by_application(filters).set_index("application_id")
    for plan in ("Basic", "Pro", "Enterprise"):
        assert found.loc[plan, "accounts"] == (entitled["plan_tier"] == plan).sum()
        assert found.loc[plan, "adopted"] == (used["plan_tier"] == plan).sum()
        assert found.loc[plan, "offered"] == use["feature_name"].nunique()


def test_ravenstack_tickets_by_priority_are_those_of_the_raw_rows(ravenstack: Store):
    tickets = pd.read_csv(raw("ravenstack/ravenstack_support_tickets.csv"), parse_dates=["submitted_at", "closed_at"])
    own = tickets[(tickets["submitted_at"] >= "2024-01-01") & (tickets["submitted_at"] < "2024-12-30")]
    hours = (own["closed_at"] - own["submitted_at"]).dt.total_seconds() / 3600
    with asked(ravenstack, date(2024, 1, 1), date(2024, 12, 30)) as filters:
        found = ticket_load.by_priority(filters).set_index("priority")
    assert found["opened"].to_dict() == own["priority"].value_counts().to_dict()
    assert found["hours"].to_dict() == pytest.approx(hours.groupby(own["priority"]).median().to_dict())


def test_helpdesk_people_of_days_weeks_and_months(helpdesk: Store, steps: pd.DataFrame):
    with asked(helpdesk, date(2013, 1, 7), date(2013, 6, 3)) as filters:
        days = people.active_days(filters, Query())
        hours = when.people_by_hour(filters)
    for row in days.iloc[::10].to_dict("records"):
        for name, width in (("daily", 1), ("weekly", 7), ("monthly", 28)):
            window = steps["day"].between(row["day"] - pd.Timedelta(days=width - 1), row["day"])
            assert row[name] == steps.loc[window, "Resource"].nunique()
    own = steps[steps["day"].between("2013-01-07", "2013-06-02")]
    once = own.assign(hour=own["at"].dt.hour).drop_duplicates(["Resource", "day", "hour"])
    monday = once[(once["day"].dt.day_of_week == 0) & (once["hour"] == 9)]
    assert hours.loc[1, 9] == pytest.approx(len(monday) / 21)


def test_helpdesk_tickets_by_month(helpdesk: Store, steps: pd.DataFrame):
    cases = steps.groupby("Case ID")["at"].agg(["min", "max", "size"])
    own = cases[(cases["min"] >= "2013-01-01") & (cases["min"] < "2013-07-01")]
    month, hours = own["min"].dt.to_period("M"), (own["max"] - own["min"]).dt.total_seconds() / 3600
    with asked(helpdesk, date(2013, 1, 1), date(2013, 7, 1)) as filters:
        found = ticket_load.by_month(filters, filters.period).set_index("month")
        total = ticket_load.total(filters).iloc[0]
    assert found["opened"].tolist() == own.groupby(month).size().tolist()
    assert found["responses"].tolist() == pytest.approx(own.groupby(month)["size"].mean().tolist())
    assert found["hours"].tolist() == pytest.approx(hours.groupby(month).median().tolist(), rel=1e-6)
    assert total["opened"] == len(own)


def test_helpdesk_sessions_are_counted_apart_from_single_events(helpdesk: Store, steps: pd.DataFrame):
    """Of one person, customer and product; the log is one file, so no gap is lost."""
    keys = ["customer", "product", "Resource"]
    ordered = steps.sort_values([*keys, "at"])
    gap = ordered.groupby(keys)["at"].diff()
    spans = ordered.groupby((gap.isna() | (gap > pd.Timedelta(minutes=30))).cumsum())["at"].agg(["min", "max"])
    own = spans[(spans["min"] >= "2013-01-07") & (spans["min"] < "2013-06-03")]
    seconds = (own["max"].dt.floor("s") - own["min"].dt.floor("s")).dt.total_seconds()
    with asked(helpdesk, date(2013, 1, 7), date(2013, 6, 3)) as filters:
        [[sessions, single, median, _]] = session_lengths.summary(filters).values.tolist()
    assert (sessions, single, median) == ((seconds > 0).sum(), (seconds == 0).sum(), seconds[seconds > 0].median())


CLICKS = """
    create view active as
    select distinct id_student::bigint as student, activity_type,
        (case code_presentation when '2013B' then date '2013-02-01' else date '2013-10-01' end) + date::integer as day
    from read_parquet('{folder}/studentVle_ds/*/*/*.parquet', hive_partitioning=true)
    join '{folder}/vle.parquet' using (id_site, code_module, code_presentation)
    join '{folder}/studentInfo.parquet' using (id_student, code_module, code_presentation)
"""


def test_oulad_people_of_days_weeks_and_months_and_of_months_later(oulad: Store):
    with asked(oulad, date(2013, 11, 4), date(2013, 12, 30)) as filters, duckdb.connect() as log:
        log.execute(CLICKS.format(folder=raw("oulad-2013")))
        for own in (filters, replace(filters, applications=("quiz",)), replace(filters, applications=("quiz", "url"))):
            row = people.active_days(own, Query()).iloc[-1]
            for name, width in (("daily", 1), ("weekly", 7), ("monthly", 28)):
                first = row["day"].date() - timedelta(days=width - 1)
                only = f"and activity_type in {(*own.applications, '')}" if own.applications else ""
                question = f"select count(distinct student) from active where day between ? and ? {only}"
                assert log.execute(question, [first, row["day"].date()]).fetchall() == [(row[name],)]
        cohorts = lists.cohorts(filters, "people")
        # Whoever registered before the log began belongs to no cohort.
        log.execute(f"attach '{(oulad.folder / 'current').resolve()}' as store (read_only)")
        log.execute("create view users as select user_id::bigint as student, registered_on from store.users")
        [(size, stayed)] = log.execute("""
            with first as (
                select student, min(date_trunc('month', day)) as month from active
                where student not in (select student from users where registered_on < (select min(day) from active))
                group by 1
            )
            select count(distinct student) filter (date_trunc('month', day) = '2013-09-01'),
                count(distinct student) filter (date_trunc('month', day) = '2013-11-01')
            from active join first using (student) where month = '2013-09-01'
        """).fetchall()
    assert (cohorts.loc["2013-09-01", 0], cohorts.loc["2013-09-01", 2]) == (size, stayed)
