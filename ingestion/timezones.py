"""Which day was it there? UTC to local time and back as SQL, so that days are cut once, when rolled up.

The few clock changes within a file, written out as a CASE, are faster than a
time zone looked up for every row, and the same in every build of DuckDB.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MARGIN = timedelta(days=2)
# Times outside are those of broken clocks: they get the offset of the nearest year.
_EARLIEST, _LATEST = datetime(1970, 1, 1), datetime(2100, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def to_local(expression: str, zone: ZoneInfo, first: datetime, last: datetime) -> str:
    """SQL for the local wall time of a UTC time between `first` and `last` (naive, UTC), in microseconds."""
    changes = list(_clock_changes(zone, *_span(first, last)))
    return _shifted(expression, [(at, after) for at, _, after in changes])


def to_utc(expression: str, zone: ZoneInfo, first: datetime, last: datetime) -> str:
    """SQL for the UTC time of a local wall time, in microseconds. An hour that occurs twice is taken as the first."""
    changes = list(_clock_changes(zone, *_span(first, last)))
    return _shifted(expression, [(at + before, -after) for at, before, after in changes])


def _span(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    first, last = (min(max(at, _EARLIEST), _LATEST) for at in (first, last))
    return first - _MARGIN, last + _MARGIN


def _clock_changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """(UTC instant, offset before, offset after), led by the offset in force at `first`."""
    offset = _offset(zone, first)
    yield first, offset, offset
    day = first
    while day < last:
        following = day + timedelta(days=1)
        if _offset(zone, following) != offset:
            at = _instant_of_change(zone, day, following)
            yield at, offset, _offset(zone, following)
            offset = _offset(zone, following)
        day = following


def _instant_of_change(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    before = _offset(zone, early)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if _offset(zone, middle) == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def _offset(zone: ZoneInfo, utc: datetime) -> timedelta:
    return utc.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()


def _shifted(expression: str, changes: list[tuple[datetime, timedelta]]) -> str:
    (_, shift), *later = changes
    if not later:
        return f"({expression} + {shift // _MICROSECOND})" if shift else f"({expression})"
    cases = " ".join(f"when {expression} >= {micros(at)} then {by // _MICROSECOND}" for at, by in reversed(later))
    return f"({expression} + case {cases} else {shift // _MICROSECOND} end)"


def micros(at: datetime) -> int:
    """Microseconds from 1970 to a naive time, as if it were UTC."""
    return (at - datetime(1970, 1, 1)) // _MICROSECOND
