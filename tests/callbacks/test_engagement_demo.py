"""Every block of Engagement equals what plain pandas finds in the raw files of a small demo."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask import Flask, g

from analytics.wilson import wilson
from callbacks import engagement_lists as lists
from callbacks import engagement_messages as channels
from callbacks import engagement_people as people
from callbacks import engagement_when as when
from callbacks import engagement_work as work
from data_access import active_people, session_lengths, ticket_load
from data_access import cohorts as cohort_data
from data_access.engine import Store
from data_access.filters import Filters, Measure, Period
from ingestion.demo import generate
from ingestion.load import load
from layouts.links import Query
from tests.given import LEADER
from tests.ingestion.test_demo import what_counts

START, END = date(2026, 9, 28), date(2026, 11, 16)
PERIOD = slice("2026-09-28", "2026-11-15")
DENVER = "America/Denver"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("demo")
    mapping = generate(folder / "raw", accounts=14, seed=3, until=date(2026, 11, 22), weeks=40)
    load(mapping, folder / "store")
    return folder


@pytest.fixture
def asked(demo: Path) -> Iterator[Filters]:
    with Flask("test").app_context(), Store(demo / "store").pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield Filters(LEADER, generation.number, Period(START, END), None, Measure.USERS)


@pytest.fixture(scope="module")
def events(demo: Path) -> pd.DataFrame:
    """What people did, in the order of time."""
    log = what_counts(demo / "raw")
    human = log[(log["channel"] != "api") & log["user_id"].fillna("").str.strip().ne("")]
    return human.assign(at=human["local"].dt.tz_localize(None)).sort_values("at")


def table(demo: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(demo / "raw" / f"{name}.parquet")


def during(rows: pd.DataFrame, column: str = "day") -> pd.DataFrame:
    at = pd.to_datetime(rows[column])
    return rows[(at >= pd.Timestamp(START)) & (at < pd.Timestamp(END))]


def test_people_of_days_weeks_and_months(asked: Filters, events: pd.DataFrame):
    days = people.active_days(asked, Query())
    assert active_people.is_kept(asked)
    for row in days.iloc[::6].to_dict("records"):
        for name, width in (("daily", 1), ("weekly", 7), ("monthly", 28)):
            of_window = events["day"].between(row["day"] - pd.Timedelta(days=width - 1), row["day"])
            assert row[name] == events.loc[of_window, "user_id"].nunique()
    accounts = tuple(sorted(events["account_id"].unique())[:5])
    some = people.active_days(replace(asked, accounts=accounts), Query())
    last, own = some.iloc[-1], events[events["account_id"].isin(accounts)]
    window = own["day"].between(last["day"] - pd.Timedelta(days=27), last["day"])
    assert last["monthly"] == own.loc[window, "user_id"].nunique()
    assert last["stickiness"] == pytest.approx(
        own[window].groupby("day")["user_id"].nunique().sum() / 28 / last["monthly"]
    )


def test_registered_active_and_transacting_people(asked: Filters, events: pd.DataFrame, demo: Path):
    users, sent = table(demo, "users"), local_messages(demo)
    registered = pd.to_datetime(users["registered_on"])
    counts = people.counts(asked)
    assert counts["registered"] == (registered < pd.Timestamp(END)).sum()
    assert counts["active"] == during(events)["user_id"].nunique()
    charged = during(sent, "at").query("charge > 0")
    assert counts["transacting"] == charged["user_id"].nunique()
    new = people.by_bucket(asked, Query())["new"]
    assert new.sum() == registered.between(pd.Timestamp(START), pd.Timestamp("2026-11-15")).sum()


def local_messages(demo: Path) -> pd.DataFrame:
    sent = table(demo, "messages").drop_duplicates("message_id")
    return sent.assign(at=sent["sent_at"].dt.tz_convert(DENVER).dt.tz_localize(None))


def test_hours_of_people_and_of_charged_messages(asked: Filters, events: pd.DataFrame, demo: Path):
    own = during(events)
    once = own.assign(hour=own["at"].dt.hour).drop_duplicates(["user_id", "day", "hour"])
    counted = once.groupby([once["day"].dt.day_of_week + 1, "hour"]).size() / 7  # of each weekday in seven weeks
    assert_map(when.people_by_hour(asked), counted)
    charged = during(local_messages(demo), "at").query("charge > 0")
    by_hour = charged.groupby([charged["at"].dt.day_of_week + 1, charged["at"].dt.hour]).size()
    assert_map(when.wide(when.charged_by_hour(asked)), by_hour)


def assert_map(found: pd.DataFrame, expected: "pd.Series[float]") -> None:
    wide = expected.unstack().reindex(index=range(1, 8), columns=range(24)).fillna(0)
    assert np.allclose(found.to_numpy(), wide.to_numpy())
    assert found.to_numpy().sum() > 0


def test_channels_and_failures(asked: Filters, demo: Path):
    sent = during(local_messages(demo), "at")
    found = channels.by_channel(asked).set_index(["channel", "category"])
    for (channel, category), own in sent.groupby(["channel", "category"]):
        row = found.loc[(channel, category)]
        delivered, failed = ((own["status"].isin(names)).sum() for names in (("delivered",), ("failed", "bounced")))
        assert row[["messages", "charged", "delivered", "failed", "pending"]].tolist() == [
            len(own), (own["charge"] > 0).sum(), delivered, failed, (own["status"] == "pending").sum(),
        ]  # fmt: skip
        assert row["charges"] == pytest.approx(own["charge"].sum())
        assert (row["low"], row["high"]) == pytest.approx(wilson(delivered, delivered + failed))
    reasons = channels.data.failure_reasons(asked)
    failures = sent[sent["failure_reason"].notna()].groupby(["channel", "failure_reason"]).size()
    assert {tuple(key): count for *key, count in reasons.values.tolist()} == failures.to_dict()


def test_the_funnel(asked: Filters, demo: Path):
    users = table(demo, "users")
    days = {name: pd.to_datetime(users[f"{name}_on"]) for name in ("invited", "activated", "transacted")}
    invited = (days["invited"] >= pd.Timestamp(START)) & (days["invited"] < pd.Timestamp(END))
    activated = invited & (days["activated"] >= days["invited"])
    transacted = activated & (days["transacted"] >= days["activated"])
    steps = lists.steps(asked)
    assert [step.people for step in steps] == [invited.sum(), activated.sum(), transacted.sum()]
    dropped = lists.dropped(asked, "activated")
    assert set(dropped["user_id"]) == set(users.loc[invited & ~activated, "user_id"])


def test_features_used(asked: Filters, events: pd.DataFrame, demo: Path):
    subscriptions = table(demo, "subscriptions")
    starts, ends = (pd.to_datetime(subscriptions[name]) for name in ("started_on", "cancelled_on"))
    latest = subscriptions.assign(started=starts, ended=ends).sort_values("started")
    latest = latest.drop_duplicates(["account_id", "application_id"], keep="last")
    entitled = latest[(latest["started"] < pd.Timestamp(END)) & ~(latest["ended"] <= pd.Timestamp(START))]
    used = during(events).dropna(subset=["feature"])
    used = used.drop_duplicates(["account_id", "application_id", "feature"]).merge(entitled)
    found = work.by_application(asked).set_index("application_id")
    for application, own in entitled.groupby("application_id"):
        row = found.loc[application]
        assert (row["accounts"], row["adopted"]) == (len(own), (used["application_id"] == application).sum())


def test_lengths_of_sessions(asked: Filters, events: pd.DataFrame):
    """Gaps are taken within one folder of the log."""
    keys = ["file", "account_id", "application_id", "user_id"]
    ordered = events.assign(folder=events["file"].str.extract(r"(year=\d+/week=\d+)")[0]).sort_values(
        [*keys[1:], "folder", "at"]
    )
    group = ["folder", *keys[1:]]
    gap = ordered.groupby(group)["at"].diff()
    number = (gap.isna() | (gap > pd.Timedelta(minutes=30))).cumsum()
    spans = ordered.groupby(number)["at"].agg(["min", "max"])
    began = spans["min"].dt.floor("s")
    own = spans[(began >= pd.Timestamp(START)) & (began < pd.Timestamp(END))]
    seconds = (own["max"].dt.floor("s") - own["min"].dt.floor("s")).dt.total_seconds()
    [[sessions, single, median, _]] = session_lengths.summary(asked).values.tolist()
    assert (sessions, single) == ((seconds > 0).sum(), (seconds == 0).sum())
    assert median == pytest.approx(seconds[seconds > 0].median())
    assert sum(work.session_bins(asked)) == sessions


def test_tickets(asked: Filters, demo: Path):
    tickets = table(demo, "tickets").drop_duplicates("ticket_id")
    at = {name: tickets[name].dt.tz_convert(DENVER).dt.tz_localize(None)
          for name in ("opened_at", "first_response_at", "resolved_at")}  # fmt: skip
    own = (at["opened_at"] >= pd.Timestamp(START)) & (at["opened_at"] < pd.Timestamp(END))
    hours = [
        (at[name] - at["opened_at"])[own].dt.total_seconds() / 3600 for name in ("resolved_at", "first_response_at")
    ]
    [row] = ticket_load.total(asked).values.tolist()
    expected = [
        own.sum(),
        hours[0].notna().sum(),
        hours[0].median(),
        hours[1].median(),
        tickets["responses"][own].mean(),
    ]
    assert row == pytest.approx(expected)
    still_open = (at["opened_at"] < pd.Timestamp(END)) & ~(at["resolved_at"] < pd.Timestamp(END))
    assert ticket_load.open_at_end(asked) == still_open.sum()


def test_cohorts_of_people(asked: Filters, events: pd.DataFrame, demo: Path):
    users = table(demo, "users").set_index("user_id")
    registered = pd.to_datetime(users["registered_on"])
    months = events.assign(month=events["day"].dt.to_period("M"))
    first = months.groupby("user_id")["month"].min()
    of_log = registered.reindex(first.index) >= events["day"].min()
    members = first[of_log]
    shown = cohort_data.months_shown(asked)
    found: Any = lists.cohorts(asked, "people")
    for cohort in found.index:
        own = members[members == cohort.to_period("M")].index
        for later in found.columns:
            if found.loc[cohort, later] == found.loc[cohort, later]:
                active = months[(months["month"] == cohort.to_period("M") + later) & months["user_id"].isin(own)]
                assert found.loc[cohort, later] == active["user_id"].nunique()
    assert shown.end == date(2026, 11, 1)
    assert cohort_data.left_out(asked, "people") == (~of_log).sum()
