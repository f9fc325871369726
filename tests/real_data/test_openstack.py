"""Sixteen years of a real log: loaded totals equal those counted by hand from the raw files."""

import os
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import func, select

from data_access import accounts
from data_access.engine import Store
from data_access.filters import Filters, Measure, Period
from data_access.schema import accounts as all_accounts
from data_access.schema import applications, feature_days, users
from ingestion.load import load
from tests.given import LEADER

pytestmark = pytest.mark.real_data
EXAMPLE = Path(__file__).parents[2] / "examples" / "openstack.toml"

# select application_id, count(*) … group by 1, over the raw files.
EVENTS = {
    "nova": 27373,
    "neutron": 16160,
    "cinder": 11409,
    "horizon": 9744,
    "heat": 9475,
    "keystone": 8746,
    "kolla-ansible": 8673,
    "ironic": 8218,
    "tempest": 8093,
    "swift": 6616,
    "devstack": 6300,
    "glance": 4925,
    "ceilometer": 4402,
    "manila": 4085,
    "sahara": 3789,
    "magnum": 3300,
    "designate": 3217,
    "trove": 3015,
    "octavia": 2607,
    "barbican": 2341,
    "murano": 2210,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    folder = tmp_path_factory.mktemp("openstack")
    summary = load(EXAMPLE, folder, processes=2)
    assert (summary.rows_read, summary.rows_kept, summary.rows_rejected) == (154_698, 154_698, 0)
    return folder


@pytest.fixture(scope="module")
def everything(store: Path) -> Filters:
    generation = Store(store).current()
    whole = Period(generation.first_day, generation.as_of + timedelta(days=1))
    return Filters(LEADER, generation.number, whole, None, Measure.RECORDS)


def test_events_per_application_are_those_of_the_raw_log(store: Path, everything: Filters):
    with Store(store).pin():
        totals = accounts.application_totals(everything)
    assert dict(zip(totals["application_id"], totals["value"], strict=True)) == EVENTS


def test_accounts_and_people_are_those_of_the_raw_log(store: Path):
    with Store(store).current().engine.connect() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar()
            for table in (all_accounts, applications, users)
        ]
    assert counts == [2_849, 21, 6_923]


def test_use_per_feature_is_that_of_the_raw_log(store: Path):
    raw = duckdb.execute(
        "select feature, count(*) from read_parquet(?) where trim(feature) <> '' group by 1 order by 1",
        [os.environ["REAL_DATA_DIR"] + "/openstack/events/**/*.parquet"],
    ).fetchall()
    counted = select(feature_days.c.feature, func.sum(feature_days.c.events)).group_by(feature_days.c.feature)
    with Store(store).current().engine.connect() as connection:
        ours = connection.execute(counted.order_by(feature_days.c.feature)).all()
    assert [tuple(row) for row in ours] == raw


def test_the_ten_largest_accounts_are_those_of_the_raw_log(store: Path, everything: Filters):
    raw = duckdb.execute(
        "select account_id, count(*) as n from read_parquet(?) group by 1 order by n desc, 1 limit 10",
        [os.environ["REAL_DATA_DIR"] + "/openstack/events/**/*.parquet"],
    ).fetchall()
    with Store(store).pin():
        top = accounts.top_accounts(everything, 10)
    assert list(zip(top["account_id"], top["value"], strict=True)) == raw
