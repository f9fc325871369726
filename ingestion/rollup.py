"""One part of the log, such as a week → small files: who did how much, on which day.

They are the unit of refreshing: they depend on their part of the log and the
mapping, and on which events count elsewhere, so they may be made anywhere,
again, and in any order.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from ingestion import grains
from ingestion.embedded import connect
from ingestion.events import Events
from ingestion.names import quoted
from ingestion.partition import Partition, Receipt, fingerprint
from ingestion.usage_mapping import Usage

_LIMITS: dict[str, Any] = {"threads": 1, "memory_limit": "200MB"}


def roll_up_all(
    partitions: Sequence[Partition], usage: Usage, timezone: str, processes: int
) -> Iterator[tuple[Partition, Receipt]]:
    """Rolls up each partition, several at a time; yields as they finish."""
    if processes == 1 or len(partitions) < 4:
        for partition in partitions:
            yield partition, roll_up(partition, usage, timezone)
        return
    # Spawned, not forked: DuckDB's threads do not survive a fork.
    with ProcessPoolExecutor(processes, get_context("spawn"), _end_with_the_load) as pool:
        jobs = {pool.submit(roll_up, partition, usage, timezone): partition for partition in partitions}
        for job in as_completed(jobs):
            yield jobs[job], job.result()


def _end_with_the_load() -> None:
    """A load that is killed takes its processes with it: they must not write into the next one's roll-ups."""

    def wait() -> None:
        load = parent_process()
        assert load is not None
        load.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def roll_up(partition: Partition, usage: Usage, timezone: str, repeated: str = "") -> Receipt:
    """Writes the roll-up and then the receipt, each file under its final name at once.

    Where `repeated` is given, the events that the partition's file of repeats
    names are left out: they count elsewhere.
    """
    partition.target.parent.mkdir(parents=True, exist_ok=True)
    partition.receipt.unlink(missing_ok=True)  # what it vouches for is replaced now
    with (
        tempfile.TemporaryDirectory(prefix="usage-") as spool,
        connect(**_LIMITS, temp_directory=f"{spool}/duckdb") as connection,
    ):
        events = Events(connection, usage, ZoneInfo(timezone), Path(spool))
        events.read(partition.files, partition.lookups)
        rejected, duplicate = events.rejected(), events.drop_duplicates()
        found = bool(events.rows)
        _copy(connection, events.rejected_rows() if rejected else None, partition.rejected)
        _copy(connection, grains.IDS if found and usage.duplicates == "event_id" else None, partition.ids)
        if repeated:
            duplicate += events.drop(partition.repeated)
        connection.execute(grains.PREPARED)
        if usage.has_sessions:
            connection.execute(grains.SESSIONS)
        _copy(connection, grains.day_rows(usage) if found else None, partition.days)
        _copy(connection, grains.SESSION_ROWS if found and usage.has_sessions else None, partition.sessions)
        _copy(connection, grains.feature_rows(usage) if found and usage.columns.feature else None, partition.features)
    files: list[dict[str, str | int]] = [
        {"path": file.path, "size_bytes": file.size_bytes, "rows": events.rows.get(file.path, 0)}
        for file in partition.files
    ]
    mark, rows_read = fingerprint(partition, usage, timezone), sum(events.rows.values())
    receipt = Receipt(mark, files, rows_read, duplicate, rejected, repeated, events.problems)
    _replace(partition.receipt, json.dumps(asdict(receipt)).encode())
    return receipt


def _copy(connection: duckdb.DuckDBPyConnection, statement: str | None, target: Path) -> None:
    """Writes the rows to `target`, or nothing where there is nothing to write."""
    if statement is None:
        target.unlink(missing_ok=True)
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    # In small groups of rows: whoever wants one application reads only those that may hold it.
    how = "format parquet, compression snappy, row_group_size 16384"
    connection.execute(f"copy ({statement}) to '{quoted(str(draft))}' ({how})")
    draft.replace(target)


def _replace(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
