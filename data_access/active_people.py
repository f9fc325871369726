"""How many different people were active on each day, and in the days that end with it?

Counted by gaps: for how many people an active day is followed by another after how many days. Added up over days
(analytics/active_people.py) they give the people of every window exactly, without comparing days with days.
"""

from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Column, ColumnElement, Date, Integer, Select, cast, func, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import active_people, applications, user_days
from data_access.volume import concerns

# The longest window is shorter: whoever comes back later, or never, has left it.
LONGEST_GAP = 31

KEPT = {"day": "datetime64[s]", "daily": "float64", "weekly": "float64", "monthly": "float64", "monthly_30": "float64"}
GAPS = {"day": "datetime64[s]", "gap": "int64", "people": "int64"}


def gap_counts(*keys: Column[Any], where: ColumnElement[bool]) -> Select[Any]:
    """Columns: `keys`, day, gap, people. One row per active day and gap to the next active day of the same person.

    A person who is active in two applications on one day has a gap of none between them, which counts for nothing: so
    each is counted once, without looking for the different ones first.
    """
    following = func.lead(user_days.c.day).over(partition_by=(*keys, user_days.c.user_key), order_by=user_days.c.day)
    # Both stores leave out what is missing: there the last day of a person has the longest gap.
    gap = cast(func.least(following - user_days.c.day, LONGEST_GAP), Integer)
    gaps = select(*keys, user_days.c.day, gap.label("gap")).where(where).subquery("gaps")
    columns = [*(gaps.c[key.name] for key in keys), gaps.c.day, gaps.c.gap]
    return select(*columns, func.count().label("people")).where(gaps.c.gap > 0).group_by(*columns)


def is_kept(filters: Filters) -> bool:
    """Whether a load counted just this: everybody, in all applications or in one."""
    narrowed = (filters.segments, filters.states, filters.account, filters.accounts, filters.scope.portfolio)
    return not any(narrowed) and len(filters.applications) <= 1


def kept(filters: Filters, days_before: int = 0) -> pd.DataFrame:
    """One row per day of the period, and of so many before, that a load counted. Columns: KEPT."""
    columns = [cast(active_people.c.day, Date), *(active_people.c[name] for name in list(KEPT)[1:])]
    statement = select(*columns).where(
        active_people.c.day >= filters.period.start - timedelta(days=days_before),
        active_people.c.day < filters.period.end,
        _application(filters),
    )
    return read(filters.scope, statement.order_by(active_people.c.day), KEPT)


def _application(filters: Filters) -> ColumnElement[bool]:
    if not filters.applications:
        return active_people.c.application_key.is_(None)
    [chosen] = filters.applications
    key = select(applications.c.application_key).where(applications.c.application_id == chosen)
    return active_people.c.application_key == key.scalar_subquery()


def gaps(filters: Filters, days_before: int = 0) -> pd.DataFrame:
    """The gaps of everybody whom the filters ask for, as far back as the first day's window reaches. Columns: GAPS."""
    earliest = filters.period.start - timedelta(days=days_before + LONGEST_GAP)
    wanted = concerns(filters, user_days) & (user_days.c.day >= earliest) & (user_days.c.day < filters.period.end)
    return read(filters.scope, gap_counts(where=wanted), GAPS)
