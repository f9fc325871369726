"""What does a generation hold? The tables of data_access/schema.py, filled from roll-ups and master data."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from data_access import schema
from ingestion.active_people import add_active_people
from ingestion.expected import add_expected
from ingestion.flags import add_flags
from ingestion.health import add_health
from ingestion.history import add_history
from ingestion.mapping import Mapping
from ingestion.names import quoted
from ingestion.pairs import add_account_states, add_pairs
from ingestion.partition import Partition, Receipt
from ingestion.peaks import add_peaks
from ingestion.series import watched_of, weekly_series
from ingestion.sources import SourceError
from ingestion.tables import TableReport, read_tables

Connection = duckdb.DuckDBPyConnection
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def fill(
    connection: Connection, number: int, mapping: Mapping, partitions: Sequence[Partition], digest: str, folder: Path
) -> None:
    """Creates and fills every table; the result depends on the inputs alone. `folder` has what helps the next load."""
    # scikit-learn takes a second to import, which no other command, and no load of nothing new, should wait for.
    from ingestion.outlook import add_outlook

    for table in schema.metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
    _read_rollups(connection, partitions)
    reports = read_tables(connection, mapping)
    for statement in (*TABLES, KEYED):
        connection.execute(statement)
    # One application after another: sorting and counting them all at once would need memory for all.
    for (application,) in connection.execute("select application_key from applications order by 1").fetchall():
        connection.execute(f"set variable application = {application}")
        for statement in USAGE:
            connection.execute(statement)
    connection.execute("drop table keyed")
    as_of = _describe(connection, number, mapping, digest)
    is_weekly = mapping.usage.grain == "week"
    if not is_weekly:
        add_active_people(connection, as_of)
    if mapping.usage.has_sessions and "hours" in mapping.usage.measures:
        add_peaks(connection, as_of)
    add_pairs(connection, as_of, is_weekly)
    add_account_states(connection)
    add_history(connection, as_of, is_weekly)
    series = weekly_series(connection, as_of, watched_of(mapping.usage.measures))
    add_flags(connection, series, folder)
    add_expected(connection, series, mapping.usage.measures)
    add_outlook(connection, series)
    add_health(connection, series, watched_of(mapping.usage.measures))
    connection.execute(EXCEPTIONS)
    _add_tables_to_ledger(connection, reports)


def add_files(connection: Connection, receipts: Iterable[Receipt]) -> None:
    """The ledger: what was read from each file. Counts of duplicates and rejects are kept per partition."""
    rows = []
    for receipt in receipts:
        for place, file in enumerate(receipt.files):
            counts = (receipt.rows_duplicate, receipt.rows_rejected) if place == 0 else (0, 0)
            remarks = [problem for problem in receipt.problems if problem.startswith(f"{file['path']}: ")]
            remark = "; ".join(remarks) or None
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
        row = (
            report.path,
            report.dataset,
            report.size_bytes,
            report.rows_read,
            report.rows_duplicate,
            rejected,
            report.remark,
        )
        connection.execute("insert into files values (?, ?, ?, ?, ?, ?, ?)", row)


def _read_rollups(connection: Connection, partitions: Sequence[Partition]) -> None:
    """Views `rolled`, `rolled_sessions` and `rolled_features` of all partitions."""
    _view(connection, "rolled", [partition.days for partition in partitions], "")
    sessions = "account varchar, application varchar, person varchar, started timestamp, ended timestamp"
    _view(connection, "rolled_sessions", [partition.sessions for partition in partitions], sessions)
    features = "account varchar, application varchar, feature varchar, day date, events bigint"
    _view(connection, "rolled_features", [partition.features for partition in partitions], features)


def _view(connection: Connection, name: str, files: list[Path], columns: str) -> None:
    """All the files there are, or nothing with these columns."""
    listed = ", ".join(f"'{quoted(str(path))}'" for path in files if path.exists())
    if listed:
        statement = f"create temp view {name} as select * from read_parquet([{listed}], hive_partitioning=false)"
    else:
        statement = f"create temp table {name} ({columns})"
    connection.execute(statement)


def _describe(connection: Connection, number: int, mapping: Mapping, digest: str) -> date:
    # A clock that runs ahead somewhere must not move the whole dashboard into the future.
    today = datetime.now(mapping.source.zone).date()
    span = "select min(day), max(day) from usage_daily where day <= ?"
    first_day, as_of = connection.execute(span, [today]).fetchall()[0]
    if as_of is None:
        raise SourceError(f"{mapping.usage.uri}: no row of the log lies before tomorrow. Correct its times.")
    connection.execute(
        "insert into generation values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            number,
            mapping.source.name,
            mapping.source.reporting_timezone,
            datetime.now(UTC),
            first_day,
            as_of,
            ",".join(mapping.usage.measures),
            mapping.subscriptions is not None,
            watched_of(mapping.usage.measures),
            digest,
            schema.LAYOUT,
        ],
    )
    return date(as_of.year, as_of.month, as_of.day)


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
        union all
        select distinct application, null from given_features
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
        manager, lower(manager_email), seats, annual_value, listed.account is not null, 'not started'
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

# The rows of all roll-ups, in keys.
KEYED = """
    create temp table keyed as
    select application_key, accounts.account_key, user_key, day, hours, human_events, logins, clicks, records, seconds,
        automated_events
    from rolled
    join applications on application_id = application
    join accounts on account_id = account
    left join users on user_id = person
"""

# Those of one application by pair, person and day: a day may lie in two partitions. Time is
# kept in whole seconds from here on, so that every sum of it is exact.
ADDED = """
    create or replace temp table added as
    select application_key, account_key, user_key, day, bit_or(hours) as hours,
        sum(human_events)::bigint as human_events, sum(logins)::bigint as logins,
        sum(clicks)::bigint as clicks, sum(records)::bigint as records,
        round(sum(seconds::decimal(18, 3)))::bigint as seconds, sum(automated_events)::bigint as automated_events
    from keyed where application_key = getvariable('application') group by all
"""

USER_DAYS = """
    insert into user_days
    select application_key, account_key, user_key, day, logins, clicks, records, seconds, hours
    from added where user_key is not null and human_events > 0
    order by day, account_key, user_key
"""

USER_WEEKS, USER_MONTHS = (
    f"""
    insert into user_{unit}s
    select application_key, account_key, user_key, date_trunc('{unit}', day)::date as {unit}, sum(logins), sum(clicks),
        sum(records), sum(seconds)
    from user_days where application_key = getvariable('application') group by all
    order by {unit}, account_key, user_key
    """
    for unit in ("week", "month")
)

SESSIONS = """
    insert into sessions
    select application_key, accounts.account_key, user_key, date_trunc('second', started),
        date_diff('second', date_trunc('second', started), ended)
    from rolled_sessions
    join applications on application_id = application
    join accounts on account_id = account
    join users on user_id = person
    where application_key = getvariable('application')
    order by started, accounts.account_key, user_key
"""

FEATURE_DAYS = """
    insert into feature_days
    select application_key, account_key, feature, day, sum(events)
    from rolled_features
    join applications on application_id = application
    join accounts on account_id = account
    where application_key = getvariable('application')
    group by all
    order by day, account_key, feature
"""

FEATURES = """
    insert into features
    select application_key, feature
    from (select application, feature from given_features union select application, feature from rolled_features)
    join applications on application_id = application
    order by all
"""

_VOLUMES = """
    sum(human_events), sum(logins), sum(clicks), sum(records), sum(seconds), sum(automated_events)
"""

DAILY = f"""
    insert into usage_daily
    select application_key, account_key, day, {_VOLUMES}, count(user_key) filter (human_events > 0)
    from added group by all
    order by day, account_key
"""

WEEKLY = f"""
    insert into usage_weekly
    select * exclude (active_users), coalesce(active_users, 0)
    from (
        select application_key, account_key, date_trunc('week', day)::date as week, {_VOLUMES} from added group by all
    )
    left join (
        select account_key, week, count(*) as active_users
        from user_weeks where application_key = getvariable('application') group by all
    ) using (account_key, week)
    order by week, account_key
"""

TABLES = (APPLICATIONS, FEATURES, ACCOUNTS, USERS, CONTACTS, MESSAGES, TICKETS, TOUCHPOINTS, SERVICE)
USAGE = (ADDED, USER_DAYS, USER_WEEKS, USER_MONTHS, DAILY, WEEKLY, SESSIONS, FEATURE_DAYS)

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
