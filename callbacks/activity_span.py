"""Activity: which months are compared, and which of their days are known?"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import g

from callbacks.query import filters
from data_access.activity import Entitled, entitled
from data_access.buckets import By, buckets
from data_access.filters import Filters, Measure, Period
from layouts import numbers


@dataclass(frozen=True, slots=True)
class Span:
    """The year of the as-of day, the year before, and the December before that, with which the first month compares.

    `log`: the days that the log covers, from the beginning of its first week. `subscribed`: those of them on which
    there was a customer among those asked for, maybe none; `known`: these, and those from the first use to the last.
    """

    log: Period
    subscribed: Period
    known: Period
    entitled: Entitled

    @property
    def years(self) -> tuple[int, int]:
        this = self.log.last_day.year
        return this - 1, this

    @property
    def months(self) -> tuple[Period, ...]:
        last, this = self.years
        every = Period(date(last - 1, 12, 1), date(this + 1, 1, 1))
        return tuple(bucket.whole for bucket in buckets(every, By.MONTH))

    def so_far(self, period: Period) -> Period:
        """Without the days that are still to come; none at all where it has not begun."""
        return Period(period.start, max(min(period.end, self.log.end), period.start))

    def is_complete(self, month: Period) -> bool:
        return self.known.start <= month.start and month.end <= self.known.end

    def is_known(self, month: Period) -> bool:
        """Whether there was a customer on a day of it; elsewhere no use is not zero, but nothing."""
        return month.start < self.subscribed.end and self.subscribed.start < month.end

    def why_cut(self, month: Period) -> str:
        """What an incomplete month lacks."""
        until = self.entitled.until
        if month.start >= self.log.end:
            return ""
        if until and month.end > self.known.end and self.known.end < self.log.end:
            return f"cancelled on {numbers.day(until)}"
        if month.end > self.log.end:
            return f"up to {numbers.day(self.log.last_day)}"
        if month.start < self.log.start:
            return f"the log begins on {numbers.day(g.generation.first_day)}"
        return f"{self.beginning} on {numbers.day(self.known.start)}" if month.start < self.known.start else ""

    @property
    def beginning(self) -> str:
        """What the days that are known begin with."""
        is_start = g.generation.has_subscriptions and self.entitled.since == self.known.start
        return f"first {'start' if is_start else 'use'}"

    def alike(self) -> tuple[Period, Period] | None:
        """The days of the running year that are known of both years, last year's first; None where there are none."""
        last, this = self.years
        start = max(date(this, 1, 1), self.known.start, a_year_later(max(date(last, 1, 1), self.known.start)))
        if start >= self.known.end:
            return None
        last_day = self.known.last_day
        return Period(a_year_before(start), a_year_before(last_day) + timedelta(days=1)), Period(start, self.known.end)


def asked(raw: Any) -> Filters:
    """The address, of whole years."""
    return whole_years(filters(raw))


def whole_years(filters: Filters) -> Filters:
    """Neither the period nor the measure of the address makes another question."""
    year, end = g.generation.as_of.year, g.generation.as_of + timedelta(days=1)
    period = Period(date(year - 2, 12, 1), end)
    return replace(filters, period=period, comparison=None, measure=Measure(g.generation.measures[0]))


def span(filters: Filters) -> Span:
    found, end = entitled(filters), filters.period.end
    # Logs begin on a working day: their first week is none the less whole.
    first = g.generation.first_day
    log = Period(first - timedelta(days=first.weekday()), end)
    since, until = found.since or end, found.until or end
    used_since, used_until = found.first_use_on or since, (found.last_use_on or log.start) + timedelta(days=1)
    subscribed = _within(Period(first, end), since, until)
    return Span(log, subscribed, _within(log, min(since, used_since), max(until, used_until)), found)


def _within(log: Period, start: date, end: date) -> Period:
    """The days of the log from `start` up to, and without, `end`; maybe none."""
    first = min(max(log.start, start), log.end)
    return Period(first, max(first, min(log.end, end)))


def a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def a_year_later(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
