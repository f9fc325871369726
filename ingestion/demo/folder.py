"""Where does it lie? A log partitioned by week, the tables beside it, and the mapping that names them."""

import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.demo.activity import INTEGRATION, NO_USER, events_of_week
from ingestion.demo.ledger import Ledger, as_it_came, faults_of, true_pairs
from ingestion.demo.mapping import MAPPING
from ingestion.demo.messages import message_tables
from ingestion.demo.service import service_table
from ingestion.demo.stories import stories_table
from ingestion.demo.support import tickets_table, touchpoints_table
from ingestion.demo.users import Steps, draw_steps, users_table
from ingestion.demo.window import Window, last_sunday
from ingestion.demo.world import World, draw_world, master_data

_DAYS = (
    "started_on",
    "cancelled_on",
    "renews_on",
    "registered_on",
    "from_day",
    "to_day",
    "last_use_on",
    "day",
    "invited_on",
    "activated_on",
    "transacted_on",
)
_DATES = {name: pa.date32() for name in _DAYS}


def generate(
    folder: Path,
    *,
    accounts: int = 400,
    seed: int = 7,
    until: date | None = None,
    weeks: int = 104,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Writes the log and master data of `accounts` agencies; returns the path of the mapping file.

    `until` is the last local day, by default the newest Sunday; the log covers `weeks` ISO weeks, the last one up to
    that day. The same four values give the same bytes. `on_progress` is called with the weeks done and their number.
    An earlier demo in the folder is replaced; FileExistsError where the folder holds another log or mapping.
    """
    if accounts < 1 or weeks < 1:
        raise ValueError(f"A demo needs at least one account and one week, not {accounts} and {weeks}.")
    window = Window(until or last_sunday(), weeks)
    world = draw_world(seed, accounts, window)
    mapping = _make_room(folder)
    for name, table in master_data(world).items():
        _write(_typed(table), folder / f"{name}.parquet")
    users = pa.array([*world.people.ids, INTEGRATION, NO_USER])
    ledger = Ledger(len(world.contracts), len(world.people.account))
    for done, monday in enumerate(window.mondays, start=1):
        for part, table in enumerate(events_of_week(world, users, monday, ledger)):
            _write_log(table, folder / "usage" / _partition(monday) / f"part-{part}.parquet")
        if on_progress:
            on_progress(done, weeks)
    _write_what_followed(world, ledger, folder)
    _write_truth(world, ledger, folder / "truth")
    return mapping


def _write_what_followed(world: World, ledger: Ledger, folder: Path) -> None:
    """Tables that agree with what happened in the log."""
    steps = draw_steps(world.seed, world.people, world.contracts, world.window, ledger.first_event)
    tables = {
        "users": users_table(world.seed, world.agencies, steps),
        "tickets": tickets_table(world),
        "touchpoints": touchpoints_table(world),
        "service": service_table(world.seed, world.stories, world.window, ledger.events),
    }
    for name, table in tables.items():
        _write(_typed(table), folder / f"{name}.parquet")
    _write_messages(world, steps, folder / "messages.parquet")


def _write_messages(world: World, steps: Steps, path: Path) -> None:
    """Week by week: however many agencies there are, one week's messages are in memory."""
    writer = None
    for table in message_tables(world, steps):
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd", store_schema=False)
        writer.write_table(table)
    if writer:
        writer.close()


def _write_truth(world: World, ledger: Ledger, folder: Path) -> None:
    """What was planted and counted: for whoever checks the product, never read by it."""
    ids = world.agencies.ids
    records = as_it_came(world.stories.records, ledger, world.contracts)
    _write(_typed(stories_table(records, ids, world.people.ids)), folder / "stories.parquet")
    _write(_typed(true_pairs(ledger, world.contracts, world.stories, world.window, ids)), folder / "pairs.parquet")
    (folder / "faults.json").write_text(json.dumps(faults_of(ledger.rows), indent=2) + "\n", encoding="utf-8")


def _make_room(folder: Path) -> Path:
    """Takes away the log of an earlier demo, and nothing else."""
    mapping, usage = folder / "demo.toml", folder / "usage"
    is_demo = mapping.exists() and mapping.read_text(encoding="utf-8").startswith(MAPPING.splitlines()[0])
    if not is_demo and (mapping.exists() or usage.exists()):
        raise FileExistsError(f"{folder} holds a log that is not a demo's. Choose an empty folder.")
    _delete(usage.glob("year=*/week=*/part-[01].parquet"))
    folder.mkdir(parents=True, exist_ok=True)
    mapping.write_text(MAPPING, encoding="utf-8")
    return mapping


def _delete(files: Iterable[Path]) -> None:
    for file in sorted(files):
        file.unlink()
        for parent in (file.parent, file.parent.parent):
            if parent.exists() and not any(parent.iterdir()):
                parent.rmdir()


def _partition(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"year={year}/week={week:02d}"


def _typed(table: pd.DataFrame) -> pa.Table:
    """Dates as dates and text as plain strings, without pandas' own notes."""
    converted = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    return converted.cast(pa.schema([(field.name, _type(field)) for field in converted.schema]))


def _type(field: pa.Field) -> pa.DataType:
    is_text = pa.types.is_large_string(field.type) or pa.types.is_null(field.type)
    return _DATES.get(field.name, pa.string() if is_text else field.type)


def _write_log(table: pa.Table, path: Path) -> None:
    """What only grows is kept as differences: that halves the file."""
    encoded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    growing = {"event_id": "DELTA_BYTE_ARRAY", "occurred_at": "DELTA_BINARY_PACKED"}
    _write(table, path, use_dictionary=encoded, column_encoding=growing)


def _write(table: pa.Table, path: Path, **options: Any) -> None:
    """Without a schema of Arrow's own: strings are strings to every reader, whatever their encoding."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", store_schema=False, **options)
