"""Every way of writing a time gives the day and hour that Python's datetime gives."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.names import TEXT
from ingestion.times import local_time
from ingestion.timezones import micros
from ingestion.usage_mapping import Usage
from tests.ingestion.log import PLAIN

ZONES = st.sampled_from(["UTC", "America/Denver", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"])
INSTANTS = st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
# DuckDB's own zone must not matter.
CONNECTION = duckdb.connect(config={"threads": 1})
CONNECTION.execute("set timezone = 'Asia/Tokyo'")
UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}


def understood(value: object, kind: str, zone: str = "UTC", **changes: object) -> datetime | None:
    """The local time in `zone` that is read from one value of a column."""
    usage = Usage.model_validate({"uri": "", **PLAIN, **changes})
    CONNECTION.execute(f'create or replace temp table log ("time" {kind}, presentation varchar, week varchar)')
    CONNECTION.execute("insert into log values (?, '2013B', '7')", [value])
    kinds = {"time": str(CONNECTION.table("log").types[0]), "presentation": TEXT, "week": TEXT}
    ask = lambda what: CONNECTION.execute(f"select {what} from log").fetchall()  # noqa: E731
    return ask(f"make_timestamp({local_time(usage, ZoneInfo(zone), kinds, ask)})")[0][0]


def in_zone(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@settings(deadline=None, max_examples=50)
@given(INSTANTS, OFFSETS, ZONES, st.sampled_from(["T", " "]))
def test_text_with_an_offset_is_that_instant(at: datetime, offset: timezone, zone: str, between: str):
    assert understood(at.astimezone(offset).isoformat(between), "varchar", zone) == in_zone(at, zone)


@pytest.mark.parametrize("written", ["Z", "+00", "+0000", " UTC", "-00:00", " +00:00"])
def test_an_offset_is_written_in_many_ways(written: str):
    assert understood(f"2024-03-01T10:00:00{written}", "varchar", "America/Denver") == datetime(2024, 3, 1, 3)


@settings(deadline=None, max_examples=50)
@given(INSTANTS, ZONES, ZONES)
def test_text_without_an_offset_is_a_clock_time_in_the_zone_of_the_log(at: datetime, own: str, zone: str):
    local = at.astimezone(ZoneInfo(own))
    if local.fold == 0:
        written = local.replace(tzinfo=None).isoformat(" ")
        assert understood(written, "varchar", zone, timezone=own) == in_zone(at, zone)
        assert understood(written, "timestamp", zone, timezone=own) == in_zone(at, zone)


@settings(deadline=None, max_examples=50)
@given(INSTANTS, ZONES)
def test_a_time_stamp_with_a_zone_is_an_instant(at: datetime, zone: str):
    assert understood(at, "timestamptz", zone, timezone="Europe/Berlin") == in_zone(at, zone)


@settings(deadline=None, max_examples=50)
@given(INSTANTS, ZONES, st.sampled_from(sorted(UNITS)), st.sampled_from(["bigint", "varchar"]))
def test_numbers_count_from_1970(at: datetime, zone: str, unit: str, kind: str):
    count = micros(at.replace(tzinfo=None)) // UNITS[unit]
    rounded = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=count * UNITS[unit])
    value = count if kind == "bigint" else str(count)
    assert understood(value, kind, zone, time_unit=unit) == in_zone(rounded, zone)


@settings(deadline=None, max_examples=50)
@given(INSTANTS, st.sampled_from(["bigint", "varchar"]))
def test_nanoseconds_keep_their_microseconds(at: datetime, kind: str):
    count = micros(at.replace(tzinfo=None)) * 1000 + 999
    assert understood(str(count), kind, time_unit="ns") == at.replace(tzinfo=None)


def test_seconds_may_have_a_fraction():
    assert understood(1_700_000_000.25, "double", time_unit="s") == datetime(2023, 11, 14, 22, 13, 20, 250_000)
    assert understood("1700000000.25", "varchar", time_unit="s") == datetime(2023, 11, 14, 22, 13, 20, 250_000)


@settings(deadline=None, max_examples=50)
@given(st.dates(date(1975, 1, 1), date(2060, 1, 1)), ZONES, st.sampled_from(["date", "varchar"]))
def test_a_date_is_that_day_in_every_zone(day: date, zone: str, kind: str):
    assert understood(str(day), kind, zone, timezone="Asia/Kathmandu") == datetime(day.year, day.month, day.day)


@pytest.mark.parametrize(("kind", "value"), [("double", -3.0), ("varchar", "-3"), ("bigint", -3), ("double", -2.5)])
def test_day_numbers_count_from_a_day_zero(kind: str, value: object):
    zero = {"column": "presentation", "days": {"2013B": "2013-02-01"}}
    assert understood(value, kind, "America/Denver", day_zero=zero) == datetime(2013, 1, 29)


def test_a_presentation_without_a_day_zero_has_no_time():
    zero = {"column": "presentation", "days": {"2014B": "2014-02-01"}}
    assert understood(1, "bigint", day_zero=zero) is None


def test_a_format_is_followed():
    assert understood("07.05.2026 09:30", "varchar", time_format="%d.%m.%Y %H:%M") == datetime(2026, 5, 7, 9, 30)
    assert understood("05/07/2026", "varchar", "America/Denver", time_format="%m/%d/%Y") == datetime(2026, 5, 7)
    with_offset = understood("07.05.2026 09:30 +0200", "varchar", time_format="%d.%m.%Y %H:%M %z")
    assert with_offset == datetime(2026, 5, 7, 7, 30)


@pytest.mark.parametrize(
    ("value", "kind", "changes"),
    [
        ("yesterday", "varchar", {}),
        ("2026-02-30 10:00", "varchar", {}),
        ("infinity", "varchar", {}),
        ("infinity", "timestamp", {}),
        ("", "varchar", {}),
        ("1e30", "varchar", {"time_unit": "s"}),
        (9_000_000_000_000_000, "bigint", {"time_unit": "s"}),
        (float("nan"), "double", {"time_unit": "s"}),
        (None, "timestamptz", {}),
    ],
)
def test_what_is_no_time_is_none(value: object, kind: str, changes: dict[str, object]):
    assert understood(value, kind, "America/Denver", **changes) is None


AMOUNTS = {"amounts": {"events": "week"}}


def test_the_sums_of_a_day_belong_to_the_day_that_is_written():
    day = {"grain": "day", "timezone": "America/Denver", **AMOUNTS}
    assert understood("2026-05-04", "date", "UTC", **day) == datetime(2026, 5, 4)
    assert understood(datetime(2026, 5, 4, 6, tzinfo=UTC), "timestamptz", "UTC", **day) == datetime(2026, 5, 4)


@pytest.mark.parametrize("day", ["2026-05-04", "2026-05-07 13:00", "2026-05-10"])
def test_the_sums_of_a_week_belong_to_its_monday(day: str):
    assert understood(day, "varchar", grain="week", **AMOUNTS) == datetime(2026, 5, 4)


@pytest.mark.parametrize(("year", "monday"), [(2026, datetime(2026, 2, 9)), (2021, datetime(2021, 2, 15)), (0, None)])
def test_a_week_may_be_named_by_year_and_number(year: int, monday: datetime | None):
    columns = {**PLAIN["columns"], "occurred_at": ["time", "week"]}
    assert understood(year, "integer", grain="week", columns=columns, **AMOUNTS) == monday
