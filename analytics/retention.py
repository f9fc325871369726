"""Of those who came in one month, what share is active so many months later?"""

from datetime import date

import pandas as pd


def triangle(active: pd.DataFrame, first: date, end: date) -> pd.DataFrame:
    """One row per month from `first` up to, and without, `end`; one column per month later: how many are active.

    `active`: cohort, month, active; nobody where a row lacks. Column 0 is the size of the cohort: whoever left stays in
    it. Months that are not over by `end`, and whole cohorts without members, are missing.
    """
    months = pd.date_range(first, end, freq="MS", inclusive="left")
    if months.empty:
        return pd.DataFrame()
    later = _number(active["month"]) - _number(active["cohort"])
    wide = active.assign(later=later).pivot_table(index="cohort", columns="later", values="active", aggfunc="sum")
    wide = wide.reindex(index=months, columns=range(len(months))).astype("float64")
    is_over = [[place + later < len(months) for later in wide.columns] for place in range(len(months))]
    return wide.fillna(0).where(is_over).where(wide[0].notna(), axis=0)


def _number(months: "pd.Series[pd.Timestamp]") -> "pd.Series[int]":
    return months.dt.year * 12 + months.dt.month
