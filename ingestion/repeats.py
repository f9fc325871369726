"""Which events lie in several parts of the log? Each counts in the first of them.

Feeds deliver at least once: an event sent again next week lies in next week's
folder too. Within one part its own roll-up sees that; here the hashes of all
ids are compared, slice by slice, so that memory does not grow with the log.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from ingestion.embedded import connect
from ingestion.names import quoted
from ingestion.partition import Partition

IDS_PER_SLICE = 2_000_000
# A slice needs about 60 MB; what does not fit all the same goes to the disk.
LIMITS: dict[str, Any] = {"memory_limit": "192MB", "preserve_insertion_order": False}


def mark_repeats(partitions: Sequence[Partition]) -> dict[Partition, str]:
    """Writes for each partition which of its ids lie in an earlier one, and returns a digest of them: "" for none."""
    compared = [partition for partition in partitions if partition.ids.exists()]
    with (
        tempfile.TemporaryDirectory(prefix="usage-") as spill,
        connect(**LIMITS, temp_directory=spill) as connection,
    ):
        connection.execute("create temp table repeated (place integer, id_hash ubigint)")
        for condition in _slices(connection, compared):
            connection.execute(REPEATED.format(ids=_all_ids(compared), condition=condition))
        marks = dict(connection.execute(DIGESTS).fetchall())
        for place, partition in enumerate(compared):
            _write(connection, place if place in marks else None, partition.repeated)
    return dict.fromkeys(partitions, "") | {partition: marks.get(place, "") for place, partition in enumerate(compared)}


def _slices(connection: duckdb.DuckDBPyConnection, partitions: Sequence[Partition]) -> list[str]:
    """Conditions that cut the range of hashes, even as they are, into parts of a bounded number of ids."""
    if len(partitions) < 2:
        return []
    files = [str(partition.ids) for partition in partitions]
    [(count,)] = connection.execute("select sum(num_rows) from parquet_file_metadata(?)", [files]).fetchall()
    step = 2**64 // (1 + int(count) // IDS_PER_SLICE)
    return [f"id_hash between {first} and {min(first + step, 2**64) - 1}" for first in range(0, 2**64, step)]


def _all_ids(partitions: Sequence[Partition]) -> str:
    return " union all ".join(
        f"select {place} as place, id_hash from '{quoted(str(partition.ids))}'"
        for place, partition in enumerate(partitions)
    )


def _write(connection: duckdb.DuckDBPyConnection, place: int | None, target: Path) -> None:
    if place is None:
        target.unlink(missing_ok=True)
        return
    ids = f"select id_hash from repeated where place = {place} order by id_hash"
    connection.execute(f"copy ({ids}) to '{quoted(str(target))}' (format parquet)")


REPEATED = """
    insert into repeated
    with ids as ({ids}),
    several as (select id_hash, min(place) as first from ids where {condition} group by all having count(*) > 1)
    select place, id_hash from ids join several using (id_hash) where {condition} and place > first
"""
DIGESTS = "select place, md5(string_agg(id_hash::varchar, ',' order by id_hash)) from repeated group by place"
