"""One part of the log, the files that are made of it, and the receipt that says they are whole."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.remote import SourceFile
from ingestion.sources import Week
from ingestion.usage_mapping import Usage

# Raise with every change of what a roll-up holds: older ones are then made again.
FORMAT = 3


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of the log that is rolled up by itself, and where its roll-up belongs."""

    week: Week | None  # None: not one of the folders year=/week=
    files: tuple[SourceFile, ...]
    target: Path  # without suffix
    lookups: tuple[SourceFile, ...] = ()

    @property
    def days(self) -> Path:
        """How much did who do, on which day?"""
        return self._named(".parquet")

    @property
    def sessions(self) -> Path:
        return self._named(".sessions.parquet")

    @property
    def features(self) -> Path:
        return self._named(".features.parquet")

    @property
    def ids(self) -> Path:
        """Hashes of the ids of its events."""
        return self._named(".ids.parquet")

    @property
    def repeated(self) -> Path:
        """Those of them that count in another partition."""
        return self._named(".repeated.parquet")

    @property
    def rejected(self) -> Path:
        return self._named(".rejected.parquet")

    @property
    def receipt(self) -> Path:
        return self._named(".json")

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
    # Of the events that were left out because they count in another partition.
    repeated: str
    problems: list[str]

    @property
    def rows_rejected(self) -> int:
        return sum(self.rejected_by_reason.values())


def fingerprint(partition: Partition, usage: Usage, timezone: str) -> str:
    """Changes whenever the roll-up would, but for events that count in another partition."""
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
