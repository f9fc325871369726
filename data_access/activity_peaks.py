"""Activity: how many different people had a session open at the same instant, at most, in each month?

Sessions are closed: one of 0 seconds is open at its instant, one that ends when another begins meets it. Instants are
seconds. Overlapping sessions of one person are one.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    Date,
    DateTime,
    FromClause,
    Integer,
    Interval,
    Select,
    and_,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from data_access.engine import once_per_generation, read
from data_access.filters import Filters, Period
from data_access.schema import applications, peaks, sessions
from data_access.scope import Scope
from data_access.volume import concerns

PEAKS = {"month": "datetime64[s]", "users": "int64", "reached_at": "datetime64[s]"}
SECOND = literal_column("interval '1 second'", Interval)


def peak_users(filters: Filters) -> pd.DataFrame:
    """One row per month of the period that the log knows: most people at once, and when first. Columns: PEAKS.

    `reached_at` is wall time in the reporting time zone, missing where nobody came. No row where the log tells no
    sessions. What is kept at load is read, whatever is narrower is counted from the sessions.
    """
    if _is_kept(filters):
        return read(filters.scope, _kept(filters), PEAKS)
    known = read(
        filters.scope, select(peaks.c.month).where(_within(filters.period)).distinct(), {"month": PEAKS["month"]}
    )
    months = sorted(day.date() for day in known["month"])
    if not months:
        return known.assign(users=0, reached_at=pd.NaT).astype(PEAKS)
    period = Period(months[0], filters.period.end)
    own = select(sessions.c.user_key, *session_ends()).where(concerns(filters, sessions), open_in(period))
    return read(filters.scope, peaks_of(own, months, period.end), PEAKS)


@once_per_generation
def knows_peaks(scope: Scope) -> bool:
    """Whether the log tells when people come and go."""
    return bool(read(scope, select(func.count()).select_from(peaks), {"months": "int64"})["months"][0])


def session_ends() -> tuple[Any, Any]:
    """Columns began, ended: the first and the last instant of a session."""
    began = sessions.c.started_at
    return began.label("began"), (began + sessions.c.seconds * SECOND).label("ended")


def open_in(period: Period) -> Any:
    """Sessions that are open at some instant of the days."""
    began, ended = (column.element for column in session_ends())
    return and_(began < midnight(period.end), ended >= midnight(period.start))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def peaks_of(own: Select[Any], months: Sequence[date], end: date) -> Select[Any]:
    """Columns PEAKS, one row per month. `own`: user_key, began, ended of each session that is open in them.

    `months`: first days, without a gap; the last one ends with `end`.
    """
    level = _levels(_merged(own.subquery("own")), months)
    within = and_(level.c.instant >= midnight(months[0]), level.c.instant < midnight(end))
    month = cast(func.date_trunc("month", level.c.instant), Date)
    highest = (
        select(month.label("month"), func.max(level.c.users).label("users")).where(within).group_by(month)
    ).subquery("highest")
    return (
        select(
            highest.c.month,
            cast(highest.c.users, Integer).label("users"),
            func.min(level.c.instant).filter(level.c.users > 0).label("reached_at"),
        )
        .join(level, and_(level.c.users == highest.c.users, month == highest.c.month))
        .where(within)
        .group_by(highest.c.month, highest.c.users)
        .order_by(highest.c.month)
    )


def _merged(own: FromClause) -> CTE:
    """The sessions in the order of each person: up to when this one or any before it is open, and what comes next."""
    order: dict[str, Any] = {"partition_by": own.c.user_key, "order_by": (own.c.began, own.c.ended)}
    reached = func.max(own.c.ended)
    return (
        select(
            own.c.began,
            reached.over(**order, rows=(None, 0)).label("reached"),
            reached.over(**order, rows=(None, -1)).label("reached_before"),
            func.lead(own.c.began).over(**order).label("next_began"),
        )
        .cte("merged")
        .prefix_with("materialized")
    )


def _levels(merged: CTE, months: Sequence[date]) -> CTE:
    """Columns instant, users: how many from then on. One row per change or beginning of a month."""
    own = merged.c
    arrives = or_(own.reached_before.is_(None), own.began > own.reached_before)
    leaves = or_(own.next_began.is_(None), own.next_began > own.reached)
    changes = union_all(
        select(own.began.label("instant"), literal(1, Integer).label("change")).where(arrives),
        select((own.reached + SECOND).label("instant"), literal(-1, Integer)).where(leaves),
        # A session that is open over the end of a month counts in the next one too.
        *(select(cast(literal(midnight(month)), DateTime), literal(0, Integer)) for month in months),
    ).subquery("changes")
    # All changes of an instant are in the sum at each of them: it has one level.
    level = func.sum(changes.c.change).over(order_by=changes.c.instant)
    return select(changes.c.instant, level.label("users")).cte("levels").prefix_with("materialized")


def _is_kept(filters: Filters) -> bool:
    """Whether the question is of everybody, in one application or in all."""
    narrower = (filters.states, filters.segments, filters.account, filters.accounts, filters.scope.portfolio)
    return not any(narrower) and len(filters.applications) <= 1


def _kept(filters: Filters) -> Select[Any]:
    found = (
        select(peaks.c.month, peaks.c.users, peaks.c.reached_at).where(_within(filters.period)).order_by(peaks.c.month)
    )
    if not filters.applications:
        return found.where(peaks.c.application_key.is_(None))
    chosen = select(applications.c.application_key).where(applications.c.application_id.in_(filters.applications))
    return found.where(peaks.c.application_key.in_(chosen))


def _within(period: Period) -> Any:
    return and_(peaks.c.month >= period.start, peaks.c.month < period.end)
