"""What becomes of raw events: days, sessions, duplicates, rejects."""

import shutil
from datetime import date, time

import duckdb
import pytest

from ingestion.remote import SourceError
from ingestion.usage_mapping import Usage
from tests.given import Given
from tests.ingestion.log import PLAIN, Log


def days(given: Given) -> list[tuple[object, ...]]:
    return given.rows(
        "select cast(day as varchar), logins, clicks, records, seconds, automated_events, active_users "
        "from usage_daily order by day"
    )


def test_a_day_adds_up_what_people_did(given: Given):
    given.use("a", "permit", "2026-01-05 09:00", event="LOGIN")
    given.use("a", "permit", "2026-01-05 09:01", event="CLICK", times=3)
    given.use("a", "permit", "2026-01-05 09:10", event="RECORD", user="bob")
    assert days(given.loaded()) == [("2026-01-05", 1, 3, 1, 180, 0, 2)]


def test_what_machines_do_stands_apart(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").use("a", "permit", "2026-01-05 09:05", channel="api", times=4)
    assert days(given.loaded()) == [("2026-01-05", 0, 0, 1, 0, 4, 1)]


def test_half_an_hour_of_silence_ends_a_session(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").use("a", "permit", "2026-01-05 09:30")
    given.use("a", "permit", "2026-01-05 10:01")
    assert days(given.loaded())[0][4] == 30 * 60


def test_a_session_lasts_from_its_first_event_to_its_last(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").use("a", "permit", "2026-01-05 09:10", times=2)
    given.use("a", "permit", "2026-01-05 10:00").use("a", "permit", "2026-01-05 09:05", user="bob")
    given.use("a", "permit", "2026-01-05 09:20", channel="api")
    sessions = given.loaded().rows(
        "select user_id, cast(started_at as time), seconds from sessions join users using (user_key) order by 1, 2"
    )
    assert sessions == [("ann", time(9), 660), ("ann", time(10), 0), ("bob", time(9, 5), 0)]


def test_the_hours_in_which_a_person_was_active_are_kept(given: Given):
    given.use("a", "permit", "2026-01-05 00:30").use("a", "permit", "2026-01-05 09:59")
    given.use("a", "permit", "2026-01-05 23:00").use("a", "permit", "2026-01-05 12:00", channel="api")
    assert given.loaded().rows("select hours from user_days") == [(1 << 0 | 1 << 9 | 1 << 23,)]


def test_features_are_counted_by_day_and_without_machines(given: Given):
    given.use("a", "permit", "2026-01-05 09:00", feature="fees", times=2).use("a", "permit", "2026-01-05 12:00")
    given.use("a", "permit", "2026-01-05 11:00", feature="fees", user="bob").use(
        "a", "permit", "2026-01-06", feature="map"
    )
    given.use("a", "permit", "2026-01-07", feature="fees", channel="api")
    assert given.loaded().rows("select feature, day, events from feature_days order by day") == [
        ("fees", date(2026, 1, 5), 3),
        ("map", date(2026, 1, 6), 1),
    ]


def test_an_event_that_lies_in_two_weeks_counts_in_the_first(given: Given):
    given.use("a", "permit", "2026-01-05 09:00", event_id="same").use("a", "permit", "2026-01-05 10:00", event_id="one")
    given.use("a", "permit", "2026-01-05 09:00", event_id="same", folder=(2026, 3))
    given.use("a", "permit", "2026-01-12 09:00", event_id="two")
    summary = given.load()
    assert (summary.rows_read, summary.rows_kept, summary.rows_duplicate) == (4, 3, 1)
    assert [(day, records) for day, _, _, records, *_ in days(given)] == [("2026-01-05", 2), ("2026-01-12", 1)]


def test_an_event_counts_elsewhere_once_its_first_week_is_gone(given: Given):
    given.use("a", "permit", "2026-01-05 09:00", event_id="same")
    given.use("a", "permit", "2026-01-05 09:00", event_id="same", folder=(2026, 3))
    shutil.rmtree(given.loaded().folder / "log/year=2026/week=02")
    given.load_again()
    assert [(day, records) for day, _, _, records, *_ in days(given)] == [("2026-01-05", 1)]


def test_a_session_over_midnight_counts_on_both_days(given: Given):
    given.use("a", "permit", "2026-01-05 23:50").use("a", "permit", "2026-01-06 00:15")
    assert [(day, seconds) for day, *_, seconds, _, _ in days(given.loaded())] == [
        ("2026-01-05", 600),
        ("2026-01-06", 900),
    ]


def test_an_event_that_was_sent_twice_counts_once(given: Given):
    given.use("a", "permit", "2026-01-05 09:00", event_id="same").use(
        "a", "permit", "2026-01-05 09:00", event_id="same"
    )
    summary = given.load()
    assert (summary.rows_read, summary.rows_kept, summary.rows_duplicate) == (2, 1, 1)


def test_rows_without_account_or_application_are_kept_aside_with_the_reason(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").use("", "permit", "2026-01-05 09:00").use("a", " ", "2026-01-05 09:00")
    summary = given.load()
    kept_aside = duckdb.execute(
        f"select reason from '{given.store}/rollups/*/*/*.rejected.parquet' order by reason"
    ).fetchall()
    assert (summary.rows_kept, summary.rows_rejected) == (1, 2)
    assert kept_aside == [("no account",), ("no application",)]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-08 06:59", "2026-03-07"),  # 23:59 MST
        ("2026-03-08 07:00", "2026-03-08"),
        ("2026-03-09 05:59", "2026-03-08"),  # 23:59 MDT, an hour earlier in UTC than the night before
        ("2026-03-09 06:00", "2026-03-09"),
        ("2026-11-02 06:59", "2026-11-01"),  # 23:59 MST again
        ("2026-11-02 07:00", "2026-11-02"),
    ],
)
def test_days_are_cut_at_midnight_in_the_reporting_zone(given: Given, at: str, day: str):
    given.zone = "America/Denver"
    given.use("a", "permit", at)
    assert days(given.loaded())[0][0] == day


def test_an_event_that_was_sent_twice_in_two_files_of_a_week_counts_once(log: Log):
    for part in (0, 1):
        log.text(f"year=2026/week=02/{part}.csv", "id,time,tenant,app,who", "e1,2026-01-05 09:00,a,permit,ann",
                 f"p{part},2026-01-05 09:01,a,permit,ann", ",2026-01-05 09:02,a,permit,ann")  # fmt: skip
    log.mapped('duplicates = "event_id"', event_id="id")
    assert log.rolled("human_events") == [(5,)]
    assert [receipt.rows_duplicate for receipt in log.receipts] == [1]


def test_rows_that_are_real_are_never_dropped(log: Log):
    log.text("a.csv", "time,tenant,app,who", *["2026-01-05 09:00,a,permit,ann"] * 3)
    assert log.rolled("clicks") == [(3,)]


def test_rows_outside_the_week_of_their_folder_count_on_their_day(log: Log):
    log.text("year=2026/week=02/a.csv", "time,tenant,app,who", "2026-01-04 23:59,a,permit,ann",
             "2026-01-05 00:00,a,permit,ann", "2026-01-11 23:59,a,permit,ann", "2026-01-12 00:00,a,permit,ann")  # fmt: skip
    assert log.rolled("day") == [("2026-01-04",), ("2026-01-05",), ("2026-01-11",), ("2026-01-12",)]


def test_the_rows_of_a_day_are_added_up(log: Log):
    log.text("a.csv", "day,tenant,app,who,logins,clicks,minutes", "2026-01-05,a,permit,ann,1,10,2.5",
             "2026-01-05,a,permit,ann,0,7,0.5", "2026-01-05,a,permit,ann,,,")  # fmt: skip
    log.mapped(
        """
        grain = "day"
        [amounts]
        logins = "logins"
        clicks = "clicks"
        minutes = "minutes"
        """,
        without=("every_event_is",),
        occurred_at="day",
    )
    rolled = log.rolled("day, human_events, logins, clicks, records, seconds")
    assert rolled == [("2026-01-05", 18, 1, 17, 0, 180.0)]


def test_a_row_may_stand_for_many_events_of_its_name(log: Log):
    log.text(
        "a.csv", "time,tenant,app,who,what,times", "2026-01-05,a,permit,ann,LOGIN,3", "2026-01-05,a,permit,ann,X,4"
    )
    log.mapped('[actions]\nLOGIN = "login"\n[amounts]\nevents = "times"', without=("every_event_is",), action="what")
    assert log.rolled("human_events, logins, clicks, seconds") == [(7, 3, 0, 0.0)]


def test_a_log_may_tell_itself_how_long_an_event_took(log: Log):
    log.text(
        "a.csv", "time,tenant,app,who,took", "2026-01-05 09:00,a,permit,ann,90", "2026-01-05 09:05,a,permit,ann,30"
    )
    log.mapped('[amounts]\nseconds = "took"')
    assert log.rolled("human_events, clicks, seconds") == [(2, 2, 120.0)]


def test_the_sums_of_a_week_may_name_no_people(log: Log):
    log.text("a.csv", "year,week,tenant,app,clicks", "2026,2,a,permit,30", "2026,3,a,permit,20")
    log.mapped(
        'grain = "week"\n[amounts]\nclicks = "clicks"',
        without=("every_event_is",),
        occurred_at=["year", "week"],
        user=None,
    )
    rolled = log.rolled("day, clicks, person, hours")
    assert rolled == [("2026-01-05", 30, None, None), ("2026-01-12", 20, None, None)]


def test_identifiers_may_have_several_parts(log: Log):
    log.text(
        "a.csv", "time,state,town,app,part,who", "2026-01-05,CO,Ash,permit,web,ann", "2026-01-05,CO,,permit,web,ann"
    )
    log.mapped(account=["state", "town"], application=["app", "part"])
    assert log.rolled("account, application") == [("CO · Ash", "permit · web")]
    assert log.rejected == {"no account": 1}


def test_whole_numbers_are_written_without_decimals(log: Log):
    log.parquet(
        "a.parquet", "select date '2026-01-05' as time, 7.0::double as tenant, 8.5::double as app, 9::tinyint as who"
    )
    assert log.rolled("account, application, person") == [("7", "8.5", "9")]


def test_a_column_may_be_looked_up(log: Log):
    log.text(
        "a.csv", "time,site,app,who", "2026-01-05,1,permit,ann", "2026-01-05,2,permit,ann", "2026-01-05,,permit,ann"
    )
    (log.folder / "sites.csv").write_text("site,tenant\n1,Ash\n3,Birch\n")
    log.mapped(f'[[lookups]]\nuri = "{log.folder}/sites.csv"\non = ["site"]')
    assert log.rolled("account, clicks") == [("Ash", 1)]
    assert log.rejected == {"no match in sites.csv": 2}


def test_numbers_are_looked_up_whatever_their_type(log: Log):
    log.parquet("a.parquet", "select date '2026-01-05' as time, 1.0::double as site, 'permit' as app, 'ann' as who")
    (log.folder / "sites.csv").write_text("site,tenant\n1,Ash\n")
    log.mapped(f'[[lookups]]\nuri = "{log.folder}/sites.csv"\non = ["site"]')
    assert log.rolled("account") == [("Ash",)]


def test_a_lookup_with_two_answers_is_refused(log: Log):
    log.text("a.csv", "time,site,app,who", "2026-01-05,1,permit,ann")
    (log.folder / "sites.csv").write_text("site,tenant\n1,Ash\n1,Birch\n")
    log.mapped(f'[[lookups]]\nuri = "{log.folder}/sites.csv"\non = ["site"]')
    with pytest.raises(SourceError, match=r"sites\.csv: more than one row for 1 in site"):
        log.rolled("account")


def test_every_rejected_row_is_kept_with_its_columns_and_the_reason(log: Log):
    log.text("a.csv", "time,tenant,app,who,n,reason", "2026-01-05,a,permit,ann,1,x", "soon,a,permit,ann,1,x",
             "2026-01-05,,permit,ann,1,x", "2026-01-05,a,,ann,1,x", "2026-01-05,a,permit,ann,many,x",
             "2026-01-05,a,permit,ann,-1,x", "2026-01-05,a,permit,ann,nan,x", "2026-01-05,a,permit")  # fmt: skip
    log.mapped('[amounts]\nevents = "n"')
    assert log.rolled("human_events") == [(1,)]
    assert log.rejected == {
        "no account": 1, "no amount in n": 3, "no application": 1, "no valid time": 1, "not a line of this table": 1,
    }  # fmt: skip
    kept = duckdb.read_parquet(str(log.partitions()[0].rejected))
    written = kept.filter("reason = 'no amount in n'").project('tenant, n, "reason (given)"').order("n").fetchall()
    assert written == [("a", "-1", "x"), ("a", "many", "x"), ("a", "nan", "x")]
    assert kept.filter("reason like 'not a line%'").project('"the line as it stands"').fetchall() == [
        ("2026-01-05,a,permit",)
    ]


@pytest.mark.parametrize(
    ("mapping", "measures"),
    [
        ({}, ["users", "hours", "clicks"]),
        ({"every_event_is": "record"}, ["users", "records"]),
        ({"amounts": {"seconds": "s"}}, ["users", "hours", "clicks"]),
        ({"amounts": {"events": "n"}}, ["users", "clicks"]),
        ({"amounts": {"records": "n"}, "grain": "day", "every_event_is": None}, ["users", "records"]),
    ],
)
def test_what_a_log_cannot_tell_is_not_claimed(mapping: dict[str, object], measures: list[str]):
    given = {key: value for key, value in {"uri": "", **PLAIN, **mapping}.items() if value is not None}
    assert Usage.model_validate(given).measures == measures


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"every_event_is": None}, "give one of columns.action"),
        ({"amounts": {"clicks": "n"}}, "give one of columns.action"),
        ({"grain": "day"}, r"needs \[usage.amounts\]"),
        ({"amounts": {"minutes": "n", "seconds": "s"}}, "one of amounts.minutes and amounts.seconds"),
        ({"time_unit": "s", "time_format": "%Y"}, "give one of time_unit"),
        ({"columns": {**PLAIN["columns"], "occurred_at": ["y", "w"]}}, "needs grain"),
        ({"csv": {"encoding": "latin-16"}}, "is no encoding"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_refused(mapping: dict[str, object], message: str):
    given = {key: value for key, value in {"uri": "", **PLAIN, **mapping}.items() if value is not None}
    with pytest.raises(ValueError, match=message):
        Usage.model_validate(given)
