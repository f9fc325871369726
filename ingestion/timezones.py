"""Which day was it there? UTC to local time and back as SQL, so that days are cut once, when rolled up.

DuckDB's own time zones are an extension that has to be downloaded; the few
clock changes within a partition, written out as a CASE, are also faster.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MARGIN = timedelta(days=2)


def to_local(expression: str, zone: ZoneInfo, first: datetime, last: datetime) -> str:
    """SQL for the local wall time of a UTC timestamp between `first` and `last` (naive, UTC)."""
    changes = list(_clock_changes(zone, first - _MARGIN, last + _MARGIN))
    return _shifted(expression, [(at, after) for at, _, after in changes])


def to_utc(expression: str, zone: ZoneInfo, first: datetime, last: datetime) -> str:
    """SQL for the UTC time of a local wall time. An hour that occurs twice is taken as the first."""
    changes = list(_clock_changes(zone, first - _MARGIN, last + _MARGIN))
    return _shifted(expression, [(at + before, -after) for at, before, after in changes])


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
        return f"({expression} + {_seconds(shift)})" if shift else f"({expression})"
    cases = " ".join(f"when {expression} >= timestamp '{at}' then {_seconds(by)}" for at, by in reversed(later))
    return f"({expression} + case {cases} else {_seconds(shift)} end)"


def _seconds(shift: timedelta) -> str:
    return f"to_seconds({int(shift.total_seconds())})"
