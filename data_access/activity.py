"""Activity: how often did people log in, how long did they stay, and since when are they customers?"""

from datetime import date
from typing import NamedTuple

import pandas as pd
from sqlalchemy import case, func, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import applications, usage_daily
from data_access.standing import pairs_in_scope
from data_access.volume import covers

DAYS = {"application_id": "str", "day": "datetime64[s]", "logins": "int64", "seconds": "int64"}
ENTITLED = {
    "pairs": "int64", "since": "datetime64[s]", "until": "datetime64[s]", "first_use_on": "datetime64[s]",
    "last_use_on": "datetime64[s]",
}  # fmt: skip


class Entitled(NamedTuple):
    """From the first start of a pair up to, and without, the day on which the last one was cancelled; and its use.

    None where not known: nothing began, something goes on, nothing was used.
    """

    pairs: int
    since: date | None
    until: date | None
    first_use_on: date | None
    last_use_on: date | None


def daily_sums(filters: Filters) -> pd.DataFrame:
    """One row per application and day of the period with any event: logins, seconds in the platform. Columns: DAYS."""
    keys = (usage_daily.c.application_key, usage_daily.c.day)
    sums = (
        select(*keys, func.sum(usage_daily.c.logins).label("logins"), func.sum(usage_daily.c.seconds).label("seconds"))
        .where(covers(filters, usage_daily))
        .group_by(*keys)
        .subquery("sums")
    )
    statement = select(applications.c.application_id, sums.c.day, sums.c.logins, sums.c.seconds).join(
        applications, applications.c.application_key == sums.c.application_key
    )
    return read(filters.scope, statement, DAYS)


def entitled(filters: Filters) -> Entitled:
    """Of the pairs asked for, at any time. What was never subscribed began with its first use, and goes on."""
    own = pairs_in_scope(filters).subquery("own").c
    is_over = func.count(own.account_key) == func.count(own.cancelled_on)
    statement = select(
        func.count(own.account_key),
        func.min(func.coalesce(own.started_on, own.first_use_on)),
        case((is_over, func.max(own.cancelled_on))),
        func.min(own.first_use_on),
        func.max(own.last_use_on),
    )
    [(pairs, *days)] = read(filters.scope, statement, ENTITLED).itertuples(index=False)
    return Entitled(int(pairs), *map(_day, days))


def _day(value: pd.Timestamp) -> date | None:
    return None if pd.isna(value) else value.date()
