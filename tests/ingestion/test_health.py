"""What health is made from, by hand: a log of thirty weeks, through the loader."""

from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pandas as pd
import pytest

from ingestion.demo import generate
from ingestion.health import steps_of
from ingestion.load import load
from tests.given import Given
from tests.health_by_pandas import COLUMNS, Raw, inputs_of

FIRST, WEEKS = date(2026, 1, 5), 30
FOLDER = (2026, 31)
NEWEST = FIRST + timedelta(weeks=WEEKS)  # 3 August
RAW = "usage_frequency, logins, ticket_responses, feature_adoption, csm_engagement"


def monday(week):
    return FIRST + timedelta(weeks=week)


def weekly(given, account, app, first, until, **options):
    """One event each Monday of the weeks first ≤ week < until; in one file, which is read sooner than many."""
    for week in range(first, until):
        given.use(account, app, f"{monday(week)} 09:00", **{"folder": FOLDER, **options})


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Given:
    given = Given(tmp_path_factory.mktemp("health"))
    for account, application, started_on, cancelled_on in [
        ("steady", "permit", "2025-01-01", None), ("gone", "permit", "2025-01-01", None),
        ("never", "permit", "2025-01-01", None), ("new", "permit", "2026-07-20", None),
        ("left", "permit", "2025-01-01", "2026-06-01"), ("late", "fleet", "2025-01-01", None),
        ("both", "permit", "2025-01-01", None), ("both", "fleet", "2025-01-01", None),
        ("young", "permit", "2026-06-22", None),
    ]:  # fmt: skip
        given.row("subscriptions", account=account, application=application, started_on=started_on,
                  cancelled_on=cancelled_on)  # fmt: skip
    weekly(given, "steady", "permit", 0, WEEKS, event="LOGIN")
    weekly(given, "steady", "permit", 0, WEEKS, feature="form")
    for week in range(WEEKS):
        given.use(
            "steady", "permit", f"{monday(week) + timedelta(days=2)} 09:00", feature="map", user="bob", folder=FOLDER
        )
        given.use("steady", "permit", f"{monday(week) + timedelta(days=3)} 09:00", channel="api", folder=FOLDER)
    given.use("steady", "permit", f"{NEWEST - timedelta(days=1)} 09:00", channel="api")  # the week is complete
    given.use("steady", "permit", f"{monday(WEEKS - 13)} 10:00", feature="archive")  # thirteen weeks ago
    weekly(given, "gone", "permit", 0, 17)
    weekly(given, "left", "permit", 0, 17)
    weekly(given, "late", "fleet", 0, 22)
    weekly(given, "both", "fleet", 0, 22)
    weekly(given, "both", "permit", 0, WEEKS, event="LOGIN", times=2)
    given.use("new", "permit", "2026-07-21 09:00").use("young", "permit", "2026-07-21 09:00", times=3, event="LOGIN")
    given.use("young", "permit", "2026-06-20 09:00")  # a trial, before the start
    given.row("features", application="permit", feature="report")
    for account, opened_at, responses in [
        ("steady", "2026-08-02 23:00", 2), ("steady", "2026-05-05 00:00", 4), ("steady", "2026-05-04 23:59", 90),
        ("steady", "2026-08-03 00:00", 90), ("gone", "2026-07-01 09:00", None),
    ]:  # fmt: skip
        given.row("tickets", ticket=f"t{opened_at}", account=account, opened_at=opened_at, responses=responses)
    for occurred_at, attended in [
        ("2026-07-01 09:00", "true"), ("2026-07-08 09:00", None), ("2026-07-09 09:00", "false"),
        ("2026-05-04 09:00", "true"), ("2026-08-03 09:00", "true"),
    ]:  # fmt: skip
        given.row("touchpoints", account="steady", occurred_at=occurred_at, attended=attended)
    return given.loaded()


def inputs(given, account, day=NEWEST, columns=RAW):
    found = given.rows(
        f"select {columns} from health_inputs join accounts using (account_key) "
        f"where account_id = '{account}' and day = date '{day}'"
    )
    return list(found[0]) if found else None


def test_steps_are_four_weeks_apart_back_to_the_first_with_a_quarter_of_the_log_before_it(loaded):
    days = [day for (day,) in loaded.rows("select distinct day from health_inputs order by 1")]
    assert days == [date(2026, 4, 13), date(2026, 5, 11), date(2026, 6, 8), date(2026, 7, 6), date(2026, 8, 3)]


@pytest.mark.parametrize(("weeks", "steps"), [(0, 0), (7, 0), (8, 1), (13, 1), (16, 1), (17, 2), (116, 26), (500, 26)])
def test_a_young_log_has_its_newest_step_and_a_long_one_two_years_of_them(weeks, steps):
    found = steps_of(pd.date_range(FIRST, periods=weeks, freq="7D"))
    assert len(found) == steps
    if steps:
        assert found[-1] == pd.Timestamp(FIRST) + timedelta(weeks=weeks)
        assert {(later - day).days for day, later in pairwise(found)} <= {28}


def test_the_components_of_a_steady_account(loaded):
    # Two days a week; a login on each of four Mondays since 4 July; 2 and 4 responses; of form, map, archive and
    # report the first two in twelve weeks; one touchpoint attended, and one of which it is not said.
    assert inputs(loaded, "steady") == [2.0, 4.0, 3.0, 0.5, 2.0]


def test_nothing_after_a_step_is_known_at_it(loaded):
    # Six weeks earlier: no ticket yet but that of 5 May, and that of the day before it; one touchpoint; archive.
    assert inputs(loaded, "steady", monday(18)) == [2.0, 4.0, (4 + 90) / 2, 0.75, 1.0]


def test_who_is_entitled_and_does_nothing_has_zeros_and_who_has_no_ticket_is_unknown_there(loaded):
    assert inputs(loaded, "never") == [0.0, 0.0, None, 0.0, 0.0]


def test_a_ticket_whose_responses_are_not_told_says_nothing(loaded):
    assert inputs(loaded, "gone") == [0.0, 0.0, None, 0.0, 0.0]


def test_an_account_in_its_first_thirty_days_is_not_judged_by_its_use(loaded):
    assert inputs(loaded, "new") == [None, None, None, None, 0.0]
    assert inputs(loaded, "new", monday(26)) is None


def test_a_young_account_is_judged_by_the_weeks_since_its_start(loaded):
    # Six weeks and one day of use; the trial before the start does not count.
    assert inputs(loaded, "young") == [pytest.approx(1 / 6), 3.0, None, 0.0, 0.0]


def test_who_cancelled_is_no_customer_from_that_day_on(loaded):
    assert [inputs(loaded, "left", monday(week)) is None for week in (14, 18, 22, 26, 30)] == [
        False, False, True, True, True,
    ]  # fmt: skip


def test_a_late_feed_makes_nobody_look_inactive(loaded):
    assert inputs(loaded, "late", monday(22))[:2] == [1.0, 0.0]
    assert inputs(loaded, "late") == [None, None, None, None, 0.0]
    # Of several applications those whose log is complete are counted, with what they offer.
    assert inputs(loaded, "both")[:2] == [1.0, 8.0]
    assert inputs(loaded, "both")[3] == 0.0


def quiet(given, account):
    return [inputs(given, account, monday(week), "went_quiet")[0] for week in (14, 18, 22, 26, 30)]


def test_quiet_is_who_used_it_in_the_eight_weeks_before_and_not_in_those_after(loaded):
    # Last use on 27 April, known of steps up to 8 June.
    assert quiet(loaded, "gone") == [False, True, True, None, None]
    assert quiet(loaded, "steady") == [False, False, False, None, None]
    assert quiet(loaded, "never") == [None] * 5


def test_who_cancels_meanwhile_or_whose_feed_is_late_is_not_called_quiet(loaded):
    assert inputs(loaded, "left", monday(14), "went_quiet") == [False]
    assert inputs(loaded, "left", monday(18), "went_quiet") == [None]
    assert quiet(loaded, "late") == [False, False, None, None, None]


def test_percentiles_are_within_the_plan_on_the_same_day(given):
    plans = {"a": "x", "b": "x", "c": "y", "d": None}
    for place, (account, plan) in enumerate(plans.items()):
        given.row("accounts", account=account, plan=plan)
        for week in range(8):
            for day in range(place + 1):
                given.use(account, "permit", f"{monday(week) + timedelta(days=day)} 09:00")
    given.use("a", "permit", f"{monday(7) + timedelta(days=6)} 09:00", channel="api").load()
    found = given.rows(
        "select usage_frequency, usage_frequency_percentile, logins_percentile from health_inputs order by account_key"
    )
    assert [row[0] for row in found] == pytest.approx([1, 2, 3, 4])
    # Among all 12.5, 37.5, 62.5, 87.5; of two in x 25 and 75, alone in y 50.
    expected = [(2 * 25 + 20 * 12.5) / 22, (2 * 75 + 20 * 37.5) / 22, (50 + 20 * 62.5) / 21, 87.5]
    assert [row[1] for row in found] == pytest.approx(expected)
    # No event of this log is called LOGIN, so days of use stand for logins.
    assert [row[2] for row in found] == [50, 50, 50, 50]


def test_without_subscriptions_an_account_is_a_customer_for_a_year_after_its_use(given):
    weekly(given, "there", "permit", -52, WEEKS)
    weekly(given, "once", "permit", -52, -49)
    given.use("there", "permit", f"{NEWEST - timedelta(days=1)} 09:00").load()
    last = given.rows(
        "select account_id, max(day) from health_inputs join accounts using (account_key) group by 1 order by 1"
    )
    # Its last use is of week -50: the step at week 2 sees it within 52 weeks, and that at week 6 does not.
    assert last == [("once", monday(2)), ("there", NEWEST)]


def test_what_was_not_loaded_is_unknown(given):
    weekly(given, "a", "permit", 0, 9)
    given.use("a", "permit", f"{monday(8) + timedelta(days=6)} 09:00").load()
    assert given.rows(f"select {RAW} from health_inputs") == [(pytest.approx(10 / 9), 0.0, None, None, None)]


# The demo, from its raw files


UNTIL = date(2026, 10, 4)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The folder of the raw files, and the store."""
    folder = tmp_path_factory.mktemp("demo")
    load(generate(folder / "demo", accounts=14, weeks=26, until=UNTIL), folder / "store")
    return folder / "demo", folder / "store"


def raw_of(folder) -> Raw:
    log = duckdb.sql(f"""
        select distinct on (event_id) account_id as account, application_id as application, feature, event, channel,
            (occurred_at at time zone 'America/Denver')::date as day
        from '{folder}/usage/*/*/*.parquet'
        where occurred_at is not null and account_id is not null and application_id is not null
    """).df()
    days = {name: pd.read_parquet(folder / f"{name}.parquet") for name in ("tickets", "touchpoints", "subscriptions")}
    log["day"] = log["day"].dt.date
    log["is_human"], log["logins"] = log.pop("channel") != "api", log.pop("event") == "LOGIN"
    subscriptions = days["subscriptions"].rename(columns={"account_id": "account", "application_id": "application"})
    for name in ("started_on", "cancelled_on"):
        subscriptions[name] = pd.to_datetime(subscriptions[name]).dt.date
    tickets, touchpoints = days["tickets"], days["touchpoints"].rename(columns={"at": "occurred_at"})
    for table, when in ((tickets, "opened_at"), (touchpoints, "occurred_at")):
        table["account"] = table.pop("account_id")
        table[when] = table[when].dt.tz_convert("America/Denver").dt.tz_localize(None)
    features = pd.read_parquet(folder / "features.parquet")[["application_id", "feature"]]
    return Raw(log, subscriptions[["account", "application", "started_on", "cancelled_on"]], tickets, touchpoints,
               frozenset(features.itertuples(index=False, name=None)))  # fmt: skip


@pytest.mark.parametrize("ago", [0, 4, 12])
def test_the_inputs_of_the_demo_are_those_of_its_raw_files(demo, ago):
    folder, store = demo
    day = UNTIL + timedelta(days=1, weeks=-ago)
    expected = inputs_of(raw_of(folder), day, UNTIL)
    with duckdb.connect(str((store / "current").resolve()), read_only=True) as connection:
        found = connection.execute(
            f"select account_id, {', '.join(COLUMNS)} from health_inputs join accounts using (account_key) "
            "where day = ? order by 1",
            [day],
        ).df()
    assert found["account_id"].tolist() == expected.index.tolist()
    assert len(found) > 10
    for column in COLUMNS:
        ours = found[column].astype("float64").tolist()
        assert ours == pytest.approx(expected[column].tolist(), nan_ok=True), column
