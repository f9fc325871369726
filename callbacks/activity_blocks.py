"""Activity: all that is told of one measure, month by month: for its chart, its table and its file."""

from collections.abc import Mapping

import pandas as pd
from flask import g

from callbacks.activity_calendar import MONTH, YEAR, Calendar, named
from callbacks.activity_series import HOURS, LOGINS, PEOPLE, Compared, Months, told
from data_access.activity_peaks import knows_peaks, peak_users
from data_access.filters import Filters
from layouts.activity_tables import Column

PEAKS = "peaks"


def columns() -> Mapping[str, Column]:
    """What each block counts, of those that the log tells."""
    has_logins = LOGINS in told()
    every = {
        LOGINS: Column("Logins", "logins", "use"),
        # No kind of rows lists just those who logged in.
        PEOPLE: Column("Unique logins") if has_logins else Column("Active users", "users", "users"),
        HOURS: Column("Hours", "hours", "use"),
        PEAKS: Column("People at once"),
    }
    return {name: every[name] for name in (*told(), *([PEAKS] if knows_peaks(g.scope) else []))}


def block(found: Months, measure: str) -> pd.DataFrame:
    """One row per month of the two years, named by its first day.

    Columns: first, last (days), value, is_complete, note, reached_at (of a peak); and of what it is compared with, on
    the month and on the year before: now_month, before_month, without_month, now_year, before_year, without_year.
    """
    return _block(found.calendar, found.values[measure], found.on_month, found.on_year)


def peak_block(filters: Filters, drawn: Calendar) -> pd.DataFrame:
    """The same of most people at once; it is compared only where no data are missing."""
    rows = peak_users(filters).set_index("month").reindex(drawn.starts)
    users = drawn.known(rows[["users"]].fillna(0).astype(float))
    against = (_even(users, drawn, back) for back in (MONTH, YEAR))
    return _block(drawn, users["users"], *against).assign(reached_at=rows["reached_at"])


def _even(values: pd.DataFrame, drawn: Calendar, back: int) -> Compared:
    is_even = drawn.is_compared(back) & pd.Series([not gone for gone in drawn.without(back)], index=values.index)
    return Compared(values.where(is_even, axis=0), values.shift(back).where(is_even, axis=0), [()] * len(values))


def _block(drawn: Calendar, values: pd.Series, on_month: Compared, on_year: Compared) -> pd.DataFrame:
    days = [drawn.span.so_far(month) for month in drawn.span.months]
    table = pd.DataFrame(
        {
            "first": [one.start for one in days],
            "last": [one.last_day for one in days],
            "value": values,
            "is_complete": drawn.is_complete,
            "note": drawn.notes.where(values.notna(), ""),
            "reached_at": pd.NaT,
        },
        index=drawn.starts,
    )
    for unit, against in (("month", on_month), ("year", on_year)):
        table[f"now_{unit}"] = against.now[values.name]
        table[f"before_{unit}"] = against.before[values.name]
        table[f"without_{unit}"] = [named(gone) for gone in against.without]
    return table.iloc[1:]
