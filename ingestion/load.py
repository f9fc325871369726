"""From a mapping file to a published generation: what is new, roll it up, publish."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ingestion import build
from ingestion.mapping import Mapping, read_mapping
from ingestion.publish import only_one
from ingestion.remote import Place, SourceError
from ingestion.rollup import FORMAT, Partition, Receipt, is_current, receipt_of, roll_up_all
from ingestion.sources import parts


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


def load(
    mapping_file: Path, store: Path, processes: int = 1, on_progress: Progress | None = None, url: str = ""
) -> Summary:
    """Brings the store in the folder `store` up to date, or the one in the database at `url`.

    Roll-ups are kept in the folder either way. Raises MappingError, SourceError,
    Busy or StoreUnavailable; then nothing was published.
    """
    mapping = read_mapping(mapping_file)
    with only_one(store, url) as target:
        partitions = _partitions(mapping, store, mapping_file.resolve().parent)
        summary = Summary(partitions=len(partitions))
        _roll_up_what_changed(mapping, partitions, processes, summary, on_progress)
        digest = _digest(mapping, partitions)
        if digest == target.latest().inputs:
            return summary
        rollups = [partition.rollup for partition in partitions if partition.rollup.exists()]
        if not rollups:
            raise SourceError("\n".join([f"{mapping.usage.uri}: no file could be read.", *summary.problems]))
        with target.next_generation() as (connection, number):
            build.fill(connection, number, mapping, rollups, digest)
            build.add_rejected_usage(connection, [p.rejected for p in partitions if p.rejected.exists()])
            build.add_files(connection, filter(None, map(receipt_of, partitions)))
        summary.generation = number
    return summary


def _partitions(mapping: Mapping, store: Path, home: Path) -> list[Partition]:
    """The parts to be served. Roll-ups of another log or another reading of it lie in another folder."""
    usage = mapping.usage
    meaning = usage.model_dump_json() + mapping.source.reporting_timezone
    folder = store / "rollups" / hashlib.blake2b(meaning.encode(), digest_size=8).hexdigest()
    listed = parts(Place(usage.uri, usage.s3), mapping.source.keep_weeks)
    lookups = tuple(
        file for lookup in usage.lookups for file in Place(lookup.uri, usage.s3).described([_below(home, lookup.uri)])
    )
    return [Partition(part.week, part.files, folder / part.label, lookups) for part in listed]


def _below(home: Path, uri: str) -> str:
    return uri if "://" in uri else str(home / uri)


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
    files = [file for table in mapping.tables.values() for file in Place(table.uri, table.s3).described([table.uri])]
    parts = [f"{FORMAT}", mapping.model_dump_json(), *(str(asdict(file)) for file in files)]
    parts += [receipt.fingerprint for receipt in map(receipt_of, partitions) if receipt]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
