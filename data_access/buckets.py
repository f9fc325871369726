"""Into which days, weeks or months is a period cut?"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from data_access.filters import Period


class By(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


# How many buckets back the one lies that compares: of days a week, since a Sunday is no Saturday.
STEP = {By.DAY: 7, By.WEEK: 1, By.MONTH: 1}
# And a year before; weeks of it, so that a Monday is compared with a Monday.
YEAR = {By.DAY: 364, By.WEEK: 52, By.MONTH: 12}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A day, week or month (`whole`), and the `days` of it that were asked for."""

    whole: Period
    days: Period

    @property
    def is_cut(self) -> bool:
        return self.days != self.whole


def first_day(day: date, by: By) -> date:
    """The day itself, the Monday of its week, or the first of its month."""
    match by:
        case By.DAY:
            return day
        case By.WEEK:
            return day - timedelta(days=day.weekday())
        case By.MONTH:
            return day.replace(day=1)


def later(start: date, by: By, count: int) -> date:
    """The first day of the bucket that comes `count` after the one that begins on `start`; before it where negative."""
    match by:
        case By.DAY:
            return start + timedelta(days=count)
        case By.WEEK:
            return start + timedelta(weeks=count)
        case By.MONTH:
            months = start.year * 12 + start.month - 1 + count
            return date(months // 12, months % 12 + 1, 1)


def whole(start: date, by: By) -> Period:
    return Period(start, later(start, by, 1))


def buckets(period: Period, by: By) -> tuple[Bucket, ...]:
    """Those that the period touches, in order; their `days` make up the period."""
    found = []
    start = first_day(period.start, by)
    while start < period.end:
        bucket = whole(start, by)
        found.append(Bucket(bucket, Period(max(bucket.start, period.start), min(bucket.end, period.end))))
        start = bucket.end
    return tuple(found)
