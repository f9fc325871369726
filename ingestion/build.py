"""What does a generation hold? The tables of data_access/schema.py, filled from roll-ups and master data."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from analytics.states import account_states, pair_states
from data_access import schema
from ingestion.mapping import Mapping
from ingestion.rollup import Receipt
from ingestion.sources import SourceError
from ingestion.tables import TableReport, read_tables

Connection = duckdb.DuckDBPyConnection
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def fill(connection: Connection, number: int, mapping: Mapping, rollups: list[Path], digest: str) -> None:
    """Creates and fills every table; the result depends on the inputs alone."""
    for table in schema.metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
    _read_rollups(connection, rollups)
    reports = read_tables(connection, mapping)
    for statement in (*TABLES, *USAGE):
        connection.execute(statement)
    as_of = _describe(connection, number, mapping, digest)
    _add_pairs(connection, as_of)
    _add_account_states(connection)
    connection.execute(EXCEPTIONS)
    _add_tables_to_ledger(connection, reports)


def add_files(connection: Connection, receipts: Iterable[Receipt]) -> None:
    """The ledger: what was read from each file. Counts of duplicates and rejects are kept per partition."""
    rows = []
    for receipt in receipts:
        remark = "; ".join(receipt.problems) or None
        for place, file in enumerate(receipt.files):
            counts = (receipt.rows_duplicate, receipt.rows_rejected) if place == 0 else (0, 0)
            rows.append((file["path"], "usage", file["size_bytes"], file["rows"], *counts, remark))
    if rows:
        connection.executemany("insert into files values (?, ?, ?, ?, ?, ?, ?)", rows)


def add_rejected_usage(connection: Connection, paths: list[Path]) -> None:
    """The rows of the log that were left out, each with all that it held."""
    for path in paths:
        connection.execute(
            "insert into rejected_rows select 'usage', reason, rejected::varchar from read_parquet(?) as rejected",
            [str(path)],
        )


def _add_tables_to_ledger(connection: Connection, reports: list[TableReport]) -> None:
    connection.execute("insert into rejected_rows select * from set_aside")
    for report in reports:
        rejected = sum(report.rejected.values())
        remark = ", ".join(f"{count} with {reason}" for reason, count in report.rejected.items()) or None
        row = (
            report.path,
            report.dataset,
            report.size_bytes,
            report.rows_read,
            report.rows_duplicate,
            rejected,
            remark,
        )
        connection.execute("insert into files values (?, ?, ?, ?, ?, ?, ?)", row)


def _read_rollups(connection: Connection, rollups: list[Path]) -> None:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in rollups)
    connection.execute(f"create temp view rolled as select * from read_parquet([{listed}], hive_partitioning=false)")


def _describe(connection: Connection, number: int, mapping: Mapping, digest: str) -> date:
    # A clock that runs ahead somewhere must not move the whole dashboard into the future.
    today = datetime.now(mapping.source.zone).date()
    span = "select min(day), max(day) from usage_daily where day <= ?"
    first_day, as_of = connection.execute(span, [today]).fetchall()[0]
    if as_of is None:
        raise SourceError(f"{mapping.usage.uri}: no usable row in the log. See the reasons above.")
    connection.execute(
        "insert into generation values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            number,
            mapping.source.name,
            mapping.source.reporting_timezone,
            datetime.now(UTC),
            first_day,
            as_of,
            ",".join(mapping.usage.measures),
            mapping.subscriptions is not None,
            digest,
        ],
    )
    return date(as_of.year, as_of.month, as_of.day)


def _add_pairs(connection: Connection, as_of: date) -> None:
    pairs = connection.execute(PAIR_FEATURES, {"as_of": as_of}).df()
    pairs["state"] = pair_states(pairs, as_of)
    columns = ", ".join(column.name for column in schema.pairs.columns)
    connection.register("judged_pairs", pairs)
    connection.execute(f"insert into pairs select {columns} from judged_pairs order by application_key, account_key")


def _add_account_states(connection: Connection) -> None:
    pairs = connection.execute("select account_key, state from pairs").df()
    states = account_states(pairs).rename("state").reset_index()
    connection.register("judged_accounts", states)
    connection.execute(
        "update accounts set state = judged_accounts.state from judged_accounts "
        "where judged_accounts.account_key = accounts.account_key"
    )


APPLICATIONS = """
    insert into applications
    with known as (
        select application, max(name) as name from given_applications where application is not null group by all
        union all
        select distinct application, null from rolled
        union all
        select distinct application, null from given_subscriptions
        union all
        select distinct application, null from given_tickets where application is not null
    )
    select row_number() over (order by application), application, coalesce(max(name), application)
    from known group by application
"""

ACCOUNTS = """
    insert into accounts
    with listed as (
        select * from given_accounts where account is not null
        qualify row_number() over (partition by account order by name) = 1
    ),
    known as (
        select account from listed union select account from rolled union select account from given_subscriptions
        union select account from given_messages union select account from given_tickets
        union select account from given_touchpoints
    )
    select row_number() over (order by account), account, coalesce(name, account), industry, plan, region,
        manager, lower(manager_email), seats, annual_value, listed.name is not null, 'not started'
    from known left join listed using (account)
"""

USERS = """
    insert into users
    with seen as (
        select person from rolled where person is not null union select "user" from given_users
    )
    select row_number() over (order by person), person, account_key, listed.name, email, registered_on, invited_on,
        activated_on, transacted_on
    from seen
    left join given_users listed on listed."user" = person
    left join accounts on account_id = account
"""

CONTACTS = """
    insert into contacts
    select account_key, c.name, role, email, phone, coalesce(is_main, false)
    from given_contacts c join accounts on account_id = account
    where c.name is not null
    order by account_key, is_main desc, c.name
"""

MESSAGES = """
    insert into messages
    select account_key, "user", sent_at, channel, category, status, failure_reason, charge
    from given_messages join accounts on account_id = account
    order by sent_at, account_key, channel
"""

TICKETS = """
    insert into tickets
    select ticket, account_key, application_key, opened_at, first_response_at, resolved_at, responses, priority,
        satisfaction
    from given_tickets join accounts on account_id = account
    left join applications on application_id = application
    order by opened_at, ticket
"""

TOUCHPOINTS = """
    insert into touchpoints
    select account_key, occurred_at, kind, person, attended
    from given_touchpoints join accounts on account_id = account
    order by occurred_at, account_key
"""

SERVICE = """
    insert into service_days
    select application_key, day, requests, errors, uptime_minutes, load_ms
    from given_service join applications on application_id = application
    order by application_key, day
"""

# One row per pair, person and day, in keys. A day may come from two partitions: rows are added up.
KEYED = """
    create temp table keyed as
    select application_key, accounts.account_key, user_key, day,
        sum(human_events)::integer as human_events, sum(logins)::integer as logins,
        sum(clicks)::integer as clicks, sum(records)::integer as records, sum(seconds::decimal(18, 3)) as seconds,
        sum(automated_events)::integer as automated_events
    from rolled
    join applications on application_id = application
    join accounts on account_id = account
    left join users on user_id = person
    group by all
"""

USER_DAYS = """
    insert into user_days
    select application_key, account_key, user_key, day, logins
    from keyed where user_key is not null and human_events > 0
    order by application_key, day, account_key, user_key
"""

USER_WEEKS = """
    insert into user_weeks
    select application_key, account_key, user_key, date_trunc('week', day)::date as week, sum(logins)
    from user_days group by all
    order by application_key, week, account_key, user_key
"""

_VOLUMES = """
    sum(human_events), sum(logins), sum(clicks), sum(records), round(sum(seconds)), sum(automated_events),
    count(distinct user_key) filter (human_events > 0)
"""

DAILY = f"""
    insert into usage_daily
    select application_key, account_key, day, {_VOLUMES}
    from keyed group by all
    order by application_key, day, account_key
"""

WEEKLY = f"""
    insert into usage_weekly
    select application_key, account_key, date_trunc('week', day)::date as week, {_VOLUMES}
    from keyed group by all
    order by application_key, week, account_key
"""

TABLES = (APPLICATIONS, ACCOUNTS, USERS, CONTACTS, MESSAGES, TICKETS, TOUCHPOINTS, SERVICE)
USAGE = (KEYED, USER_DAYS, USER_WEEKS, DAILY, WEEKLY)

# Human use outside of what was subscribed. Where no subscriptions are known, nothing is an exception.
EXCEPTIONS = """
    insert into exceptions
    with judged as (
        select account_key, application_key, day, human_events, started_on, cancelled_on,
            case
                when started_on is null and cancelled_on is null then 'no subscription'
                when day >= cancelled_on then 'after cancellation'
                when day < started_on then 'before start'
            end as kind
        from usage_daily join pairs using (account_key, application_key)
        where human_events > 0 and exists (select 1 from given_subscriptions)
    )
    select account_key, application_key, kind,
        case kind when 'after cancellation' then cancelled_on when 'before start' then started_on end,
        min(day), max(day), sum(human_events)
    from judged where kind is not null
    group by all order by account_key, application_key, kind
"""

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
        from usage_daily group by all
    ),
    people as (
        select account_key, application_key, count(distinct user_key) as active_users
        from user_days where day > $as_of::date - 28 group by all
    ),
    days_with_events as (
        select application_key, day, day - lag(day) over (partition by application_key order by day) as gap
        from (select distinct application_key, day from usage_daily)
    ),
    feeds as (
        select application_key, max(day) as last_day, coalesce(max(gap), 0) as longest_gap
        from days_with_events group by all
    )
    select account_key, application_key, started_on, cancelled_on, cancel_reason, renews_on,
        s.seats as seats, s.annual_value as annual_value, first_use_on, last_use_on,
        case when $as_of::date - last_day > greatest(longest_gap, 7) then last_day else $as_of::date end as fed_until,
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
