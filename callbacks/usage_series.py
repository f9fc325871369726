"""Usage over time: which days, weeks or months are drawn, and how much is in each?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd
from flask import g

from data_access import usage as data
from data_access.buckets import STEP, YEAR, Bucket, By, buckets, first_day, later, whole
from data_access.choices import application_names
from data_access.filters import Filters, Period
from layouts.links import Query

# The column of everything asked for together; of people, no sum of the others.
TOTAL = ""
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


@dataclass(frozen=True, slots=True)
class Series:
    """A row per bucket drawn, named by its first day, a column per application and TOTAL.

    `before`: what each is compared with, missing where nothing is; `history`: whole
    buckets from a year before the first.
    """

    span: Span
    values: pd.DataFrame
    before: pd.DataFrame
    history: pd.DataFrame


def by_of(filters: Filters, query: Query) -> By:
    """As asked, but no more days than a line can show."""
    asked = By(query.one("by") or By.WEEK)
    return By.WEEK if asked is By.DAY and filters.period.days > MOST_DAYS else asked


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


def series(filters: Filters, query: Query) -> Series:
    drawn = span(filters, query)
    shown, names = drawn.shown, list(application_names(filters.scope))
    year_before = later(shown[0].whole.start, drawn.by, -YEAR[drawn.by])
    reach = Period(max(year_before, first_day(drawn.known.start, drawn.by)), min(shown[-1].whole.end, drawn.known.end))
    history = _table(filters.during(reach), drawn.by, names)
    values = history.loc[_starts(shown)].copy()
    for bucket in shown:
        if bucket.is_cut and not _is_cut_by_the_log(bucket, drawn.known):
            values.loc[pd.Timestamp(bucket.whole.start)] = _table(filters.during(bucket.days), drawn.by, names).iloc[0]
    return Series(drawn, values, _before(drawn, history, query.one("vs") or "before"), history)


def last_year(found: Series) -> pd.DataFrame:
    """The shape of the values: the same bucket a year before, missing where the log does not cover it."""
    return _before(found.span, found.history, "year")


def year_to_focus(found: Series) -> pd.DataFrame:
    """The complete buckets of the year that ends with the one in focus."""
    last = found.span.focus.whole.start
    first = later(last, found.span.by, 1 - YEAR[found.span.by])
    rows = found.history.loc[pd.Timestamp(first) : pd.Timestamp(last)]
    return rows[[found.span.knows(whole(start.date(), found.span.by)) for start in rows.index]]


def in_focus(filters: Filters, query: Query) -> Filters:
    """The question asked of the bucket in focus, against the bucket that it is compared with."""
    drawn = span(filters, query)
    bucket = drawn.focus
    return replace(filters, period=bucket.days, comparison=drawn.earlier(bucket, query.one("vs") or "before"))


def _around(period: Period, by: By, known: Period) -> tuple[Bucket, ...]:
    """The last buckets there are, or those on both sides of a period further back."""
    start, end = first_day(period.start, by), later(first_day(known.end - timedelta(days=1), by), by, 1)
    if start < later(end, by, -AROUND[by]):
        end = later(start, by, AROUND[by] // 2)
    return buckets(Period(max(later(end, by, -AROUND[by]), known.start), min(end, known.end)), by)


def _is_cut_by_the_log(bucket: Bucket, known: Period) -> bool:
    """Then all that is known of it is drawn."""
    return bucket.days == Period(max(bucket.whole.start, known.start), min(bucket.whole.end, known.end))


def _table(filters: Filters, by: By, names: Sequence[str]) -> pd.DataFrame:
    """A row per bucket of the period; zero where there was no use."""
    found = data.use_by_application(filters, by).pivot(index="bucket", columns="application_id", values="value")
    wide = found.reindex(index=_starts(buckets(filters.period, by)), columns=names)
    wide[TOTAL] = data.total_use(filters, by).set_index("bucket")["value"]
    return wide.fillna(0)


def _before(drawn: Span, history: pd.DataFrame, vs: str) -> pd.DataFrame:
    starts = [earlier.start if (earlier := drawn.earlier(bucket, vs)) else None for bucket in drawn.shown]
    found = history.reindex(pd.DatetimeIndex(pd.to_datetime(pd.Series(starts, dtype="object"))))
    return found.set_axis(_starts(drawn.shown), axis=0)


def _starts(shown: Sequence[Bucket]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([bucket.whole.start for bucket in shown])
