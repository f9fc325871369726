"""Where does it lie? A log partitioned by week, the tables beside it, and the mapping that names them."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.demo.activity import INTEGRATION, events_of_week
from ingestion.demo.mapping import MAPPING
from ingestion.demo.window import Window, last_sunday
from ingestion.demo.world import draw_world, master_data

_DATES = {name: pa.date32() for name in ("started_on", "cancelled_on", "renews_on")}


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
    users = pa.array([*world.people.ids, INTEGRATION])
    for done, monday in enumerate(window.mondays, start=1):
        _write_log(events_of_week(world, users, monday), folder / "usage" / _partition(monday) / "part-0.parquet")
        if on_progress:
            on_progress(done, weeks)
    return mapping


def _make_room(folder: Path) -> Path:
    """Takes away the log of an earlier demo, and nothing else."""
    mapping, usage = folder / "demo.toml", folder / "usage"
    is_demo = mapping.exists() and mapping.read_text(encoding="utf-8").startswith(MAPPING.splitlines()[0])
    if not is_demo and (mapping.exists() or usage.exists()):
        raise FileExistsError(f"{folder} holds a log that is not a demo's. Choose an empty folder.")
    _delete(usage.glob("year=*/week=*/part-0.parquet"))
    folder.mkdir(parents=True, exist_ok=True)
    mapping.write_text(MAPPING, encoding="utf-8")
    return mapping


def _delete(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink()
        for parent in (file.parent, file.parent.parent):
            if not any(parent.iterdir()):
                parent.rmdir()


def _partition(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"year={year}/week={week:02d}"


def _typed(table: pd.DataFrame) -> pa.Table:
    """Dates as dates and text as plain strings, without pandas' own notes."""
    converted = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    return converted.cast(pa.schema([(field.name, _type(field)) for field in converted.schema]))


def _type(field: pa.Field) -> pa.DataType:
    return _DATES.get(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type)


def _write_log(table: pa.Table, path: Path) -> None:
    """What only grows is kept as differences: that halves the file."""
    encoded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    growing = {"event_id": "DELTA_BYTE_ARRAY", "occurred_at": "DELTA_BINARY_PACKED"}
    _write(table, path, use_dictionary=encoded, column_encoding=growing)


def _write(table: pa.Table, path: Path, **options: Any) -> None:
    """Without a schema of Arrow's own: strings are strings to every reader, whatever their encoding."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", store_schema=False, **options)
