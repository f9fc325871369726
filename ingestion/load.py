"""From a mapping file to a published generation: what is new, roll it up, publish."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from data_access.engine import CURRENT
from ingestion import build
from ingestion.mapping import Mapping, read_mapping
from ingestion.publish import next_generation, only_one
from ingestion.rollup import FORMAT, Partition, Receipt, is_current, receipt_of, roll_up_all
from ingestion.sources import SourceError, SourceFile, described, newest, week_partitions

MASTER_DATA = ("accounts", "applications", "subscriptions", "contacts")


@dataclass(slots=True)
class Summary:
    """What a load did. `generation` is None where nothing was new."""

    generation: int | None = None
    partitions: int = 0
    partitions_read: int = 0
    rows_read: int = 0
    rows_kept: int = 0
    rows_duplicate: int = 0
    rows_rejected: int = 0
    problems: list[str] = field(default_factory=list)


# Called with each partition that was read, and how many there are to read.
Progress = Callable[[Receipt, int], None]


def load(mapping_file: Path, store: Path, processes: int = 1, on_progress: Progress | None = None) -> Summary:
    """Brings `store` up to date. Raises MappingError, SourceError or Busy; then nothing was published."""
    mapping = read_mapping(mapping_file)
    with only_one(store):
        partitions = _partitions(mapping, store)
        summary = Summary(partitions=len(partitions))
        _roll_up_what_changed(mapping, partitions, processes, summary, on_progress)
        digest = _digest(mapping, partitions)
        if digest == _published(store):
            return summary
        rollups = [partition.rollup for partition in partitions if partition.rollup.exists()]
        if not rollups:
            raise SourceError("\n".join([f"{mapping.usage.uri}: no file could be read.", *summary.problems]))
        with next_generation(store) as (connection, number):
            build.fill(connection, number, mapping, rollups, digest)
            build.add_files(connection, filter(None, map(receipt_of, partitions)))
        summary.generation = number
    return summary


def _partitions(mapping: Mapping, store: Path) -> list[Partition]:
    """The weeks to be served. Roll-ups of another log or another reading of it lie in another folder."""
    meaning = mapping.usage.model_dump_json() + mapping.source.reporting_timezone
    folder = store / "rollups" / hashlib.blake2b(meaning.encode(), digest_size=8).hexdigest()
    listed = newest(week_partitions(mapping.usage.uri), mapping.source.keep_weeks)
    return [Partition(week, tuple(files), folder / week.label) for week, files in listed.items()]


def _roll_up_what_changed(
    mapping: Mapping,
    partitions: list[Partition],
    processes: int,
    summary: Summary,
    on_progress: Progress | None,
) -> None:
    usage, zone = mapping.usage, mapping.source.reporting_timezone
    changed = [partition for partition in partitions if not is_current(partition, usage, zone)]
    for _, receipt in roll_up_all(changed, usage, zone, processes):
        summary.partitions_read += 1
        summary.rows_read += receipt.rows_read
        summary.rows_duplicate += receipt.rows_duplicate
        summary.rows_rejected += receipt.rows_rejected
        summary.problems += receipt.problems
        if on_progress:
            on_progress(receipt, len(changed))
    summary.rows_kept = summary.rows_read - summary.rows_duplicate - summary.rows_rejected


def _digest(mapping: Mapping, partitions: list[Partition]) -> str:
    tables = [getattr(mapping, name) for name in MASTER_DATA]
    files: list[SourceFile] = [described(Path(table.uri)) for table in tables if table]
    parts = [f"{FORMAT}", mapping.model_dump_json(), *(str(asdict(file)) for file in files)]
    parts += [receipt.fingerprint for receipt in map(receipt_of, partitions) if receipt]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _published(store: Path) -> str | None:
    """The digest of what is served; None where nothing is, or nothing that can be read."""
    try:
        with duckdb.connect(str((store / CURRENT).resolve(strict=True)), read_only=True) as connection:
            return str(connection.execute("select inputs from generation").fetchall()[0][0])
    except (FileNotFoundError, duckdb.Error):
        return None
