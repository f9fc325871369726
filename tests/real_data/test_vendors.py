"""Two vendors' own tables: what is loaded equals what plain DuckDB counts in the raw files."""

import os
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ingestion.load import Summary, load

pytestmark = pytest.mark.real_data
EXAMPLES = Path(__file__).parents[2] / "examples"
LEDGER = "select dataset, rows_read, rows_duplicate, rows_rejected from files where dataset <> 'usage' order by 1"
PAIR = ["account_id", "plan_tier"]


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
    theirs = f"""
        select priority, count(*), count(*) filter (closed_at is null), sum(satisfaction_score)
        from '{raw}/ravenstack/ravenstack_support_tickets.csv' group by 1 order by 1
    """
    ours = """
        select priority, count(*), count(*) filter (resolved_at is null), sum(satisfaction)
        from tickets group by 1 order by 1
    """
    assert stored(ravenstack, ours) == duckdb.execute(theirs).fetchall()


def test_ravenstack_tables_are_read_whole(ravenstack: tuple[Summary, Path]):
    assert stored(ravenstack, LEDGER) == [
        ("accounts", 500, 0, 0),
        ("subscriptions", 5_000, 0, 0),
        ("tickets", 2_000, 0, 0),
    ]


def test_ravenstack_segments_and_seats_are_those_of_the_raw_files(ravenstack: tuple[Summary, Path], raw: str):
    ours = "select industry, plan, region, count(*), sum(seats)::bigint from accounts group by all order by all"
    theirs = f"""
        select industry, plan_tier, country, count(*), sum(seats)::bigint
        from '{raw}/ravenstack/ravenstack_accounts.csv' group by all order by all
    """
    assert stored(ravenstack, ours) == duckdb.execute(theirs).fetchall()


def test_ravenstack_use_per_plan_is_that_of_the_raw_files(ravenstack: tuple[Summary, Path], raw: str):
    ours = """
        select name, sum(clicks), sum(seconds)
        from usage_daily join applications using (application_key) group by 1 order by 1
    """
    # Of the rows that repeat an id, the first counts.
    plans = pd.read_csv(f"{raw}/ravenstack/ravenstack_subscriptions.csv")[["subscription_id", "plan_tier"]]
    rows = pd.read_csv(f"{raw}/ravenstack/ravenstack_feature_usage.csv").drop_duplicates("usage_id")
    totals = rows.merge(plans).groupby("plan_tier")[["usage_count", "usage_duration_secs"]].sum()
    assert stored(ravenstack, ours) == list(totals.itertuples(name=None))


def test_ravenstack_pairs_are_the_latest_subscriptions(ravenstack: tuple[Summary, Path], raw: str):
    ours = """
        select account_id, application_id, started_on, cancelled_on
        from pairs join accounts using (account_key) join applications using (application_key) order by all
    """
    theirs = f"""
        select distinct on (account_id, plan_tier) account_id, plan_tier, start_date, end_date
        from '{raw}/ravenstack/ravenstack_subscriptions.csv'
        order by account_id, plan_tier, start_date desc, end_date desc nulls first
    """
    found = stored(ravenstack, ours)
    assert found == duckdb.execute(theirs).fetchall()
    assert stored(ravenstack, "select count(*) from pairs where state = 'cancelled'") == [
        (sum(cancelled is not None for *_, cancelled in found),)
    ]


def test_ravenstack_use_outside_of_a_subscription_is_listed(ravenstack: tuple[Summary, Path], raw: str):
    ours = "select kind, count(*), sum(events) from exceptions group by 1 order by 1"
    subscriptions = pd.read_csv(
        f"{raw}/ravenstack/ravenstack_subscriptions.csv", parse_dates=["start_date", "end_date"]
    )
    latest = subscriptions.sort_values(["start_date", "end_date"], na_position="last").groupby(PAIR).tail(1)
    rows = pd.read_csv(f"{raw}/ravenstack/ravenstack_feature_usage.csv", parse_dates=["usage_date"])
    used = rows.drop_duplicates("usage_id").merge(subscriptions[["subscription_id", *PAIR]])
    used = used.merge(latest[[*PAIR, "start_date", "end_date"]])
    late = used[used["usage_date"] >= used["end_date"]]
    early = used.drop(late.index)[lambda left: left["usage_date"] < left["start_date"]]
    assert stored(ravenstack, ours) == [
        (kind, len(listed.groupby(PAIR)), listed["usage_count"].sum())
        for kind, listed in (("after cancellation", late), ("before start", early))
    ]


def test_helpdesk_counts_are_those_of_the_raw_file(helpdesk: tuple[Summary, Path], raw: str):
    summary, _ = helpdesk
    assert (summary.rows_read, summary.rows_kept, summary.rows_rejected) == (21_348, 21_348, 0)
    assert stored(helpdesk, LEDGER) == [("tickets", 21_348, 0, 0)]
    [(customers, products, cases)] = duckdb.execute(f"""
        select count(distinct customer), count(distinct product), count(distinct "Case ID")
        from read_csv('{raw}/helpdesk/tickets.csv.gz', all_varchar=true)
    """).fetchall()
    ours = "select (select count(*) from accounts where not is_matched), (select count(*) from applications)"
    assert stored(helpdesk, ours) == [(customers, products)]
    assert stored(helpdesk, "select count(*), sum(responses) from tickets") == [(cases, 21_348)]


def test_helpdesk_steps_are_those_of_the_raw_file(helpdesk: tuple[Summary, Path], raw: str):
    ours = "select feature, sum(events) from feature_days group by 1 order by 1"
    theirs = f"""
        select Activity, count(*) from read_csv('{raw}/helpdesk/tickets.csv.gz', all_varchar=true)
        group by 1 order by 1
    """
    assert stored(helpdesk, ours) == duckdb.execute(theirs).fetchall()


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
