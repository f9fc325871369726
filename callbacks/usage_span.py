"""Usage over time: which days, weeks or months are drawn?"""

from dataclasses import dataclass
from datetime import timedelta

from flask import g

from data_access.buckets import STEP, YEAR, Bucket, By, buckets, first_day, later, whole
from data_access.filters import Filters, Period
from layouts.links import Query

MOST_DAYS = 400
# A period of fewer buckets is drawn with those around it.
FEWEST = 4
AROUND = {By.DAY: 56, By.WEEK: 52, By.MONTH: 24}


@dataclass(frozen=True, slots=True)
class Span:
    """What is drawn. `known`: the days that the log covers, from the beginning of its first week."""

    by: By
    known: Period
    period: Period
    shown: tuple[Bucket, ...]

    @property
    def chosen(self) -> Bucket | None:
        """The one bucket that the period lies within."""
        found = buckets(self.period, self.by)
        return found[0] if len(found) == 1 else None

    @property
    def focus(self) -> Bucket:
        """The last complete bucket of the period; its last where none is complete."""
        asked = [bucket for bucket in self.shown if self._is_asked(bucket)]
        complete = [bucket for bucket in asked if self.is_complete(bucket)]
        return (complete or asked)[-1]

    @property
    def surrounded(self) -> tuple[int, int] | None:
        """The places of the first and the last bucket of the period, where others are drawn around it."""
        asked = [place for place, bucket in enumerate(self.shown) if self._is_asked(bucket)]
        return (asked[0], asked[-1]) if len(asked) < len(self.shown) else None

    def is_complete(self, bucket: Bucket) -> bool:
        return not bucket.is_cut and self.knows(bucket.whole)

    def knows(self, period: Period) -> bool:
        return self.known.start <= period.start and period.end <= self.known.end

    def earlier(self, bucket: Bucket, vs: str) -> Period | None:
        """What a bucket is compared with: STEP or YEAR before it. Only whole ones compare."""
        if vs == "none" or not self.is_complete(bucket):
            return None
        back = YEAR[self.by] if vs == "year" else STEP[self.by]
        found = whole(later(bucket.whole.start, self.by, -back), self.by)
        return found if self.knows(found) else None

    def _is_asked(self, bucket: Bucket) -> bool:
        return self.period.start < bucket.days.end and bucket.days.start < self.period.end


def by_of(filters: Filters, query: Query) -> By:
    """As asked, but no more days than a line can show."""
    asked = By(query.one("by") or By.WEEK)
    return By.WEEK if asked is By.DAY and filters.period.days > MOST_DAYS else asked


def vs(query: Query) -> str:
    return query.one("vs") or "before"


def span(filters: Filters, query: Query) -> Span:
    by, period = by_of(filters, query), filters.period
    first, end = g.generation.first_day, g.generation.as_of + timedelta(days=1)
    # Logs begin on a working day: their first week is none the less whole.
    known = Period(first if by is By.DAY else first_day(first, By.WEEK), end)
    if period.start <= first:
        # Whole weeks may all be over before the first of the log is: then what there is is drawn.
        period = Period(known.start, period.end if period.end > known.start else end)
    shown = buckets(period, by)
    return Span(by, known, period, shown if len(shown) >= FEWEST else _around(period, by, known))


def _around(period: Period, by: By, known: Period) -> tuple[Bucket, ...]:
    """The last buckets there are, or those on both sides of a period further back."""
    start, end = first_day(period.start, by), later(first_day(known.end - timedelta(days=1), by), by, 1)
    if start < later(end, by, -AROUND[by]):
        end = later(start, by, AROUND[by] // 2)
    return buckets(Period(max(later(end, by, -AROUND[by]), known.start), min(end, known.end)), by)
