from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from ingestion.demo import generate
from ingestion.demo.agencies import draw_agencies
from ingestion.mapping import read_mapping
from ingestion.sources import week_partitions

UNTIL = date(2026, 3, 8)  # a Sunday on which the clocks change
ACCOUNTS, WEEKS = 12, 6
SMALL = {"accounts": ACCOUNTS, "weeks": WEEKS, "until": UNTIL}
COUNT_APPLICATIONS = 20


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("demo"), **SMALL).parent


@pytest.fixture(scope="module")
def events(demo: Path) -> pd.DataFrame:
    """All events, with the local time and the week that the folder names."""
    frames = [pd.read_parquet(file, partitioning=None).assign(folder=str(file.parent)) for file in log_of(demo)]
    log = pd.concat(frames, ignore_index=True)
    log["local"] = log["occurred_at"].dt.tz_convert(ZoneInfo("America/Denver"))
    return log.assign(day=log["local"].dt.tz_localize(None).dt.normalize())


def log_of(demo: Path) -> list[Path]:
    return sorted((demo / "usage").rglob("*.parquet"))


def table(demo: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(demo / f"{name}.parquet")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(demo, tmp_path):
    generate(tmp_path, **SMALL)
    assert contents(tmp_path) == contents(demo)


def test_another_seed_gives_other_agencies_and_events(demo, tmp_path):
    generate(tmp_path, seed=8, **SMALL)
    common = contents(tmp_path).items() & contents(demo).items()
    assert {name for name, _ in common} == {"demo.toml", "applications.parquet"}


def test_the_mapping_names_every_column_that_was_written(demo):
    mapping = read_mapping(demo / "demo.toml")
    for source in (mapping.usage, mapping.accounts, mapping.applications, mapping.subscriptions, mapping.contacts):
        path = log_of(demo)[0] if source is mapping.usage else Path(source.uri)
        assert set(source.columns.model_dump().values()) == set(pd.read_parquet(path, partitioning=None).columns)


def test_the_log_has_one_file_for_each_week_up_to_the_last(demo):
    partitions = week_partitions(str(demo / "usage"))
    assert [week.label for week in partitions] == [f"year=2026/week={week:02d}" for week in range(5, 11)]
    assert [len(files) for files in partitions.values()] == [1] * WEEKS


def test_the_last_week_of_2026_is_the_53rd(tmp_path):
    generate(tmp_path, accounts=2, weeks=2, until=date(2027, 1, 5))
    assert [week.label for week in week_partitions(str(tmp_path / "usage"))] == [
        "year=2026/week=53",
        "year=2027/week=01",
    ]


def test_an_event_lies_in_the_folder_of_its_local_week(events):
    iso = events["local"].dt.isocalendar()
    folders = "year=" + iso["year"].astype(str) + "/week=" + iso["week"].astype(str).str.zfill(2)
    assert all(path.endswith(folder) for path, folder in zip(events["folder"], folders, strict=True))


@pytest.mark.parametrize("until", [UNTIL, date(2025, 11, 2), date(2026, 1, 1), date(2026, 7, 8)])
def test_the_last_day_has_events_and_no_later_one(tmp_path, until):
    generate(tmp_path, accounts=3, weeks=1, until=until)
    newest = pd.read_parquet(log_of(tmp_path)[0], partitioning=None)["occurred_at"].max()
    assert newest.tz_convert(ZoneInfo("America/Denver")).date() == until


def test_by_default_the_last_day_is_a_sunday_before_today(tmp_path):
    generate(tmp_path, accounts=1, weeks=1)
    [week] = week_partitions(str(tmp_path / "usage"))
    assert date.today() - timedelta(days=8) <= week.monday + timedelta(days=6) <= date.today()


def test_event_ids_are_unique(events):
    assert events["event_id"].is_unique


def test_a_file_is_in_the_order_of_time(events):
    assert all(times.is_monotonic_increasing for _, times in events.groupby("folder")["occurred_at"])


def test_nothing_is_used_outside_the_subscription(demo, events):
    used = events.merge(table(demo, "subscriptions"), how="left", on=["account_id", "application_id"])
    started, cancelled = pd.to_datetime(used["started_on"]), pd.to_datetime(used["cancelled_on"])
    assert ((started <= used["day"]) & (cancelled.isna() | (used["day"] < cancelled))).all()


def test_people_work_on_weekdays(events):
    by_people = events[events["channel"] == "web"]
    per_weekday = by_people.groupby(by_people["day"].dt.day_of_week).size()
    assert per_weekday[[5, 6]].max() < 0.25 * per_weekday[range(5)].min()


def test_a_federal_holiday_is_quiet(events):
    per_day = events[events["channel"] == "web"].groupby("day").size()
    assert per_day["2026-02-16"] < 0.5 * per_day["2026-02-23"]


def test_nobody_logs_out_more_often_than_in(events):
    counts = events.groupby(["account_id", "application_id", "user_id", "event"]).size().unstack(fill_value=0)
    assert (counts["LOGIN"] >= counts["LOGOUT"]).all()
    assert 0.75 < counts["LOGOUT"].sum() / counts["LOGIN"].sum() < 0.95


def test_a_user_belongs_to_one_account(events):
    people = events[events["channel"] == "web"]
    assert (people["user_id"].str[1:6] == people["account_id"].str[1:]).all()


def test_machines_only_create_records(tmp_path):
    generate(tmp_path, accounts=60, weeks=1, until=UNTIL)
    log = pd.read_parquet(log_of(tmp_path)[0], partitioning=None)
    machines = log[log["channel"] == "api"]
    assert set(machines["user_id"]) == {"integration"}
    assert set(machines["event"]) == {"RECORD_CREATED"}
    assert "integration" not in set(log.loc[log["channel"] == "web", "user_id"])


def test_every_account_has_one_main_contact_and_at_most_three(demo):
    contacts = table(demo, "contacts").groupby("account_id")["is_main"].agg(["sum", "size"])
    assert len(contacts) == ACCOUNTS
    assert (contacts["sum"] == 1).all()
    assert contacts["size"].between(1, 3).all()


def test_fifty_thousand_agencies_have_names_of_their_own_without_numbers():
    names = pd.Series(draw_agencies(7, 50_000).names)
    assert names.is_unique
    assert not names.str.contains(r"\d").any()


def test_more_agencies_than_names_are_refused():
    with pytest.raises(ValueError, match="Ask for fewer"):
        draw_agencies(7, 200_000)


def test_master_data_fits_together(demo):
    accounts, subscriptions = table(demo, "accounts"), table(demo, "subscriptions")
    assert len(accounts) == ACCOUNTS
    assert len(table(demo, "applications")) == COUNT_APPLICATIONS
    assert set(subscriptions["account_id"]) == set(accounts["account_id"])
    assert set(subscriptions["application_id"]) <= set(table(demo, "applications")["application_id"])
    assert not subscriptions.duplicated(["account_id", "application_id"]).any()


def test_an_account_is_worth_its_current_subscriptions(demo):
    subscriptions = table(demo, "subscriptions")
    current = subscriptions["annual_value"].where(subscriptions["cancelled_on"].isna(), 0.0)
    accounts = table(demo, "accounts").set_index("account_id")["annual_value"]
    assert np.array_equal(current.groupby(subscriptions["account_id"]).sum(), accounts)


def test_a_cancellation_has_a_reason_and_no_renewal(tmp_path):
    generate(tmp_path, accounts=150, weeks=26, until=UNTIL)
    subscriptions = table(tmp_path, "subscriptions")
    is_cancelled = subscriptions["cancelled_on"].notna()
    assert 0.02 < is_cancelled.mean() < 0.1
    assert (subscriptions["cancel_reason"].notna() == is_cancelled).all()
    assert subscriptions.loc[is_cancelled, "renews_on"].isna().all()
    assert (subscriptions["renews_on"].dropna() > UNTIL).all()


def test_progress_counts_the_weeks(tmp_path):
    seen: list[tuple[int, int]] = []
    generate(tmp_path, accounts=1, weeks=3, until=UNTIL, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_new_demo_replaces_the_old_one(tmp_path):
    generate(tmp_path, accounts=2, weeks=3, until=date(2026, 1, 4))
    generate(tmp_path, accounts=2, weeks=1, until=UNTIL)
    assert [path.name for path in (tmp_path / "usage").iterdir()] == ["year=2026"]
    assert len(log_of(tmp_path)) == 1


def test_a_log_that_is_no_demo_is_left_alone(tmp_path):
    log = tmp_path / "usage" / "year=2026" / "week=01" / "part-0.parquet"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"ours")
    with pytest.raises(FileExistsError, match="Choose an empty folder"):
        generate(tmp_path, **SMALL)
    assert log.read_bytes() == b"ours"


@pytest.mark.parametrize("wrong", [{"accounts": 0}, {"weeks": 0}])
def test_a_demo_of_nothing_is_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match="at least one"):
        generate(tmp_path, **SMALL | wrong)
