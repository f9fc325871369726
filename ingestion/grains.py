"""What is kept of events, and at which grain? SQL over the tables `events` and `people`.

Days: one row per account, application, person and day. Sessions: one row per
stretch of use without a gap of more than half an hour. Features: one row per
account, application, feature and day. Ids: one row per event, as a hash.
"""

from collections.abc import Iterator

from ingestion.times import DAY
from ingestion.usage_mapping import ACTIONS, Usage

SESSION_GAP_MINUTES = 30
_GAP = SESSION_GAP_MINUTES * 60 * 1_000_000
_HOUR = DAY // 24
# Whole days since 1970, rounded down also before it.
_DAY = f"((us + 719163 * {DAY}) // {DAY} - 719163)"

PREPARED = """
    create temp table ranked as
    select *, row_number() over (order by application, account, person)::integer as place
    from (
        select pair_and_person, any_value(application) as application, any_value(account) as account,
            any_value(person) as person
        from people group by pair_and_person
    )
"""

# A session begins where nothing came shortly before, and ends where nothing comes shortly after.
SESSIONS = f"""
    create temp table sessions as
    with timed as (
        select pair_and_person, us,
            coalesce(us - lag(us) over sequence > {_GAP}, true) as begins,
            coalesce(lead(us) over sequence - us > {_GAP}, true) as ends
        from events where reason is null and not is_automated and is_known
        window sequence as (partition by pair_and_person order by us)
    )
    select pair_and_person, us as started,
        case when ends then us else lead(us) over (partition by pair_and_person order by us, ends) end as ended
    from timed where begins or ends
    qualify begins
"""

SESSION_ROWS = """
    select application, account, person, make_timestamp(started) as started, make_timestamp(ended) as ended
    from sessions join ranked using (pair_and_person)
    order by place, started
"""

IDS = "select id_hash from events where reason is null and id_hash is not null order by id_hash"

# Time in the platform: each second of a session counts on its own day.
_SECONDS = f"""
    select pair_and_person, day, sum(least(ended, (day + 1) * {DAY}) - greatest(started, day * {DAY})) / 1e6 as seconds
    from (
        select *, unnest(range({_DAY.replace("us", "started")}, {_DAY.replace("us", "ended")} + 1)) as day from sessions
    )
    group by all
"""


def day_rows(usage: Usage) -> str:
    """In order of application, account, person and day."""
    seconds, sessions = "days.seconds", ""
    if usage.has_sessions:
        seconds, sessions = "coalesce(spent.seconds, 0)", f"left join ({_SECONDS}) spent using (pair_and_person, day)"
    return f"""
        with days as (
            select pair_and_person, {_DAY} as day, {", ".join(_volumes(usage))}
            from events where reason is null group by all
        )
        select application, account, person, date '1970-01-01' + day::integer as day, hours,
            human_events, logins, clicks, records, {seconds}::double as seconds, automated_events
        from days join ranked using (pair_and_person) {sessions}
        order by place, day
    """


def feature_rows(usage: Usage) -> str:
    """In order of application, account, feature and day."""
    amount = "round(sum(events))::bigint" if usage.amounts.given else "count(*)"
    return f"""
        select application, account, feature, date '1970-01-01' + {_DAY}::integer as day, {amount} as events
        from events join ranked using (pair_and_person)
        where reason is null and not is_automated and feature is not null
        group by all having events > 0 order by all
    """


def _volumes(usage: Usage) -> Iterator[str]:
    """What people did, by kind; and apart from it what machines did."""
    yield f"{_hours(usage)} as hours"
    if usage.amounts.given:
        summed = {"human_events": "events", "logins": "logins", "clicks": "clicks", "records": "records"}
        for column, amount in summed.items():
            yield f"coalesce(round(sum({amount}) filter (not is_automated)), 0)::bigint as {column}"
        yield "coalesce(sum(seconds) filter (not is_automated), 0) as seconds"
        yield "coalesce(round(sum(events) filter (is_automated)), 0)::bigint as automated_events"
        return
    yield "count(*) filter (not is_automated) as human_events"
    for column, action in (("logins", "login"), ("clicks", "click"), ("records", "record")):
        yield f"count(*) filter (not is_automated and action = {ACTIONS.index(action)}) as {column}"
    yield "0 as seconds"
    yield "count(*) filter (is_automated) as automated_events"


def _hours(usage: Usage) -> str:
    """Bit h is set where people did something between h and h + 1 o'clock; nothing where rows are sums."""
    if usage.grain != "event":
        return "null::integer"
    hour = f"((us - {_DAY} * {DAY}) // {_HOUR})::integer"
    return f"bit_or(1 << {hour}) filter (not is_automated)"
