"""What is the health of each account made from? Every four weeks, by what the log and the tables knew by then."""

from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd

from analytics.health import COMPONENTS, percentile
from ingestion.series import COUNTS, Series

STEP_WEEKS, MOST_STEPS = 4, 26
LEAST_WEEKS = 13  # of the log before a step
LEAST_NEWEST = 8  # the same before the newest one, so that a young log has a score too
QUIET_WEEKS = 8


def add_health(connection: duckdb.DuckDBPyConnection, series: Series, watched: str) -> None:
    """Fills health_inputs, a step at a time; needs pairs, use and the tables beside the log."""
    for monday in steps_of(series.mondays):
        _note_feeds(connection, series, monday)
        is_over = monday + timedelta(weeks=QUIET_WEEKS) <= series.mondays[-1] + timedelta(weeks=1)
        known = {"day": monday.date(), "first": series.mondays[0].date(), "is_over": is_over}
        found = connection.execute(INPUTS.format(count=COUNTS[watched]), known).df()
        for name in COMPONENTS:
            found[f"{name}_percentile"] = percentile(found[name], found["segment"])
        connection.register("found", found.drop(columns="segment"))
        connection.execute("insert into health_inputs by name select * from found")
        connection.unregister("found")


def steps_of(mondays: pd.DatetimeIndex) -> list[pd.Timestamp]:
    """The oldest first, counted back from the Monday after the last complete week. `mondays`: of the complete weeks."""
    weeks = len(mondays)
    if weeks < LEAST_NEWEST:
        return []
    newest = mondays[-1] + timedelta(weeks=1)
    earlier = range(STEP_WEEKS, min(weeks - LEAST_WEEKS + 1, STEP_WEEKS * MOST_STEPS), STEP_WEEKS)
    return [newest - timedelta(weeks=ago) for ago in (*reversed(earlier), 0)]


def _note_feeds(connection: duckdb.DuckDBPyConnection, series: Series, monday: pd.Timestamp) -> None:
    """`fed`: the applications whose log was complete up to the step, and 8 weeks later as far as that is known."""
    places = series.mondays.get_indexer([monday - timedelta(weeks=1), monday + timedelta(weeks=QUIET_WEEKS - 1)])
    is_fed = [series.fed.iloc[place].to_numpy(dtype=bool) if place >= 0 else None for place in places]
    nowhere = np.zeros(len(series.fed.columns), dtype=bool)
    fed = pd.DataFrame(
        {
            "application_key": series.fed.columns.astype("int64"),
            "is_fed": is_fed[0] if is_fed[0] is not None else nowhere,
            "is_fed_after": is_fed[1] if is_fed[1] is not None else nowhere,
        }
    )
    connection.register("fed", fed)


# Entitled on the day. Where no subscription tells, a pair is one for a year after its use.
_ENTITLED = """
    known as (
        select account_key, application_key, coalesce(started_on, first_use_on) as since, cancelled_on,
            started_on is not null as is_subscribed, coalesce(is_fed, false) as is_fed,
            coalesce(is_fed_after, false) as is_fed_after
        from pairs left join fed using (application_key)
        where coalesce(started_on, first_use_on) <= $day
    ),
    recent as (
        select distinct account_key, application_key from usage_weekly
        where human_events > 0 and week >= $day::date - 364 and week < $day
    ),
    entitled as (
        select known.* from known left join recent using (account_key, application_key)
        where coalesce(cancelled_on > $day, true) and (is_subscribed or recent.account_key is not null)
    ),
    customers as (
        select account_key, arrived_on, count(*) filter (is_fed) as fed_pairs,
            bool_or(is_fed_after and coalesce(cancelled_on >= $day::date + 56, true)) as is_there_after,
            bool_or(not is_fed_after) as is_dark_after
        from entitled join (select account_key, min(since) as arrived_on from known group by all) using (account_key)
        group by all
    )
"""

# What people did in the applications that the account is entitled to, and whose log is complete. Different days are
# counted as the bits of a number: a fifth of the time that a distinct count takes.
_USE = """
    used as (
        select account_key, bit_count(bit_or(1::hugeint << ($day::date - day - 1)))::integer as days,
            {count} filter (day >= $day::date - 30) as logins, max(day) >= $day::date - 56 as is_fresh
        from usage_daily join entitled using (account_key, application_key)
        where is_fed and human_events > 0 and day >= $day::date - 84 and day < $day and day >= since
        group by all
    ),
    offered as (
        select account_key, count(*) as features
        from entitled join features using (application_key)
        where is_fed and exists (select 1 from feature_days)
        group by all
    ),
    tried as (
        select account_key, count(*) as features
        from (
            select distinct account_key, application_key, feature
            from feature_days join entitled using (account_key, application_key)
            where is_fed and day >= $day::date - 84 and day < $day and day >= since
        )
        group by all
    )
"""

_CARE = """
    answered as (
        select account_key, avg(responses) as responses
        from tickets where opened_at >= $day::date - 90 and opened_at < $day group by all
    ),
    met as (
        select account_key, count(*) as touchpoints
        from touchpoints
        where occurred_at >= $day::date - 90 and occurred_at < $day and attended is distinct from false
        group by all
    )
"""

# Use after a cancellation is none of the customer's.
_AFTER = """
    used_after as (
        select distinct account_key from usage_daily join pairs using (account_key, application_key)
        where human_events > 0 and day >= $day and day < $day::date + 56 and coalesce(day < cancelled_on, true)
    )
"""

INPUTS = f"""
    with {_ENTITLED}, {_USE}, {_CARE}, {_AFTER},
    judged as (
        select *, fed_pairs > 0 and customers.arrived_on <= $day::date - 30 as is_judged,
            least($day::date - customers.arrived_on, $day::date - $first::date, 84) / 7.0 as weeks
        from customers
    )
    select judged.account_key, $day::date as day, plan as segment,
        (case when is_judged then coalesce(days, 0) / weeks end)::double as usage_frequency,
        (case when is_judged then coalesce(logins, 0) end)::double as logins,
        responses::double as ticket_responses,
        (case when is_judged then coalesce(tried.features, 0) / offered.features end)::double as feature_adoption,
        (case when (select min(occurred_at) < $day from touchpoints) then coalesce(touchpoints, 0) end)::double
            as csm_engagement,
        case
            when not $is_over or is_fresh is distinct from true then null
            when used_after.account_key is not null then false
            when is_there_after and not is_dark_after then true
        end as went_quiet
    from judged
    join accounts on accounts.account_key = judged.account_key
    left join used on used.account_key = judged.account_key
    left join offered on offered.account_key = judged.account_key
    left join tried on tried.account_key = judged.account_key
    left join answered on answered.account_key = judged.account_key
    left join met on met.account_key = judged.account_key
    left join used_after on used_after.account_key = judged.account_key
    order by judged.account_key
"""
