"""How long do sessions last?"""

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, case, func, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import applications, sessions
from data_access.volume import concerns

# Upper bounds of the bins, in seconds; what is longer is in one of its own. Single events have none.
BOUNDS = (60, 300, 900, 1800, 3600, 7200, 14_400)

BINS = {"bin": "int64", "sessions": "int64"}
SUMMARY = {"sessions": "int64", "single": "int64", "median": "float64", "long": "float64"}
BY_APPLICATION = {"application_id": "str", "application": "str", **SUMMARY}


def begun(filters: Filters) -> ColumnElement[bool]:
    """Sessions that began in the period."""
    period = filters.period
    first, end = (datetime(day.year, day.month, day.day) for day in (period.start, period.end))
    return and_(sessions.c.started_at >= first, sessions.c.started_at < end, concerns(filters, sessions))


def lengths(filters: Filters) -> pd.DataFrame:
    """One row per bin with sessions: 0 … len(BOUNDS), by length in ascending order. Columns: BINS."""
    seconds = sessions.c.seconds
    number = case(*((seconds < bound, place) for place, bound in enumerate(BOUNDS)), else_=len(BOUNDS)).label("bin")
    statement = select(number, func.count()).where(begun(filters), seconds > 0).group_by(number).order_by(number)
    return read(filters.scope, statement, BINS)


def summary(filters: Filters) -> pd.DataFrame:
    """One row: sessions and, apart, single events; median and 90th percentile of the former in seconds."""
    return read(filters.scope, select(*_figures()).where(begun(filters)), SUMMARY)


def by_application(filters: Filters) -> pd.DataFrame:
    """One row per application with sessions in the period, most first. Columns: BY_APPLICATION."""
    count, *others = _figures()
    statement = (
        select(applications.c.application_id, applications.c.name, count, *others)
        .join(applications, applications.c.application_key == sessions.c.application_key)
        .where(begun(filters))
        .group_by(applications.c.application_id, applications.c.name)
        .order_by(count.desc(), applications.c.name)
    )
    return read(filters.scope, statement, BY_APPLICATION)


def _figures() -> tuple[ColumnElement[Any], ...]:
    is_long = sessions.c.seconds > 0
    # Of nothing but missing values both stores answer with a missing one.
    length = case((is_long, sessions.c.seconds))
    shares = (func.percentile_cont(share).within_group(length) for share in (0.5, 0.9))
    return (func.count(case((is_long, 1))), func.count(case((~is_long, 1))), *shares)
