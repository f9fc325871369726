"""From a mapping file to a published generation: what is new, roll it up, publish."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from data_access.schema import LAYOUT
from ingestion import build
from ingestion.mapping import Mapping, read_mapping
from ingestion.partition import FORMAT, Partition, Receipt, is_current, receipt_of
from ingestion.publish import only_one
from ingestion.remote import Place, SourceError
from ingestion.repeats import mark_repeats
from ingestion.rollup import roll_up, roll_up_all
from ingestion.sources import parts
from ingestion.space import room_in


@dataclass(slots=True)
class Summary:
    """What a load did. `generation` is None where nothing was new.

    Rows are those of the parts that were read now; problems are of all parts,
    for a file that was left out stays so until it is mended.
    """

    generation: int | None = None
    partitions: int = 0
    partitions_read: int = 0
    rows_read: int = 0
    rows_kept: int = 0
    rows_duplicate: int = 0
    rows_rejected: int = 0
    rejected_by_reason: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


# Called with each partition that was read, and how many there are to read.
Progress = Callable[[Receipt, int], None]


def load(
    mapping_file: Path, store: Path, processes: int = 1, on_progress: Progress | None = None, url: str = ""
) -> Summary:
    """Brings the store in the folder `store` up to date, or the one in the database at `url`.

    Roll-ups are kept in the folder either way. Raises MappingError, SourceError,
    Busy, DiskFull or StoreUnavailable; then nothing was published.
    """
    mapping = read_mapping(mapping_file)
    with room_in(store), only_one(store, url) as target:
        partitions = _partitions(mapping, store)
        receipts = _roll_up_what_changed(mapping, partitions, processes, on_progress)
        digest = _digest(mapping, partitions)
        if digest == target.latest().inputs:
            return _summary(partitions, receipts)
        receipts |= _leave_out_repeats(mapping, partitions)
        summary = _summary(partitions, receipts)
        _check_usable(mapping, _known(partitions), summary.problems)
        with target.next_generation() as (connection, number):
            build.fill(connection, number, mapping, partitions, digest, store)
            build.add_rejected_usage(connection, [p.rejected for p in partitions if p.rejected.exists()])
            build.add_files(connection, _known(partitions))
        summary.generation = number
    return summary


def _partitions(mapping: Mapping, store: Path) -> list[Partition]:
    """The parts to be served. Roll-ups of another log or another reading of it lie in another folder."""
    usage = mapping.usage
    meaning = usage.model_dump_json() + mapping.source.reporting_timezone
    folder = store / "rollups" / hashlib.blake2b(meaning.encode(), digest_size=8).hexdigest()
    listed = parts(Place(usage.uri, usage.s3), mapping.source.keep_weeks)
    lookups = tuple(file for lookup in usage.lookups for file in Place(lookup.uri, usage.s3).described([lookup.uri]))
    return [Partition(part.week, part.files, folder / part.label, lookups) for part in listed]


def _roll_up_what_changed(
    mapping: Mapping,
    partitions: list[Partition],
    processes: int,
    on_progress: Progress | None,
) -> dict[Partition, Receipt]:
    usage, zone = mapping.usage, mapping.source.reporting_timezone
    changed = [partition for partition in partitions if not is_current(partition, usage, zone)]
    receipts = {}
    for partition, receipt in roll_up_all(changed, usage, zone, processes):
        receipts[partition] = receipt
        if on_progress:
            on_progress(receipt, len(changed))
    return receipts


def _leave_out_repeats(mapping: Mapping, partitions: list[Partition]) -> dict[Partition, Receipt]:
    """Rolls up again where other events than before count in an earlier partition."""
    usage, zone = mapping.usage, mapping.source.reporting_timezone
    receipts = {}
    for partition, repeated in mark_repeats(partitions).items():
        known = receipt_of(partition)
        if known is not None and known.repeated != repeated:
            receipts[partition] = roll_up(partition, usage, zone, repeated)
    return receipts


def _summary(partitions: list[Partition], receipts: dict[Partition, Receipt]) -> Summary:
    read = [receipts[partition] for partition in partitions if partition in receipts]
    rows, duplicate = sum(one.rows_read for one in read), sum(one.rows_duplicate for one in read)
    rejected: Counter[str] = Counter()
    for one in read:
        rejected.update(one.rejected_by_reason)
    return Summary(
        partitions=len(partitions),
        partitions_read=len(read),
        rows_read=rows,
        rows_kept=rows - duplicate - rejected.total(),
        rows_duplicate=duplicate,
        rows_rejected=rejected.total(),
        rejected_by_reason=dict(rejected),
        problems=[problem for one in _known(partitions) for problem in one.problems],
    )


def _known(partitions: list[Partition]) -> list[Receipt]:
    return [receipt for receipt in map(receipt_of, partitions) if receipt]


def _check_usable(mapping: Mapping, receipts: list[Receipt], problems: list[str]) -> None:
    """Raises SourceError, with all the reasons, where nothing is left to publish."""
    uri, columns = mapping.usage.uri, mapping.usage.columns
    if not any(one.rows_read for one in receipts):
        raise SourceError("\n".join([f"{uri}: no file could be read.", *problems]))
    if any(one.rows_read > one.rows_rejected for one in receipts):
        return
    read_from = {
        "no valid time": columns.occurred_at, "no account": columns.account, "no application": columns.application,
    }  # fmt: skip
    reasons = [
        f"{one.files[0]['path']}: {rows:,} × {' in column '.join((reason, *read_from.get(reason, ())))}."
        for one in receipts
        for reason, rows in one.rejected_by_reason.items()
    ]
    remedy = "Correct usage.columns, time_unit or time_format in the mapping, or the files."
    raise SourceError("\n".join([f"{uri}: no row could be used.", *problems, *reasons, remedy]))


def _digest(mapping: Mapping, partitions: list[Partition]) -> str:
    files = [
        file
        for table in mapping.tables.values()
        for uri in table.uris
        for file in Place(uri, table.s3).described([uri])
    ]
    parts = [f"{FORMAT} {LAYOUT}", mapping.model_dump_json(), *(str(asdict(file)) for file in files)]
    parts += [receipt.fingerprint for receipt in _known(partitions)]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
