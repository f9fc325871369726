"""One part of the log, such as a week → one small file: who did how much, on which day.

The file is the unit of refreshing: it depends on its part of the log and the
mapping alone, so it may be made anywhere, again, and in any order.
Grain: one row per account, application, person and day.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from ingestion.events import Events
from ingestion.names import quoted
from ingestion.remote import SourceFile
from ingestion.sources import Week
from ingestion.times import DAY
from ingestion.usage_mapping import ACTIONS, Usage

# Raise with every change of what a roll-up file holds: older ones are then made again.
FORMAT = 2
SESSION_GAP_MINUTES = 30
_LIMITS: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "memory_limit": "256MB"}


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of the log that is rolled up by itself, and where its roll-up belongs."""

    week: Week | None  # None: not one of the folders year=/week=
    files: tuple[SourceFile, ...]
    target: Path  # without suffix
    lookups: tuple[SourceFile, ...] = ()

    @property
    def rollup(self) -> Path:
        return self._named(".parquet")

    @property
    def receipt(self) -> Path:
        return self._named(".json")

    @property
    def rejected(self) -> Path:
        return self._named(".rejected.parquet")

    def _named(self, suffix: str) -> Path:
        return self.target.with_name(self.target.name + suffix)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the rows of a partition. Written last: without it the roll-up does not count."""

    fingerprint: str
    files: list[dict[str, str | int]]
    rows_read: int
    rows_duplicate: int
    rejected_by_reason: dict[str, int]
    # Rows of days outside the week of their folder: no more than these can lie in another folder too.
    rows_outside: int
    problems: list[str]

    @property
    def rows_rejected(self) -> int:
        return sum(self.rejected_by_reason.values())


def fingerprint(partition: Partition, usage: Usage, timezone: str) -> str:
    """Changes whenever the roll-up would."""
    meaning = usage.model_dump_json(exclude={"uri", "s3", "lookups"}) + str([lookup.on for lookup in usage.lookups])
    files = (*partition.files, *partition.lookups)
    parts = [str(FORMAT), meaning, timezone, *(str(asdict(file)) for file in files)]
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
    with (
        tempfile.TemporaryDirectory(prefix="usage-") as spool,
        duckdb.connect(config=_LIMITS | {"temp_directory": f"{spool}/duckdb"}) as connection,
    ):
        events = Events(connection, usage, ZoneInfo(timezone), Path(spool))
        events.read(partition.files, partition.lookups)
        rejected, duplicate = events.rejected(), events.drop_duplicates()
        _copy(connection, events.rejected_rows() if rejected else None, partition.rejected)
        _copy(connection, _rollup(usage) if events.rows else None, partition.rollup)
        outside = events.outside(partition.week.monday) if partition.week else 0
    files: list[dict[str, str | int]] = [
        {"path": file.path, "size_bytes": file.size_bytes, "rows": events.rows.get(file.path, 0)}
        for file in partition.files
    ]
    mark, rows_read = fingerprint(partition, usage, timezone), sum(events.rows.values())
    receipt = Receipt(mark, files, rows_read, duplicate, rejected, outside, events.problems)
    _replace(partition.receipt, json.dumps(asdict(receipt)).encode())
    return receipt


def _copy(connection: duckdb.DuckDBPyConnection, statement: str | None, target: Path) -> None:
    """Writes the rows to `target`, or nothing where there is nothing to write."""
    if statement is None:
        target.unlink(missing_ok=True)
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    connection.execute(f"copy ({statement}) to '{quoted(str(draft))}' (format parquet, compression snappy)")
    draft.replace(target)


def _replace(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def _rollup(usage: Usage) -> str:
    """SQL for the rows of a roll-up, in order of application, account, person and day."""
    seconds, sessions = "days.seconds", ""
    if usage.has_sessions:
        seconds, sessions = "coalesce(sessions.seconds, 0)", "left join sessions using (pair_and_person, day)"
    return f"""
        with ranked as (
            select *, row_number() over (order by application, account, person) as place
            from (
                select pair_and_person, any_value(application) as application, any_value(account) as account,
                    any_value(person) as person
                from people group by pair_and_person
            )
        ),
        days as (
            select pair_and_person, {_DAY} as day, {", ".join(_volumes(usage))}
            from events where reason is null group by all
        ),
        {SESSIONS}
        select application, account, person, date '1970-01-01' + day::integer as day,
            human_events, logins, clicks, records, {seconds}::double as seconds, automated_events, active_users
        from days join ranked using (pair_and_person) {sessions}
        order by place, day
    """


def _volumes(usage: Usage) -> Iterator[str]:
    """What people did, by kind; and apart from it what machines did."""
    if usage.amounts.given:
        summed = {"human_events": "events", "logins": "logins", "clicks": "clicks", "records": "records"}
        for column, amount in summed.items():
            yield f"coalesce(round(sum({amount}) filter (not is_automated)), 0)::bigint as {column}"
        yield "coalesce(sum(seconds) filter (not is_automated), 0) as seconds"
        yield "coalesce(round(sum(events) filter (is_automated)), 0)::bigint as automated_events"
        # Rows of one day that tell of the same people cannot be added up: the largest is certain.
        yield "max(active_users)::bigint as active_users"
        return
    yield "count(*) filter (not is_automated) as human_events"
    for column, action in (("logins", "login"), ("clicks", "click"), ("records", "record")):
        yield f"count(*) filter (not is_automated and action = {ACTIONS.index(action)}) as {column}"
    yield "0 as seconds"
    yield "count(*) filter (is_automated) as automated_events"
    yield "null::bigint as active_users"


# Whole days since 1970, rounded down also before it.
_DAY = f"((us + 719163 * {DAY}) // {DAY} - 719163)"
_GAP = SESSION_GAP_MINUTES * 60 * 1_000_000

# Time in the platform: the gaps of up to half an hour between a person's events in an
# application, each second counted on its own day.
SESSIONS = f"""
    timed as (
        select pair_and_person, us, {_DAY} as day, lag(us) over sequence as before, lead(us) over sequence as after
        from events where reason is null and not is_automated and is_known
        window sequence as (partition by pair_and_person order by us)
    ),
    sessions as (
        select pair_and_person, day, sum(
            case when us - before <= {_GAP} then us - greatest(before, day * {DAY}) else 0 end
            + case when after - us <= {_GAP} and after >= (day + 1) * {DAY} then (day + 1) * {DAY} - us else 0 end
        ) / 1e6 as seconds
        from timed group by all
    )
"""
