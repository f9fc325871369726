"""Between what should the use of each application lie, week by week? In every measure that the log tells."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from analytics.changes import weeks
from analytics.flag import WARM_UP
from ingestion.series import Series

NINETEEN_OF_TWENTY = 1.96  # standard deviations
# Hours are watched in minutes: as counts, an hour would be too coarse.
UNITS = {"logins": "sum(logins)", "hours": "sum(seconds) / 60", "clicks": "sum(clicks)", "records": "sum(records)"}
SCALES = {"hours": 60.0}


def add_expected(connection: duckdb.DuckDBPyConnection, series: Series, measures: Sequence[str]) -> None:
    """Fills expected_weekly."""
    for measure in measures if len(series.mondays) > WARM_UP else ():
        statement = USERS if measure == "users" else AMOUNTS.format(amount=UNITS[measure])
        used = connection.execute(statement, {"first": series.mondays[0], "weeks": len(series.mondays)}).df()
        rows = _band(used, series).assign(measure=measure)
        for column in ("expected", "low", "high"):
            rows[column] /= SCALES.get(measure, 1.0)
        connection.register("band", rows)
        connection.execute(
            "insert into expected_weekly select application_key, measure, week, expected, low, high from band"
        )


def _band(used: pd.DataFrame, series: Series) -> pd.DataFrame:
    """One row per application and week with an expectation. `used`: application_key, week (number), value."""
    keys = np.unique(series.pairs["application_key"])
    counts = used.pivot(index="application_key", columns="week", values="value").fillna(0.0)
    counts = counts.reindex(index=keys, columns=range(len(series.mondays)), fill_value=0.0)
    known = series.fed[keys].to_numpy().T & (counts.cumsum(axis=1) > 0).to_numpy()
    everyone = np.zeros(len(keys), dtype=np.int64)
    rows = []
    for monday, (_, week) in zip(series.mondays, weeks(np.where(known, counts, np.nan), everyone), strict=True):
        reach = NINETEEN_OF_TWENTY * np.sqrt(week.variance)
        low, high = np.maximum(week.expected - reach, 0), week.expected + reach
        rows.append(
            pd.DataFrame(
                {"application_key": keys, "week": monday, "expected": week.expected, "low": low, "high": high}
            )[week.is_judged]
        )
    return pd.concat(rows, ignore_index=True)


BAND = "insert into expected_weekly select application_key, measure, week, expected, low, high from band"

_WEEK = "(date_diff('day', $first::date, {}) // 7)::integer"

AMOUNTS = f"""
    select application_key, {_WEEK.format("week")} as week, {{amount}}::double as value
    from usage_weekly where week >= $first and {_WEEK.format("week")} < $weeks
    group by all
"""

# People are counted once in a week, whatever they are the users of.
USERS = f"""
    select application_key, {_WEEK.format("week")} as week, count(distinct user_key)::double as value
    from user_weeks where week >= $first and {_WEEK.format("week")} < $weeks
    group by all
"""
