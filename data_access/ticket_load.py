"""How many tickets come and go, how long do they take, and how many answers?"""

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, Numeric, Select, and_, case, cast, func, select

from data_access.engine import read
from data_access.filters import Filters, Period
from data_access.schema import tickets
from data_access.volume import concerns

FIGURES = {
    "opened": "int64", "resolved": "int64", "hours": "float64", "first_hours": "float64", "responses": "float64",
}  # fmt: skip
BY_MONTH = {"month": "datetime64[s]", **FIGURES}
BY_PRIORITY = {"priority": "str", **FIGURES}
TOTAL = FIGURES
COUNT = {"tickets": "int64"}


def opened(filters: Filters, period: Period | None = None) -> ColumnElement[bool]:
    """Tickets opened in the period, of the priority asked for if one is.

    A ticket without an application belongs to none of those chosen.
    """
    during = period or filters.period
    return and_(_at(tickets.c.opened_at, during), _asked(filters))


def _asked(filters: Filters) -> ColumnElement[bool]:
    """Of the accounts, applications and priority asked for, at any time."""
    asked = concerns(filters, tickets)
    return asked if filters.detail.priority is None else and_(asked, priority() == filters.detail.priority)


def priority() -> ColumnElement[str]:
    return func.coalesce(tickets.c.priority, "No priority")


def total(filters: Filters) -> pd.DataFrame:
    """One row. Columns: TOTAL; of the tickets opened in the period."""
    return read(filters.scope, select(*_figures()).where(opened(filters)), TOTAL)


def by_month(filters: Filters, period: Period) -> pd.DataFrame:
    """One row per month in which tickets were opened, of those. Columns: BY_MONTH."""
    month = cast(func.date_trunc("month", tickets.c.opened_at), Date).label("month")
    statement = select(month, *_figures()).where(opened(filters, period)).group_by(month).order_by(month)
    return read(filters.scope, statement, BY_MONTH)


def by_priority(filters: Filters) -> pd.DataFrame:
    """One row per priority of tickets opened in the period, most first. Columns: BY_PRIORITY."""
    count, *others = _figures()
    named = priority().label("named")
    statement = select(named, count, *others).where(opened(filters)).group_by(named)
    return read(filters.scope, statement.order_by(count.desc(), named), BY_PRIORITY)


def open_at_end(filters: Filters) -> int:
    """Tickets opened before the end of the period and not resolved by then."""
    return int(read(filters.scope, _count().where(still_open(filters)), COUNT)["tickets"][0])


def still_open(filters: Filters) -> ColumnElement[bool]:
    end = _start(filters.period.end)
    return and_(
        _asked(filters),
        tickets.c.opened_at < end,
        tickets.c.resolved_at.is_(None) | (tickets.c.resolved_at >= end),
    )


def _count() -> Select[Any]:
    return select(func.count()).select_from(tickets)


def _figures() -> tuple[ColumnElement[Any], ...]:
    """Columns FIGURES: tickets, resolved ones, median hours to resolve and to answer first, mean answers."""
    middle = [
        func.percentile_cont(0.5).within_group(_hours(until))
        for until in (tickets.c.resolved_at, tickets.c.first_response_at)
    ]
    answers = func.avg(cast(tickets.c.responses, Numeric))
    return (func.count(), func.count(case((tickets.c.resolved_at.is_not(None), 1))), *middle, answers)


def _hours(until: ColumnElement[Any]) -> ColumnElement[Any]:
    return (func.date_part("epoch", until) - func.date_part("epoch", tickets.c.opened_at)) / 3600.0


def _at(column: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    return and_(column >= _start(period.start), column < _start(period.end))


def _start(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day)
