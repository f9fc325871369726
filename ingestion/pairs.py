"""Which account is entitled to which application, and in which state is that today?"""

from datetime import date

import duckdb

from analytics.states import account_states, pair_states
from data_access import schema


def add_pairs(connection: duckdb.DuckDBPyConnection, as_of: date, is_weekly: bool) -> None:
    pairs = connection.execute(PAIR_FEATURES, {"as_of": as_of}).df()
    pairs["state"] = pair_states(pairs, as_of, is_weekly)
    columns = ", ".join(column.name for column in schema.pairs.columns)
    connection.register("judged_pairs", pairs)
    connection.execute(f"insert into pairs select {columns} from judged_pairs order by application_key, account_key")


def add_account_states(connection: duckdb.DuckDBPyConnection) -> None:
    pairs = connection.execute("select account_key, state from pairs").df()
    states = account_states(pairs).rename("state").reset_index()
    connection.register("judged_accounts", states)
    connection.execute(
        "update accounts set state = judged_accounts.state from judged_accounts "
        "where judged_accounts.account_key = accounts.account_key"
    )


# What decides the state of a pair. Several subscriptions of one pair: the one that started last
# counts. A feed is late where an application is silent for longer than it ever was.
PAIR_FEATURES = """
    with subscribed as (
        select account_key, application_key, started_on, cancelled_on, cancel_reason, renews_on,
            s.seats, s.annual_value
        from given_subscriptions s
        join accounts on account_id = account
        join applications on application_id = application
        qualify row_number() over (
            partition by account_key, application_key order by started_on desc nulls last, cancelled_on desc nulls first
        ) = 1
    ),
    used as (
        select account_key, application_key,
            min(day) filter (human_events > 0) as first_use_on,
            max(day) filter (human_events > 0) as last_use_on,
            coalesce(sum(human_events) filter (day > $as_of::date - 28), 0) as volume,
            sum(human_events) filter (day <= $as_of::date - 28 and day > $as_of::date - 210) / 6.5 as usual_volume,
            min(day) as first_day
        from usage_daily where day <= $as_of group by all
    ),
    people as (
        select account_key, application_key, count(distinct user_key) as active_users
        from user_days where day > $as_of::date - 28 and day <= $as_of group by all
    ),
    days_with_events as (
        select application_key, day, day - lag(day) over (partition by application_key order by day) as gap
        from (select distinct application_key, day from usage_daily where day <= $as_of)
    ),
    feeds as (
        select application_key, max(day) as last_day, coalesce(max(gap), 0) as longest_gap
        from days_with_events group by all
    )
    select account_key, application_key, started_on, cancelled_on, cancel_reason, renews_on,
        s.seats as seats, s.annual_value as annual_value, first_use_on, last_use_on,
        case when $as_of::date - last_day <= greatest(longest_gap, 7) then $as_of::date else last_day end as fed_until,
        coalesce(volume, 0) as volume,
        case when first_day <= $as_of::date - 210 then usual_volume end as usual_volume,
        coalesce(s.seats, active_users, 1) as heads,
        case when coalesce(accounts.seats, 0) = 0 then 0 else floor(log2(accounts.seats) / 2) end as size_band
    from subscribed s
    full join used using (account_key, application_key)
    left join people using (account_key, application_key)
    left join feeds using (application_key)
    join accounts using (account_key)
"""
