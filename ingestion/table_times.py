"""When was it? SQL for the times and days of a table, as a clock in the reporting time zone shows them.

An instant (a time stamp with a zone, or a text that ends in an offset) is turned into that clock's time. A time that
carries none is turned as well where the mapping says which zone's it is (`timezone`), and else counts as written. A day
without a time is that day anywhere.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from ingestion.names import is_number, name, quoted
from ingestion.remote import SourceError
from ingestion.table_mapping import TableSource
from ingestion.times import OFFSET
from ingestion.timezones import to_local, to_utc

# Answers a list of SQL expressions over the rows of the table, with one row.
Ask = Callable[[str], tuple[object, ...]]


def moment(source: TableSource, column: str, theirs: str, kind: str, zone: ZoneInfo, ask: Ask) -> str:
    """SQL of `kind` (date or timestamp) for a column whose type is `theirs`."""
    if source.day_zero is not None and (is_number(theirs) or theirs == "VARCHAR"):
        return _after_day_zero(source, column, kind)
    written = f"trim({name(column)}::varchar)"
    if source.time_format is not None:
        parsed = f"make_timestamp(epoch_us(try_strptime({written}, '{quoted(source.time_format)}')))"
        is_instant, has_clock = (str(mark in source.time_format).lower() for mark in ("%z", "%H"))
        return _shifted(source, parsed, is_instant, has_clock, kind, zone, ask)
    if theirs == "TIMESTAMP WITH TIME ZONE":
        return _shifted(source, f"make_timestamp(epoch_us({name(column)}))", "true", "true", kind, zone, ask)
    if is_number(theirs):
        raise SourceError(
            f"{source.uri}: column '{column}' holds numbers ({theirs}), not times. "
            "Say what they count with day_zero in the mapping."
        )
    dashed = f"replace({written}, '/', '-')"
    parsed = f"try_cast({dashed} as timestamp)"
    if theirs != "VARCHAR":
        return _shifted(source, parsed, "false", str(theirs != "DATE").lower(), kind, zone, ask)
    is_instant = f"regexp_matches({written}, '{OFFSET}')"
    joined = rf"regexp_replace({dashed}, '\s+([+-]\d\d(:?\d\d)?)$', '\1')"  # DuckDB allows no space there
    instant = f"make_timestamp(epoch_us(try_cast({joined} as timestamptz)))"
    either = f"case when {is_instant} then {instant} else {parsed} end"
    return _shifted(source, either, is_instant, f"contains({written}, ':')", kind, zone, ask)


def _shifted(
    source: TableSource, parsed: str, is_instant: str, has_clock: str, kind: str, zone: ZoneInfo, ask: Ask
) -> str:
    """`parsed`, a timestamp (of an instant in UTC), by the clock of `zone`; the two conditions are told in SQL."""
    cases = [_case(parsed, is_instant, ZoneInfo("UTC"), zone, ask)]
    if source.timezone:
        cases.append(_case(parsed, f"{has_clock} and not {is_instant}", ZoneInfo(source.timezone), zone, ask))
    needed = " ".join(filter(None, cases))
    return f"try_cast(case {needed} else {parsed} end as {kind})" if needed else f"try_cast({parsed} as {kind})"


def _case(parsed: str, condition: str, own: ZoneInfo, zone: ZoneInfo, ask: Ask) -> str:
    """Of the times that meet `condition`, clock times of `own`: the same by the clock of `zone`. Empty without any."""
    if own.key == zone.key:
        return ""
    first, last = ask(f"min({parsed}) filter ({condition}), max({parsed}) filter ({condition})")
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return ""
    instant = to_utc(f"epoch_us({parsed})", own, first, last)
    return f"when {condition} then make_timestamp({to_local(instant, zone, first, last)})"


def _after_day_zero(source: TableSource, column: str, kind: str) -> str:
    assert source.day_zero is not None
    cases = " ".join(
        f"when '{quoted(value)}' then timestamp '{datetime(day.year, day.month, day.day)}'"
        for value, day in source.day_zero.days.items()
    )
    zero = f"case {name(source.day_zero.column)}::varchar {cases} end"
    return f"({zero} + to_days(try_cast({name(column)} as integer)))::{kind}"
