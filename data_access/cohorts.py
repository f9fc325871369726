"""Of the people, or accounts, that came in one month: how many are still active so many months later?

A cohort is the month of the first use, in the applications asked for. In the first months of a log it may not have been
the first: who registered, or subscribed, before the log began belongs to no cohort, and where that is not known nobody
does whose first use lies in the first UNSURE months.
"""

from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, Date, FromClause, Select, and_, cast, func, or_, select

from data_access.buckets import By, first_day, later
from data_access.engine import read
from data_access.filters import Filters, Period
from data_access.schema import generation, pairs, usage_daily, user_months, users
from data_access.volume import concerns

Who = Literal["people", "accounts"]

UNSURE = 3  # months
SHOWN = 18  # cohorts

RETENTION = {"cohort": "datetime64[s]", "month": "datetime64[s]", "active": "int64"}
LEFT_OUT = {"members": "int64"}


def retention(filters: Filters, who: Who) -> pd.DataFrame:
    """One row per cohort and month with any of its members active; the months that are over. Columns: RETENTION."""
    shown = months_shown(filters)
    cohort, use = members(filters, who).subquery("cohort"), _use(filters, who).subquery("use")
    statement = (
        select(cohort.c.cohort, use.c.month, func.count())
        .join(use, use.c.key == cohort.c.key)
        .where(cohort.c.cohort >= shown.start, use.c.month < shown.end, cohort.c.cohort < shown.end)
        .group_by(cohort.c.cohort, use.c.month)
        .order_by(cohort.c.cohort, use.c.month)
    )
    return read(filters.scope, statement, RETENTION)


def left_out(filters: Filters, who: Who) -> int:
    """How many belong to no cohort, since their first use may lie before the log."""
    every = _first_use(filters, who).subquery("every")
    statement = select(func.count()).where(~_is_first(every, _log(filters)))
    return int(read(filters.scope, statement, LEFT_OUT)["members"][0])


def members(filters: Filters, who: Who) -> Select[Any]:
    """Columns key, cohort: everybody who belongs to one."""
    every = _first_use(filters, who).subquery("every")
    return select(every.c.key, every.c.cohort).where(_is_first(every, _log(filters)))


def active_later(filters: Filters, who: Who) -> Select[Any]:
    """Column key: the members of the cohort asked for who were active so many months later."""
    cohort, month = (
        filters.detail.cohort or date.min,
        later(filters.detail.cohort or date.min, By.MONTH, filters.detail.later),
    )
    chosen, use = members(filters, who).subquery("chosen"), _use(filters, who).subquery("use")
    return (
        select(chosen.c.key).join(use, use.c.key == chosen.c.key).where(chosen.c.cohort == cohort, use.c.month == month)
    )


def months_shown(filters: Filters) -> Period:
    """The last months that are over at the end of the period, of those that the log holds whole."""
    log = _log(filters)
    end = first_day(min(log.end, filters.period.end), By.MONTH)
    start = log.start if log.start.day == 1 else later(first_day(log.start, By.MONTH), By.MONTH, 1)
    return Period(max(start, later(end, By.MONTH, -SHOWN)), end)


def _log(filters: Filters) -> Period:
    columns = {"first_day": "datetime64[s]", "as_of": "datetime64[s]"}
    frame = read(filters.scope, select(generation.c.first_day, generation.c.as_of), columns)
    return Period(frame["first_day"][0].date(), frame["as_of"][0].date() + timedelta(days=1))


def _is_first(every: FromClause, log: Period) -> ColumnElement[bool]:
    sure = later(first_day(log.start, By.MONTH), By.MONTH, UNSURE)
    return or_(
        and_(every.c.since.is_not(None), every.c.since >= log.start),
        and_(every.c.since.is_(None), every.c.cohort >= sure),
    )


def _first_use(filters: Filters, who: Who) -> Select[Any]:
    """Columns key, cohort, since (missing: not known): one row per person or account with any use."""
    use = _use(filters, who).subquery("use")
    first = select(use.c.key, func.min(use.c.month).label("cohort")).group_by(use.c.key).subquery("first")
    if who == "people":
        since = select(users.c.user_key.label("key"), users.c.registered_on.label("since")).subquery("since")
    else:
        since = (
            select(pairs.c.account_key.label("key"), func.min(pairs.c.started_on).label("since"))
            .group_by(pairs.c.account_key)
            .subquery("since")
        )
    return select(first.c.key, first.c.cohort, since.c.since).outerjoin(since, since.c.key == first.c.key)


def _use(filters: Filters, who: Who) -> Select[Any]:
    """Columns key, month: one row per person or account and month with any use by people."""
    if who == "people":
        own = user_months.c
        return select(own.user_key.label("key"), own.month).where(concerns(filters, user_months)).distinct()
    days = usage_daily.c
    month = cast(func.date_trunc("month", days.day), Date).label("month")
    asked = select(days.account_key.label("key"), month).where(concerns(filters, usage_daily), days.human_events > 0)
    return asked.distinct()
