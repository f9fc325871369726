"""Which part of the data is asked for? One frozen value, before any SQL."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from data_access.scope import Scope


class Measure(StrEnum):
    """What is counted. Definitions: docs/metrics.md."""

    LOGINS = "logins"
    USERS = "users"
    HOURS = "hours"
    CLICKS = "clicks"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to, and without, `end`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def is_whole_weeks(self) -> bool:
        """Then weekly aggregates answer exactly, at a fifth of the rows."""
        return self.start.weekday() == 0 and self.days % 7 == 0

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Detail:
    """What some pages narrow further. Of several values any will do; nothing given narrows nothing."""

    channels: tuple[str, ...] = ()  # of messages
    categories: tuple[str, ...] = ()
    reason: str | None = None  # why messages failed
    feature: str | None = None
    priority: str | None = None  # of tickets
    cohort: date | None = None  # the month of first use
    later: int = 0  # so many months after it


@dataclass(frozen=True, slots=True)
class Filters:
    """Everything that a page's question depends on.

    `segments` holds (column of `accounts`, accepted values), sorted;
    `states` are those that pairs are in today; `comparison` is None where
    nothing comes before the period.
    """

    scope: Scope
    generation: int
    period: Period
    comparison: Period | None
    measure: Measure
    applications: tuple[str, ...] = ()
    segments: tuple[tuple[str, tuple[str, ...]], ...] = ()
    states: tuple[str, ...] = ()
    account: str | None = None  # the one that pages go into
    accounts: tuple[str, ...] = ()  # several: a selection, like a segment
    detail: Detail = Detail()

    def during(self, period: Period) -> Self:
        """The same question, asked of another time."""
        return replace(self, period=period)
