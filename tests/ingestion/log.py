"""A log of any shape for a test: files written by hand, a mapping, and what the roll-up makes of them."""

import gzip
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ingestion.partition import Partition, Receipt
from ingestion.remote import Place
from ingestion.rollup import roll_up
from ingestion.sources import parts
from ingestion.usage_mapping import Usage

# account, application, user and a time, every row a click: what a test does not change.
PLAIN: dict[str, Any] = {
    "duplicates": "rows are real",
    "every_event_is": "click",
    "columns": {"occurred_at": "time", "account": "tenant", "application": "app", "user": "who"},
}


@dataclass
class Log:
    folder: Path
    usage: dict[str, Any] = field(default_factory=dict)
    zone: str = "UTC"
    keep_weeks: int | str = "all"
    receipts: list[Receipt] = field(default_factory=list)

    def mapped(self, text: str = "", without: tuple[str, ...] = (), **columns: Any) -> "Log":
        """`text` is TOML below [usage]; columns change those of PLAIN."""
        given = tomllib.loads(text)
        kept = {key: value for key, value in PLAIN.items() if key not in without}
        named = {**kept["columns"], **given.pop("columns", {}), **columns}
        self.usage = kept | given | {"columns": {key: value for key, value in named.items() if value is not None}}
        return self

    def text(self, path: str, *lines: str, encoding: str = "utf-8") -> "Log":
        content = "".join(f"{line}\n" for line in lines).encode(encoding)
        return self.bytes(path, gzip.compress(content) if path.endswith(".gz") else content)

    def bytes(self, path: str, content: bytes) -> "Log":
        target = self.folder / "log" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return self

    def parquet(self, path: str, select: str) -> "Log":
        target = self.folder / "log" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        duckdb.execute(f"copy ({select}) to '{target}' (format parquet)")
        return self

    def sheet(self, path: str, frame: pd.DataFrame) -> "Log":
        (self.folder / "log").mkdir(exist_ok=True)
        frame.to_excel(self.folder / "log" / path, index=False)
        return self

    @property
    def mapping(self) -> Usage:
        if not self.usage:
            self.mapped()
        return Usage.model_validate({"uri": str(self.folder / "log")} | self.usage)

    def partitions(self) -> list[Partition]:
        usage = self.mapping
        found = parts(Place(usage.uri, usage.s3), self.keep_weeks)
        lookups = tuple(file for one in usage.lookups for file in Place(one.uri, usage.s3).described([one.uri]))
        return [Partition(part.week, part.files, self.folder / "rolled" / part.label, lookups) for part in found]

    def rolled(self, columns: str) -> list[tuple[Any, ...]]:
        """These columns of every row of all roll-ups, in order."""
        self.receipts = [roll_up(partition, self.mapping, self.zone) for partition in self.partitions()]
        files = [str(partition.days) for partition in self.partitions() if partition.days.exists()]
        if not files:
            return []
        rows = duckdb.read_parquet(files, hive_partitioning=False)
        return rows.project(columns.replace("day", "day::varchar as day")).order("all").fetchall()

    @property
    def rejected(self) -> dict[str, int]:
        return {reason: n for receipt in self.receipts for reason, n in receipt.rejected_by_reason.items()}

    @property
    def problems(self) -> list[str]:
        return [problem for receipt in self.receipts for problem in receipt.problems]
