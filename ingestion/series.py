"""What did each pair do week by week, as far as it can be judged?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from analytics.changes import Values
from analytics.history import feeds
from ingestion.history import EVENT_DAYS, mondays_of


@dataclass(frozen=True)
class Series:
    """The pairs ever used by people, in the order of their ids, and the complete weeks.

    `pairs`: account_key, application_key, account_id, application_id, and from_week and until_week, the numbers of the
    weeks between which it is judged. `use`: pair (row of `pairs`), week (number), count, volume, days, users; by week.
    `fed`: whether the log was complete, weeks × application keys.
    """

    pairs: pd.DataFrame
    use: pd.DataFrame
    fed: pd.DataFrame
    mondays: pd.DatetimeIndex

    def counts(self) -> Iterator[Values]:
        """For each week in turn: one count per pair, missing where it was not there, or its log was not."""
        bounds = np.searchsorted(self.use["week"], np.arange(len(self.mondays) + 1))
        first, until = self.pairs["from_week"].to_numpy(), self.pairs["until_week"].to_numpy()
        for week, fed in enumerate(self.fed[self.pairs["application_key"]].to_numpy()):
            rows = self.use.iloc[bounds[week] : bounds[week + 1]]
            counts = np.zeros(len(self.pairs))
            counts[rows["pair"]] = rows["count"]
            yield np.where(fed & (first <= week) & (week < until), counts, np.nan)


def watched_of(measures: Sequence[str]) -> str:
    """What is counted: the least that says how much a pair is used, as far as the log tells it."""
    return "logins" if "logins" in measures else "days of use" if "users" in measures else "events"


def weekly_series(connection: duckdb.DuckDBPyConnection, as_of: date, watched: str) -> Series:
    """Of the draft of a generation, once its pairs and use are there; `watched` counted."""
    mondays = mondays_of(connection, as_of)
    mondays = mondays[mondays + timedelta(days=6) <= pd.Timestamp(as_of)]
    known = {"first": mondays[0] if len(mondays) else pd.Timestamp(as_of), "weeks": len(mondays)}
    connection.execute(COUNTED_PAIRS)
    pairs = connection.execute(PAIRS, known).df()
    use = connection.execute(USE.format(count=COUNTS[watched]), known).df()
    return Series(pairs, use, _fed(connection, mondays, as_of), mondays)


def _fed(connection: duckdb.DuckDBPyConnection, mondays: pd.DatetimeIndex, as_of: date) -> pd.DataFrame:
    sundays = mondays + timedelta(days=6)
    event_days = connection.execute(EVENT_DAYS, {"end": as_of + timedelta(days=1)}).df()
    fed_until = feeds(event_days, sundays)
    return fed_until.ge(pd.Series(sundays, sundays), axis=0)


COUNTED_PAIRS = """
    create or replace temp table counted_pairs as
    select row_number() over (order by account_id, application_id) - 1 as pair, account_key, application_key,
        account_id, application_id, started_on, cancelled_on, first_use_on
    from pairs join accounts using (account_key) join applications using (application_key)
    where first_use_on is not null
"""

# Only whole weeks are judged: the first begins with the start or later, the last ends before the cancellation.
PAIRS = """
    select account_key, application_key, account_id, application_id,
        greatest(
            ceil(date_diff('day', $first::date, coalesce(started_on, first_use_on)) / 7),
            floor(date_diff('day', $first::date, first_use_on) / 7),
            0
        )::integer as from_week,
        least(floor(date_diff('day', $first::date, cancelled_on) / 7), $weeks)::integer as until_week
    from counted_pairs order by pair
"""

# A day of use is one person's day in one application.
COUNTS = {"logins": "sum(logins)", "days of use": "sum(active_users)", "events": "sum(human_events)"}

USE = """
    with daily as (
        select pair, date_diff('day', $first::date, date_trunc('week', day)::date) // 7 as week,
            {count} as counted, sum(human_events) as volume, count(*) as days
        from usage_daily join counted_pairs using (account_key, application_key)
        where human_events > 0 and day >= $first group by all
    ),
    weekly as (
        select pair, date_diff('day', $first::date, week) // 7 as week, active_users as users
        from usage_weekly join counted_pairs using (account_key, application_key)
    )
    select pair::integer as pair, week::integer as week,
        counted::double as count, volume::double as volume, days::integer as days, users
    from daily join weekly using (pair, week)
    where week < $weeks
    order by week, pair
"""
