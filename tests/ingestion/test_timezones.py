"""Time zones as SQL give what zoneinfo gives."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from ingestion.timezones import micros, to_local, to_utc

ZONES = st.sampled_from(["America/Denver", "Europe/Berlin", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"])
INSTANTS = st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(microsecond=0))


@given(ZONES, INSTANTS, st.integers(0, 400))
def test_local_time_is_that_of_the_zone(zone: str, at: datetime, days_around: int):
    span = timedelta(days=days_around)
    sql = to_local(f"{micros(at)}::bigint", ZoneInfo(zone), at - span, at + span)
    expected = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert duckdb.execute(f"select {sql}").fetchall() == [(micros(expected),)]


@given(ZONES, INSTANTS)
def test_utc_and_back_is_the_same_but_for_hours_that_occur_twice_or_never(zone: str, at: datetime):
    where = ZoneInfo(zone)
    local = at.replace(tzinfo=UTC).astimezone(where)
    if local.fold == 0:
        sql = to_utc(f"{micros(local.replace(tzinfo=None))}::bigint", where, at, at)
        assert duckdb.execute(f"select {sql}").fetchall() == [(micros(at),)]
