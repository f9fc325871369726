"""Two vendors' own tables: what is loaded equals what plain DuckDB counts in the raw files."""

import os
from pathlib import Path

import duckdb
import pytest

from ingestion.load import Summary, load

pytestmark = pytest.mark.real_data
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def raw() -> str:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    return os.environ["REAL_DATA_DIR"]


@pytest.fixture(scope="module")
def ravenstack(raw: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, Path]:
    store = tmp_path_factory.mktemp("ravenstack")
    return load(EXAMPLES / "ravenstack.toml", store), store


@pytest.fixture(scope="module")
def helpdesk(raw: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, Path]:
    store = tmp_path_factory.mktemp("helpdesk")
    return load(EXAMPLES / "helpdesk.toml", store), store


def stored(loaded: tuple[Summary, Path], question: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str((loaded[1] / "current").resolve()), read_only=True) as store:
        return store.execute(question).fetchall()


def test_ravenstack_repeats_21_usage_ids(ravenstack: tuple[Summary, Path]):
    summary, _ = ravenstack
    assert (summary.rows_read, summary.rows_kept, summary.rows_duplicate, summary.rows_rejected) == (
        25_000,
        24_979,
        21,
        0,
    )


def test_ravenstack_has_500_accounts_and_2000_tickets(ravenstack: tuple[Summary, Path], raw: str):
    assert stored(ravenstack, "select count(*), count(*) filter (is_matched) from accounts") == [(500, 500)]
    assert stored(ravenstack, "select count(*) from tickets") == [(2_000,)]
    open_tickets = f"select count(*) from '{raw}/ravenstack/ravenstack_support_tickets.csv' where closed_at is null"
    assert (
        stored(ravenstack, "select count(*) from tickets where resolved_at is null")
        == duckdb.execute(open_tickets).fetchall()
    )


def test_ravenstack_use_per_plan_is_that_of_the_raw_files(ravenstack: tuple[Summary, Path], raw: str):
    ours = "select name, sum(clicks)::bigint from usage_daily join applications using (application_key) group by 1 order by 1"
    # Repeated ids carry different rows: one of them is kept, so the sums lie between those of the least and the most.
    theirs = f"""
        select plan_tier, sum(low)::bigint, sum(high)::bigint from (
            select usage_id, arg_min(subscription_id, usage_count) as subscription_id, min(usage_count) as low,
                max(usage_count) as high
            from '{raw}/ravenstack/ravenstack_feature_usage.csv' group by 1
        ) join '{raw}/ravenstack/ravenstack_subscriptions.csv' using (subscription_id) group by 1 order by 1
    """
    for (plan, total), (name, low, high) in zip(
        stored(ravenstack, ours), duckdb.execute(theirs).fetchall(), strict=True
    ):
        assert plan == name
        assert low - 200 <= total <= high + 200


def test_ravenstack_use_before_the_start_is_listed_and_stays_out_of_no_total(
    ravenstack: tuple[Summary, Path], raw: str
):
    ours = "select sum(events) from exceptions where kind in ('before start', 'after cancellation')"
    [(listed,)] = stored(ravenstack, ours)
    [(total,)] = stored(ravenstack, "select sum(human_events) from usage_daily")
    assert 0 < listed < total


def test_helpdesk_counts_are_those_of_the_raw_file(helpdesk: tuple[Summary, Path], raw: str):
    summary, _ = helpdesk
    assert (summary.rows_read, summary.rows_kept, summary.rows_rejected) == (21_348, 21_348, 0)
    assert stored(helpdesk, "select (select count(*) from accounts), (select count(*) from applications)") == [
        (397, 21)
    ]
    assert stored(helpdesk, "select count(*), sum(responses) from tickets") == [(4_580, 21_348)]


def test_helpdesk_hours_to_resolve_are_those_of_the_raw_file(helpdesk: tuple[Summary, Path], raw: str):
    theirs = f"""
        select sum(epoch(closed) - epoch(opened))::bigint from (
            select "Case ID", min(t) as opened, max(t) as closed from (
                select "Case ID", strptime("Complete Timestamp", '%Y/%m/%d %H:%M:%S.%g') as t
                from read_csv('{raw}/helpdesk/tickets.csv.gz', all_varchar=true)
            ) group by 1
        )
    """
    ours = "select sum(epoch(resolved_at) - epoch(opened_at))::bigint from tickets"
    assert stored(helpdesk, ours) == duckdb.execute(theirs).fetchall()
