"""Who will go quiet? Asked of every pair and account at each load, with how often the answer was right before."""

from collections.abc import Iterator
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from analytics.outlook import Outlook, outlook
from analytics.outlook_backtest import BackTest, backtest
from analytics.outlook_features import LEAST_ACTIVE, History
from analytics.watch import ACCOUNT, PAIR
from ingestion.series import Series

HORIZONS = (8, 4)  # weeks


def add_outlook(connection: duckdb.DuckDBPyConnection, series: Series) -> None:
    """Fills outlook and the tables that say how good it is."""
    if len(series.mondays) < LEAST_ACTIVE:  # nobody can be asked about
        return
    for level, keys, history in histories(connection, series):
        for horizon in HORIZONS:
            judged = backtest(history, horizon)
            found = outlook(history, horizon, judged.is_better)
            monday = history.first_monday + timedelta(weeks=history.weeks)
            about = {"level": level, "weeks": horizon}
            _insert(connection, "outlook", _said(found, keys).assign(weeks=horizon))
            _insert(connection, "outlook_methods", _method(found, monday).assign(**about))
            _insert(connection, "outlook_figures", judged.figures.assign(**about))
            _insert(connection, "outlook_reliability", judged.reliability.assign(**about))
            _insert(connection, "outlook_track", _track(judged, history).assign(**about))


def histories(connection: duckdb.DuckDBPyConnection, series: Series) -> Iterator[tuple[str, pd.DataFrame, History]]:
    """Each level with the keys of its series, by row: account_key, application_key (missing for accounts)."""
    if series.mondays.empty:
        return
    first_monday, weeks = series.mondays[0].date(), len(series.mondays)
    pairs = series.pairs.assign(end_week=_end_weeks(series), first_week=series.pairs["from_week"])
    names = dict(connection.execute("select application_key, name from applications").fetchall())
    of_pairs = pairs[["first_week", "end_week"]].assign(group=pairs["application_key"].map(names))
    use = series.use.rename(columns={"pair": "series"})
    yield PAIR, pairs[["account_key", "application_key"]], History(use, of_pairs, weeks, first_monday)
    accounts = pairs.groupby("account_key", as_index=False).agg(
        first_week=("first_week", "min"), end_week=("end_week", lambda ends: ends.max(skipna=False))
    )
    places = dict(zip(accounts["account_key"], accounts.index, strict=True))
    together = connection.execute(OF_ACCOUNTS, {"first": series.mondays[0], "weeks": weeks}).df()
    together["series"] = together.pop("account_key").map(places)
    of_accounts = accounts[["first_week", "end_week"]].assign(group=pd.Series(index=accounts.index, dtype="object"))
    yield ACCOUNT, accounts[["account_key"]], History(together, of_accounts, weeks, first_monday)


def _end_weeks(series: Series) -> pd.Series:
    """Up to which week a pair is asked about: that of its cancellation, or that from which on its feed is late."""
    weeks = len(series.mondays)
    until = series.pairs["until_week"].astype("float64").where(series.pairs["until_week"] < weeks)
    late = series.fed.iloc[::-1].reset_index(drop=True).ne(True).cumprod().sum()
    fed_until = (weeks - late).astype("float64").where(late > 0)
    return np.fmin(until, series.pairs["application_key"].map(fed_until))


def _said(found: Outlook, keys: pd.DataFrame) -> pd.DataFrame:
    return keys.loc[found.series.index].join(found.series)


def _method(found: Outlook, monday: object) -> pd.DataFrame:
    because = found.stands_in_because and str(found.stands_in_because)
    return pd.DataFrame(
        {
            "method": [str(found.method)], "stands_in_because": [because], "base_rate": [found.base_rate],
            "asked_on": [monday], "asked": [len(found.series)],
        }
    )  # fmt: skip


def _track(judged: BackTest, history: History) -> pd.DataFrame:
    asked_on = [history.first_monday + timedelta(weeks=int(origin)) for origin in judged.track_record["origin"]]
    return judged.track_record.assign(asked_on=pd.to_datetime(asked_on))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame) -> None:
    if rows.empty:
        return
    known = [name for name in rows if name in _columns(connection, table)]
    connection.register("rows", rows[known])
    connection.execute(f"insert into {table} ({', '.join(known)}) select * from rows")
    connection.unregister("rows")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {column[0] for column in connection.execute(f"describe {table}").fetchall()}


# Days, people and applications of an account count once. Use after a cancellation is none of its customer's.
OF_ACCOUNTS = """
    with used as (
        select account_key, application_key, day, human_events,
            date_diff('day', $first::date, date_trunc('week', day)::date) // 7 as week
        from usage_daily join counted_pairs using (account_key, application_key)
        where human_events > 0 and day >= $first and (cancelled_on is null or day < cancelled_on)
    ),
    people as (
        select account_key, date_diff('day', $first::date, week) // 7 as week, count(distinct user_key) as users
        from user_weeks where week >= $first group by all
    )
    select account_key, used.week::integer as week, sum(human_events)::double as volume,
        count(distinct day)::integer as days, coalesce(any_value(users), 0)::integer as users,
        count(distinct application_key)::integer as applications
    from used left join people using (account_key, week)
    where used.week < $weeks
    group by all order by week, account_key
"""
