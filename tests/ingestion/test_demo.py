import json
import shutil
import tomllib
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import pytest

from ingestion.datasets import DATASETS
from ingestion.demo import generate
from ingestion.demo.agencies import draw_agencies
from ingestion.load import load
from ingestion.mapping import read_mapping
from ingestion.sources import week_partitions

UNTIL = date(2026, 3, 8)  # a Sunday on which the clocks change
ACCOUNTS, WEEKS = 12, 6
SMALL = {"accounts": ACCOUNTS, "weeks": WEEKS, "until": UNTIL}
COUNT_APPLICATIONS = 20
LAST = date(2026, 11, 22)  # of the tale, a Sunday
TODAY = pd.Timestamp(LAST)
STEPS = ("invited", "registered", "activated", "transacted")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("demo"), **SMALL).parent


@pytest.fixture(scope="module")
def events(demo: Path) -> pd.DataFrame:
    return what_counts(demo)


@pytest.fixture(scope="module")
def tale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough for every story."""
    return generate(tmp_path_factory.mktemp("tale"), accounts=60, weeks=60, until=LAST).parent


@pytest.fixture(scope="module")
def use(tale: Path) -> pd.DataFrame:
    return what_counts(tale)


def rows_of(demo: Path) -> pd.DataFrame:
    """All rows as delivered, with the local time and the file they lie in."""
    frames = [pd.read_parquet(file, partitioning=None).assign(file=str(file)) for file in log_of(demo)]
    log = pd.concat(frames, ignore_index=True)
    log["local"] = log["occurred_at"].dt.tz_convert(ZoneInfo("America/Denver"))
    return log.assign(day=log["local"].dt.tz_localize(None).dt.normalize())


def what_counts(demo: Path) -> pd.DataFrame:
    """Each event once, without the rows that lack a time, an account or a known application."""
    log = rows_of(demo).dropna(subset=["occurred_at", "account_id", "application_id"])
    return log[log["application_id"] != "legacy-portal"].drop_duplicates("event_id")


def stories(demo: Path, kind: str) -> pd.DataFrame:
    told = pd.read_parquet(demo / "truth" / "stories.parquet")
    days = {name: pd.to_datetime(told[name]) for name in ("from_day", "to_day")}
    return told.assign(**days)[told["kind"] == kind]


def between(log: pd.DataFrame, first: pd.Timestamp, days: int) -> pd.DataFrame:
    """The rows of `days` days from `first` on, or before it where negative."""
    end = first + pd.Timedelta(days=days)
    return log[(log["day"] >= min(first, end)) & (log["day"] < max(first, end))]


def of(log: pd.DataFrame, story: pd.Series) -> pd.DataFrame:
    """The rows of the account and application that a story is about."""
    for name in ("account_id", "application_id"):
        if isinstance(story[name], str):
            log = log[log[name] == story[name]]
    return log


def by_hand(log: pd.DataFrame) -> pd.DataFrame:
    return log[log["channel"] == "web"]


def faults(demo: Path) -> dict:
    return json.loads((demo / "truth" / "faults.json").read_text())


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
    assert {name for name, _ in common} == {"demo.toml", "applications.parquet", "features.parquet"}


def test_the_mapping_names_columns_that_were_written(demo):
    read_mapping(demo / "demo.toml")
    for section in tomllib.loads((demo / "demo.toml").read_text()).values():
        if "columns" in section:
            path = log_of(demo)[0] if section["uri"] == "usage" else demo / section["uri"]
            assert set(section["columns"].values()) <= set(pd.read_parquet(path, partitioning=None).columns)


def test_the_mapping_reads_every_table_by_columns_that_are_there(demo):
    sections = tomllib.loads((demo / "demo.toml").read_text())
    tables = {name: section for name, section in sections.items() if name not in ("source", "usage")}
    for section in tables.values():
        assert set(section["columns"].values()) <= set(table(demo, section["uri"].removesuffix(".parquet")).columns)
    assert set(tables) == set(DATASETS)


def test_the_product_is_not_told_the_truth(demo):
    assert "truth" not in (demo / "demo.toml").read_text()


def test_the_log_has_one_file_for_each_week_up_to_the_last(demo):
    partitions = week_partitions(str(demo / "usage"))
    assert [week.label for week in partitions] == [f"year=2026/week={week:02d}" for week in range(5, 11)]
    assert [len(files) for files in partitions.values()] == [1, 1, 1, 1, 2, 1]  # the fifth came in part again


def test_the_last_week_of_2026_is_the_53rd(tmp_path):
    generate(tmp_path, accounts=2, weeks=2, until=date(2027, 1, 5))
    assert [week.label for week in week_partitions(str(tmp_path / "usage"))] == [
        "year=2026/week=53",
        "year=2027/week=01",
    ]


def test_an_event_lies_in_the_folder_of_its_local_week(events):
    iso = events["local"].dt.isocalendar()
    folders = "year=" + iso["year"].astype(str) + "/week=" + iso["week"].astype(str).str.zfill(2)
    assert all(folder in path for path, folder in zip(events["file"], folders, strict=True))


@pytest.mark.parametrize("until", [UNTIL, date(2025, 11, 2), date(2026, 1, 1), date(2026, 7, 8)])
def test_the_last_day_has_events_and_no_later_one(tmp_path, until):
    generate(tmp_path, accounts=3, weeks=1, until=until)
    newest = pd.read_parquet(log_of(tmp_path)[0], partitioning=None)["occurred_at"].max()
    assert newest.tz_convert(ZoneInfo("America/Denver")).date() == until


def test_by_default_the_last_day_is_a_sunday_before_today(tmp_path):
    generate(tmp_path, accounts=1, weeks=1)
    [week] = week_partitions(str(tmp_path / "usage"))
    assert date.today() - timedelta(days=8) <= week.monday + timedelta(days=6) <= date.today()


def test_a_file_is_in_the_order_of_time(events):
    assert all(times.is_monotonic_increasing for _, times in events.groupby("file")["occurred_at"])


def test_nothing_is_used_outside_the_subscription_but_what_is_told(tale, use):
    used = use.merge(table(tale, "subscriptions"), how="left", on=["account_id", "application_id"])
    started, cancelled = pd.to_datetime(used["started_on"]), pd.to_datetime(used["cancelled_on"])
    assert (started <= used["day"]).all()
    afterwards = used[used["day"] >= cancelled].merge(stories(tale, "use after cancellation"),
                                                      how="left", on=["account_id", "application_id"])  # fmt: skip
    assert (afterwards["day"] < afterwards["to_day"]).all()
    assert len(afterwards.groupby(["account_id", "application_id"])) == len(stories(tale, "use after cancellation")) > 2


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
    people = events[(events["channel"] == "web") & (events["user_id"] != "")]
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


# Stories: what must be seen in the raw rows


def test_a_small_demo_has_no_stories(tmp_path):
    generate(tmp_path, accounts=3, weeks=1, until=UNTIL)
    planted = {"onboarding", "outage", "late feed", "spike", "lasting drop", "champion left", "summer closing"}
    assert planted.isdisjoint(pd.read_parquet(tmp_path / "truth" / "stories.parquet")["kind"])


def test_a_new_account_has_no_past_and_started_within_30_days(tale, use):
    newest = stories(tale, "onboarding").sort_values("from_day").iloc[-1]
    assert TODAY - newest["from_day"] < pd.Timedelta(days=30)
    assert of(use, newest)["day"].min() >= newest["from_day"]
    assert of(use, newest)["user_id"].nunique() > 3


def test_new_pairs_ramp_up(tale, use):
    pairs = stories(tale, "new pair")
    pairs = pairs[pairs["from_day"] < TODAY - pd.Timedelta(days=84)]
    early = sum(len(between(of(use, pair), pair["from_day"], 14)) for _, pair in pairs.iterrows())
    later = sum(
        len(between(of(use, pair), pair["from_day"] + pd.Timedelta(days=56), 14)) for _, pair in pairs.iterrows()
    )
    assert early < 0.6 * later


def test_when_a_champion_leaves_the_others_stay(tale, use):
    [champion] = [row for _, row in stories(tale, "champion left").iterrows()]
    account = of(by_hand(use), champion)
    before = between(account, champion["from_day"], -56)
    assert before["user_id"].value_counts().index[0] == champion["user_id"]
    assert (before["user_id"] == champion["user_id"]).mean() > 0.25
    after = account[account["day"] >= champion["from_day"]]
    assert champion["user_id"] not in set(after["user_id"])
    assert after["user_id"].nunique() >= 3


def test_an_outage_is_seen_in_the_log_and_in_the_service(tale, use):
    [outage] = [row for _, row in stories(tale, "outage").iterrows()]
    days = (outage["to_day"] - outage["from_day"]).days
    usual = between(of(use, outage), outage["from_day"] - pd.Timedelta(days=7), days)
    assert len(between(of(use, outage), outage["from_day"], days)) < 0.1 * len(usual)
    others = use[use["application_id"] != outage["application_id"]]
    before = between(others, outage["from_day"] - pd.Timedelta(days=7), days)
    assert len(between(others, outage["from_day"], days)) > 0.7 * len(before)

    service = table(tale, "service").assign(day=lambda rows: pd.to_datetime(rows["day"]))
    is_down = service["uptime_minutes"] < 1000
    assert set(service.loc[is_down, "application_id"]) == {outage["application_id"]}
    assert service.loc[is_down, "day"].tolist() == pd.date_range(outage["from_day"], periods=days).tolist()
    assert (service["errors"] > 0.3 * service["requests"]).equals(is_down)


def test_a_late_feed_lacks_nine_days_of_one_small_application(tale, use):
    [late] = [row for _, row in stories(tale, "late feed").iterrows()]
    newest = use.groupby("application_id")["day"].max()
    assert newest[late["application_id"]] == pd.Timestamp("2026-11-13")
    assert (newest.drop(late["application_id"]) >= "2026-11-18").sum() > 12
    assert len(of(use, late)) < 0.1 * len(use)
    service = table(tale, "service").query("application_id == @late['application_id']")
    assert (service.tail(9)["requests"] > 0).all()


def test_a_machine_takes_over_from_people(tale, use):
    records = use[use["event"] == "RECORD_CREATED"]
    for _, takeover in stories(tale, "automation").iterrows():
        pair, done = of(records, takeover), takeover["from_day"] + pd.Timedelta(days=90)
        by_machine, people = pair[pair["channel"] == "api"], by_hand(pair)
        assert len(between(by_machine, takeover["from_day"], -60)) == 0
        assert len(between(people, done, 60)) < 0.5 * len(between(people, takeover["from_day"], -60))
        assert len(between(by_machine, done, 60)) > 2 * len(between(people, done, 60))


def ratios(log: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """Events of the week told of, per event of a common week among the two before and the two after."""
    found = {}
    for number, story in told.iterrows():
        pair, week = of(by_hand(log), story), pd.Timedelta(days=7)
        around = [between(pair, story["from_day"] + shift * week, 7) for shift in (-2, -1, 1, 2)]
        found[number] = len(between(pair, story["from_day"], 7)) / max(1, sum(map(len, around)) / 4)
    return pd.Series(found)


def test_a_spike_is_three_to_five_times_a_common_week(tale, use):
    assert 2.5 < ratios(use, stories(tale, "spike")).median() < 5.5


def test_a_drop_is_next_to_nothing(tale, use):
    assert ratios(use, stories(tale, "drop")).median() < 0.35


def test_a_lasting_drop_stays_at_a_third(tale, use):
    drops = [row for _, row in stories(tale, "lasting drop").iterrows()]
    before = sum(len(between(of(by_hand(use), drop), drop["from_day"], -42)) for drop in drops)
    first, then = (
        sum(len(between(of(by_hand(use), drop), drop["from_day"] + pd.Timedelta(days=shift), 28)) for drop in drops)
        for shift in (0, 28)
    )
    assert len(drops) >= 3
    assert all(0.15 < after / 28 / (before / 42) < 0.5 for after in (first, then))


def test_events_are_delivered_twice_in_a_file_and_across_files(tale):
    log = rows_of(tale).dropna(subset=["occurred_at", "account_id", "application_id"])
    again = log[log.duplicated("event_id")]
    assert len(again) == faults(tale)["rows_duplicate"] > 100
    assert log.duplicated(["event_id", "file"]).sum() == faults(tale)["rows_duplicate_within_a_file"] > 50
    copies = log[log["event_id"].isin(again["event_id"])]
    assert copies.drop(columns="file").drop_duplicates()["event_id"].is_unique
    in_week = copies.assign(week=copies["file"].str.rpartition("/")[0])
    assert (in_week.groupby("event_id")["week"].nunique() == 1).all()


def test_broken_rows_are_counted_by_what_they_lack(tale):
    log, truth = rows_of(tale), faults(tale)
    lacks = {"no account": "account_id", "no valid time": "occurred_at", "no application": "application_id"}
    assert truth["rows_rejected"] == {reason: log[column].isna().sum() for reason, column in lacks.items()}
    assert min(truth["rows_rejected"].values()) > 5
    unknown = ~log["application_id"].isin(table(tale, "applications")["application_id"]) & log["application_id"].notna()
    assert set(log.loc[unknown, "application_id"]) == {"legacy-portal"}
    assert set(log.loc[unknown, "account_id"]) == {"A00003"}
    assert truth["rows_of_an_unknown_application"] == unknown.sum() > 5
    assert truth["rows_without_user"] == (log["user_id"] == "").sum() > 5
    assert truth["rows"] == len(log)
    assert truth["rows_kept"] + truth["rows_duplicate"] + sum(truth["rows_rejected"].values()) == len(log)


def test_a_renamed_account_keeps_its_id(tale):
    [renamed] = [row for _, row in stories(tale, "renamed").iterrows()]
    accounts = table(tale, "accounts").set_index("account_id")
    name, former = accounts.loc[renamed["account_id"], ["name", "former_name"]]
    assert (name.removeprefix("City of "), renamed["note"]) == (former.removeprefix("Town of "), f"was {former}")
    assert accounts["former_name"].notna().sum() == 1


def test_an_account_closes_each_july(tale, use):
    [closing] = [row for _, row in stories(tale, "summer closing").iterrows()]
    assert (closing["from_day"], closing["to_day"]) == (pd.Timestamp("2026-07-05"), pd.Timestamp("2026-07-26"))
    account = of(by_hand(use), closing)
    assert len(between(account, closing["from_day"], 21)) < 0.15 * len(between(account, closing["from_day"], -21))


def test_holidays_are_told(tale):
    days = set(stories(tale, "holiday")["from_day"].dt.date)
    assert {date(2025, 12, 25), date(2026, 7, 3), date(2026, 9, 7)} <= days
    assert date(2026, 7, 6) not in days


def test_a_seasonal_agency_works_most_at_its_peak(tale, use):
    people = by_hand(use)
    for _, season in stories(tale, "seasonal agency").iterrows():
        assert "peak on day 20 " in season["note"]
        account = of(people, season)
        assert len(between(account, pd.Timestamp("2026-01-05"), 42)) > len(
            between(account, pd.Timestamp("2026-04-20"), 42)
        )


def test_the_true_state_of_a_pair_is_that_of_the_rows(tale, use):
    pairs = pd.read_parquet(tale / "truth" / "pairs.parquet").set_index(["account_id", "application_id"])
    newest = by_hand(use).groupby(["account_id", "application_id"])["day"].max().reindex(pairs.index)
    assert pd.to_datetime(pairs["last_use_on"]).equals(newest.astype("datetime64[s]"))
    silent = newest <= TODAY - pd.Timedelta(days=30)
    assert set(pairs.loc[silent, "state"]) <= {"inactive", "cancelled", "no data"}
    assert set(pairs.loc[newest.isna(), "state"]) <= {"never activated", "cancelled", "no data", "onboarding"}
    assert set(pairs["state"]) == {"cancelled", "inactive", "in use", "never activated", "no data", "onboarding"}
    cancelled = table(tale, "subscriptions").set_index(["account_id", "application_id"])["cancelled_on"].notna()
    assert (pairs["state"].eq("cancelled") == cancelled.reindex(pairs.index)).all()


@pytest.fixture(scope="module")
def store(tale: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the product makes of the tale."""
    store = tmp_path_factory.mktemp("store")
    assert load(tale / "demo.toml", store).rows_duplicate == faults(tale)["rows_duplicate"]
    return store


def asked(store: Path, question: str) -> pd.DataFrame:
    with duckdb.connect(str((store / "current").resolve()), read_only=True) as connection:
        return connection.execute(question).df()


def states_today(store: Path) -> pd.DataFrame:
    return asked(
        store,
        "select account_id, application_id, pairs.state from pairs "
        "join accounts using (account_key) join applications using (application_key) order by 1, 2",
    )


def states_on(store: Path, day: pd.Timestamp) -> pd.DataFrame:
    """At the end of the week of that day, by the history."""
    return asked(
        store,
        "select account_id, application_id, state_spans.state from state_spans "
        "join accounts using (account_key) join applications using (application_key) "
        f"where since <= '{day}' and (until > '{day}' or until is null) order by 1, 2",
    )


def test_the_product_finds_the_true_state_of_every_pair(tale, store):
    found = states_today(store)
    found["state"] = found["state"].replace({"active": "in use", "low": "in use"})
    truth = pd.read_parquet(tale / "truth" / "pairs.parquet")
    both = truth.merge(found, on=["account_id", "application_id"], suffixes=("", "_found"))
    assert len(both) == len(truth)
    assert both["state"].tolist() == both["state_found"].tolist()


# The day on which a story is to be seen in the state of its pairs: so many days after its beginning, or the last one.
SEEN_AFTER = {"onboarding": 14, "new pair": 14, "silence": 37, "lasting drop": 56}
SEEN_ON_THE_LAST_DAY = ("cancellation", "never used", "late feed")


def confusion(tale: Path, store: Path) -> dict[str, dict[str, int]]:
    """By kind of story: in which states its pairs are found, on the day on which it is to be seen."""
    owned = table(tale, "subscriptions")
    found = []
    for kind in (*SEEN_AFTER, *SEEN_ON_THE_LAST_DAY):
        for _, story in stories(tale, kind).iterrows():
            day = story["from_day"] + pd.Timedelta(days=SEEN_AFTER[kind]) if kind in SEEN_AFTER else TODAY
            pairs = of(owned[owned["cancelled_on"].isna()] if kind == "late feed" else owned, story)
            if day <= TODAY and not day >= story["to_day"]:
                found.append(pairs.merge(states_on(store, day)).assign(kind=kind))
    counted = pd.concat(found).groupby(["kind", "state"]).size()
    return {kind: dict(counted[kind]) for kind in counted.index.unique("kind")}


def test_the_product_finds_the_stories_in_the_history_of_states(tale, store):
    assert confusion(tale, store) == {
        "cancellation": {"cancelled": 21},
        "lasting drop": {"low": 4, "active": 1},
        "late feed": {"no data": 26},
        "never used": {"never activated": 5},
        "new pair": {"onboarding": 62},
        "onboarding": {"onboarding": 5},
        # One ended in that week, one had no use in the log before it fell silent.
        "silence": {"inactive": 21, "cancelled": 1, "never activated": 1},
    }


def test_the_history_says_of_a_week_what_was_said_at_its_end(tale, store, tmp_path):
    sunday = date(2026, 9, 20)  # after more than the half year and the month that a usual level needs
    shutil.copytree(tale, tmp_path / "tale")
    for week in week_partitions(str(tmp_path / "tale" / "usage")):
        if week.monday > sunday:
            shutil.rmtree(tmp_path / "tale" / "usage" / week.label)
    load(tmp_path / "tale" / "demo.toml", tmp_path / "store")
    assert asked(tmp_path / "store", "select as_of from generation")["as_of"].tolist() == [pd.Timestamp(sunday)]
    said, later = states_today(tmp_path / "store"), states_on(store, pd.Timestamp(sunday))
    assert said["state"].nunique() == 7
    assert said.equals(later)


# Tables beside the log


def test_a_feature_is_one_that_the_application_offers(tale, use):
    offered = table(tale, "features")
    assert offered.groupby("application_id").size().between(6, 12).all()
    assert offered["application_id"].nunique() == COUNT_APPLICATIONS
    in_sessions = use["event"].isin(["LOGIN", "LOGOUT"])
    assert (use["feature"].isna() == in_sessions).all()
    used = use[~in_sessions].merge(offered, how="left", on=["application_id", "feature"])
    assert used.loc[used["event"] == "RECORD_CREATED", "creates_records"].eq(True).all()
    assert used["creates_records"].notna().all()
    share = (
        use.groupby(["account_id", "application_id"])["feature"].nunique()
        / use["application_id"]
        .map(offered.groupby("application_id").size())
        .groupby([use["account_id"], use["application_id"]])
        .first()
    )
    assert share.quantile(0.1) < 0.5 < share.quantile(0.9)


def test_everybody_in_the_log_is_a_user_who_registered_before(tale, use):
    users = table(tale, "users").set_index("user_id")
    assert users.index.is_unique
    first = use[~use["user_id"].isin(["", "integration"])].groupby("user_id")["day"].min()
    registered, activated = (pd.to_datetime(users[f"{step}_on"]).reindex(first.index) for step in STEPS[1:3])
    assert (registered <= first).all()
    assert (activated <= first).all()
    assert users.index[users["is_automated"]].tolist() == ["integration"]
    people = users.drop("integration")
    assert (people["account_id"].str[1:] == people.index.str[1:6]).all()


def test_people_get_stuck_between_invitation_and_transaction(tale):
    users = table(tale, "users").query("not is_automated")
    days = {step: pd.to_datetime(users[f"{step}_on"]) for step in STEPS}
    assert days["invited"].notna().all()
    for earlier, later in pairwise(STEPS):
        assert (days[earlier] <= days[later])[days[later].notna()].all()
    reached = [days[step].notna().sum() for step in STEPS]
    assert reached == sorted(reached, reverse=True)
    assert 0.4 < reached[2] / reached[0] < 0.6
    assert 0.25 < reached[3] / reached[2] < 0.4


def test_tickets_are_answered_and_resolved_in_that_order(tale):
    tickets = table(tale, "tickets")
    opened, answered, resolved = (tickets[name] for name in ("opened_at", "first_response_at", "resolved_at"))
    assert opened.is_monotonic_increasing
    assert (opened < answered)[answered.notna()].all()
    assert (answered < resolved)[resolved.notna()].all()
    assert 0.01 < resolved.isna().mean() < 0.1
    assert tickets.loc[resolved.isna(), "satisfaction"].isna().all()
    assert tickets["satisfaction"].dropna().between(1, 5).all()
    assert ((tickets["responses"] == 0) == answered.isna()).all()


def test_an_outage_makes_people_ask(tale):
    [outage] = [row for _, row in stories(tale, "outage").iterrows()]
    tickets = of(table(tale, "tickets"), outage)
    opened = tickets["opened_at"].dt.tz_convert(None)
    per_day = opened.between(outage["from_day"], outage["to_day"]).sum() / 2
    assert per_day > 10 * len(tickets) / 420


def test_managers_touch_their_own_accounts(tale):
    touchpoints = table(tale, "touchpoints").merge(table(tale, "accounts"), on="account_id")
    assert (touchpoints["by"] == touchpoints["manager"]).all()
    assert set(touchpoints["kind"]) == {"Call", "E-mail", "Visit", "Training", "Quarterly review"}
    assert (touchpoints["attended"].isna() == (touchpoints["kind"] == "E-mail")).all()
    reviewed = touchpoints.loc[touchpoints["kind"] == "Quarterly review", "plan"]
    assert set(reviewed) == {"Professional", "Enterprise"}


def test_a_message_costs_when_it_was_not_refused(tale):
    messages = table(tale, "messages")
    assert messages["message_id"].is_unique
    assert messages["sent_at"].is_monotonic_increasing
    is_refused = messages["status"].isin(["failed", "bounced"])
    assert (messages["failure_reason"].notna() == is_refused).all()
    assert ((messages["charge"] == 0) == is_refused).all()
    assert set(messages.loc[messages["status"] == "bounced", "channel"]) == {"E-mail"}
    assert set(messages["channel"]) == {"WhatsApp", "E-mail", "SMS", "IVR"}
    is_pending, is_recent = messages["status"] == "pending", messages["sent_at"] > "2026-11-20"
    assert is_pending[is_recent].mean() > 0.05 > 0.002 > is_pending[~is_recent].mean() > 0


def test_invitations_and_receipts_go_to_people(tale):
    messages, users = table(tale, "messages"), table(tale, "users").set_index("user_id")
    to_people = messages["category"].isin(["invitation", "receipt"])
    assert (messages["user_id"].notna() == to_people).all()
    addressed = messages[to_people].merge(users, left_on="user_id", right_index=True, suffixes=("", "_of_user"))
    assert (addressed["account_id"] == addressed["account_id_of_user"]).all()
    day = addressed["sent_at"].dt.tz_convert(ZoneInfo("America/Denver")).dt.tz_localize(None).dt.normalize()
    is_receipt = addressed["category"] == "receipt"
    assert (day >= pd.to_datetime(addressed["transacted_on"]))[is_receipt].all()
    assert (day == pd.to_datetime(addressed["invited_on"]))[~is_receipt].all()
    assert addressed.loc[~is_receipt, "user_id"].is_unique


def test_the_service_has_a_row_for_every_application_and_day(tale):
    service = table(tale, "service")
    assert len(service) == len(service.drop_duplicates(["application_id", "day"])) == COUNT_APPLICATIONS * 60 * 7
    assert (service["errors"] <= service["requests"]).all()
    assert (service["load_ms_p50"] < service["load_ms_p95"]).all()
    assert service["uptime_minutes"].between(0, 1440).all()


def test_tables_beside_the_log_belong_to_known_accounts(tale):
    accounts = set(table(tale, "accounts")["account_id"])
    for name in ("tickets", "touchpoints", "messages"):
        assert set(table(tale, name)["account_id"]) <= accounts
