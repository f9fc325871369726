"""When was it there? SQL for the local time of a row, however the log writes times.

All times are microseconds since 1970. Three kinds of time are told apart:
an *instant* is the same everywhere, a *wall* time is what a clock in
`usage.timezone` showed, and a *day* is that day wherever one is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ingestion.names import TEXT, is_number, name, quoted, text
from ingestion.timezones import micros, to_local, to_utc
from ingestion.usage_mapping import Usage

DAY = 86_400_000_000
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FIRST, _LAST = micros(datetime(1, 1, 1)), micros(datetime(9999, 12, 31))
# What may follow a time of day: Z, +02, +0200, +02:00.
OFFSET = r":\d\d(?:[.,]\d+)?\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)\s*$"
_NAIVE = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")

Ask = Callable[[str], list[tuple[object, ...]]]


class TimeError(Exception):
    """The column cannot be a time; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Moment:
    """SQL by kind of time; each is null in rows that are of another kind, or of none."""

    instant: str | None = None
    wall: str | None = None
    day: str | None = None


def local_time(usage: Usage, zone: ZoneInfo, kinds: dict[str, str], ask: Ask) -> str:
    """SQL for the wall time in `zone`. `ask` answers a list of SQL expressions over the rows of the file.

    Rows that are sums of a day or a week belong to the day that is written: nothing is shifted.
    """
    moment = _moment(usage, kinds, ask)
    own = ZoneInfo(usage.timezone)
    where = zone if usage.grain == "event" else own
    local = [_shifted(moment.instant, lambda first, last, sql: to_local(sql, where, first, last), where, ask)]
    if own.key == where.key:
        local.append(moment.wall)
    else:
        local.append(_shifted(moment.wall, lambda first, last, sql: _moved(sql, own, where, first, last), None, ask))
    known = [sql for sql in (*local, moment.day) if sql is not None]
    return _by_grain(usage, known[0] if len(known) == 1 else f"coalesce({', '.join(known)})")


def _shifted(
    sql: str | None, shift: Callable[[datetime, datetime, str], str], zone: ZoneInfo | None, ask: Ask
) -> str | None:
    if sql is None or (zone is not None and zone.key == "UTC"):
        return sql
    first, last = ask(f"min(make_timestamp({sql})), max(make_timestamp({sql}))")[0]
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return sql
    return shift(first, last, sql)


def _moved(sql: str, own: ZoneInfo, where: ZoneInfo, first: datetime, last: datetime) -> str:
    return to_local(to_utc(sql, own, first, last), where, first, last)


def _by_grain(usage: Usage, sql: str) -> str:
    if usage.grain == "event":
        return sql
    unit = "day" if usage.grain == "day" else "week"
    return f"epoch_us(date_trunc('{unit}', make_timestamp({sql}))::timestamp)"


def _moment(usage: Usage, kinds: dict[str, str], ask: Ask) -> Moment:
    columns = usage.columns.occurred_at
    if len(columns) == 2:
        return Moment(day=_iso_week(*(_whole(column) for column in columns)))
    column, kind = name(columns[0]), kinds[columns[0]]
    if kind == "TIMESTAMP WITH TIME ZONE":
        return Moment(instant=_within(f"epoch_us({column})"))
    if kind in _NAIVE:
        return Moment(wall=_within(f"epoch_us({column}::timestamp)"))
    if kind == "DATE":
        return Moment(day=_within(f"epoch_us({column}::timestamp)"))
    if not (is_number(kind) or kind == TEXT):
        raise TimeError(f"column '{columns[0]}' holds {kind}, not times. Correct usage.columns.occurred_at.")
    if usage.day_zero is not None:
        return Moment(day=_after_day_zero(usage, columns[0], kinds))
    if usage.time_unit is not None:
        return Moment(instant=_since_1970(column, kind, usage.time_unit))
    if is_number(kind):
        raise TimeError(
            f"column '{columns[0]}' holds numbers ({kind}), not times. "
            "Say what they count: usage.time_unit or [usage.day_zero] in the mapping."
        )
    return _formatted(column, usage.time_format) if usage.time_format else _written(column, ask)


def _within(sql: str) -> str:
    """Infinite times and years of five digits are no times."""
    return f"case when {sql} between {_FIRST} and {_LAST} then {sql} end"


def _since_1970(column: str, kind: str, unit: str) -> str:
    per_second = _PER_SECOND[unit]
    number = f"try_cast({column} as decimal(38, 9))" if kind == TEXT else column
    if per_second <= 1_000_000:
        sql = f"({number} * {1_000_000 // per_second})"
        sql = f"round({sql})::bigint" if kind in ("DOUBLE", "FLOAT") else f"{sql}::bigint"
    else:
        sql = f"({number}::bigint // {per_second // 1_000_000})"
    first, last = (bound // 1_000_000 * per_second for bound in (_FIRST, _LAST))
    return f"case when {number} between {first} and {last} then {sql} end"


def _after_day_zero(usage: Usage, column: str, kinds: dict[str, str]) -> str:
    assert usage.day_zero is not None
    by = text(usage.day_zero.column, kinds[usage.day_zero.column])
    days = " ".join(
        f"when '{quoted(value)}' then {micros(datetime(day.year, day.month, day.day))}"
        for value, day in usage.day_zero.days.items()
    )
    return _within(f"(case {by} {days} end + {_whole(column)} * {DAY})")


def _whole(column: str) -> str:
    """A column as whole numbers of at most a few digits, rounded down; null where it holds none."""
    number = f"try_cast({name(column)} as double)"
    return f"case when {number} between -999999 and 999999 then floor({number})::bigint end"


def _iso_week(year: str, week: str) -> str:
    is_week = f"({year}) between 1 and 9998 and ({week}) between 1 and 53"
    fourth = f"make_date(({year})::integer, 1, 4)"
    monday = f"({fourth} - (isodow({fourth}) - 1)::integer + 7 * (({week}) - 1)::integer)"
    return f"case when {is_week} and isoyear({monday}) = ({year}) then epoch_us({monday}::timestamp) end"


def _formatted(column: str, time_format: str) -> Moment:
    sql = _within(f"epoch_us(try_strptime(trim({column}), '{quoted(time_format)}'))")
    if "%z" in time_format:
        return Moment(instant=sql)
    return Moment(wall=sql) if "%H" in time_format or "%I" in time_format else Moment(day=sql)


def _written(column: str, ask: Ask) -> Moment:
    """Times as ISO 8601 has them. Offsets are slow to read, so they are looked for first."""
    [(has_offset, has_clock, has_comma)] = ask(
        f"bool_or(regexp_matches({column}, '{OFFSET}')), bool_or(contains({column}, ':')), "
        f"bool_or(contains({column}, ','))"
    )
    written = f"replace({column}, ',', '.')" if has_comma else column
    parsed = _within(f"epoch_us(try_cast({written} as timestamp))")
    if not has_offset:
        if not has_clock:
            return Moment(day=parsed)
        return Moment(wall=f"case when contains({column}, ':') then {parsed} end",
                      day=f"case when not contains({column}, ':') then {parsed} end")  # fmt: skip
    is_instant = f"regexp_matches({written}, '{OFFSET}')"
    joined = rf"regexp_replace(trim({written}), '\s+([+-]\d\d(:?\d\d)?)$', '\1')"  # DuckDB allows no space there
    return Moment(
        instant=_within(f"epoch_us(case when {is_instant} then try_cast({joined} as timestamptz) end)"),
        wall=f"case when not {is_instant} and contains({column}, ':') then {parsed} end",
        day=f"case when not contains({column}, ':') then {parsed} end",
    )
