"""What does a generation hold? The tables of data_access/schema.py, filled from roll-ups and master data."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from analytics.states import account_states, pair_states
from data_access import schema
from ingestion.mapping import Mapping
from ingestion.rollup import Receipt
from ingestion.sources import SourceError
from ingestion.table_mapping import TableSource

Connection = duckdb.DuckDBPyConnection
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def fill(connection: Connection, number: int, mapping: Mapping, rollups: list[Path], digest: str) -> None:
    """Creates and fills every table; the result depends on the inputs alone."""
    for table in schema.metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
    _read_rollups(connection, rollups)
    _read_master_data(connection, mapping)
    for statement in (APPLICATIONS, ACCOUNTS, USERS, CONTACTS, KEYED, USER_DAYS, USER_WEEKS, DAILY, WEEKLY):
        connection.execute(statement)
    as_of = _describe(connection, number, mapping, digest)
    _add_pairs(connection, as_of)
    _add_account_states(connection)


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


def _read_rollups(connection: Connection, rollups: list[Path]) -> None:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in rollups)
    connection.execute(f"create temp view rolled as select * from read_parquet([{listed}], hive_partitioning=false)")


def _read_master_data(connection: Connection, mapping: Mapping) -> None:
    """Temporary tables given_<dataset> with our column names and types, empty where nothing is mapped."""
    for name, kinds in GIVEN.items():
        source: TableSource[Any] | None = getattr(mapping, name)
        columns = source.columns.model_dump() if source else {}
        selected = ", ".join(
            f'try_cast("{columns[column]}" as {kind}) as {column}'
            if columns.get(column)
            else f"null::{kind} as {column}"
            for column, kind in kinds.items()
        )
        relation = f"from {_relation(source.uri)}" if source else "where false"
        try:
            connection.execute(f"create temp table given_{name} as select {selected} {relation}")
        except duckdb.Error as error:
            uri = source.uri if source else ""
            raise SourceError(
                f"{uri}: {str(error).splitlines()[0]} Correct [{name}.columns] in the mapping, or the file."
            ) from None


def _relation(uri: str) -> str:
    path = uri.replace("'", "''")
    if not Path(uri).is_file():
        raise SourceError(f"{uri}: no such file. Correct its uri in the mapping.")
    if uri.endswith(".parquet"):
        return f"read_parquet('{path}')"
    if uri.endswith((".csv", ".csv.gz")):
        return f"read_csv('{path}', all_varchar=true)"
    raise SourceError(f"{uri}: not a .parquet, .csv or .csv.gz file. Convert it to one of these.")


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
            ",".join(_measures(mapping)),
            mapping.subscriptions is not None,
            digest,
        ],
    )
    return date(as_of.year, as_of.month, as_of.day)


def _measures(mapping: Mapping) -> list[str]:
    """What the log can tell of: the rest is hidden, not shown as zero."""
    recorded = mapping.usage.recorded
    has_users = mapping.usage.columns.user is not None
    told = {
        "logins": "login" in recorded,
        "users": has_users,
        # A log of results alone does not show how long anybody worked.
        "hours": has_users and bool(recorded & {"login", "click"}),
        "clicks": "click" in recorded,
        "records": "record" in recorded,
    }
    return [measure for measure, is_told in told.items() if is_told]


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


GIVEN = {
    "accounts": {
        "account": "varchar", "name": "varchar", "industry": "varchar", "plan": "varchar", "region": "varchar",
        "manager": "varchar", "manager_email": "varchar", "seats": "integer", "annual_value": "double",
    },
    "applications": {"application": "varchar", "name": "varchar"},
    "subscriptions": {
        "account": "varchar", "application": "varchar", "started_on": "date", "cancelled_on": "date",
        "cancel_reason": "varchar", "renews_on": "date", "seats": "integer", "annual_value": "double",
    },
    "contacts": {
        "account": "varchar", "name": "varchar", "role": "varchar", "email": "varchar", "phone": "varchar",
        "is_main": "boolean",
    },
}  # fmt: skip

APPLICATIONS = """
    insert into applications
    with known as (
        select application, max(name) as name from given_applications where application is not null group by all
        union all
        select distinct application, null from rolled
        union all
        select distinct application, null from given_subscriptions where application is not null
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
        select account from listed union select account from rolled
        union select account from given_subscriptions where account is not null
    )
    select row_number() over (order by account), account, coalesce(name, account), industry, plan, region,
        manager, lower(manager_email), seats, annual_value, listed.name is not null, 'not started'
    from known left join listed using (account)
"""

USERS = """
    insert into users
    select row_number() over (order by person), person
    from (select distinct person from rolled where person is not null)
"""

CONTACTS = """
    insert into contacts
    select account_key, c.name, role, email, phone, coalesce(is_main, false)
    from given_contacts c join accounts on account_id = account
    where c.name is not null
    order by account_key, is_main desc, c.name
"""

# One row per pair, person and day, in keys. A day may come from two partitions: rows are added up.
KEYED = """
    create temp table keyed as
    select application_key, account_key, user_key, day,
        sum(human_events)::integer as human_events, sum(logins)::integer as logins,
        sum(clicks)::integer as clicks, sum(records)::integer as records, sum(seconds) as seconds,
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
