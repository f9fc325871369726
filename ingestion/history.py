"""How did the states of pairs and accounts come about? Week by week, from the use in the draft of a generation."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from analytics.history import account_places, places_of, spans, weekly_places

LONGEST_WEEKS = 520  # One event with a clock at its beginning must not make a history of centuries.


def add_history(connection: duckdb.DuckDBPyConnection, as_of: date, is_weekly: bool) -> None:
    """Fills state_spans and account_spans, of the tables of use and `judged_pairs`: the pairs with today's state."""
    mondays = mondays_of(connection, as_of)
    # The running week is seen on the day itself: its state is today's.
    known = {"first": mondays[0].date(), "end": mondays[-1].date()}
    connection.execute(NUMBERED_PAIRS)
    pairs = connection.execute("select * from numbered_pairs order by pair").df()
    use, people = connection.execute(USE, known).df(), connection.execute(PEOPLE, known).df()
    event_days = connection.execute(EVENT_DAYS, {"end": known["end"]}).df()
    past = weekly_places(pairs, use, people, event_days, mondays[:-1], is_weekly)
    places = np.column_stack([past, places_of(pairs["state"])])
    accounts = pairs[["account_key"]].drop_duplicates(ignore_index=True)
    _insert(connection, "state_spans", pairs[["account_key", "application_key"]], spans(places, mondays))
    _insert(connection, "account_spans", accounts, spans(account_places(places, pairs["account_key"]), mondays))


def mondays_of(connection: duckdb.DuckDBPyConnection, as_of: date) -> pd.DatetimeIndex:
    """Of every week from that of the first day up to the one that holds `as_of`."""
    [(first_day,)] = connection.execute("select first_day from generation").fetchall()
    this_monday = as_of - timedelta(days=as_of.weekday())
    first = max(first_day - timedelta(days=first_day.weekday()), this_monday - timedelta(weeks=LONGEST_WEEKS))
    return pd.date_range(first, this_monday, freq="7D")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, keys: pd.DataFrame, found: pd.DataFrame) -> None:
    connection.register("found", keys.iloc[found["row"]].reset_index(drop=True).join(found))
    names = ", ".join(keys.columns)
    connection.execute(f"insert into {table} select {names}, state, since, until from found")
    connection.unregister("found")


NUMBERED_PAIRS = """
    create or replace temp table numbered_pairs as
    select row_number() over (order by account_key, application_key) - 1 as pair, account_key, application_key,
        started_on, cancelled_on, first_day, seats, size_band, state
    from judged_pairs
    left join (select account_key, application_key, min(day) as first_day from usage_daily group by all)
        using (account_key, application_key)
"""

_WEEK = "(date_diff('day', $first::date, {}) // 7)::integer"

USE = f"""
    select pair, {_WEEK.format("date_trunc('week', day)::date")} as week,
        sum(human_events)::double as volume, max(day) as last_use_on
    from usage_daily join numbered_pairs using (account_key, application_key)
    where human_events > 0 and day < $end
    group by all order by week
"""

# Who used a pair in one week is active in it and in the three that follow. Of interest where seats are unknown.
PEOPLE = f"""
    with active as (
        select pair, week, lead(week) over (partition by pair, user_key order by week) as next_week
        from (
            select pair, user_key, {_WEEK.format("week")} as week
            from user_weeks join numbered_pairs using (account_key, application_key)
            where seats is null and week < $end
        )
    )
    select pair, week, sum(change)::integer as change
    from (
        select pair, week, 1 as change from active
        union all
        select pair, least(week + 4, next_week), -1 from active
    )
    group by all order by week
"""

EVENT_DAYS = "select distinct application_key, day from usage_daily where day < $end"
