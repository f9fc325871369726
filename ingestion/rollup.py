"""One week partition of raw events → one small file: who did how much, on which day.

The file is the unit of refreshing: it depends on its partition and the
mapping alone, so it may be made anywhere, again, and in any order.
Grain: one row per account, application, person and day.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from ingestion.sources import SourceFile, Week
from ingestion.timezones import to_local, to_utc
from ingestion.usage_mapping import Usage

# Raise with every change of what a roll-up file holds: older ones are then made again.
FORMAT = 1
SESSION_GAP_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Partition:
    """A week of the log, and where its roll-up belongs."""

    week: Week
    files: tuple[SourceFile, ...]
    target: Path  # without suffix

    @property
    def rollup(self) -> Path:
        return self.target.with_suffix(".parquet")

    @property
    def receipt(self) -> Path:
        return self.target.with_suffix(".json")

    @property
    def rejected(self) -> Path:
        return self.target.with_suffix(".rejected.parquet")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the rows of a partition. Written last: without it the roll-up does not count."""

    fingerprint: str
    files: list[dict[str, str | int]]
    rows_read: int
    rows_duplicate: int
    rows_rejected: int
    problems: list[str]


def fingerprint(partition: Partition, usage: Usage, timezone: str) -> str:
    """Changes whenever the roll-up would."""
    meaning = usage.model_dump_json(exclude={"uri"})
    parts = [str(FORMAT), meaning, timezone, *(str(asdict(file)) for file in partition.files)]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def receipt_of(partition: Partition) -> Receipt | None:
    try:
        return Receipt(**json.loads(partition.receipt.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def is_current(partition: Partition, usage: Usage, timezone: str) -> bool:
    known = receipt_of(partition)
    return known is not None and known.fingerprint == fingerprint(partition, usage, timezone)


def roll_up_all(
    partitions: list[Partition], usage: Usage, timezone: str, processes: int
) -> Iterator[tuple[Partition, Receipt]]:
    """Rolls up each partition, several at a time; yields as they finish."""
    if processes == 1 or len(partitions) < 4:
        for partition in partitions:
            yield partition, roll_up(partition, usage, timezone)
        return
    # Spawned, not forked: DuckDB's threads do not survive a fork.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(roll_up, partition, usage, timezone): partition for partition in partitions}
        for job in as_completed(jobs):
            yield jobs[job], job.result()


def roll_up(partition: Partition, usage: Usage, timezone: str) -> Receipt:
    """Writes the roll-up, the rejected rows and then the receipt, each under its final name at once."""
    partition.target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": 1, "memory_limit": "256MB"}) as connection:
        readable, problems = _readable_files(connection, partition, usage)
        counts = (0, 0, 0)
        partition.rejected.unlink(missing_ok=True)
        if readable:
            counts = _write(connection, readable, partition, usage, timezone)
        else:
            partition.rollup.unlink(missing_ok=True)
    files: list[dict[str, str | int]] = [
        {"path": file.path, "size_bytes": file.size_bytes, "rows": readable.get(file.path, 0)}
        for file in partition.files
    ]
    receipt = Receipt(fingerprint(partition, usage, timezone), files, *counts, problems)
    _replace(partition.receipt, json.dumps(asdict(receipt)).encode())
    return receipt


def _readable_files(
    connection: duckdb.DuckDBPyConnection, partition: Partition, usage: Usage
) -> tuple[dict[str, int], list[str]]:
    """Rows by file for those that can be read, and one sentence for each that cannot."""
    readable: dict[str, int] = {}
    problems: list[str] = []
    wanted = [name for name in usage.columns.model_dump().values() if name is not None]
    for file in partition.files:
        try:
            frame = connection.read_parquet(file.path, hive_partitioning=False)
            missing = sorted(set(wanted) - set(frame.columns))
            if missing:
                problems.append(
                    f"{file.path}: no column {', '.join(map(repr, missing))} (it has {', '.join(frame.columns)}). "
                    "Correct usage.columns in the mapping, or the file."
                )
                continue
            readable[file.path] = connection.execute(
                "select coalesce(sum(num_rows), 0) from parquet_file_metadata(?)", [file.path]
            ).fetchall()[0][0]
        except duckdb.Error as error:
            problems.append(f"{file.path}: cannot be read: {str(error).splitlines()[0]} Send it again.")
    return readable, problems


def _write(
    connection: duckdb.DuckDBPyConnection,
    readable: dict[str, int],
    partition: Partition,
    usage: Usage,
    timezone: str,
) -> tuple[int, int, int]:
    connection.execute(f"create temp view judged as {_judged(connection, list(readable), usage, timezone)}")
    connection.execute(f"create temp view kept as {_kept(usage)}")
    rows_read, rows_good, rows_kept = connection.execute(
        "select (select count(*) from judged), (select count(*) from judged where reason is null), "
        "(select count(*) from kept)"
    ).fetchall()[0]
    _copy(connection, ROLLUP, partition.rollup)
    if rows_read > rows_good:
        _copy(connection, "select * from judged where reason is not null", partition.rejected)
    return rows_read, rows_good - rows_kept, rows_read - rows_good


def _copy(connection: duckdb.DuckDBPyConnection, statement: str, target: Path) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    connection.execute(f"copy ({statement}) to '{_quoted(str(draft))}' (format parquet, compression zstd)")
    draft.replace(target)


def _replace(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def _judged(connection: duckdb.DuckDBPyConnection, paths: list[str], usage: Usage, timezone: str) -> str:
    """Every row in our terms, with the reason why it is rejected, if it is."""
    columns = usage.columns
    listed = ", ".join(f"'{_quoted(path)}'" for path in paths)
    source = f"read_parquet([{listed}], hive_partitioning=false, union_by_name=true)"
    time = _local_time(connection, source, usage, ZoneInfo(timezone))
    return f"""
        select *, case
            when occurred_at is null then 'no valid time'
            when account is null or account = '' then 'no account'
            when application is null or application = '' then 'no application'
        end as reason
        from (select
            {_text(columns.event_id)} as event_id,
            {time} as occurred_at,
            trim({_text(columns.account)}) as account,
            trim({_text(columns.application)}) as application,
            nullif(trim({_text(columns.user)}), '') as person,
            {_action(usage)} as action,
            {_is_automated(usage)} as is_automated
        from {source})
    """


def _kept(usage: Usage) -> str:
    if usage.duplicates == "event_id":
        # An event without an id cannot be told from another: it is kept.
        return "select distinct on (coalesce(event_id, uuid()::varchar)) * from judged where reason is null"
    return "select * from judged where reason is null"


def _text(column: str | None) -> str:
    return f"{_name(column)}::varchar" if column else "null::varchar"


def _local_time(connection: duckdb.DuckDBPyConnection, source: str, usage: Usage, zone: ZoneInfo) -> str:
    """SQL for the wall time of an event in the reporting zone."""
    column = _name(usage.columns.occurred_at)
    kind = connection.execute(f"select any_value(typeof({column})) from {source}").fetchall()[0][0]
    is_instant = kind == "TIMESTAMP WITH TIME ZONE"
    written = f"make_timestamp(epoch_us({column}))" if is_instant else f"try_cast({column} as timestamp)"
    first, last = connection.execute(f"select min({written}), max({written}) from {source}").fetchall()[0]
    if first is None:
        return "null::timestamp"
    if is_instant or usage.timezone == "UTC":
        return to_local(written, zone, first, last)
    if usage.timezone == zone.key:
        return written
    return to_local(to_utc(written, ZoneInfo(usage.timezone), first, last), zone, first, last)


def _action(usage: Usage) -> str:
    if usage.every_event_is is not None:
        return f"'{usage.every_event_is}'"
    cases = " ".join(f"when '{_quoted(theirs)}' then '{ours}'" for theirs, ours in usage.actions.items())
    return f"case {_text(usage.columns.action)} {cases} else '{usage.other_actions}' end"


def _is_automated(usage: Usage) -> str:
    if usage.automated is None:
        return "false"
    values = ", ".join(f"'{_quoted(str(value))}'" for value in usage.automated.values)
    return f"coalesce(lower({_text(usage.columns.automated)}) in ({values.lower()}), false)"


def _name(column: str | None) -> str:
    return '"' + str(column).replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return text.replace("'", "''")


# Time in the platform: the gaps of up to half an hour between a person's events in an
# application, each second counted on its own day.
ROLLUP = f"""
    with timed as (
        select *, occurred_at::date as day,
            lag(occurred_at) over sequence as before,
            lead(occurred_at) over sequence as after
        from kept
        window sequence as (partition by account, application, person, is_automated order by occurred_at)
    ),
    measured as (
        select *,
            case when before >= occurred_at - interval {SESSION_GAP_MINUTES} minute
                then epoch(occurred_at) - epoch(greatest(before, day::timestamp)) else 0 end
            + case when after <= occurred_at + interval {SESSION_GAP_MINUTES} minute and after::date > day
                then epoch((day + 1)::timestamp) - epoch(occurred_at) else 0 end as seconds
        from timed
    )
    select application, account, person, day,
        (count(*) filter (not is_automated))::integer as human_events,
        (count(*) filter (not is_automated and action = 'login'))::integer as logins,
        (count(*) filter (not is_automated and action = 'click'))::integer as clicks,
        (count(*) filter (not is_automated and action = 'record'))::integer as records,
        coalesce(sum(seconds) filter (not is_automated and person is not null), 0)::double as seconds,
        (count(*) filter (is_automated))::integer as automated_events
    from measured
    group by all
    order by application, account, day, person
"""
