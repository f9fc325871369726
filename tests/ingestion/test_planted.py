"""Is what was planted in the demo flagged, and little else? The truth is read here alone, never by the product."""

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ingestion.demo import generate
from ingestion.load import load

WEEK, MONTH = pd.Timedelta(weeks=1), pd.Timedelta(weeks=4)
FLAGS = """
    select level, account_id, application_id, flags.week::timestamp as week, flags.kind, direction
    from flags join episodes using (episode)
    left join accounts using (account_key) left join applications using (application_key)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    mapping = generate(folder / "demo", accounts=400, weeks=60, until=date(2026, 11, 22))
    load(mapping, folder / "store", processes=2)
    return folder


@pytest.fixture(scope="module")
def flags(folder: Path) -> pd.DataFrame:
    with duckdb.connect(str((folder / "store/current").resolve()), read_only=True) as connection:
        return connection.execute(FLAGS).df()


@pytest.fixture(scope="module")
def stories(folder: Path) -> pd.DataFrame:
    told = pd.read_parquet(folder / "demo/truth/stories.parquet")
    days = {name: pd.to_datetime(told[name]) for name in ("from_day", "to_day")}
    return told.assign(**days, week=days["from_day"] - pd.to_timedelta(days["from_day"].dt.day_of_week, unit="D"))


def test_an_outage_of_two_days_is_one_flag_of_its_application_and_none_of_its_pairs(flags, stories):
    [outage] = stories[(stories["kind"] == "outage") & (stories["size"] == 2)].itertuples()
    found = flags[(flags["application_id"] == outage.application_id) & (flags["week"] == outage.week)]
    of_the_week = found[found["kind"] == "one week"]  # a pair may be in the middle of a shift of its own
    assert of_the_week[["level", "direction"]].values.tolist() == [["application", -1]]


def test_what_is_flagged_of_a_pair_lies_at_a_story(flags, stories):
    """Nine in ten, as q = 0.05 would let expect."""
    weekly = flags[(flags["level"] == "pair") & (flags["kind"] == "one week")]
    assert len(weekly) >= 10
    is_told = [_is_told(flag, stories) for flag in weekly.itertuples()]
    assert sum(is_told) >= 0.9 * len(is_told)


def test_the_largest_spikes_are_found(flags, stories):
    weekly = flags[(flags["level"] == "pair") & (flags["direction"] == 1)]
    found = set(zip(weekly["account_id"], weekly["application_id"], weekly["week"], strict=True))
    spikes = stories[stories["kind"] == "spike"]
    assert len(found & set(zip(spikes["account_id"], spikes["application_id"], spikes["week"], strict=True))) >= 10


def _is_told(flag, stories: pd.DataFrame) -> bool:
    about = (stories["account_id"].isna() | (stories["account_id"] == flag.account_id)) & (
        stories["application_id"].isna() | (stories["application_id"] == flag.application_id)
    )
    runs = (stories["from_day"] < flag.week + WEEK) & ~(stories["to_day"] < flag.week - MONTH)
    return bool((about & runs).any())
