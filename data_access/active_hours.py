"""At which hours of which weekdays are people active?"""

import pandas as pd
from sqlalchemy import Integer, cast, func, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.messages import HOURS
from data_access.schema import user_days
from data_access.volume import covers

MASKS = {"weekday": "int64", "hours": "int64", "person_days": "int64"}


def active_by_hour(filters: Filters) -> pd.DataFrame:
    """One row per weekday (1: Monday) and hour with anybody active. Columns: HOURS; value: person-hours.

    A person counts once in each hour of a day, in however many applications; over the days of a weekday they add up.
    """
    days = (
        select(user_days.c.day, func.bit_or(user_days.c.hours).label("hours"))
        .where(covers(filters, user_days), user_days.c.hours.is_not(None))
        .group_by(user_days.c.day, user_days.c.user_key)
        .subquery("days")
    )
    weekday = cast(func.date_part("isodow", days.c.day), Integer).label("weekday")
    # Few of the possible sets of hours occur: taken apart after they are counted.
    statement = select(weekday, days.c.hours, func.count()).group_by(weekday, days.c.hours)
    return _apart(read(filters.scope, statement, MASKS))


def _apart(masks: pd.DataFrame) -> pd.DataFrame:
    """By hour instead of by set of hours: bit h of a set is the hour from h to h + 1 o'clock."""
    held = masks["hours"].to_numpy()
    parts = [masks.assign(hour=hour, value=masks["person_days"] * ((held >> hour) & 1)) for hour in range(24)]
    summed = pd.concat(parts).groupby(["weekday", "hour"], as_index=False)["value"].sum()
    return summed[summed["value"] > 0].reset_index(drop=True).astype(HOURS)
