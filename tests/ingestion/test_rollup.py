"""What becomes of raw events: days, sessions, duplicates, rejects."""

import duckdb
import pytest

from tests.given import Given


def days(given: Given) -> list[tuple[object, ...]]:
    with duckdb.connect(str((given.store / "current").resolve()), read_only=True) as store:
        return store.execute(
            "select day::varchar, logins, clicks, records, seconds, automated_events, active_users "
            "from usage_daily order by day"
        ).fetchall()


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
